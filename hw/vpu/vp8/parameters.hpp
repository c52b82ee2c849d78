// SPDX-License-Identifier: GPL-2.0-or-later
/** What a VP8 job is told: a frame header that software has parsed, and addresses. */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/entropy/bool_decoder.hpp"

namespace svp::vpu::vp8 {

inline constexpr unsigned max_partitions = 8;
inline constexpr unsigned max_segments = 4;

/** Most macroblocks on a side: 4096 times 2304 samples. */
inline constexpr unsigned max_mb_width = 256;
inline constexpr unsigned max_mb_height = 144;

struct Parameters {
    unsigned mb_width = 0;   ///< macroblocks, 1 to max_mb_width
    unsigned mb_height = 0;  ///< 1 to max_mb_height
    bool key_frame = false;
    bool skip_flags = false;  ///< each macroblock says whether it has coefficients (mb_no_skip_coeff)

    bool bilinear = false;           ///< else six-tap filters
    bool full_pixel_chroma = false;  ///< chroma vectors have no fraction

    bool filter = false;  ///< loop filter
    bool simple_filter = false;
    std::uint8_t sharpness = 0;                      ///< 0 to 7
    std::array<std::uint8_t, max_segments> level{};  ///< 0 to 63
    std::array<std::int8_t, 4> reference_delta{};    ///< by Reference
    std::array<std::int8_t, 4> mode_delta{};         ///< b_pred, zero, other vectors, split

    std::array<std::uint8_t, max_segments> quantizer{};  ///< 0 to 127
    int y_dc_delta = 0;                                  ///< -16 to 15, as the others
    int y2_dc_delta = 0;
    int y2_ac_delta = 0;
    int uv_dc_delta = 0;
    int uv_ac_delta = 0;

    bool segmentation = false;
    bool update_segment_map = false;
    std::uint32_t segment_map = 0;    ///< address; two bits for each macroblock
    std::uint32_t probabilities = 0;  ///< address; see Probabilities

    StreamRange control;           ///< the rest of the first partition
    unsigned control_range = 255;  ///< state of its decoder behind the frame header, 128 to 255
    unsigned control_value = 0;    ///< the 8 bits before control
    unsigned partitions = 1;       ///< of coefficients: 1, 2, 4 or 8
    std::array<StreamRange, max_partitions> coefficients{};

    std::uint32_t output = 0;                  ///< address of the picture
    std::array<std::uint32_t, 4> reference{};  ///< addresses, by Reference
    std::array<bool, 4> sign_bias{};           ///< vectors into it have the opposite sign
};

/**
 * Probabilities as they lie in memory, 1208 bytes. What has two dimensions for vectors is for rows first, for
 * columns then.
 */
struct Probabilities {
    static constexpr std::uint32_t size = 1208;

    std::uint8_t skip_false = 0;
    std::uint8_t intra = 0;
    std::uint8_t last = 0;
    std::uint8_t golden = 0;
    std::array<std::uint8_t, 3> segment{};
    std::array<std::uint8_t, 4> luma_mode{};
    std::array<std::uint8_t, 3> chroma_mode{};
    std::uint8_t vector_is_short[2] = {};
    std::uint8_t vector_sign[2] = {};
    std::uint8_t vector_short[2][7] = {};
    std::uint8_t vector_long[2][10] = {};
    std::uint8_t coefficient[4][8][3][11] = {};

    /** From the bytes of such a table. */
    explicit Probabilities(std::span<const std::uint8_t, size> table);
};

}  // namespace svp::vpu::vp8
