// SPDX-License-Identifier: GPL-2.0-or-later
/** What a driver does with MPEG-2 controls: registers and quantizer table of a job for G1. */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "../../firmware/guest/play/mpeg2_parser.hpp"
#include "vpu/g1/registers.hpp"

namespace svp::test {

/** Lines of macroblocks of a frame, those that are not shown included: in an interlaced sequence a whole
 * number of pairs (H.262, section 6.3.3). A driver has this of the format that a player asks for. */
inline std::uint32_t g1_mpeg2_mb_height(const v4l2_ctrl_mpeg2_sequence& sequence) {
    return (sequence.flags & V4L2_MPEG2_SEQ_FLAG_PROGRESSIVE) != 0 ? (sequence.vertical_size + 15u) / 16
                                                                   : (sequence.vertical_size + 31u) / 32 * 2;
}

/** Addresses of a job's buffers; references are frames, 0 where there is none. */
struct G1Mpeg2Buffers {
    std::uint32_t stream = 0;
    std::uint32_t table = 0;  ///< 256 bytes
    std::uint32_t output = 0;
    std::uint32_t forward = 0;
    std::uint32_t backward = 0;
};

/** Four matrices by rows; controls have them in zigzag order. */
inline std::vector<std::uint8_t> g1_quantizer_table(const v4l2_ctrl_mpeg2_quantisation& control) {
    std::vector<std::uint8_t> table(256);
    const std::uint8_t* const matrices[] = {
        control.intra_quantiser_matrix, control.non_intra_quantiser_matrix,
        control.chroma_intra_quantiser_matrix, control.chroma_non_intra_quantiser_matrix};
    for (std::size_t number = 0; number < 4; ++number) {
        // Diagonals, up and down in turn.
        std::size_t at = 0;
        for (int diagonal = 0; diagonal < 15; ++diagonal) {
            for (int step = 0; step <= diagonal; ++step) {
                const int x = diagonal % 2 == 0 ? step : diagonal - step, y = diagonal - x;
                if (x < 8 && y < 8) {
                    table[64 * number + static_cast<std::size_t>(8 * y + x)] = matrices[number][at++];
                }
            }
        }
    }
    return table;
}

/** Fills the registers of a job over what an earlier one left there, as a driver does; DEC_E is not set. */
inline void g1_fill_mpeg2_registers(const play::Mpeg2Picture& job, const G1Mpeg2Buffers& buffers,
                                    std::array<std::uint32_t, vpu::g1::register_count>& swreg) {
    const v4l2_ctrl_mpeg2_picture& picture = job.picture;
    const auto flag = [&picture](std::uint32_t mask) { return (picture.flags & mask) != 0 ? 1u : 0u; };
    const bool field = picture.picture_structure != play::mpeg2_frame;
    const bool top = picture.picture_structure == play::mpeg2_top_field;
    const std::uint32_t width = (job.sequence.horizontal_size + 15u) / 16,
                        height = g1_mpeg2_mb_height(job.sequence);
    const bool intra = picture.picture_coding_type == V4L2_MPEG2_PIC_CODING_TYPE_I;
    const bool both = picture.picture_coding_type == V4L2_MPEG2_PIC_CODING_TYPE_B;
    swreg[2] = 0x00fb0f10;
    swreg[3] = 5u << 28 | ((job.sequence.flags & V4L2_MPEG2_SEQ_FLAG_PROGRESSIVE) == 0 ? 1u << 23 : 0) |
               (field ? 1u << 22 : 0) | (both ? 1u << 21 : 0) | (intra ? 0 : 1u << 20) |
               (top ? 1u << 19 : 0) | 1u << 14;
    swreg[4] = width << 23 | height << 11 | flag(V4L2_MPEG2_PIC_FLAG_ALT_SCAN) << 6 |
               flag(V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST) << 5;
    swreg[5] = flag(V4L2_MPEG2_PIC_FLAG_Q_SCALE_TYPE) << 24 | flag(V4L2_MPEG2_PIC_FLAG_CONCEALMENT_MV) << 4 |
               unsigned{picture.intra_dc_precision} << 2 | flag(V4L2_MPEG2_PIC_FLAG_INTRA_VLC) << 1 |
               flag(V4L2_MPEG2_PIC_FLAG_FRAME_PRED_DCT);
    swreg[6] = 1u << 25 | static_cast<std::uint32_t>(job.slices.size());
    swreg[12] = buffers.stream;
    swreg[13] = buffers.output + (field && !top ? 16 * width : 0);
    swreg[18] = flag(V4L2_MPEG2_PIC_FLAG_ALT_SCAN) << 19 | unsigned{picture.f_code[0][0]} << 15 |
                unsigned{picture.f_code[0][1]} << 11 | unsigned{picture.f_code[1][0]} << 7 |
                unsigned{picture.f_code[1][1]} << 3 | 6u;
    const std::uint32_t forward = buffers.forward != 0 ? buffers.forward : buffers.output;
    const std::uint32_t backward = buffers.backward != 0 ? buffers.backward : buffers.output;
    const bool tff = flag(V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST) != 0;
    const bool second = field && !both && top != tff;
    swreg[14] = second && !top ? buffers.output : forward;
    swreg[15] = second && top ? buffers.output : forward;
    swreg[16] = swreg[17] = backward;
    swreg[40] = buffers.table;
}

}  // namespace svp::test
