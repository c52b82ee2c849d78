// SPDX-License-Identifier: GPL-2.0-or-later
/** Header of a slice segment, clause 7.3.6, as far as the hardware reads it. */
#pragma once

#include <cstdint>
#include <span>

#include "vpu/entropy/payload_reader.hpp"
#include "vpu/hevc/parameters.hpp"

namespace svp::vpu::hevc {

enum SliceType : std::uint8_t { slice_b = 0, slice_p = 1, slice_i = 2 };

inline constexpr unsigned max_ref_idx = 16;

/** Weights of explicit prediction: w and o of clause 8.5.3.3.4.3, offsets in samples of the bit depth. */
struct Weight {
    std::int16_t scale[3];
    std::int16_t offset[3];
};

/** A dependent slice segment takes over what stands behind `dependent`. */
struct SliceHeader {
    bool first_segment = false;
    bool dependent = false;
    unsigned segment_address = 0;  ///< of the first coding tree block, raster scan

    unsigned slice_address = 0;  ///< of the slice's first one: SliceAddrRs
    SliceType type = slice_i;
    bool temporal_mvp = false;
    bool sao_luma = false;
    bool sao_chroma = false;
    unsigned ref_idx_active[2] = {0, 0};
    std::uint8_t list[2][max_ref_idx] = {};  ///< pictures, by their number among the job's references
    bool mvd_l1_zero = false;
    bool cabac_init = false;
    bool collocated_from_l0 = true;
    unsigned collocated_ref_idx = 0;
    bool weighted = false;    ///< weights are explicit
    unsigned luma_shift = 0;  ///< luma_log2_weight_denom
    unsigned chroma_shift = 0;
    Weight weights[2][max_ref_idx] = {};
    unsigned max_merge_candidates = 0;  ///< MaxNumMergeCand, 1 to 5
    int qp = 26;                        ///< SliceQpY
    int chroma_qp_offset[2] = {0, 0};   ///< of the slice and its picture parameter set
    bool deblocking_disabled = false;
    int beta_offset = 0;  ///< slice_beta_offset_div2
    int tc_offset = 0;
    bool filter_across = false;  ///< slice_loop_filter_across_slices_enabled_flag

    /**
     * Reads the header of NAL unit type @p unit_type, behind the NAL unit's, up to the first bit of the slice
     * data. @p this is what the last one of the picture was. False: it is not legal.
     */
    bool parse(PayloadReader& bits, unsigned unit_type, const Parameters& job);

 private:
    bool parse_independent(PayloadReader& bits, unsigned unit_type, const Parameters& job);
    bool parse_references(PayloadReader& bits, const Parameters& job);
    bool parse_lists(PayloadReader& bits, const Parameters& job);
    bool parse_weights(PayloadReader& bits, const Parameters& job);
    bool parse_filter(PayloadReader& bits, const Parameters& job);
};

}  // namespace svp::vpu::hevc
