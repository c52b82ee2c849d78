// SPDX-License-Identifier: GPL-2.0-or-later
/** Samples between samples, and their weights, clauses 8.5.3.3.3 and 8.5.3.3.4. */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vpu/hevc/plane.hpp"

namespace svp::vpu::hevc {

/** Distance between lines of predicted samples, which have 14 bits and stand in std::int16_t. */
inline constexpr std::ptrdiff_t prediction_stride = 64;

/** A block of reference samples to predict from: those at whole positions, with room around them. */
template <typename Sample>
struct Source {
    const Sample* samples;
    std::ptrdiff_t stride;
};

/** @p x and @p y: quarters of a sample, 0 to 3. Needs 3 samples before the block and 4 behind it. */
template <typename Sample>
void interpolate_luma(const Source<Sample>& from, unsigned x, unsigned y, unsigned width, unsigned height,
                      std::int16_t* to);
/** @p x and @p y: eighths of a sample, 0 to 7. Needs 1 sample before the block and 2 behind it. */
template <typename Sample>
void interpolate_chroma(const Source<Sample>& from, unsigned x, unsigned y, unsigned width, unsigned height,
                        std::int16_t* to);

/** What becomes of one prediction: (value * scale, rounded, >> shift) + offset. */
struct Weighting {
    int scale;
    int offset;
};

template <typename Sample>
void put(Sample* to, std::ptrdiff_t stride, const std::int16_t* from, unsigned width, unsigned height);
/** The mean of two. */
template <typename Sample>
void put_mean(Sample* to, std::ptrdiff_t stride, const std::int16_t* a, const std::int16_t* b, unsigned width,
              unsigned height);
/** @p shift: log2WD of (8-262). */
template <typename Sample>
void put_weighted(Sample* to, std::ptrdiff_t stride, const std::int16_t* from, const Weighting& weighting,
                  int shift, unsigned width, unsigned height);
template <typename Sample>
void put_weighted(Sample* to, std::ptrdiff_t stride, const std::int16_t* a, const Weighting& weight_a,
                  const std::int16_t* b, const Weighting& weight_b, int shift, unsigned width,
                  unsigned height);

}  // namespace svp::vpu::hevc
