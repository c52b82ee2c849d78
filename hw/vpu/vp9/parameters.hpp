// SPDX-License-Identifier: GPL-2.0-or-later
/** What a VP9 job is told: frame headers that software has parsed, and addresses. */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/entropy/bool_decoder.hpp"
#include "vpu/picture/picture_writer.hpp"
#include "vpu/vp9/block.hpp"

namespace svp::vpu::vp9 {

inline constexpr unsigned max_segments = 8;
inline constexpr unsigned max_tile_columns = 20;  ///< as many as a list of tiles is made for
inline constexpr unsigned max_tile_rows = 22;

/** Largest picture, samples. */
inline constexpr unsigned max_width = 4096;
inline constexpr unsigned max_height = 2304;

/** How the sizes of transforms are known; up to 32x32 without a choice, then by block. */
enum TxMode : std::uint8_t { only_4x4, allow_8x8, allow_16x16, allow_32x32, tx_mode_select };

enum ReferenceMode : std::uint8_t { single_reference, compound_reference, reference_mode_select };

/** What a segment changes; already worked out for the quantizer and the filter's level. */
struct Segment {
    bool has_reference = false;
    std::uint8_t reference = 0;  ///< Reference
    bool skip = false;
    std::uint8_t level = 0;      ///< 0 to 63
    std::uint8_t quantizer = 0;  ///< index
};

/** A picture to predict from; its scale is its size by the current one's, in 1 / 16384. */
struct ReferenceParameters {
    TiledPicture picture;
    unsigned x_scale = 1u << 14;
    unsigned y_scale = 1u << 14;
};

struct Parameters {
    unsigned width = 0;  ///< samples, multiples of 8
    unsigned height = 0;
    unsigned bit_depth = 8;   ///< 8 or 10
    bool intra_only = false;  ///< key frames, too
    bool lossless = false;    ///< Walsh-Hadamard transforms
    TxMode tx_mode = only_4x4;
    Filter filter = eighttap;
    bool high_precision = false;  ///< vectors to eighths of a sample
    ReferenceMode reference_mode = single_reference;
    std::array<bool, 4> sign_bias{};   ///< by Reference
    std::uint8_t fixed_reference = 0;  ///< of compound prediction
    std::array<std::uint8_t, 2> variable_reference{};
    bool previous_motion = false;  ///< vectors of the previous picture are candidates
    bool write_motion = false;

    bool segmentation = false;
    bool update_segment_map = false;
    bool temporal_segment_map = false;
    std::array<Segment, max_segments> segments{};  ///< the first one holds without segmentation, too

    int y_dc_delta = 0;  ///< of quantizer indices
    int uv_dc_delta = 0;
    int uv_ac_delta = 0;

    bool loop_filter = false;
    std::uint8_t filter_level = 0;                 ///< of the picture, 0 to 63
    std::uint8_t sharpness = 0;                    ///< 0 to 7
    std::array<std::int8_t, 4> reference_delta{};  ///< by Reference
    std::array<std::int8_t, 2> mode_delta{};       ///< zero vectors, others

    StreamRange stream;  ///< tiles
    unsigned tile_columns = 1;
    unsigned tile_rows = 1;

    std::array<ReferenceParameters, 3> references;  ///< last, golden, altref
    TiledPicture output;
    RasterPicture raster;
    std::uint32_t probabilities = 0;  ///< address; see Probabilities
    std::uint32_t counts = 0;         ///< address; see Counts
    std::uint32_t tile_sizes = 0;  ///< address: 16 bits of width and height of each tile, in blocks of 64x64
    std::uint32_t segment_map_in = 0;
    std::uint32_t segment_map_out = 0;
    std::uint32_t motion_in = 0;  ///< of the previous picture
    std::uint32_t motion_out = 0;
    std::uint32_t tile_edge = 0;  ///< samples at the edges of tiles, see TileEdges

    unsigned columns() const { return width / 8; }
    unsigned rows() const { return height / 8; }
    unsigned superblock_columns() const { return (width + 63) / 64; }
    unsigned superblock_rows() const { return (height + 63) / 64; }
};

}  // namespace svp::vpu::vp9
