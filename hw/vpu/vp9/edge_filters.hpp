// SPDX-License-Identifier: GPL-2.0-or-later
/** Filters across an edge of blocks (VP9 specification, sections 8.8.3 to 8.8.5). */
#pragma once

#include <cstddef>
#include <cstdint>

namespace svp::vpu::vp9 {

/** How wide a filter may be; also how many samples on each side it looks at. */
enum class EdgeWidth : std::uint8_t { none = 0, four = 4, eight = 8, sixteen = 16 };

/** Differences up to which samples are taken for parts of one area, for 8 bits. */
struct EdgeLimits {
    std::uint8_t edge;    ///< across the edge
    std::uint8_t inside;  ///< between samples of a side
    std::uint8_t high;    ///< beyond: high edge variance
};

/** Filters eight samples along an edge: @p samples is the first one behind it, @p across the distance of
 * those across it, @p along that along it. */
template <typename Sample>
void filter_edge(EdgeWidth width, const EdgeLimits& limits, unsigned bit_depth, Sample* samples,
                 std::ptrdiff_t across, std::ptrdiff_t along);

}  // namespace svp::vpu::vp9
