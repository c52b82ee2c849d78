// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Lines of samples on their way through the display controller.
 *
 * A line has an array for each component, so that each step is the same few operations on many samples in a
 * row, which a compiler makes vector instructions of. Samples are whole numbers of 0 to 1023, or to 16383
 * behind a table of the HDR10 block.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace svp::dcss {

using Sample = std::int16_t;
inline constexpr Sample sample_max = 1023;

/** The samples of one component of a line, with room around them. */
class Row {
 public:
    /** Steps may work on as many samples at once, and so a little beyond the end. */
    static constexpr std::size_t block = 16;
    /** Samples in front of the first and behind the last one that a filter may look at. */
    static constexpr std::size_t margin = 16;

    void resize(std::size_t width) { samples_.resize(width + 2 * margin + block); }
    Sample* data() { return samples_.data() + margin; }
    const Sample* data() const { return samples_.data() + margin; }

    /** Repeats the first and the last one of @p width samples outwards. */
    void extend(std::size_t width) {
        Sample* first = data();
        std::fill(first - margin, first, *first);
        std::fill_n(first + width, margin, first[width - 1]);
    }

 private:
    std::vector<Sample> samples_;
};

/** Red, green, blue and alpha, or luma, Cb, Cr and alpha. */
using RowSet = std::array<Row, 4>;
/** The same for readers; without alpha, the last one is nullptr. */
using SampleRows = std::array<const Sample*, 4>;

}  // namespace svp::dcss
