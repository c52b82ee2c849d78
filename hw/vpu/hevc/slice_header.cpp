// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/slice_header.hpp"

#include <algorithm>
#include <bit>

namespace svp::vpu::hevc {

namespace {

constexpr unsigned first_irap = 16, last_irap = 23;
constexpr unsigned first_idr = 19, last_idr = 20;

/** Bits that a number below @p count has: Ceil(Log2(count)). */
unsigned bits_for(unsigned count) {
    return static_cast<unsigned>(std::bit_width(count - 1));
}

unsigned fixed(PayloadReader& bits, unsigned width) {
    return width == 0 ? 0 : bits.bits(width);
}

/** A number between @p low and @p high; false if it is not. */
bool read_se(PayloadReader& bits, int low, int high, int& value) {
    value = bits.se();
    return value >= low && value <= high;
}

}  // namespace

bool SliceHeader::parse(PayloadReader& bits, unsigned unit_type, const Parameters& job) {
    const unsigned side = 1u << job.log2_ctb;
    const unsigned total = (job.width + side - 1) / side * ((job.height + side - 1) / side);
    first_segment = bits.flag();
    if (unit_type >= first_irap && unit_type <= last_irap) {
        bits.skip(1);  // no_output_of_prior_pics_flag
    }
    bits.ue();  // slice_pic_parameter_set_id
    dependent = false;
    segment_address = 0;
    if (!first_segment) {
        dependent = job.dependent_slices && bits.flag();
        segment_address = fixed(bits, bits_for(total));
        if (segment_address >= total) {
            return false;
        }
    }
    if (!dependent) {
        const SliceHeader start = *this;
        *this = {};
        first_segment = start.first_segment;
        segment_address = slice_address = start.segment_address;
        if (!parse_independent(bits, unit_type, job)) {
            return false;
        }
    }
    if (job.tiles || job.entropy_sync) {
        const unsigned count = bits.ue();  // num_entry_point_offsets
        if (count > total) {
            return false;
        }
        if (count > 0) {
            const unsigned length = bits.ue() + 1;
            if (length > 32) {
                return false;
            }
            bits.skip(std::size_t{length} * count);
        }
    }
    if (job.header_extension) {
        const unsigned length = bits.ue();
        if (length > 256) {
            return false;
        }
        bits.skip(8 * std::size_t{length});
    }
    bits.skip(1);  // the one of byte_alignment()
    bits.align();
    return !bits.overrun();
}

bool SliceHeader::parse_independent(PayloadReader& bits, unsigned unit_type, const Parameters& job) {
    const bool idr = unit_type >= first_idr && unit_type <= last_idr;
    bits.skip(job.extra_header_bits);
    const unsigned kind = bits.ue();
    if (kind > slice_i) {
        return false;
    }
    type = static_cast<SliceType>(kind);
    bits.skip(job.header_skip_bits);
    temporal_mvp = !idr && job.temporal_mvp && bits.flag();
    if (job.sao) {
        sao_luma = bits.flag();
        sao_chroma = bits.flag();
    }
    if (type != slice_i && !parse_references(bits, job)) {
        return false;
    }
    const int delta = bits.se();  // slice_qp_delta
    const int qp_bd_offset = 6 * (static_cast<int>(job.bit_depth) - 8);
    if (delta < -128 || delta > 128) {
        return false;
    }
    qp = job.init_qp + delta;
    if (qp < -qp_bd_offset || qp > 51) {
        return false;
    }
    for (unsigned i = 0; i < 2; ++i) {
        int offset = 0;
        if (job.slice_chroma_qp_offsets && !read_se(bits, -12, 12, offset)) {
            return false;
        }
        chroma_qp_offset[i] = std::clamp(job.chroma_qp_offset[i] + offset, -12, 12);
    }
    return parse_filter(bits, job);
}

bool SliceHeader::parse_references(PayloadReader& bits, const Parameters& job) {
    const bool both = type == slice_b;
    ref_idx_active[0] = job.default_ref_idx[0];
    ref_idx_active[1] = both ? job.default_ref_idx[1] : 0;
    if (bits.flag()) {
        ref_idx_active[0] = bits.ue() + 1;
        ref_idx_active[1] = both ? bits.ue() + 1 : 0;
    }
    if (ref_idx_active[0] < 1 || ref_idx_active[0] > max_ref_idx ||
        (both && (ref_idx_active[1] < 1 || ref_idx_active[1] > max_ref_idx))) {
        return false;
    }
    if (!parse_lists(bits, job)) {
        return false;
    }
    mvd_l1_zero = both && bits.flag();
    cabac_init = job.cabac_init_present && bits.flag();
    if (temporal_mvp) {
        collocated_from_l0 = !both || bits.flag();
        const unsigned active = ref_idx_active[collocated_from_l0 ? 0 : 1];
        collocated_ref_idx = active > 1 ? bits.ue() : 0;
        if (collocated_ref_idx >= active) {
            return false;
        }
    }
    weighted = both ? job.weighted_bipred : job.weighted_pred;
    if (weighted && !parse_weights(bits, job)) {
        return false;
    }
    const unsigned fewer = bits.ue();  // five_minus_max_num_merge_cand
    max_merge_candidates = 5 - fewer;
    return fewer <= 4;
}

bool SliceHeader::parse_lists(PayloadReader& bits, const Parameters& job) {
    const unsigned width = bits_for(job.total_references);
    for (unsigned i = 0; i < (type == slice_b ? 2u : 1u); ++i) {
        const bool modified = job.lists_modification && job.total_references > 1 && bits.flag();
        for (unsigned entry = 0; entry < ref_idx_active[i]; ++entry) {
            const unsigned from = modified ? bits.bits(width) : entry;
            if (from >= max_ref_idx) {
                return false;
            }
            list[i][entry] = job.initial_list[i][from];
        }
    }
    return true;
}

bool SliceHeader::parse_weights(PayloadReader& bits, const Parameters& job) {
    luma_shift = bits.ue();
    int delta_shift = 0;
    if (luma_shift > 7 || !read_se(bits, -7, 7, delta_shift) ||
        static_cast<int>(luma_shift) + delta_shift < 0 || static_cast<int>(luma_shift) + delta_shift > 7) {
        return false;
    }
    chroma_shift = static_cast<unsigned>(static_cast<int>(luma_shift) + delta_shift);
    const int unit = 1 << (job.bit_depth - 8);
    for (unsigned i = 0; i < (type == slice_b ? 2u : 1u); ++i) {
        bool luma[max_ref_idx] = {}, chroma[max_ref_idx] = {};
        for (unsigned entry = 0; entry < ref_idx_active[i]; ++entry) {
            luma[entry] = bits.flag();
        }
        for (unsigned entry = 0; entry < ref_idx_active[i]; ++entry) {
            chroma[entry] = bits.flag();
        }
        for (unsigned entry = 0; entry < ref_idx_active[i]; ++entry) {
            Weight& weight = weights[i][entry];
            const auto set = [&](unsigned plane, unsigned shift, int delta, int offset) {
                weight.scale[plane] = static_cast<std::int16_t>((1 << shift) + delta);
                weight.offset[plane] = static_cast<std::int16_t>(offset * unit);
            };
            int delta = 0, offset = 0;
            if (luma[entry] && (!read_se(bits, -128, 127, delta) || !read_se(bits, -128, 127, offset))) {
                return false;
            }
            set(0, luma_shift, delta, offset);
            for (unsigned plane = 1; plane < 3; ++plane) {
                delta = offset = 0;
                if (chroma[entry] &&
                    (!read_se(bits, -128, 127, delta) || !read_se(bits, -512, 511, offset))) {
                    return false;
                }
                // The offset is told as what it differs from a prediction by the weight, (7-56).
                const int scaled = 128 * ((1 << chroma_shift) + delta) >> chroma_shift;
                set(plane, chroma_shift, delta,
                    chroma[entry] ? std::clamp(128 + offset - scaled, -128, 127) : 0);
            }
        }
    }
    return true;
}

bool SliceHeader::parse_filter(PayloadReader& bits, const Parameters& job) {
    const bool own = job.deblocking_override && bits.flag();
    deblocking_disabled = job.deblocking_disabled;
    beta_offset = job.beta_offset;
    tc_offset = job.tc_offset;
    if (own) {
        deblocking_disabled = bits.flag();
        if (!deblocking_disabled &&
            (!read_se(bits, -6, 6, beta_offset) || !read_se(bits, -6, 6, tc_offset))) {
            return false;
        }
    }
    filter_across = job.loop_filter_across_slices;
    if (job.loop_filter_across_slices && (sao_luma || sao_chroma || !deblocking_disabled)) {
        filter_across = bits.flag();
    }
    return true;
}

}  // namespace svp::vpu::hevc
