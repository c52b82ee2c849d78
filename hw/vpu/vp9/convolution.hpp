// SPDX-License-Identifier: GPL-2.0-or-later
/** Filters between samples, in one direction or both (VP9 specification, section 8.5.2.4). */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vpu/vp9/block.hpp"

namespace svp::vpu::vp9 {

inline constexpr int max_block_side = 64;

/** Samples that the filters take before one, and behind it. */
inline constexpr int taps_before = 3;
inline constexpr int taps_behind = 4;

/** Most lines that a block needs of a reference that is twice as large. */
inline constexpr int max_scaled_lines = ((max_block_side - 1) * 32 + 15) / 16 + 1 + taps_before + taps_behind;

/** Where samples come from and go to; strides in samples. */
template <typename Sample>
struct Convolution {
    const Sample* from;  ///< the sample at or before the first one
    std::ptrdiff_t from_stride;
    Sample* to;
    std::ptrdiff_t to_stride;
    int width;  ///< 4, 8, 16, 32 or 64
    int height;
    std::uint8_t filter;  ///< Filter
    int x_sixteenths;     ///< of the first sample, 0 to 15
    int y_sixteenths;
    unsigned bit_depth;
    bool average;  ///< with what is there already
};

/** Samples of a reference of the same size. */
template <typename Sample>
void convolve(const Convolution<Sample>& job);

/** Samples that are @p x_step and @p y_step sixteenths apart, at most 32. */
template <typename Sample>
void convolve_scaled(const Convolution<Sample>& job, int x_step, int y_step);

}  // namespace svp::vpu::vp9
