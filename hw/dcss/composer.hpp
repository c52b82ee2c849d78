// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The picture on the screen, put together from the registers and memory of this moment.
 *
 * Channel 1 lies over channel 2, that over channel 3, that over black. Inside its rectangle and outside of
 * its picture, and all over it if the bus answered a fetch with an error, a channel shows its background.
 * Channels 2 and 3 are opaque. A component of channel 1 is c * alpha + below * (1 - alpha), rounded to the
 * nearest, with the global alpha or the pixel's; its background is opaque. A screen has the upper eight bits
 * of ten; what is sent out as luma and chroma stands there as red, green and blue.
 *
 * Pictures are read as a whole each time, but only lines of the screen are composed again for which something
 * in memory, or any setting, has changed since the last time.
 *
 * A look has two parts. begin() takes down what registers and the judged frame say, in microseconds; finish()
 * reads and composes, in tens of milliseconds, and touches nothing but the bus: it may run on a thread,
 * beside all of the device but begin().
 */
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "dcss/channel.hpp"
#include "dcss/colour.hpp"
#include "dcss/fetches.hpp"
#include "dcss/layer.hpp"
#include "dcss/registers.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

/** A picture of 0x00RRGGBB words, line by line; without a pixel where nothing is sent out. */
struct Screen {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::span<const std::uint32_t> pixels;
};

/** Lines of the screen from first on, up to end. */
struct Lines {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
};

class Composer {
 public:
    explicit Composer(Host& host) : host_(host) {}

    /**
     * From now on finish() is about this moment. @p exceptions: what the fetches of the frame have met with;
     * @p late if nothing that is fetched comes in time.
     */
    void begin(const RegisterBank& bank, const FrameExceptions& exceptions, bool late = false);

    /** The picture; it stays until the next call. */
    Screen finish();

    /** Lines that finish() has changed since the last call of this. */
    Lines take_changes();

    /** Lines that were put together, ever: for tests and measurements. */
    std::uint64_t composed_lines() const { return composed_lines_.load(std::memory_order_relaxed); }

 private:
    /** Place of a channel on the screen, which it may exceed. */
    struct Rectangle {
        std::int32_t left = 0, top = 0;
        std::uint32_t width = 0, height = 0;
        bool operator==(const Rectangle&) const = default;
    };
    /** What a channel is to show. */
    struct Part {
        bool enabled = false;
        Rectangle place;
        std::uint32_t background = 0;  ///< ten bits of red, green and blue
        std::int32_t alpha = sample_max;
        bool per_pixel = false;
        Channel channel;
        ColourPipe colours;

        bool has_picture() const { return channel.shows && channel.unmodelled.empty(); }
        bool operator==(const Part&) const = default;
    };
    /** All that registers say of the screen. */
    struct Plan {
        Size screen;
        std::array<Part, channel_count> parts;
        OutputPipe output;
        bool operator==(const Plan&) const = default;
    };

    static Plan plan_of(const RegisterBank& bank, Size screen, bool late);
    void tell_unmodelled() const;
    static bool only_moves(Plan from, const Plan& to);
    void adopt(const Plan& plan);
    void move_to(const Plan& plan);
    bool read(unsigned number, const FetchExceptions& exceptions);
    bool reaches(const Part& part, std::uint32_t y) const;
    bool covers(const Part& part, std::uint32_t y) const;
    static std::uint32_t line_of(const Part& part, std::uint32_t y);
    bool shows(unsigned number, std::uint32_t y) const;
    const SampleRows& rows(unsigned number, std::uint32_t y);
    bool hides(unsigned number, std::uint32_t y);
    bool changed(std::uint32_t y) const;
    void compose_line(std::uint32_t y);
    void put(unsigned number, std::uint32_t y);
    void fill(std::int32_t left, std::int32_t right, std::uint32_t colour);

    Host& host_;
    Plan next_;                   ///< of begin(); without a screen if nothing is sent out
    FrameExceptions exceptions_;  ///< of begin()
    Plan plan_;                   ///< by which all below was made
    std::array<Layer, channel_count> layers_;
    std::array<Response, channel_count> answers_{};
    /** Of each channel, and of which line of the screen they are; none: the screen is not so high. */
    std::array<SampleRows, channel_count> rows_{};
    std::array<std::uint32_t, channel_count> row_lines_{};
    bool all_changed_ = true;
    Lines changes_;
    std::atomic<std::uint64_t> composed_lines_ = 0;
    RowSet line_;  ///< red, green, blue of the one under way
    RowSet sent_;  ///< the same behind the output's pipe
    OutputCodes codes_;
    std::vector<std::uint32_t> pixels_;
};

}  // namespace svp::dcss
