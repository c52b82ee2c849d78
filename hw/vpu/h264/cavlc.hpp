// SPDX-License-Identifier: GPL-2.0-or-later
/** Coefficients by context-adaptive variable length codes (clause 9.2). */
#pragma once

#include "vpu/entropy/payload_reader.hpp"
#include "vpu/h264/levels.hpp"

namespace svp::vpu::h264 {

/** Context of chroma DC blocks, which have a table of their own. */
inline constexpr int chroma_dc_context = -1;

/** Reads a block of up to @p size coefficients (4, 15 or 16) in context @p context (nC). False: no such code.
 */
bool read_cavlc(PayloadReader& bits, int context, unsigned size, Levels& levels);

/** coded_block_pattern of a code number below 48 (16 if monochrome), table 9-4. */
std::uint8_t cavlc_pattern(unsigned code, bool intra, bool monochrome);

}  // namespace svp::vpu::h264
