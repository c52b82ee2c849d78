// SPDX-License-Identifier: GPL-2.0-or-later
/** What an H.264 job is told: parameter sets as registers hold them, reference slots, and addresses. */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu::h264 {

inline constexpr unsigned slot_count = 16;

/** Most macroblocks on a side of a frame: 4096 times 2304 samples. */
inline constexpr unsigned max_mb_width = 256;
inline constexpr unsigned max_mb_height = 144;

/** Fields of a frame, as bits. */
enum Structure : std::uint8_t { no_field = 0, top_field = 1, bottom_field = 2, whole_frame = 3 };

constexpr Structure opposite(Structure field) {
    return static_cast<Structure>(whole_frame - field);
}

/** A picture that is kept for reference. */
struct Slot {
    std::uint32_t address = 0;   ///< of luma; motion vectors lie behind the picture
    std::uint16_t number = 0;    ///< frame_num, or LongTermFrameIdx
    std::uint8_t valid = 0;      ///< fields that may be referred to; in a frame's job both or none
    std::uint8_t long_term = 0;  ///< fields that are long-term references
};

struct Parameters {
    unsigned mb_width = 0;  ///< of a frame, macroblocks
    unsigned mb_height = 0;
    Structure structure = whole_frame;
    bool mbaff = false;  ///< macroblock pairs choose between frame and field
    bool frame_mbs_only = true;
    bool cabac = false;
    bool monochrome = false;
    bool direct_8x8_inference = false;
    bool weighted_pred = false;
    unsigned weighted_bipred = 0;  ///< weighted_bipred_idc, 0 to 2
    bool constrained_intra = false;
    bool deblocking_control = false;
    bool redundant_pic_cnt = false;
    bool transform_8x8 = false;
    bool scaling_matrix = false;  ///< scaling lists are in the table; else all are 16

    unsigned frame_num_bits = 0;  ///< 4 to 16
    unsigned frame_num = 0;
    unsigned marking_bits = 0;             ///< length of dec_ref_pic_marking()
    unsigned order_count_bits = 0;         ///< length of the syntax elements of picture order count
    unsigned default_ref_idx[2] = {1, 1};  ///< num_ref_idx_active of both lists, 1 to 32
    int chroma_qp_offset[2] = {0, 0};      ///< Cb and Cr, -12 to 12
    int init_qp = 26;                      ///< 0 to 51

    std::uint32_t stream = 0;         ///< address
    std::uint32_t stream_length = 0;  ///< bytes
    std::uint32_t output = 0;         ///< address of the first line that is decoded
    std::uint32_t tables = 0;         ///< address; see Tables
    bool write_motion = false;
    std::uint32_t motion = 0;  ///< address; see motion_store.hpp

    std::array<Slot, slot_count> slots;
    /** Slots of the initial lists: of P slices, of B slices list 0 and list 1. */
    std::array<std::array<std::uint8_t, slot_count>, 3> initial_list{};

    unsigned picture_mb_height() const { return structure == whole_frame ? mb_height : mb_height / 2; }
};

}  // namespace svp::vpu::h264
