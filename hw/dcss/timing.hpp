// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * When the display timing generator (DTG) reaches a line: frames of equal length, each with lines of equal
 * length, in virtual time.
 *
 * A frame keeps the length that it began with. Frames that the emulator is late for by more than half of one
 * are not made up for: the next line comes at once, and what follows it in its usual distance.
 *
 * Not modelled: pixel clocks that give less than 24 or more than 120 frames a second, or that are off. The
 * rate is the nearest of these limits then.
 */
#pragma once

#include <cstdint>
#include <span>

#include "svp/archive.hpp"

namespace svp::dcss {

class Timing {
 public:
    static constexpr std::int64_t second = 1000000000;
    static constexpr std::int64_t longest_frame = second / 24;
    static constexpr std::int64_t shortest_frame = second / 120;

    /** Length of a frame in ns. @p width and @p height are pixels and lines with blanking, up to 8192, at
     * least 1; @p pixel_clock is in Hz. */
    static std::int64_t frame_length(std::uint32_t width, std::uint32_t height, std::uint64_t pixel_clock);

    bool running() const { return length_ != 0; }
    /** Line that was reached last. */
    std::uint32_t line() const { return line_; }
    std::int64_t length() const { return length_; }

    /** Line 0 of a first frame is now. */
    void start(std::int64_t now, std::int64_t length, std::uint32_t lines);
    void stop() { length_ = 0; }

    /**
     * Picks what comes next: the lowest of @p wanted that is over line() and in the frame, or the start of
     * the next frame.
     * @return virtual time of that, ns.
     */
    std::int64_t next(std::span<const std::uint32_t> wanted);

    /** True if what next() picked is the start of a frame, to be begun by begin_frame(). */
    bool at_end() const { return next_ == lines_; }
    /** Goes on to the line that next() picked, which is not the end; @p now is the time. */
    void reach(std::int64_t now);
    /** Goes on to line 0 of the next frame. */
    void begin_frame(std::int64_t now, std::int64_t length, std::uint32_t lines);

    void exchange(Archive& archive);

 private:
    std::int64_t time_of(std::uint32_t line) const { return start_ + length_ * line / lines_; }
    void catch_up(std::int64_t now);

    std::int64_t start_ = 0;   ///< of the frame, ns of virtual time
    std::int64_t length_ = 0;  ///< of the frame, ns; 0: the generator stands still
    std::uint32_t lines_ = 1;  ///< of the frame
    std::uint32_t line_ = 0;   ///< reached
    std::uint32_t next_ = 1;   ///< to be reached next, lines_ for the end
};

}  // namespace svp::dcss
