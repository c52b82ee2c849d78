// SPDX-License-Identifier: GPL-2.0-or-later
/** Tables of VP8's frame header (RFC 6386, sections 13.4, 13.5 and 17.2). */
#pragma once

#include <cstdint>

namespace svp::play {

/** [type of block][band][context][node of the tree of tokens] */
using CoefficientProbabilities = std::uint8_t[4][8][3][11];

extern const CoefficientProbabilities default_coefficient_probabilities;
extern const CoefficientProbabilities coefficient_update_probabilities;

/** [row, column][is short, sign, short tree, long bits] */
using VectorProbabilities = std::uint8_t[2][19];

inline constexpr VectorProbabilities default_vector_probabilities = {
    {162, 128, 225, 146, 172, 147, 214, 39, 156, 128, 129, 132, 75, 145, 178, 206, 239, 254, 254},
    {164, 128, 204, 170, 119, 235, 140, 230, 228, 128, 130, 130, 74, 148, 180, 203, 236, 254, 254},
};
inline constexpr VectorProbabilities vector_update_probabilities = {
    {237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254},
    {231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254},
};

inline constexpr std::uint8_t default_luma_mode_probabilities[4] = {112, 86, 140, 37};
inline constexpr std::uint8_t default_chroma_mode_probabilities[3] = {162, 101, 204};

}  // namespace svp::play
