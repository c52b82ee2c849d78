// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Constant tables of VP8 that a decoder needs after the frame header. Numbers are those of RFC 6386; each
 * table names its section.
 */
#pragma once

#include <cstdint>

#include "vpu/vp8/macroblock.hpp"

namespace svp::vpu::vp8 {

inline constexpr unsigned quantizer_indices = 128;

/** Section 11.5: [mode above][mode to the left][node of subblock_mode_tree]. */
extern const std::uint8_t key_frame_subblock_mode_probabilities[subblock_modes][subblock_modes]
                                                               [subblock_modes - 1];

/** Section 14.1: factors for the first and for the other coefficients of a block, by quantizer index. */
extern const std::uint8_t dc_factors[quantizer_indices];
extern const std::uint16_t ac_factors[quantizer_indices];

/** Section 11.2: key frames' mode probabilities, which no table in memory has. */
inline constexpr std::uint8_t key_frame_luma_mode_probabilities[4] = {145, 156, 163, 128};
inline constexpr std::uint8_t key_frame_chroma_mode_probabilities[3] = {142, 114, 183};

/** Section 16.1: subblock modes in interframes. */
inline constexpr std::uint8_t subblock_mode_probabilities[subblock_modes - 1] = {120, 90, 79,  133, 87,
                                                                                 85,  80, 111, 151};

/** Section 16.3: [census of neighbours][node of the tree of inter modes]. */
inline constexpr std::uint8_t inter_mode_contexts[6][4] = {
    {7, 1, 1, 143},    {14, 18, 14, 107},   {135, 64, 57, 68},
    {60, 56, 128, 65}, {159, 134, 128, 34}, {234, 188, 128, 28},
};

/** Section 16.4. */
inline constexpr std::uint8_t split_probabilities[3] = {110, 111, 150};
inline constexpr std::uint8_t sub_vector_probabilities[5][3] = {
    {147, 136, 18}, {106, 145, 1}, {179, 121, 1}, {223, 1, 34}, {208, 1, 1},
};

/** Section 13: position in the block of the n-th coefficient, and the band that its probabilities are of. */
inline constexpr std::uint8_t zigzag[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
inline constexpr std::uint8_t bands[16] = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7};

}  // namespace svp::vpu::vp8
