// SPDX-License-Identifier: GPL-2.0-or-later
/** Slice headers, as far as the decoder reads them from the stream (clause 7.3.3). */
#pragma once

#include <cstdint>
#include <vector>

#include "vpu/entropy/payload_reader.hpp"
#include "vpu/h264/parameters.hpp"

namespace svp::vpu::h264 {

enum class SliceType : std::uint8_t { p = 0, b = 1, i = 2 };

inline constexpr unsigned max_ref_idx = 32;

struct ListModification {
    std::uint8_t idc;     ///< modification_of_pic_nums_idc, 0 to 2
    std::uint32_t value;  ///< abs_diff_pic_num_minus1 or long_term_pic_num
};

/** Explicit weight of a reference: luma, Cb, Cr. */
struct Weight {
    std::int16_t weight[3];
    std::int16_t offset[3];
};

struct SliceHeader {
    unsigned nal_ref_idc = 0;
    unsigned first_mb = 0;
    SliceType type = SliceType::i;
    unsigned redundant_pic_cnt = 0;
    bool direct_spatial = false;
    unsigned ref_count[2] = {0, 0};  ///< num_ref_idx_active, 0 to 32
    std::vector<ListModification> modifications[2];
    bool explicit_weights = false;
    unsigned log2_denominator[3] = {0, 0, 0};  ///< luma, Cb, Cr
    Weight weights[2][max_ref_idx] = {};
    unsigned cabac_init_idc = 0;
    int qp = 0;
    unsigned disable_deblocking = 0;
    int alpha_offset = 0;
    int beta_offset = 0;

    /** From @p bits behind the unit's first byte, @p unit. False: no such header. */
    bool parse(PayloadReader& bits, unsigned unit, const Parameters& parameters);

 private:
    bool parse_references(PayloadReader& bits, const Parameters& parameters);
    void parse_weights(PayloadReader& bits, bool monochrome);
};

}  // namespace svp::vpu::h264
