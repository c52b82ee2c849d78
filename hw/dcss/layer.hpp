// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A channel's picture on its way to the screen: fetched, unpacked, turned and scaled, line by line.
 *
 * Components have ten bits all the way; eight bits become ten by repeating the upper ones. The scaler filters
 * vertically first. Each direction takes seven samples around a position, of which those outside of the
 * picture are its border's; the sum is rounded, to the nearest, and clamped to ten bits. These are choices of
 * this model where no description is public; 1:1 passes samples as they are.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dcss/channel.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

/** Red, green, blue, alpha; ten bits each. */
using Pixel = std::array<std::uint16_t, 4>;
inline constexpr std::uint16_t component_max = 1023;

constexpr std::uint16_t ten_bits_of(std::uint32_t eight_bits) {
    return static_cast<std::uint16_t>(eight_bits << 2 | eight_bits >> 6);
}

/** A picture as it is in memory, together with how to read it. */
class Source {
 public:
    /** Reads all of it at once, as an observer: the frame itself has been judged. */
    Source(Host& host, const Channel& channel);

    Size size() const { return channel_.source; }
    /** The worst answer to the reads. */
    Response answer() const { return answer_; }

    /** Line @p y, of size().width pixels, after flips and rotation. */
    void line(std::uint32_t y, std::span<Pixel> pixels) const;

 private:
    std::size_t place(std::uint32_t x, std::uint32_t y) const;
    template <typename Unpack>
    void each(std::uint32_t y, std::span<Pixel> pixels, const Unpack& unpack) const;

    const Channel& channel_;
    std::size_t row_width_;
    std::vector<std::uint8_t> bytes_;
    Response answer_ = Response::okay;
};

/** Lines of a source, scaled. */
class Scaler {
 public:
    /** Both must outlive it. */
    Scaler(const Channel& channel, const Source& source);

    /** The first pixels of line @p y, as many as @p pixels has room for. */
    void line(std::uint32_t y, std::span<Pixel> pixels);

 private:
    std::span<const Pixel> source_line(std::int64_t y);
    std::span<const Pixel> vertical(std::uint32_t y);

    static constexpr std::size_t kept = 8;  ///< lines of the source that are at hand, more than taps

    const Channel& channel_;
    const Source& source_;
    std::array<std::vector<Pixel>, kept> lines_;
    std::array<std::int64_t, kept> numbers_;  ///< which ones they are
    std::vector<std::int32_t> sums_;
    std::vector<Pixel> filtered_;
};

}  // namespace svp::dcss
