// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/mpeg2_job.hpp"

namespace svp::vpu::g1 {

namespace {

constexpr Field pic_b_e{3, 21, 1};
constexpr Field pic_inter_e{3, 20, 1};
constexpr Field pic_mb_width{4, 23, 9};
constexpr Field pic_mb_height{4, 11, 8};
constexpr Field topfieldfirst_e{4, 5, 1};
constexpr Field qscale_type{5, 24, 1};
constexpr Field con_mv_e{5, 4, 1};
constexpr Field intra_dc_prec{5, 2, 2};
constexpr Field intra_vlc_tab{5, 1, 1};
constexpr Field frame_pred_dct{5, 0, 1};
constexpr Field stream_len{6, 0, 24};
constexpr Field alt_scan_flag_e{18, 19, 1};
constexpr Field f_code[2][2] = {{{18, 15, 4}, {18, 11, 4}}, {{18, 7, 4}, {18, 3, 4}}};

constexpr unsigned rlc_vlc_base = 12;
constexpr unsigned dec_out_base = 13;
constexpr unsigned references[2][2] = {{14, 15}, {16, 17}};
constexpr unsigned qtable_base = 40;
/** Two low bits of a reference say other things in other modes. */
constexpr std::uint32_t address_bits = ~3u;

mpeg2::Structure structure(Registers registers) {
    if (value(registers, pic_fieldmode_e) == 0) {
        return mpeg2::Structure::frame;
    }
    return value(registers, pic_topfield_e) != 0 ? mpeg2::Structure::top_field
                                                 : mpeg2::Structure::bottom_field;
}

mpeg2::Coding coding(Registers registers) {
    if (value(registers, pic_b_e) != 0) {
        return mpeg2::Coding::bidirectional;
    }
    return value(registers, pic_inter_e) != 0 ? mpeg2::Coding::predictive : mpeg2::Coding::intra;
}

}  // namespace

mpeg2::Parameters mpeg2_parameters(Registers registers) {
    mpeg2::Parameters job;
    job.mb_width = value(registers, pic_mb_width);
    job.mb_height = value(registers, pic_mb_height);
    job.structure = structure(registers);
    job.coding = coding(registers);
    job.top_field_first = value(registers, topfieldfirst_e) != 0;
    job.frame_pred_frame_dct = value(registers, frame_pred_dct) != 0;
    job.concealment_motion_vectors = value(registers, con_mv_e) != 0;
    job.q_scale_type = value(registers, qscale_type) != 0;
    job.intra_vlc_format = value(registers, intra_vlc_tab) != 0;
    job.alternate_scan = value(registers, alt_scan_flag_e) != 0;
    job.intra_dc_precision = value(registers, intra_dc_prec);
    for (unsigned s = 0; s < 2; ++s) {
        for (unsigned i = 0; i < 2; ++i) {
            job.f_code[s][i] = value(registers, f_code[s][i]);
            job.reference[s][i] = registers[references[s][i]] & address_bits;
        }
    }
    job.stream = registers[rlc_vlc_base];
    job.stream_length = value(registers, stream_len);
    job.tables = registers[qtable_base];
    job.output = registers[dec_out_base];
    return job;
}

}  // namespace svp::vpu::g1
