// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver does with H.264 controls before it starts the G1: slots of references, the table, registers.
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_h264.c and hantro_g1_h264_dec.c.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <vector>

#include "../../firmware/guest/play/target.hpp"
#include "h264_cabac_table.hpp"

namespace svp::test {

using play::H264Controls;

struct H264Buffers {
    std::uint32_t stream;
    std::uint32_t stream_length;
    std::uint32_t table;
    std::uint32_t output;                                   ///< of the frame
    std::function<std::uint32_t(std::uint64_t)> reference;  ///< address of the frame with a time stamp
};

/** The driver's side of one stream. */
class G1H264Driver {
 public:
    static constexpr std::size_t table_size = 4040;

    /** Fills in @p swreg, 128 registers. */
    template <typename Registers>
    void fill(const H264Controls& controls, const H264Buffers& buffers, Registers& swreg) {
        update_slots(controls.decode);
        const v4l2_ctrl_h264_sps& sps = controls.sps;
        const v4l2_ctrl_h264_pps& pps = controls.pps;
        const v4l2_ctrl_h264_decode_params& decode = controls.decode;
        const bool field = (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC) != 0;
        const bool bottom = (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_BOTTOM_FIELD) != 0;
        const bool frames_only = (sps.flags & V4L2_H264_SPS_FLAG_FRAME_MBS_ONLY) != 0;
        const bool mbaff = (sps.flags & V4L2_H264_SPS_FLAG_MB_ADAPTIVE_FRAME_FIELD) != 0;
        const unsigned width = sps.pic_width_in_mbs_minus1 + 1u;
        const unsigned height = (sps.pic_height_in_map_units_minus1 + 1u) * (frames_only ? 1 : 2);
        const auto bit = [](bool on, unsigned shift) { return on ? 1u << shift : 0u; };
        const auto number = [](int value, unsigned bits) {
            return static_cast<std::uint32_t>(value) & ((1u << bits) - 1);
        };
        std::fill(swreg.begin(), swreg.end(), 0u);
        const bool high = sps.profile_idc > 66;
        swreg[3] = 0xff | bit(mbaff, 10) | bit(high, 9) | bit(high && decode.nal_ref_idc != 0, 12) |
                   bit(!frames_only && (mbaff || field), 23) | bit(field, 22) | bit(!bottom, 19);
        swreg[4] = width << 23 | height << 11 | sps.max_num_ref_frames;
        swreg[5] =
            number(pps.chroma_qp_index_offset, 5) << 19 | number(pps.second_chroma_qp_index_offset, 5) << 14 |
            bit((pps.flags & V4L2_H264_PPS_FLAG_SCALING_MATRIX_PRESENT) != 0, 24) | bit(!frames_only, 0);
        swreg[6] = 1u << 31 | number(pps.pic_init_qp_minus26 + 26, 6) << 25 | buffers.stream_length;
        swreg[7] = (sps.log2_max_frame_num_minus4 + 4u) << 16 | decode.frame_num |
                   static_cast<std::uint32_t>(pps.weighted_bipred_idc) << 26 |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_ENTROPY_CODING_MODE) != 0, 31) |
                   bit((sps.flags & V4L2_H264_SPS_FLAG_DIRECT_8X8_INFERENCE) != 0, 29) |
                   bit(sps.profile_idc >= 100 && sps.chroma_format_idc == 0, 30) |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_WEIGHTED_PRED) != 0, 28);
        swreg[8] = decode.dec_ref_pic_marking_bit_size << 17 | decode.idr_pic_id |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_CONSTRAINED_INTRA_PRED) != 0, 31) |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_DEBLOCKING_FILTER_CONTROL_PRESENT) != 0, 30) |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_REDUNDANT_PIC_CNT_PRESENT) != 0, 29) |
                   bit((pps.flags & V4L2_H264_PPS_FLAG_TRANSFORM_8X8_MODE) != 0, 28) |
                   bit((decode.flags & V4L2_H264_DECODE_PARAM_FLAG_IDR_PIC) != 0, 16);
        swreg[9] = static_cast<std::uint32_t>(pps.pic_parameter_set_id) << 24 |
                   number(pps.num_ref_idx_l1_default_active_minus1 + 1, 5) << 19 |
                   number(pps.num_ref_idx_l0_default_active_minus1 + 1, 5) << 14 |
                   decode.pic_order_cnt_bit_size;
        swreg[12] = buffers.stream;
        const std::uint32_t line = bottom ? 16 * width : 0;
        swreg[13] = buffers.output + line;
        swreg[40] = buffers.table;
        if (high && decode.nal_ref_idc != 0) {
            const unsigned bytes = sps.profile_idc >= 100 && sps.chroma_format_idc == 0 ? 256 : 384;
            swreg[41] = buffers.output + bytes * width * height + (bottom ? 32 * width * height : 0);
        }
        fill_references(controls, buffers, swreg);
    }

    /** The table in memory. */
    std::vector<std::uint8_t> table(const H264Controls& controls) const {
        std::vector<std::uint8_t> bytes(table_size);
        for (std::size_t i = 0; i < 3680; ++i) {
            bytes[i ^ 3] = static_cast<std::uint8_t>(h264_cabac_initial[i / 920][i % 920 / 2][i % 2]);
        }
        const auto put = [&bytes](std::size_t index, std::int32_t value) {
            for (unsigned i = 0; i < 4; ++i) {
                bytes[3680 + 4 * index + i] =
                    static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> 8 * i);
            }
        };
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            put(2 * i, slots_[i].top_field_order_cnt);
            put(2 * i + 1, slots_[i].bottom_field_order_cnt);
        }
        const v4l2_ctrl_h264_decode_params& decode = controls.decode;
        const bool pairs = (controls.sps.flags & V4L2_H264_SPS_FLAG_MB_ADAPTIVE_FRAME_FIELD) != 0 &&
                           (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC) == 0;
        put(32, pairs ? decode.top_field_order_cnt : current_order(decode));
        put(33, pairs ? decode.bottom_field_order_cnt : 0);
        if ((controls.pps.flags & V4L2_H264_PPS_FLAG_SCALING_MATRIX_PRESENT) != 0) {
            for (std::size_t i = 0; i < 96; ++i) {
                bytes[3816 + (i ^ 3)] = controls.scaling.scaling_list_4x4[i / 16][i % 16];
            }
            for (std::size_t i = 0; i < 128; ++i) {
                bytes[3912 + (i ^ 3)] = controls.scaling.scaling_list_8x8[i / 64][i % 64];
            }
        }
        return bytes;
    }

 private:
    static std::int32_t current_order(const v4l2_ctrl_h264_decode_params& decode) {
        if ((decode.flags & V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC) == 0) {
            return std::min(decode.top_field_order_cnt, decode.bottom_field_order_cnt);
        }
        return (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_BOTTOM_FIELD) != 0 ? decode.bottom_field_order_cnt
                                                                              : decode.top_field_order_cnt;
    }
    static bool active(const v4l2_h264_dpb_entry& entry) {
        return (entry.flags & V4L2_H264_DPB_ENTRY_FLAG_ACTIVE) != 0;
    }

    /** A frame keeps its slot as long as it is a reference. */
    void update_slots(const v4l2_ctrl_h264_decode_params& decode) {
        std::array<bool, 16> kept{};
        std::vector<const v4l2_h264_dpb_entry*> added;
        for (auto& slot : slots_) {
            slot.flags = 0;
        }
        for (const auto& entry : decode.dpb) {
            if (!active(entry)) {
                continue;
            }
            const auto same = std::find_if(slots_.begin(), slots_.end(), [&entry](const auto& slot) {
                return slot.reference_ts == entry.reference_ts;
            });
            if (same == slots_.end()) {
                added.push_back(&entry);
            } else {
                *same = entry;
                kept[static_cast<std::size_t>(same - slots_.begin())] = true;
            }
        }
        for (const auto* entry : added) {
            const auto free = std::find(kept.begin(), kept.end(), false);
            *free = true;
            slots_[static_cast<std::size_t>(free - kept.begin())] = *entry;
        }
    }

    template <typename Registers>
    void fill_references(const H264Controls& controls, const H264Buffers& buffers, Registers& swreg) const {
        const v4l2_ctrl_h264_decode_params& decode = controls.decode;
        const bool field = (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC) != 0;
        const std::int32_t now = current_order(decode);
        for (unsigned i = 0; i < 16; ++i) {
            const v4l2_h264_dpb_entry& slot = slots_[i];
            std::uint32_t address = buffers.output;
            if (active(slot)) {
                address = buffers.reference(slot.reference_ts);
                swreg[30 + i / 2] |= static_cast<std::uint32_t>(slot.frame_num) << i % 2 * 16;
                const bool long_term = (slot.flags & V4L2_H264_DPB_ENTRY_FLAG_LONG_TERM) != 0;
                if (field) {
                    swreg[39] |= (slot.fields & V4L2_H264_TOP_FIELD_REF) != 0 ? 1u << (31 - 2 * i) : 0u;
                    swreg[39] |= (slot.fields & V4L2_H264_BOTTOM_FIELD_REF) != 0 ? 1u << (30 - 2 * i) : 0u;
                    swreg[38] |= long_term ? 3u << (30 - 2 * i) : 0u;
                } else {
                    swreg[39] |= 1u << (31 - i);
                    swreg[38] |= long_term ? 1u << (31 - i) : 0u;
                }
            }
            address |= (slot.flags & V4L2_H264_DPB_ENTRY_FLAG_FIELD) != 0 ? 2u : 0u;
            address |= std::abs(slot.top_field_order_cnt - now) < std::abs(slot.bottom_field_order_cnt - now)
                           ? 1u
                           : 0u;
            swreg[14 + i] = address;
        }
        std::array<std::vector<unsigned>, 3> lists;
        build_lists(decode, lists);
        for (auto& list : lists) {
            list.resize(16, 15);
        }
        for (unsigned i = 0; i < 15; ++i) {
            swreg[42 + i / 3] |= lists[1][i] << i % 3 * 10 | lists[2][i] << (i % 3 * 10 + 5);
        }
        swreg[47] = lists[1][15] | lists[2][15] << 5;
        for (unsigned i = 0; i < 4; ++i) {
            swreg[47] |= lists[0][i] << (10 + 5 * i);
        }
        for (unsigned i = 4; i < 16; ++i) {
            swreg[10 + (i - 4) / 6] |= lists[0][i] << (i - 4) % 6 * 5;
        }
    }

    /** Initial lists of frames: P, B list 0, B list 1. In a field's job only those that have a reference of
     * the other parity, as in the driver. */
    void build_lists(const v4l2_ctrl_h264_decode_params& decode,
                     std::array<std::vector<unsigned>, 3>& lists) const {
        const bool field = (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC) != 0;
        const std::int32_t now = current_order(decode);
        std::vector<unsigned> short_term, long_term;
        for (unsigned i = 0; i < 16; ++i) {
            if (active(slots_[i])) {
                ((slots_[i].flags & V4L2_H264_DPB_ENTRY_FLAG_LONG_TERM) != 0 ? long_term : short_term)
                    .push_back(i);
            }
        }
        const auto wrapped = [&](unsigned i) {
            return static_cast<int>(slots_[i].frame_num) -
                   (slots_[i].frame_num > decode.frame_num ? 1 << 16 : 0);
        };
        const auto order = [&](unsigned i) {
            const auto& slot = slots_[i];
            if (!field || (slot.fields == V4L2_H264_FRAME_REF)) {
                return std::min(slot.top_field_order_cnt, slot.bottom_field_order_cnt);
            }
            return slot.fields == V4L2_H264_TOP_FIELD_REF ? slot.top_field_order_cnt
                                                          : slot.bottom_field_order_cnt;
        };
        std::sort(long_term.begin(), long_term.end(),
                  [&](unsigned a, unsigned b) { return slots_[a].frame_num < slots_[b].frame_num; });
        std::sort(short_term.begin(), short_term.end(),
                  [&](unsigned a, unsigned b) { return wrapped(a) > wrapped(b); });
        lists[0] = short_term;
        const auto before = [&](unsigned i) { return order(i) <= now; };
        for (unsigned list = 0; list < 2; ++list) {
            std::vector<unsigned> sorted = short_term;
            std::sort(sorted.begin(), sorted.end(), [&](unsigned a, unsigned b) {
                if (before(a) != before(b)) {
                    return before(a) == (list == 0);
                }
                return before(a) ? order(a) > order(b) : order(a) < order(b);
            });
            lists[1 + list] = sorted;
        }
        for (auto& list : lists) {
            list.insert(list.end(), long_term.begin(), long_term.end());
        }
        if (!field && lists[2].size() > 1 && lists[1] == lists[2]) {
            std::swap(lists[2][0], lists[2][1]);
        }
        if (field) {
            const unsigned other = (decode.flags & V4L2_H264_DECODE_PARAM_FLAG_BOTTOM_FIELD) != 0
                                       ? V4L2_H264_TOP_FIELD_REF
                                       : V4L2_H264_BOTTOM_FIELD_REF;
            for (auto& list : lists) {
                std::erase_if(list, [&](unsigned i) { return (slots_[i].fields & other) == 0; });
            }
        }
    }

    std::array<v4l2_h264_dpb_entry, 16> slots_{};
};

}  // namespace svp::test
