// SPDX-License-Identifier: GPL-2.0-or-later
/** What an HEVC job is told: parameter sets as registers hold them, references, and addresses. */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/picture/picture_writer.hpp"

namespace svp::vpu::hevc {

/** Pictures that registers name, the current one among them. */
inline constexpr unsigned picture_count = 16;

/** Largest picture: luma samples on a side, as level 5 has them, and in all. */
inline constexpr unsigned max_side = 8448;
inline constexpr unsigned max_samples = 4096 * 2304;

inline constexpr unsigned max_tile_columns = 20;
inline constexpr unsigned max_tile_rows = 22;

/** A picture that blocks may be predicted from. */
struct Reference {
    std::uint32_t luma = 0;    ///< address
    std::uint32_t chroma = 0;  ///< address
    std::uint32_t motion = 0;  ///< address
    int distance = 0;          ///< order count of the current picture less that of this one, in 8 bits
    bool long_term = false;
};

/** Sizes are logarithms to the base 2 where their name says so. Flags have the names of clause 7.4.3. */
struct Parameters {
    unsigned width = 0;  ///< luma samples, a multiple of the smallest coding block
    unsigned height = 0;
    unsigned bit_depth = 8;  ///< 8 or 10, of luma and of chroma
    unsigned chroma_bit_depth = 8;
    unsigned log2_min_cb = 3;      ///< 3 to log2_ctb
    unsigned log2_ctb = 4;         ///< 4 to 6
    unsigned log2_min_tb = 2;      ///< 2 to 5
    unsigned log2_max_tb = 5;      ///< at most 5 and log2_ctb
    unsigned max_depth_intra = 0;  ///< max_transform_hierarchy_depth_intra, 0 to 4
    unsigned max_depth_inter = 0;

    bool amp = false;
    bool sao = false;
    bool strong_intra_smoothing = false;
    bool temporal_mvp = false;  ///< slices say whether they use it
    bool pcm = false;
    bool pcm_loop_filter_disabled = false;
    unsigned log2_min_pcm = 0;
    unsigned log2_max_pcm = 0;
    unsigned pcm_bit_depth = 0;  ///< of luma, 1 to bit_depth
    unsigned pcm_chroma_bit_depth = 0;

    bool dependent_slices = false;
    unsigned extra_header_bits = 0;  ///< num_extra_slice_header_bits, 0 to 7
    bool sign_data_hiding = false;
    bool cabac_init_present = false;
    unsigned default_ref_idx[2] = {1, 1};  ///< num_ref_idx_active of both lists, 1 to 16
    int init_qp = 26;                      ///< -12 (10 bits) to 51
    bool constrained_intra = false;
    bool transform_skip = false;
    bool cu_qp_delta = false;
    unsigned cu_qp_delta_depth = 0;
    int chroma_qp_offset[2] = {0, 0};  ///< Cb and Cr, -12 to 12
    bool slice_chroma_qp_offsets = false;
    bool weighted_pred = false;
    bool weighted_bipred = false;
    bool transquant_bypass = false;
    bool tiles = false;
    bool entropy_sync = false;  ///< wavefronts
    bool loop_filter_across_tiles = false;
    bool loop_filter_across_slices = false;
    bool deblocking_control = false;
    bool deblocking_override = false;
    bool deblocking_disabled = false;  ///< where a slice does not say otherwise
    int beta_offset = 0;               ///< pps_beta_offset_div2, -6 to 6
    int tc_offset = 0;
    bool lists_modification = false;
    unsigned log2_parallel_merge = 2;
    bool header_extension = false;
    bool scaling_list = false;
    bool irap = false;              ///< random access point
    unsigned header_skip_bits = 0;  ///< between slice_type and slice_temporal_mvp_enabled_flag
    unsigned total_references = 1;  ///< NumPicTotalCurr, at least 1

    std::uint32_t stream = 0;         ///< address
    std::uint32_t stream_length = 0;  ///< bytes
    TiledPicture output;
    std::uint32_t motion = 0;  ///< address where this picture's vectors go
    bool write_motion = false;
    RasterPicture raster;
    std::uint32_t scaling_lists = 0;  ///< address
    std::uint32_t tile_sizes = 0;     ///< address
    unsigned tile_columns = 1;
    unsigned tile_rows = 1;
    std::uint32_t tile_filter = 0;  ///< address of what deblocking keeps at edges of tiles
    std::uint32_t tile_sao = 0;
    std::uint32_t tile_bsd = 0;

    std::array<Reference, picture_count> references{};
    /** References in the order of both lists before a slice changes it. */
    std::array<std::array<std::uint8_t, picture_count>, 2> initial_list{};
};

}  // namespace svp::vpu::hevc
