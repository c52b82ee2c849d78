// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver does with VP8 controls: registers, probability table and segment map of a job for G1.
 *
 * Written after the register sheet, with the layout that Linux's driver has; the same bytes of a frame go in.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../../firmware/guest/play/vp8_header.hpp"
#include "vpu/g1/registers.hpp"

namespace svp::test {

/** Addresses of a job's buffers. */
struct G1Buffers {
    std::uint32_t stream = 0;         ///< the whole frame
    std::uint32_t probabilities = 0;  ///< 1208 bytes
    std::uint32_t segment_map = 0;
    std::uint32_t output = 0;
    std::uint32_t last = 0;
    std::uint32_t golden = 0;
    std::uint32_t altref = 0;
};

using G1Registers = std::array<std::uint32_t, vpu::g1::register_count>;

/** The table as memory holds it. */
inline std::vector<std::uint8_t> g1_probability_table(const v4l2_ctrl_vp8_frame& frame) {
    std::vector<std::uint8_t> table(1208);
    const auto put = [&table](std::size_t at, std::initializer_list<std::uint8_t> bytes) {
        std::copy(bytes.begin(), bytes.end(), table.begin() + static_cast<std::ptrdiff_t>(at));
    };
    const v4l2_vp8_entropy& entropy = frame.entropy;
    const auto* p = frame.segment.segment_probs;
    put(0, {frame.prob_skip_false, frame.prob_intra, frame.prob_last, frame.prob_gf, p[0], p[1], p[2]});
    std::copy_n(entropy.y_mode_probs, 4, table.begin() + 8);
    std::copy_n(entropy.uv_mode_probs, 3, table.begin() + 12);
    const auto& mv = entropy.mv_probs;
    put(16, {mv[0][0], mv[1][0], mv[0][1], mv[1][1], mv[0][17], mv[0][18], mv[1][17], mv[1][18]});
    for (std::ptrdiff_t i = 0; i < 2; ++i) {
        std::copy_n(mv[i] + 9, 8, table.begin() + 24 + 8 * i);
        std::copy_n(mv[i] + 2, 7, table.begin() + 40 + 8 * i);
    }
    for (std::ptrdiff_t i = 0; i < 4 * 8 * 3; ++i) {
        const std::uint8_t* nodes = entropy.coeff_probs[i / 24][i / 3 % 8][i % 3];
        std::copy_n(nodes, 4, table.begin() + 56 + 4 * i);
        std::copy_n(nodes + 4, 7, table.begin() + 440 + 8 * i);
    }
    return table;
}

/** Fills the registers of a job over what an earlier one left there, as a driver does; DEC_E is not set. */
inline void g1_fill_registers(const v4l2_ctrl_vp8_frame& frame, const G1Buffers& buffers,
                              G1Registers& swreg) {
    const auto set = [&swreg](unsigned number, unsigned shift, unsigned width, std::uint32_t value) {
        const std::uint32_t mask = ((1u << width) - 1) << shift;
        swreg[number] = (swreg[number] & ~mask) | (value << shift & mask);
    };
    const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
    const bool key = V4L2_VP8_FRAME_IS_KEY_FRAME(&frame);
    const v4l2_vp8_segment& segment = frame.segment;
    const bool segments = (segment.flags & V4L2_VP8_SEGMENT_FLAG_ENABLED) != 0;
    const bool deltas = (segment.flags & V4L2_VP8_SEGMENT_FLAG_DELTA_VALUE_MODE) != 0;

    swreg[2] = 0x00fa0610;  // byte orders, bursts, clock gating: always the same
    swreg[3] = 10u << 28 | 0xff;
    set(3, 20, 1, key ? 0 : 1);
    set(3, 26, 1, (frame.flags & V4L2_VP8_FRAME_FLAG_MB_NO_SKIP_COEFF) != 0 ? 0 : 1);
    set(3, 14, 1, frame.lf.level == 0 ? 1 : 0);
    const unsigned width = (frame.width + 15u) / 16, height = (frame.height + 15u) / 16;
    swreg[4] = (width & 0x1ff) << 23 | (height & 0xff) << 11 | (width >> 9) << 3 | height >> 8;
    swreg[5] = frame.coder_state.range | unsigned{frame.coder_state.value} << 8;
    swreg[7] = (frame.version != 3 ? 1u << 13 : 0) | ((frame.version & 3) != 0 ? 1u << 12 : 0);

    // Loop filter and quantizers, which segments add to or replace.
    const auto per_segment = [&](int base, const std::int8_t* update, unsigned i, int limit) {
        return segments ? deltas ? std::clamp(base + update[i], 0, limit) : int{update[i]} : base;
    };
    swreg[30] = (frame.lf.flags & V4L2_VP8_LF_FILTER_TYPE_SIMPLE) != 0 ? 1u << 31 : 0;
    swreg[30] |= unsigned{frame.lf.sharpness_level} << 28;
    for (unsigned i = 0; i < (segments ? 4u : 1u); ++i) {
        const unsigned slot = 3 - i;
        set(32, 6 * slot, 6, number(per_segment(frame.lf.level, segment.lf_update, i, 63)));
        set(i < 2 ? 33 : 46, i % 2 == 0 ? 11 : 0, 11,
            number(per_segment(frame.quant.y_ac_qi, segment.quant_update, i, 127)));
    }
    // Linux's driver leaves the deltas of references as they were if there are none; a new picture gets none
    // here.
    swreg[31] = 0;
    for (unsigned i = 0; (frame.lf.flags & V4L2_VP8_LF_ADJ_ENABLE) != 0 && i < 4; ++i) {
        set(30, 7 * (3 - i), 7, number(frame.lf.mb_mode_delta[i]));
        set(31, 7 * (3 - i), 7, number(frame.lf.ref_frm_delta[i]));
    }
    set(33, 27, 5, number(frame.quant.y_dc_delta));
    set(33, 22, 5, number(frame.quant.y2_dc_delta));
    set(46, 27, 5, number(frame.quant.y2_ac_delta));
    set(46, 22, 5, number(frame.quant.uv_dc_delta));
    set(47, 27, 5, number(frame.quant.uv_ac_delta));

    // Partitions: addresses are multiples of 8, bits lead on from there.
    const std::uint32_t header = key ? 10 : 3;
    const std::uint32_t data_bits = header * 8 + frame.first_part_header_bits + 8;
    const std::uint32_t data_byte = data_bits / 8;
    swreg[27] = buffers.stream + (data_byte & ~7u);
    set(5, 18, 6, data_bits - (data_byte & ~7u) * 8);
    swreg[9] = 0;
    set(9, 0, 22, frame.first_part_size - (data_byte - header) + (data_byte & 7) + 1);
    set(9, 24, 4, frame.num_dct_parts - 1u);
    constexpr unsigned base[8] = {12, 22, 23, 24, 25, 26, 28, 29};
    constexpr unsigned bit_register[8] = {5, 7, 7, 11, 11, 11, 11, 11};
    constexpr unsigned bit_shift[8] = {26, 26, 20, 24, 18, 12, 6, 0};
    const std::uint32_t sizes = header + frame.first_part_size;
    std::uint32_t position = sizes + 3 * (frame.num_dct_parts - 1u);
    std::uint32_t length = 3 * (frame.num_dct_parts - 1u) + (sizes & 7);
    for (unsigned i = 0; i < frame.num_dct_parts; ++i) {
        swreg[base[i]] = buffers.stream + (position & ~7u);
        set(bit_register[i], bit_shift[i], 6, (position & 7) * 8);
        position += frame.dct_part_sizes[i];
        length += frame.dct_part_sizes[i];
    }
    swreg[6] = length & 0xffffff;

    const auto reference = [&](std::uint32_t address, bool bias) {
        return (address != 0 ? address : buffers.output) | (bias ? 1u : 0u);
    };
    swreg[14] = reference(buffers.last, false);
    swreg[18] = reference(buffers.golden, (frame.flags & V4L2_VP8_FRAME_FLAG_SIGN_BIAS_GOLDEN) != 0);
    swreg[19] = reference(buffers.altref, (frame.flags & V4L2_VP8_FRAME_FLAG_SIGN_BIAS_ALT) != 0);
    swreg[40] = buffers.probabilities;
    swreg[10] = buffers.segment_map | (segments ? 1u : 0u) |
                ((segment.flags & V4L2_VP8_SEGMENT_FLAG_UPDATE_MAP) != 0 ? 2u : 0u);
    swreg[13] = buffers.output;
}

}  // namespace svp::test
