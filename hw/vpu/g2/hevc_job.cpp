// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/hevc_job.hpp"

#include "vpu/hevc/decoder.hpp"
#include "vpu/job/engine_job.hpp"

namespace svp::vpu::g2 {

namespace {

constexpr Field out_filtering_dis{3, 14, 1};
constexpr Field write_mvs_e{3, 12, 1};
constexpr Field pic_width_in_cbs{4, 19, 13};
constexpr Field pic_height_in_cbs{4, 6, 13};
constexpr Field num_ref_frames{4, 0, 5};
constexpr Field scaling_list_e{5, 24, 1};
constexpr Field chroma_qp_offset[2] = {{5, 19, 5}, {5, 14, 5}};
constexpr Field sign_data_hide{5, 12, 1};
constexpr Field tempor_mvp_e{5, 11, 1};
constexpr Field max_cu_qpd_depth{5, 5, 6};
constexpr Field cu_qpd_e{5, 4, 1};
constexpr Field cabac_init_present{7, 31, 1};
constexpr Field weight_pred_e{7, 28, 1};
constexpr Field weight_bipr_idc{7, 26, 2};
constexpr Field filter_over_slices{7, 25, 1};
constexpr Field filter_over_tiles{7, 24, 1};
constexpr Field asym_pred_e{7, 23, 1};
constexpr Field sao_e{7, 22, 1};
constexpr Field pcm_filt_d{7, 21, 1};
constexpr Field slice_chqp_present{7, 20, 1};
constexpr Field dependent_slice{7, 19, 1};
constexpr Field filter_override{7, 18, 1};
constexpr Field strong_smooth_e{7, 17, 1};
constexpr Field filt_offset_beta{7, 12, 5};
constexpr Field filt_offset_tc{7, 7, 5};
constexpr Field slice_hdr_ext_e{7, 6, 1};
constexpr Field slice_hdr_ext_bits{7, 3, 3};
constexpr Field const_intra_e{8, 31, 1};
constexpr Field filt_ctrl_pres{8, 30, 1};
constexpr Field idr_pic_e{8, 16, 1};  // of any random access point
constexpr Field bit_depth_pcm_y{8, 12, 4};
constexpr Field bit_depth_pcm_c{8, 8, 4};
constexpr Field bit_depth_y_minus8{8, 6, 2};
constexpr Field bit_depth_c_minus8{8, 4, 2};
constexpr Field refidx_active[2] = {{9, 14, 5}, {9, 19, 5}};
constexpr Field hdr_skip_length{9, 0, 14};
constexpr Field init_qp{10, 24, 7};
constexpr Field num_tile_cols{10, 19, 5};
constexpr Field num_tile_rows{10, 14, 5};
constexpr Field tile_e{10, 1, 1};
constexpr Field entropy_sync_e{10, 0, 1};
constexpr Field refer_lterm_e{12, 16, 16};
constexpr Field min_cb_size{12, 13, 3};
constexpr Field max_cb_size{12, 10, 3};
constexpr Field min_pcm_size{12, 7, 3};
constexpr Field max_pcm_size{12, 4, 3};
constexpr Field pcm_e{12, 3, 1};
constexpr Field transform_skip{12, 2, 1};
constexpr Field transq_bypass{12, 1, 1};
constexpr Field list_mod_e{12, 0, 1};
constexpr Field min_trb_size{13, 13, 3};
constexpr Field max_trb_size{13, 10, 3};
constexpr Field max_intra_hierdepth{13, 7, 3};
constexpr Field max_inter_hierdepth{13, 4, 3};
constexpr Field parallel_merge{13, 0, 4};

constexpr unsigned first_list = 14;
constexpr unsigned first_distance = 46;
constexpr unsigned scaling_lists = 171;

void read_sequence(Registers registers, hevc::Parameters& job) {
    const auto flag = [registers](const Field& field) { return value(registers, field) != 0; };
    job.log2_min_cb = value(registers, min_cb_size);
    job.log2_ctb = value(registers, max_cb_size);
    job.width = value(registers, pic_width_in_cbs) << job.log2_min_cb;
    job.height = value(registers, pic_height_in_cbs) << job.log2_min_cb;
    job.bit_depth = 8 + value(registers, bit_depth_y_minus8);
    job.chroma_bit_depth = 8 + value(registers, bit_depth_c_minus8);
    job.log2_min_tb = value(registers, min_trb_size);
    job.log2_max_tb = value(registers, max_trb_size);
    job.max_depth_intra = value(registers, max_intra_hierdepth);
    job.max_depth_inter = value(registers, max_inter_hierdepth);
    job.amp = flag(asym_pred_e);
    job.sao = flag(sao_e);
    job.strong_intra_smoothing = flag(strong_smooth_e);
    job.temporal_mvp = flag(tempor_mvp_e);
    job.scaling_list = flag(scaling_list_e);
    job.pcm = flag(pcm_e);
    job.pcm_loop_filter_disabled = flag(pcm_filt_d);
    job.log2_min_pcm = value(registers, min_pcm_size);
    job.log2_max_pcm = value(registers, max_pcm_size);
    job.pcm_bit_depth = value(registers, bit_depth_pcm_y);
    job.pcm_chroma_bit_depth = value(registers, bit_depth_pcm_c);
}

void read_picture(Registers registers, hevc::Parameters& job) {
    const auto flag = [registers](const Field& field) { return value(registers, field) != 0; };
    job.dependent_slices = flag(dependent_slice);
    job.extra_header_bits = value(registers, slice_hdr_ext_bits);
    job.sign_data_hiding = flag(sign_data_hide);
    job.cabac_init_present = flag(cabac_init_present);
    job.init_qp = signed_value(registers, init_qp);
    job.constrained_intra = flag(const_intra_e);
    job.transform_skip = flag(transform_skip);
    job.cu_qp_delta = flag(cu_qpd_e);
    job.cu_qp_delta_depth = value(registers, max_cu_qpd_depth);
    job.slice_chroma_qp_offsets = flag(slice_chqp_present);
    job.weighted_pred = flag(weight_pred_e);
    job.weighted_bipred = flag(weight_bipr_idc);
    job.transquant_bypass = flag(transq_bypass);
    job.tiles = flag(tile_e);
    job.entropy_sync = flag(entropy_sync_e);
    job.loop_filter_across_tiles = flag(filter_over_tiles);
    job.loop_filter_across_slices = flag(filter_over_slices);
    job.deblocking_control = flag(filt_ctrl_pres);
    job.deblocking_override = flag(filter_override);
    job.deblocking_disabled = flag(out_filtering_dis);
    job.beta_offset = signed_value(registers, filt_offset_beta);
    job.tc_offset = signed_value(registers, filt_offset_tc);
    job.lists_modification = flag(list_mod_e);
    job.log2_parallel_merge = value(registers, parallel_merge);
    job.header_extension = flag(slice_hdr_ext_e);
    job.irap = flag(idr_pic_e);
    job.header_skip_bits = value(registers, hdr_skip_length);
    job.total_references = value(registers, num_ref_frames);
    for (unsigned i = 0; i < 2; ++i) {
        job.default_ref_idx[i] = value(registers, refidx_active[i]);
        job.chroma_qp_offset[i] = signed_value(registers, chroma_qp_offset[i]);
    }
    job.tile_columns = value(registers, num_tile_cols);
    job.tile_rows = value(registers, num_tile_rows);
}

void read_references(Registers registers, hevc::Parameters& job) {
    for (unsigned i = 0; i < hevc::picture_count; ++i) {
        hevc::Reference& reference = job.references[i];
        reference.luma = registers[reference_luma + 2 * i];
        reference.chroma = registers[reference_chroma + 2 * i];
        reference.motion = registers[reference_motion + 2 * i];
        reference.distance = signed_value(registers, {first_distance + i / 4, 24 - i % 4 * 8, 8});
        reference.long_term = (value(registers, refer_lterm_e) >> (15 - i) & 1) != 0;
        for (unsigned list = 0; list < 2; ++list) {
            const Field entry{first_list + i / 3, i % 3 * 10 + list * 5, 5};
            job.initial_list[list][i] =
                static_cast<std::uint8_t>(value(registers, entry) % hevc::picture_count);
        }
    }
}

}  // namespace

hevc::Parameters hevc_parameters(Registers registers) {
    hevc::Parameters job;
    read_sequence(registers, job);
    read_picture(registers, job);
    read_references(registers, job);
    job.stream = registers[stream_base] + registers[stream_start_offset];
    job.stream_length = registers[stream_length];
    job.output = {registers[output_luma], registers[output_chroma], job.width, job.height};
    job.motion = registers[output_motion];
    job.write_motion = value(registers, write_mvs_e) != 0;
    job.raster = {value(registers, out_rs_e) != 0, value(registers, output_8_bits) != 0,
                  registers[raster_luma], registers[raster_chroma]};
    job.scaling_lists = registers[scaling_lists];
    job.tile_sizes = registers[tile_sizes];
    job.tile_filter = registers[tile_filter];
    job.tile_sao = registers[tile_sao];
    job.tile_bsd = registers[tile_bsd];
    return job;
}

std::unique_ptr<Job> make_hevc_job(Registers registers, MemoryPort& port) {
    return std::make_unique<EngineJob<hevc::Decoder, interrupt::last_slice_int>>(hevc_parameters(registers),
                                                                                 port);
}

}  // namespace svp::vpu::g2
