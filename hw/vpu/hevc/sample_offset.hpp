// SPDX-License-Identifier: GPL-2.0-or-later
/** Sample adaptive offset, clause 8.7.3. */
#pragma once

#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/plane.hpp"

namespace svp::vpu::hevc {

/**
 * Puts row @p row of coding tree blocks of component @p component into @p to, whose first line is that row's,
 * with offsets added. @p from is deblocked as far as the line below the row.
 */
template <typename Sample>
void offset_row(const Picture& picture, unsigned component, unsigned row, const Plane<Sample>& from,
                Plane<Sample>& to);

extern template void offset_row(const Picture& picture, unsigned component, unsigned row,
                                const Plane<std::uint8_t>& from, Plane<std::uint8_t>& to);
extern template void offset_row(const Picture& picture, unsigned component, unsigned row,
                                const Plane<std::uint16_t>& from, Plane<std::uint16_t>& to);

}  // namespace svp::vpu::hevc
