// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/vp9_job.hpp"

#include <algorithm>

#include "vpu/job/engine_job.hpp"
#include "vpu/vp9/decoder.hpp"

namespace svp::vpu::g2 {

namespace {

constexpr Field out_filtering_dis{3, 14, 1};
constexpr Field write_mvs_e{3, 12, 1};
constexpr Field pic_width_in_cbs{4, 19, 13};
constexpr Field pic_height_in_cbs{4, 6, 13};
constexpr Field start_bit{5, 25, 7};
constexpr Field tempor_mvp_e{5, 11, 1};
constexpr Field idr_pic_e{8, 16, 1};
constexpr Field bit_depth_y_minus8{8, 6, 2};
constexpr Field bit_depth_c_minus8{8, 4, 2};
constexpr Field num_tile_cols{10, 19, 5};
constexpr Field num_tile_rows{10, 14, 5};
constexpr Field tile_e{10, 1, 1};
constexpr Field transform_mode{11, 27, 3};
constexpr Field filt_sharpness{11, 21, 3};
constexpr Field mcomp_filt_type{11, 8, 3};
constexpr Field high_prec_mv_e{11, 7, 1};
constexpr Field comp_pred_mode{11, 4, 2};
constexpr Field gref_sign_bias{11, 2, 1};
constexpr Field aref_sign_bias{11, 0, 1};
constexpr Field qp_delta_y_dc{13, 23, 6};
constexpr Field qp_delta_ch_dc{13, 17, 6};
constexpr Field qp_delta_ch_ac{13, 11, 6};
constexpr Field last_sign_bias{13, 10, 1};
constexpr Field lossless_e{13, 9, 1};
constexpr Field comp_pred_var_ref1{13, 7, 2};
constexpr Field comp_pred_var_ref0{13, 5, 2};
constexpr Field comp_pred_fixed_ref{13, 3, 2};
constexpr Field segment_temp_upd_e{13, 2, 1};
constexpr Field segment_upd_e{13, 1, 1};
constexpr Field segment_e{13, 0, 1};
constexpr Field filt_level{14, 18, 6};

/** Registers of segments, with the fields of each. */
constexpr unsigned segment_registers[vp9::max_segments] = {14, 15, 16, 17, 18, 19, 31, 32};
constexpr unsigned refpic_seg_shift = 15;
constexpr unsigned skip_seg_shift = 14;
constexpr unsigned filt_level_seg_shift = 8;

/** References are last, golden, altref; their addresses are those of numbers 0, 4 and 5. */
constexpr unsigned first_reference_size = 33;   ///< width high, height low
constexpr unsigned first_reference_scale = 36;  ///< horizontal high, vertical low
constexpr unsigned reference_numbers[3] = {0, 4, 5};

constexpr Field filt_ref_adj[4] = {{46, 24, 7}, {46, 16, 7}, {46, 8, 7}, {46, 0, 7}};
constexpr Field filt_mb_adj[2] = {{47, 24, 7}, {47, 16, 7}};

constexpr unsigned segment_write = 79;
constexpr unsigned segment_read = 81;
constexpr unsigned context_counts = 171;
constexpr unsigned probabilities = 173;

/** By the numbers of the register. */
constexpr vp9::Filter filters[] = {vp9::eighttap_smooth, vp9::eighttap, vp9::eighttap_sharp, vp9::bilinear,
                                   vp9::switchable};

void read_frame(Registers registers, vp9::Parameters& job) {
    const auto flag = [registers](const Field& field) { return value(registers, field) != 0; };
    job.width = 8 * value(registers, pic_width_in_cbs);
    job.height = 8 * value(registers, pic_height_in_cbs);
    // Samples of luma and of chroma have as many bits in every profile.
    const std::uint32_t extra = value(registers, bit_depth_y_minus8);
    job.bit_depth = extra == value(registers, bit_depth_c_minus8) ? 8 + extra : 0;
    job.intra_only = flag(idr_pic_e);
    job.lossless = flag(lossless_e);
    job.tx_mode = static_cast<vp9::TxMode>(value(registers, transform_mode));
    job.filter = filters[std::min<std::size_t>(value(registers, mcomp_filt_type), std::size(filters) - 1)];
    job.high_precision = flag(high_prec_mv_e);
    job.reference_mode = static_cast<vp9::ReferenceMode>(value(registers, comp_pred_mode));
    job.sign_bias = {false, flag(last_sign_bias), flag(gref_sign_bias), flag(aref_sign_bias)};
    job.fixed_reference = static_cast<std::uint8_t>(value(registers, comp_pred_fixed_ref));
    job.variable_reference = {static_cast<std::uint8_t>(value(registers, comp_pred_var_ref0)),
                              static_cast<std::uint8_t>(value(registers, comp_pred_var_ref1))};
    job.previous_motion = flag(tempor_mvp_e) && !job.intra_only;
    job.write_motion = flag(write_mvs_e);
    job.y_dc_delta = signed_value(registers, qp_delta_y_dc);
    job.uv_dc_delta = signed_value(registers, qp_delta_ch_dc);
    job.uv_ac_delta = signed_value(registers, qp_delta_ch_ac);
    const bool tiles = flag(tile_e);
    job.tile_columns = tiles ? value(registers, num_tile_cols) : 1;
    job.tile_rows = tiles ? value(registers, num_tile_rows) : 1;
}

void read_segments(Registers registers, vp9::Parameters& job) {
    job.segmentation = value(registers, segment_e) != 0;
    job.update_segment_map = job.segmentation && value(registers, segment_upd_e) != 0;
    job.temporal_segment_map = job.update_segment_map && value(registers, segment_temp_upd_e) != 0;
    for (unsigned i = 0; i < vp9::max_segments; ++i) {
        const std::uint32_t word = registers[segment_registers[i]];
        vp9::Segment& segment = job.segments[i];
        const std::uint32_t reference = word >> refpic_seg_shift & 7;
        segment.has_reference = reference != 0;
        segment.reference = static_cast<std::uint8_t>(reference != 0 ? reference - 1 : 0);
        segment.skip = (word >> skip_seg_shift & 1) != 0;
        segment.level = static_cast<std::uint8_t>(word >> filt_level_seg_shift & 63);
        segment.quantizer = static_cast<std::uint8_t>(word);
    }
}

void read_filter(Registers registers, vp9::Parameters& job) {
    job.loop_filter = value(registers, out_filtering_dis) == 0;
    job.filter_level = static_cast<std::uint8_t>(value(registers, filt_level));
    job.sharpness = static_cast<std::uint8_t>(value(registers, filt_sharpness));
    for (unsigned i = 0; i < 4; ++i) {
        job.reference_delta[i] = static_cast<std::int8_t>(signed_value(registers, filt_ref_adj[i]));
    }
    for (unsigned i = 0; i < 2; ++i) {
        job.mode_delta[i] = static_cast<std::int8_t>(signed_value(registers, filt_mb_adj[i]));
    }
}

/** Tiles begin at a bit behind the start offset, which the length counts from, and end with the buffer. */
StreamRange stream_of(Registers registers) {
    const std::uint32_t offset = registers[stream_start_offset];
    const std::uint32_t skipped = value(registers, start_bit) / 8;
    const std::uint32_t buffer = registers[stream_buffer_length];
    const std::uint32_t room = buffer > offset ? buffer - offset : 0;
    const std::uint32_t end = std::min(registers[stream_length], room);
    return {registers[stream_base] + offset + skipped, end > skipped ? end - skipped : 0, 0};
}

void read_references(Registers registers, vp9::Parameters& job) {
    for (unsigned i = 0; i < 3; ++i) {
        const std::uint32_t size = registers[first_reference_size + i];
        const std::uint32_t scale = registers[first_reference_scale + i];
        const unsigned number = reference_numbers[i];
        job.references[i] = {{registers[reference_luma + 2 * number],
                              registers[reference_chroma + 2 * number], size >> 16, size & 0xffff},
                             scale >> 16,
                             scale & 0xffff};
    }
}

}  // namespace

vp9::Parameters vp9_parameters(Registers registers) {
    vp9::Parameters job;
    read_frame(registers, job);
    read_segments(registers, job);
    read_filter(registers, job);
    read_references(registers, job);
    job.stream = stream_of(registers);
    job.output = {registers[output_luma], registers[output_chroma], job.width, job.height};
    job.raster = {value(registers, out_rs_e) != 0, value(registers, output_8_bits) != 0,
                  registers[raster_luma], registers[raster_chroma]};
    job.probabilities = registers[probabilities];
    job.counts = registers[context_counts];
    job.tile_sizes = registers[tile_sizes];
    job.segment_map_in = registers[segment_read];
    job.segment_map_out = registers[segment_write];
    job.motion_in = registers[reference_motion];
    job.motion_out = registers[output_motion];
    job.tile_edge = registers[tile_filter];
    return job;
}

std::unique_ptr<Job> make_vp9_job(Registers registers, MemoryPort& port) {
    return std::make_unique<EngineJob<vp9::Decoder, interrupt::last_slice_int>>(vp9_parameters(registers),
                                                                                port);
}

}  // namespace svp::vpu::g2
