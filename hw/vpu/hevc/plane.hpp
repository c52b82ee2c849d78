// SPDX-License-Identifier: GPL-2.0-or-later
/** One component of the picture that is being made. Samples of 8 bits are std::uint8_t, of 10 std::uint16_t.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "vpu/job_memory.hpp"

namespace svp::vpu::hevc {

template <typename Sample>
inline constexpr int depth_of = sizeof(Sample) == 1 ? 8 : 10;
template <typename Sample>
inline constexpr int max_sample = (1 << depth_of<Sample>)-1;

template <typename Sample>
inline Sample clip_sample(int value) {
    return static_cast<Sample>(std::clamp(value, 0, max_sample<Sample>));
}

template <typename Sample>
struct Plane {
    Plane(unsigned columns, unsigned rows)
        : width(columns),
          height(rows),
          stride(static_cast<std::ptrdiff_t>(columns)),
          samples(std::size_t{columns} * rows) {}

    Sample* at(unsigned x, unsigned y) { return samples.data() + std::ptrdiff_t{y} * stride + x; }
    const Sample* at(unsigned x, unsigned y) const { return samples.data() + std::ptrdiff_t{y} * stride + x; }

    unsigned width;
    unsigned height;
    std::ptrdiff_t stride;
    JobVector<Sample> samples;
};

}  // namespace svp::vpu::hevc
