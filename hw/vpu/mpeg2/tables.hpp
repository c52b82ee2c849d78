// SPDX-License-Identifier: GPL-2.0-or-later
/** Tables of ITU-T H.262 (ISO/IEC 13818-2). */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu::mpeg2 {

/** Value of a code that starts with the next bits of a stream; a length of 0: there is no such code. */
struct Code {
    std::int16_t value = 0;
    std::uint8_t length = 0;  ///< bits
};

/** Level and run of coefficients; a sign follows those with a level. */
struct RunLevel {
    std::uint8_t run = 0;
    std::uint8_t level = 0;   ///< end_of_block and escape apart
    std::uint8_t length = 0;  ///< bits without the sign; 0: there is no such code
};
inline constexpr std::uint8_t end_of_block = 0xff;
inline constexpr std::uint8_t escape = 0xfe;

// Tables that the next so many bits of a stream are looked up in.
inline constexpr unsigned increment_bits = 11, type_bits = 6, pattern_bits = 9, motion_bits = 10,
                          dc_bits = 10;
inline constexpr unsigned coefficient_bits = 16;

/** macroblock_address_increment (B.1): 1 to 33, or increment_escape. */
inline constexpr int increment_escape = 34;
extern const std::array<Code, 1u << increment_bits> increments;

/** macroblock_type (B.2 to B.4): bits of MacroblockType. By picture_coding_type, from 1. */
namespace macroblock_type {
inline constexpr int quant = 1, forward = 2, backward = 4, pattern = 8, intra = 16;
}
extern const std::array<std::array<Code, 1u << type_bits>, 3> types;

/** coded_block_pattern (B.9): b5 is the first luma block. */
extern const std::array<Code, 1u << pattern_bits> patterns;

/** motion_code (B.10): its magnitude; a sign follows if that is not 0. */
extern const std::array<Code, 1u << motion_bits> motions;

/** dct_dc_size_luminance and _chrominance (B.12, B.13), 0 to 11. */
extern const std::array<std::array<Code, 1u << dc_bits>, 2> dc_sizes;

/** DCT coefficients, tables zero and one (B.14, B.15), without the shorter first code of table zero. */
extern const std::array<std::array<RunLevel, 1u << coefficient_bits>, 2> coefficients;

/** Raster positions in the order of zigzag and alternate scan (figures 7-2 and 7-3). */
extern const std::array<std::array<std::uint8_t, 64>, 2> scans;

/** quantiser_scale by q_scale_type and code (table 7-6). */
extern const std::array<std::array<std::uint8_t, 32>, 2> quantizer_scales;

}  // namespace svp::vpu::mpeg2
