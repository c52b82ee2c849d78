// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How often each value of a syntax element came in a frame: what software adapts probabilities by (VP9
 * specification, section 8.4.2).
 *
 * The members are in the order, and of the size, that they have in memory, 32 bits each, the lowest byte
 * first.
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_vp9.h.
 */
#pragma once

#include <cstdint>
#include <vector>

namespace svp::vpu::vp9 {

struct Counts {
    static constexpr std::uint32_t size = 13264;  ///< bytes

    std::uint32_t inter_mode[7][3][2];  ///< [context][node: not zero, not nearest, new]
    std::uint32_t y_mode[4][10];
    std::uint32_t uv_mode[10][10];
    std::uint32_t partition[16][4];
    std::uint32_t interp_filter[4][3];
    std::uint32_t is_inter[4][2];
    std::uint32_t comp_mode[5][2];
    std::uint32_t single_ref[5][2][2];
    std::uint32_t comp_ref[5][2];
    std::uint32_t tx_32x32[2][4];
    std::uint32_t tx_16x16[2][3];
    std::uint32_t tx_8x8[2][2];
    std::uint32_t skip[3][2];
    std::uint32_t joint[4];
    std::uint32_t sign[2][2];
    std::uint32_t classes[2][11];
    std::uint32_t class0[2][2];
    std::uint32_t bits[2][10][2];
    std::uint32_t class0_fraction[2][2][4];
    std::uint32_t fraction[2][4];
    std::uint32_t class0_high_precision[2][2];
    std::uint32_t high_precision[2][2];
    /** [size][luma, chroma][intra, inter][band][context][zero, one, more, end of block] */
    std::uint32_t coefficients[4][2][2][6][6][4];
    /** How often it was asked whether a block ends. */
    std::uint32_t more_coefficients[4][2][2][6][6];

    /** As memory has them. */
    std::vector<std::uint8_t> bytes() const;
};
static_assert(sizeof(Counts) == Counts::size);

}  // namespace svp::vpu::vp9
