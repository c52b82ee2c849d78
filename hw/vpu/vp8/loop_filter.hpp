// SPDX-License-Identifier: GPL-2.0-or-later
/** Loop filter over one row of macroblocks (RFC 6386, section 15). */
#pragma once

#include <span>

#include "vpu/picture/nv12_band.hpp"
#include "vpu/vp8/macroblock.hpp"
#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::vp8 {

/**
 * Filters the band's current row, which is row @p y of the picture and has the macroblocks @p row; it changes
 * up to three lines above, and looks at four.
 */
void filter_row(const Parameters& parameters, std::span<const Macroblock> row, unsigned y, Nv12Band& band);

}  // namespace svp::vpu::vp8
