// SPDX-License-Identifier: GPL-2.0-or-later
/** What a block's mode info says, with the VP9 specification's names for sizes and modes. */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu::vp9 {

/** Sizes of blocks, width times height. Those below 8x8 are the parts of an 8x8. */
enum BlockSize : std::uint8_t {
    block_4x4,
    block_4x8,
    block_8x4,
    block_8x8,
    block_8x16,
    block_16x8,
    block_16x16,
    block_16x32,
    block_32x16,
    block_32x32,
    block_32x64,
    block_64x32,
    block_64x64,
};
inline constexpr unsigned block_sizes = 13;

/** Logarithms of width and height, in units of 4 samples. */
inline constexpr std::uint8_t width_log2_4x4[block_sizes] = {0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4};
inline constexpr std::uint8_t height_log2_4x4[block_sizes] = {0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4};

/** Width and height in units of 8 samples, at least one. */
constexpr unsigned width_8x8(BlockSize size) {
    return ((1u << width_log2_4x4[size]) + 1) >> 1;
}
constexpr unsigned height_8x8(BlockSize size) {
    return ((1u << height_log2_4x4[size]) + 1) >> 1;
}

enum TxSize : std::uint8_t { tx_4x4, tx_8x8, tx_16x16, tx_32x32 };

/** Largest transform that a block has room for. */
inline constexpr TxSize max_tx_size[block_sizes] = {tx_4x4,   tx_4x4,   tx_4x4,   tx_8x8,   tx_8x8,
                                                    tx_8x8,   tx_16x16, tx_16x16, tx_16x16, tx_32x32,
                                                    tx_32x32, tx_32x32, tx_32x32};

/** Prediction: within the picture, then by a vector. */
enum Mode : std::uint8_t {
    dc_pred,
    v_pred,
    h_pred,
    d45_pred,
    d135_pred,
    d117_pred,
    d153_pred,
    d207_pred,
    d63_pred,
    tm_pred,
    nearest_mv,
    near_mv,
    zero_mv,
    new_mv,
};
inline constexpr unsigned intra_modes = 10;

enum Reference : std::uint8_t { intra_frame, last_frame, golden_frame, altref_frame };

/** Filters between samples, with the numbers that contexts and the bitstream have for them. */
enum Filter : std::uint8_t { eighttap, eighttap_smooth, eighttap_sharp, bilinear, switchable };
/** Of a block that is not inter, where contexts ask for its filter. */
inline constexpr std::uint8_t no_filter = 3;

/** Displacement in eighths of a luma sample. */
struct MotionVector {
    std::int16_t row = 0;
    std::int16_t column = 0;

    bool operator==(const MotionVector&) const = default;
};

/** Vectors into both references. */
using VectorPair = std::array<MotionVector, 2>;

struct Block {
    BlockSize size = block_8x8;
    Mode mode = dc_pred;  ///< of luma; of its last part, if there are parts
    Mode uv_mode = dc_pred;
    std::uint8_t reference[2] = {intra_frame, intra_frame};  ///< the second: intra_frame if there is none
    TxSize tx_size = tx_4x4;
    TxSize uv_tx_size = tx_4x4;
    bool skip = false;
    bool segment_predicted = false;
    std::uint8_t segment = 0;
    std::uint8_t filter = no_filter;  ///< Filter
    std::uint8_t level = 0;           ///< of the loop filter
    std::uint16_t row = 0;            ///< of its first 8x8
    std::uint16_t column = 0;
    std::array<Mode, 4> submodes{};       ///< of each 4x4 of an 8x8, if intra
    std::array<VectorPair, 4> vectors{};  ///< of each 4x4 of an 8x8

    bool inter() const { return reference[0] != intra_frame; }
    bool compound() const { return reference[1] != intra_frame; }
    bool below_8x8() const { return size < block_8x8; }
    /** Of the whole block, or of its last part. */
    const VectorPair& vector() const { return vectors[3]; }
};

}  // namespace svp::vpu::vp9
