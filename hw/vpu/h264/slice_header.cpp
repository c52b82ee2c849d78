// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/slice_header.hpp"

namespace svp::vpu::h264 {

namespace {

constexpr unsigned max_modifications = 66;

bool in_range(int value, int low, int high) {
    return value >= low && value <= high;
}

}  // namespace

void SliceHeader::parse_weights(PayloadReader& bits, bool monochrome) {
    explicit_weights = true;
    log2_denominator[0] = bits.ue() & 7;
    if (!monochrome) {
        log2_denominator[1] = log2_denominator[2] = bits.ue() & 7;
    }
    for (unsigned list = 0; list < (type == SliceType::b ? 2u : 1u); ++list) {
        for (unsigned i = 0; i < ref_count[list]; ++i) {
            Weight& entry = weights[list][i];
            for (unsigned plane = 0; plane < 3; ++plane) {
                entry.weight[plane] = static_cast<std::int16_t>(1 << log2_denominator[plane]);
                entry.offset[plane] = 0;
            }
            const auto read = [&](unsigned plane) {
                entry.weight[plane] = static_cast<std::int8_t>(bits.se());
                entry.offset[plane] = static_cast<std::int8_t>(bits.se());
            };
            if (bits.flag()) {
                read(0);
            }
            if (!monochrome && bits.flag()) {
                read(1);
                read(2);
            }
        }
    }
}

bool SliceHeader::parse_references(PayloadReader& bits, const Parameters& parameters) {
    if (type == SliceType::i) {
        return true;
    }
    const unsigned lists = type == SliceType::b ? 2 : 1;
    if (type == SliceType::b) {
        direct_spatial = bits.flag();
    }
    const bool override_counts = bits.flag();
    for (unsigned list = 0; list < lists; ++list) {
        ref_count[list] = override_counts ? bits.ue() + 1 : parameters.default_ref_idx[list];
        if (ref_count[list] < 1 || ref_count[list] > max_ref_idx) {
            return false;
        }
    }
    for (unsigned list = 0; list < lists; ++list) {
        if (!bits.flag()) {
            continue;
        }
        for (unsigned idc = bits.ue(); idc != 3; idc = bits.ue()) {
            if (idc > 3 || modifications[list].size() == max_modifications || bits.overrun()) {
                return false;
            }
            modifications[list].push_back({static_cast<std::uint8_t>(idc), bits.ue()});
        }
    }
    if ((parameters.weighted_pred && type == SliceType::p) ||
        (parameters.weighted_bipred == 1 && type == SliceType::b)) {
        parse_weights(bits, parameters.monochrome);
    }
    return true;
}

bool SliceHeader::parse(PayloadReader& bits, unsigned unit, const Parameters& parameters) {
    nal_ref_idc = unit >> 5 & 3;
    first_mb = bits.ue();
    const unsigned code = bits.ue() % 5;
    if (code > 2) {
        return false;  // SP and SI
    }
    type = static_cast<SliceType>(code);
    bits.ue();  // pic_parameter_set_id: registers hold one set
    bits.skip(parameters.frame_num_bits);
    if (!parameters.frame_mbs_only && bits.flag()) {
        bits.flag();
    }
    if ((unit & 31) == 5) {
        bits.ue();
    }
    bits.skip(parameters.order_count_bits);
    redundant_pic_cnt = parameters.redundant_pic_cnt ? bits.ue() : 0;
    if (!parse_references(bits, parameters)) {
        return false;
    }
    if (nal_ref_idc != 0) {
        bits.skip(parameters.marking_bits);
    }
    if (parameters.cabac && type != SliceType::i) {
        cabac_init_idc = bits.ue();
    }
    qp = parameters.init_qp + bits.se();
    if (parameters.deblocking_control) {
        disable_deblocking = bits.ue();
        if (disable_deblocking != 1) {
            alpha_offset = 2 * bits.se();
            beta_offset = 2 * bits.se();
        }
    }
    return !bits.overrun() && cabac_init_idc <= 2 && in_range(qp, 0, 51) && disable_deblocking <= 2 &&
           in_range(alpha_offset, -12, 12) && in_range(beta_offset, -12, 12);
}

}  // namespace svp::vpu::h264
