// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/timing.hpp"

#include <algorithm>

#include "dcss/registers.hpp"

namespace svp::dcss {

std::int64_t Timing::frame_length(std::uint32_t width, std::uint32_t height, std::uint64_t pixel_clock) {
    if (pixel_clock == 0) {
        return longest_frame;
    }
    // At most 2^26 pixels: that times 10^9 is below 2^56.
    const std::uint64_t pixels = std::uint64_t{width} * height;
    const std::uint64_t length = (pixels * second + pixel_clock / 2) / pixel_clock;
    return std::clamp(static_cast<std::int64_t>(length), shortest_frame, longest_frame);
}

void Timing::start(std::int64_t now, std::int64_t length, std::uint32_t lines) {
    start_ = now;
    length_ = length;
    lines_ = lines;
    line_ = 0;
    next_ = lines;
}

std::int64_t Timing::next(std::span<const std::uint32_t> wanted) {
    next_ = lines_;
    for (const std::uint32_t line : wanted) {
        if (line > line_ && line < next_) {
            next_ = line;
        }
    }
    return time_of(next_);
}

/** The frame began later than it was to, if what next() picked is reached far too late. */
void Timing::catch_up(std::int64_t now) {
    const std::int64_t late = now - time_of(next_);
    if (late > length_ / 2) {
        start_ += late;
    }
}

void Timing::reach(std::int64_t now) {
    catch_up(now);
    line_ = next_;
}

void Timing::begin_frame(std::int64_t now, std::int64_t length, std::uint32_t lines) {
    catch_up(now);
    start(start_ + length_, length, lines);
}

void Timing::exchange(Archive& archive) {
    archive.value(start_, std::uint64_t{1} << 62);
    archive.value(length_, longest_frame);
    archive.value(lines_, dtg::coordinate_mask + 1);
    archive.value(line_, dtg::coordinate_mask);
    if (archive.ok() && (lines_ == 0 || line_ >= lines_ || (length_ != 0 && length_ < shortest_frame))) {
        archive.fail("the stream holds an impossible frame of the dcss");
        *this = Timing();  // which works on
    }
    next_ = lines_;
}

}  // namespace svp::dcss
