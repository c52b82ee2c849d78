// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes slice headers of random H.264 streams (ITU-T H.264, clause 7.3.3). */
#pragma once

#include "../../firmware/guest/play/h264_parameter_sets.hpp"
#include "bit_writer.hpp"
#include "h264_sets.hpp"
#include "vpu/h264/parameters.hpp"
#include "vpu/h264/slice.hpp"

namespace svp::test {

using vpu::h264::SliceHeader;
using vpu::h264::SliceType;

inline void write_weights(BitWriter& bits, const Sequence& sequence, const SliceHeader& header) {
    bits.ue(header.log2_denominator[0]);
    if (!sequence.monochrome) {
        bits.ue(header.log2_denominator[1]);
    }
    for (unsigned list = 0; list < (header.type == SliceType::b ? 2u : 1u); ++list) {
        for (unsigned i = 0; i < header.ref_count[list]; ++i) {
            const auto& weight = header.weights[list][i];
            const auto given = [&](unsigned plane) {
                return weight.weight[plane] != 1 << header.log2_denominator[plane] ||
                       weight.offset[plane] != 0;
            };
            bits.flag(given(0));
            if (given(0)) {
                bits.se(weight.weight[0]);
                bits.se(weight.offset[0]);
            }
            if (sequence.monochrome) {
                continue;
            }
            bits.flag(given(1) || given(2));
            for (unsigned plane = 1; plane < 3 && (given(1) || given(2)); ++plane) {
                bits.se(weight.weight[plane]);
                bits.se(weight.offset[plane]);
            }
        }
    }
}

inline void write_marking(BitWriter& bits, const play::H264SliceHeader& header) {
    if (header.idr) {
        bits.flag(false);
        bits.flag(header.long_term_idr);
        return;
    }
    bits.flag(header.adaptive_marking);
    if (!header.adaptive_marking) {
        return;
    }
    for (const play::H264Marking& marking : header.marking) {
        bits.ue(marking.operation);
        if (marking.operation != 5) {
            bits.ue(marking.first);
        }
        if (marking.operation == 3) {
            bits.ue(marking.second);
        }
    }
    bits.ue(0);
}

inline void write_slice_header(BitWriter& bits, const Sequence& sequence,
                               const play::H264SliceHeader& of_picture, const SliceHeader& header,
                               const vpu::h264::Parameters& job) {
    const bool p = header.type == SliceType::p, b = header.type == SliceType::b;
    bits.ue(header.first_mb);
    bits.ue(static_cast<unsigned>(header.type));
    bits.ue(sequence.pps_id);
    bits.put(of_picture.frame_num, sequence.frame_num_bits);
    if (sequence.interlaced) {
        bits.flag(of_picture.field);
        if (of_picture.field) {
            bits.flag(of_picture.bottom);
        }
    }
    if (of_picture.idr) {
        bits.ue(of_picture.idr_pic_id);
    }
    if (sequence.order_type == 0) {
        bits.put(of_picture.order_count_lsb, Sequence::order_bits);
        if (!of_picture.field) {
            bits.se(of_picture.delta_order_count_bottom);
        }
    } else if (sequence.order_type == 1) {
        bits.se(of_picture.delta_order_count[0]);
        if (!of_picture.field) {
            bits.se(of_picture.delta_order_count[1]);
        }
    }
    if (b) {
        bits.flag(header.direct_spatial);
    }
    if (p || b) {
        const bool others = !sequence.standard || header.ref_count[0] != sequence.default_ref_count[0] ||
                            (b && header.ref_count[1] != sequence.default_ref_count[1]);
        bits.flag(others);
        if (others) {
            bits.ue(header.ref_count[0] - 1);
            if (b) {
                bits.ue(header.ref_count[1] - 1);
            }
        }
    }
    for (unsigned list = 0; list < (b ? 2u : p ? 1u : 0u); ++list) {
        bits.flag(!header.modifications[list].empty());
        if (!header.modifications[list].empty()) {
            for (const auto& modification : header.modifications[list]) {
                bits.ue(modification.idc);
                bits.ue(modification.value);
            }
            bits.ue(3);
        }
    }
    if (header.explicit_weights) {
        write_weights(bits, sequence, header);
    }
    if (header.nal_ref_idc != 0) {
        write_marking(bits, of_picture);
    }
    if (job.cabac && header.type != SliceType::i) {
        bits.ue(header.cabac_init_idc);
    }
    bits.se(header.qp - sequence.init_qp);
    bits.ue(header.disable_deblocking);
    if (header.disable_deblocking != 1) {
        bits.se(header.alpha_offset / 2);
        bits.se(header.beta_offset / 2);
    }
}

}  // namespace svp::test
