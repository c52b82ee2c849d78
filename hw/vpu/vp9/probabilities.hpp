// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Probabilities of a frame as the hardware gets them, 3744 bytes.
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_vp9.h. Modes within the picture have nine each
 * there, of which the last stands apart; here they are together.
 */
#pragma once

#include <cstdint>
#include <span>

#include "vpu/vp9/block.hpp"

namespace svp::vpu::vp9 {

using IntraModeProbabilities = std::uint8_t[intra_modes - 1];

/** [band][context][more, not zero, not one]; the fourth is not used. */
using CoefficientProbabilities = std::uint8_t[6][6][4];

/** Of vectors; what has two dimensions is for rows first, for columns then. */
struct VectorProbabilities {
    std::uint8_t joint[3];
    std::uint8_t sign[2];
    std::uint8_t class0[2];
    std::uint8_t fraction[2][3];
    std::uint8_t class0_high_precision[2];
    std::uint8_t high_precision[2];
    std::uint8_t classes[2][10];
    std::uint8_t class0_fraction[2][2][3];
    std::uint8_t bits[2][10];
};
static_assert(sizeof(VectorProbabilities) == 69);

struct Probabilities {
    static constexpr std::uint32_t size = 3744;

    IntraModeProbabilities default_intra_mode[intra_modes][intra_modes];  ///< [above][left]
    IntraModeProbabilities default_uv_mode[intra_modes];
    std::uint8_t segment_tree[7];
    std::uint8_t segment_predicted[3];
    std::uint8_t inter_mode[7][4];
    std::uint8_t is_inter[4];
    IntraModeProbabilities y_mode[4];
    IntraModeProbabilities uv_mode[intra_modes];
    std::uint8_t partition[16][4];  ///< of this kind of frame
    std::uint8_t tx_8x8[2][1];
    std::uint8_t tx_16x16[2][2];
    std::uint8_t tx_32x32[2][3];
    std::uint8_t interp_filter[4][2];
    std::uint8_t comp_mode[5];
    std::uint8_t skip[3];
    std::uint8_t single_ref[5][2];
    std::uint8_t comp_ref[5];
    VectorProbabilities vectors;
    CoefficientProbabilities coefficients[4][2][2];  ///< [size][luma, chroma][intra, inter]

    /** From the bytes of such a table; partitions of frames that are @p intra_only or not. */
    Probabilities(std::span<const std::uint8_t, size> table, bool intra_only);
};

}  // namespace svp::vpu::vp9
