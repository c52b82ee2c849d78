// SPDX-License-Identifier: GPL-2.0-or-later
/** Samples between samples (clause 8.4.2.2), by width of the block. */
#pragma once

#include <cstddef>
#include <cstdint>

namespace svp::vpu::h264 {

/** Luma samples at a quarter-sample place, clause 8.4.2.2.1. @p from: sample (-2, -2) of the block, whose
 * @p width is 4, 8 or 16; @p out has lines of @p out_stride. */
void interpolate_luma(const std::uint8_t* from, std::ptrdiff_t stride, unsigned x_fraction,
                      unsigned y_fraction, unsigned width, unsigned height, std::uint8_t* out,
                      std::ptrdiff_t out_stride);

/** Chroma samples, clause 8.4.2.2.2: @p x and @p y are eighths, @p width is 2, 4 or 8. */
void interpolate_chroma(const std::uint8_t* from, std::ptrdiff_t stride, int x, int y, unsigned width,
                        unsigned height, std::uint8_t* out, std::ptrdiff_t out_stride);

/** @p out becomes the mean of itself and @p other; @p width is 2, 4, 8 or 16. */
void average(std::uint8_t* out, std::ptrdiff_t out_stride, const std::uint8_t* other, std::ptrdiff_t stride,
             unsigned width, unsigned height);

}  // namespace svp::vpu::h264
