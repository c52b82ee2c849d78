// SPDX-License-Identifier: GPL-2.0-or-later
/** Coefficients of a block as the stream gives them. */
#pragma once

#include <cstdint>

namespace svp::vpu::h264 {

/** Kinds of blocks, ctxBlockCat of table 9-42. */
enum class Category : std::uint8_t { luma_dc_16x16, luma_ac_16x16, luma_4x4, chroma_dc, chroma_ac, luma_8x8 };

struct Levels {
    unsigned count = 0;
    std::uint8_t position[64];  ///< in the order of the scan, from the block's first coefficient on
    std::int32_t level[64];
};

}  // namespace svp::vpu::h264
