// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/h264_job.hpp"

namespace svp::vpu::g1 {

namespace {

constexpr Field write_mvs_e{3, 12, 1};
constexpr Field seq_mbaff_e{3, 10, 1};
constexpr Field pic_mb_width{4, 23, 9};
constexpr Field pic_mb_height{4, 11, 8};
constexpr Field type1_quant_e{5, 24, 1};
constexpr Field ch_qp_offset[2] = {{5, 19, 5}, {5, 14, 5}};
constexpr Field fieldpic_flag_e{5, 0, 1};
constexpr Field init_qp{6, 25, 6};
constexpr Field stream_len{6, 0, 24};
constexpr Field cabac_e{7, 31, 1};
constexpr Field blackwhite_e{7, 30, 1};
constexpr Field dir_8x8_infer_e{7, 29, 1};
constexpr Field weight_pred_e{7, 28, 1};
constexpr Field weight_bipr_idc{7, 26, 2};
constexpr Field framenum_len{7, 16, 5};
constexpr Field framenum{7, 0, 16};
constexpr Field const_intra_e{8, 31, 1};
constexpr Field filt_ctrl_pres{8, 30, 1};
constexpr Field rdpic_cnt_pres{8, 29, 1};
constexpr Field transform_8x8_flag_e{8, 28, 1};
constexpr Field refpic_mk_len{8, 17, 11};
constexpr Field refidx_active[2] = {{9, 14, 5}, {9, 19, 5}};
constexpr Field poc_length{9, 0, 8};

constexpr unsigned stream_base = 12;
constexpr unsigned output = 13;
constexpr unsigned first_reference = 14;
constexpr unsigned first_number = 30;
constexpr unsigned long_term_references = 38;
constexpr unsigned valid_references = 39;
constexpr unsigned tables = 40;
constexpr unsigned motion = 41;
constexpr unsigned first_b_list = 42;
constexpr unsigned last_lists = 47;
constexpr unsigned first_p_list = 10;
constexpr unsigned index_width = 5;

/** Entry @p position of a register of list entries, 5 bits each. */
std::uint8_t list_entry(Registers registers, unsigned number, unsigned position) {
    return static_cast<std::uint8_t>(value(registers, {number, index_width * position, index_width}) %
                                     h264::slot_count);
}

void read_slots(Registers registers, h264::Parameters& job) {
    const bool frame = job.structure == h264::whole_frame;
    for (unsigned i = 0; i < h264::slot_count; ++i) {
        h264::Slot& slot = job.slots[i];
        slot.address = registers[first_reference + i] & ~3u;
        slot.number = static_cast<std::uint16_t>(registers[first_number + i / 2] >> (i % 2 == 0 ? 0 : 16));
        const auto fields = [&](std::uint32_t bits) {
            if (frame) {
                return static_cast<std::uint8_t>((bits >> (31 - i) & 1) != 0 ? h264::whole_frame
                                                                             : h264::no_field);
            }
            return static_cast<std::uint8_t>((bits >> (31 - 2 * i) & 1) | (bits >> (30 - 2 * i) & 1) << 1);
        };
        slot.valid = fields(registers[valid_references]);
        slot.long_term = fields(registers[long_term_references]);
    }
}

void read_lists(Registers registers, h264::Parameters& job) {
    for (unsigned i = 0; i < h264::slot_count; ++i) {
        const unsigned number = i < 15 ? first_b_list + i / 3 : last_lists;
        for (unsigned list = 0; list < 2; ++list) {
            job.initial_list[1 + list][i] = list_entry(registers, number, i < 15 ? i % 3 * 2 + list : list);
        }
        job.initial_list[0][i] = i < 4 ? list_entry(registers, last_lists, 2 + i)
                                       : list_entry(registers, first_p_list + (i - 4) / 6, (i - 4) % 6);
    }
}

}  // namespace

h264::Parameters h264_parameters(Registers registers) {
    const auto flag = [registers](const Field& field) { return value(registers, field) != 0; };
    h264::Parameters job;
    job.mb_width = value(registers, pic_mb_width);
    job.mb_height = value(registers, pic_mb_height);
    if (flag(pic_fieldmode_e)) {
        job.structure = flag(pic_topfield_e) ? h264::top_field : h264::bottom_field;
    }
    job.frame_mbs_only = !flag(fieldpic_flag_e);
    job.mbaff = !job.frame_mbs_only && flag(seq_mbaff_e) && !flag(pic_fieldmode_e);
    job.cabac = flag(cabac_e);
    job.monochrome = flag(blackwhite_e);
    job.direct_8x8_inference = flag(dir_8x8_infer_e);
    job.weighted_pred = flag(weight_pred_e);
    job.weighted_bipred = value(registers, weight_bipr_idc);
    job.constrained_intra = flag(const_intra_e);
    job.deblocking_control = flag(filt_ctrl_pres);
    job.redundant_pic_cnt = flag(rdpic_cnt_pres);
    job.transform_8x8 = flag(transform_8x8_flag_e);
    job.scaling_matrix = flag(type1_quant_e);
    job.frame_num_bits = value(registers, framenum_len);
    job.frame_num = value(registers, framenum);
    job.marking_bits = value(registers, refpic_mk_len);
    job.order_count_bits = value(registers, poc_length);
    for (unsigned i = 0; i < 2; ++i) {
        // 32 does not fit, and arrives as 0.
        const unsigned count = value(registers, refidx_active[i]);
        job.default_ref_idx[i] = count == 0 ? 32 : count;
        job.chroma_qp_offset[i] = signed_value(registers, ch_qp_offset[i]);
    }
    job.init_qp = static_cast<int>(value(registers, init_qp));
    job.stream = registers[stream_base];
    job.stream_length = value(registers, stream_len);
    job.output = registers[output];
    job.tables = registers[tables];
    job.write_motion = flag(write_mvs_e);
    job.motion = registers[motion];
    read_slots(registers, job);
    read_lists(registers, job);
    return job;
}

}  // namespace svp::vpu::g1
