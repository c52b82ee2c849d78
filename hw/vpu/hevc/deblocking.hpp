// SPDX-License-Identifier: GPL-2.0-or-later
/** Deblocking, clause 8.7.2. */
#pragma once

#include <array>

#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/plane.hpp"

namespace svp::vpu::hevc {

/** Filters the vertical edges of row @p row of coding tree blocks, and then the horizontal ones. The rows
 * above must have been filtered. */
template <typename Sample>
void deblock_row(const Picture& picture, std::array<Plane<Sample>, 3>& planes, unsigned row);

extern template void deblock_row(const Picture& picture, std::array<Plane<std::uint8_t>, 3>& planes,
                                 unsigned row);
extern template void deblock_row(const Picture& picture, std::array<Plane<std::uint16_t>, 3>& planes,
                                 unsigned row);

}  // namespace svp::vpu::hevc
