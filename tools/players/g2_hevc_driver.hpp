// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver does with HEVC controls before it starts the G2: registers, lists of references, tables.
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_g2_hevc_dec.c and hantro_hevc.c. The driver
 * finds references by their order counts; here they are found by time stamps, which is the same for streams
 * that are whole.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <vector>

#include "../../firmware/guest/play/target.hpp"
#include "vpu/g2/registers.hpp"

namespace svp::test {

using G2Registers = std::array<std::uint32_t, vpu::g2::register_count>;

/** Where the parts of a picture's buffer are; @p width and @p height as the stream has them. */
struct G2Layout {
    G2Layout() = default;
    G2Layout(unsigned width, unsigned height, unsigned depth) {
        const unsigned columns = (width + 7) / 8 * 8, rows = (height + 31) / 32 * 32;
        chroma = columns * depth / 8 * rows;
        motion = (chroma * 3 / 2 + 15) / 16 * 16;
        motion_size = columns * rows / 16;
        size = motion + motion_size;
    }
    std::uint32_t chroma = 0;  ///< offset, bytes
    std::uint32_t motion = 0;
    std::uint32_t motion_size = 0;
    std::uint32_t size = 0;
};

struct G2HevcBuffers {
    std::uint32_t stream;
    std::uint32_t stream_length;
    std::uint32_t stream_room;
    std::uint32_t output;
    std::uint32_t raster_luma;  ///< 0: no raster output
    std::uint32_t raster_chroma;
    std::uint32_t scaling;
    std::uint32_t tile_sizes;
    std::uint32_t tile_filter;
    std::uint32_t tile_sao;
    std::uint32_t tile_bsd;
    G2Layout layout;
    std::function<std::uint32_t(std::uint64_t)> reference;  ///< address of the picture with a time stamp
};

class G2HevcDriver {
 public:
    static constexpr std::size_t scaling_size = 1024;
    static constexpr std::size_t tile_sizes_size = 20 * 22 * 4 * 2 + 16;

    explicit G2HevcDriver(G2Registers& registers) : swreg_(registers) {}

    void fill(const play::HevcControls& controls, const G2HevcBuffers& buffers) {
        swreg_.fill(0);
        fill_sequence(controls);
        fill_picture(controls);
        fill_lists(controls.decode);
        fill_references(controls.decode, buffers);
        set(3, 27, vpu::g2::mode_hevc);
        set(3, 17, 1);
        set(3, 16, buffers.raster_luma != 0 ? 1 : 0);
        set(3, 12, 1);
        set(8, 3, controls.sps.bit_depth_luma_minus8 == 0 ? 1 : 0);
        set(8, 0, controls.sps.bit_depth_luma_minus8 == 0 ? 0 : 1);
        set(10, 31, 1);
        set(55, 0, 8);
        set(58, 0, 2u << 8 | 16);
        set(2, 28, 0xf);
        set(2, 20, 0xf);
        set(3, 20, 0xf);
        swreg_[6] = buffers.stream_length;
        swreg_[258] = buffers.stream_room;
        swreg_[167] = buffers.tile_sizes;
        swreg_[169] = buffers.stream;
        swreg_[171] = controls_has_lists(controls) ? buffers.scaling : 0;
        swreg_[175] = buffers.raster_luma;
        swreg_[177] = buffers.raster_chroma;
        const bool columns = controls.pps.num_tile_columns_minus1 > 0;
        swreg_[179] = columns ? buffers.tile_filter : 0;
        swreg_[181] = columns ? buffers.tile_sao : 0;
        swreg_[183] = columns ? buffers.tile_bsd : 0;
    }

    /** The lists in memory, column by column. */
    static std::vector<std::uint8_t> scaling(const play::HevcControls& controls) {
        const v4l2_ctrl_hevc_scaling_matrix& lists = controls.scaling;
        std::vector<std::uint8_t> bytes;
        bytes.insert(bytes.end(), std::begin(lists.scaling_list_dc_coef_16x16),
                     std::end(lists.scaling_list_dc_coef_16x16));
        bytes.insert(bytes.end(), std::begin(lists.scaling_list_dc_coef_32x32),
                     std::end(lists.scaling_list_dc_coef_32x32));
        bytes.resize(16);
        const auto add = [&bytes](const auto& matrices, unsigned side) {
            for (const auto& matrix : matrices) {
                for (unsigned x = 0; x < side; ++x) {
                    for (unsigned y = 0; y < side; ++y) {
                        bytes.push_back(matrix[side * y + x]);
                    }
                }
            }
        };
        add(lists.scaling_list_4x4, 4);
        add(lists.scaling_list_8x8, 8);
        add(lists.scaling_list_16x16, 8);
        add(lists.scaling_list_32x32, 8);
        bytes.resize(scaling_size);
        return bytes;
    }

    /** Sizes of tiles in memory. */
    static std::vector<std::uint8_t> tile_sizes(const play::HevcControls& controls) {
        const v4l2_ctrl_hevc_pps& pps = controls.pps;
        const unsigned log2_ctb =
            log2_min_cb(controls.sps) + controls.sps.log2_diff_max_min_luma_coding_block_size;
        const auto whole = [log2_ctb](unsigned samples) {
            return (samples + (1u << log2_ctb) - 1) >> log2_ctb;
        };
        const bool uniform = (pps.flags & V4L2_HEVC_PPS_FLAG_UNIFORM_SPACING) != 0;
        const auto sizes = [uniform](unsigned total, unsigned count, const __u8* given) {
            std::vector<unsigned> all;
            unsigned used = 0;
            for (unsigned i = 0; i < count; ++i) {
                const unsigned size = uniform         ? (i + 1) * total / count - i * total / count
                                      : i + 1 < count ? given[i] + 1u
                                                      : total - used;
                all.push_back(size);
                used += size;
            }
            return all;
        };
        const bool tiles = (pps.flags & V4L2_HEVC_PPS_FLAG_TILES_ENABLED) != 0;
        const auto columns = sizes(whole(controls.sps.pic_width_in_luma_samples),
                                   tiles ? pps.num_tile_columns_minus1 + 1u : 1, pps.column_width_minus1);
        const auto rows = sizes(whole(controls.sps.pic_height_in_luma_samples),
                                tiles ? pps.num_tile_rows_minus1 + 1u : 1, pps.row_height_minus1);
        std::vector<std::uint8_t> bytes;
        for (const unsigned height : rows) {
            for (const unsigned width : columns) {
                for (const unsigned value : {width, height}) {
                    bytes.push_back(static_cast<std::uint8_t>(value));
                    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
                }
            }
        }
        bytes.resize(tile_sizes_size);
        return bytes;
    }

 private:
    void set(unsigned number, unsigned shift, unsigned value) { swreg_[number] |= value << shift; }
    void set_signed(unsigned number, unsigned shift, unsigned width, int value) {
        set(number, shift, static_cast<unsigned>(value) & ((1u << width) - 1));
    }
    void flag(unsigned number, unsigned shift, std::uint64_t flags, std::uint64_t which) {
        set(number, shift, (flags & which) != 0 ? 1 : 0);
    }
    static unsigned log2_min_cb(const v4l2_ctrl_hevc_sps& sps) {
        return sps.log2_min_luma_coding_block_size_minus3 + 3u;
    }
    static bool controls_has_lists(const play::HevcControls& controls) {
        return (controls.sps.flags & V4L2_HEVC_SPS_FLAG_SCALING_LIST_ENABLED) != 0;
    }

    void fill_sequence(const play::HevcControls& controls) {
        const v4l2_ctrl_hevc_sps& sps = controls.sps;
        const unsigned min_cb = log2_min_cb(sps), ctb = min_cb + sps.log2_diff_max_min_luma_coding_block_size;
        const unsigned width = sps.pic_width_in_luma_samples, height = sps.pic_height_in_luma_samples;
        set(8, 6, sps.bit_depth_luma_minus8);
        set(8, 4, sps.bit_depth_chroma_minus8);
        set(12, 13, min_cb);
        set(12, 10, ctb);
        set(4, 19, width >> min_cb);
        set(4, 6, height >> min_cb);
        set(20, 31, width % (1u << ctb) != 0 ? 1 : 0);
        set(20, 30, height % (1u << ctb) != 0 ? 1 : 0);
        set(20, 16, width / 4);
        set(20, 0, height / 4);
        const unsigned min_tb = sps.log2_min_luma_transform_block_size_minus2 + 2u;
        set(13, 13, min_tb);
        set(13, 10, min_tb + sps.log2_diff_max_min_luma_transform_block_size);
        set(13, 7, sps.max_transform_hierarchy_depth_intra);
        set(13, 4, sps.max_transform_hierarchy_depth_inter);
        flag(5, 24, sps.flags, V4L2_HEVC_SPS_FLAG_SCALING_LIST_ENABLED);
        flag(7, 23, sps.flags, V4L2_HEVC_SPS_FLAG_AMP_ENABLED);
        flag(7, 22, sps.flags, V4L2_HEVC_SPS_FLAG_SAMPLE_ADAPTIVE_OFFSET);
        flag(7, 21, sps.flags, V4L2_HEVC_SPS_FLAG_PCM_LOOP_FILTER_DISABLED);
        flag(7, 17, sps.flags, V4L2_HEVC_SPS_FLAG_STRONG_INTRA_SMOOTHING_ENABLED);
        if ((controls.decode.flags & V4L2_HEVC_DECODE_PARAM_FLAG_IDR_PIC) == 0) {
            flag(5, 11, sps.flags, V4L2_HEVC_SPS_FLAG_SPS_TEMPORAL_MVP_ENABLED);
        }
        if ((sps.flags & V4L2_HEVC_SPS_FLAG_PCM_ENABLED) != 0) {
            const unsigned smallest = sps.log2_min_pcm_luma_coding_block_size_minus3 + 3u;
            set(12, 3, 1);
            set(12, 7, smallest);
            set(12, 4, smallest + sps.log2_diff_max_min_pcm_luma_coding_block_size);
            set(8, 12, sps.pcm_sample_bit_depth_luma_minus1 + 1u);
            set(8, 8, sps.pcm_sample_bit_depth_chroma_minus1 + 1u);
        }
    }

    void fill_picture(const play::HevcControls& controls) {
        const v4l2_ctrl_hevc_pps& pps = controls.pps;
        flag(5, 12, pps.flags, V4L2_HEVC_PPS_FLAG_SIGN_DATA_HIDING_ENABLED);
        if ((pps.flags & V4L2_HEVC_PPS_FLAG_CU_QP_DELTA_ENABLED) != 0) {
            set(5, 4, 1);
            set(5, 5, pps.diff_cu_qp_delta_depth);
        }
        set_signed(5, 19, 5, pps.pps_cb_qp_offset);
        set_signed(5, 14, 5, pps.pps_cr_qp_offset);
        set_signed(7, 12, 5, pps.pps_beta_offset_div2);
        set_signed(7, 7, 5, pps.pps_tc_offset_div2);
        flag(7, 31, pps.flags, V4L2_HEVC_PPS_FLAG_CABAC_INIT_PRESENT);
        flag(7, 28, pps.flags, V4L2_HEVC_PPS_FLAG_WEIGHTED_PRED);
        flag(7, 26, pps.flags, V4L2_HEVC_PPS_FLAG_WEIGHTED_BIPRED);
        flag(7, 25, pps.flags, V4L2_HEVC_PPS_FLAG_PPS_LOOP_FILTER_ACROSS_SLICES_ENABLED);
        flag(7, 24, pps.flags, V4L2_HEVC_PPS_FLAG_LOOP_FILTER_ACROSS_TILES_ENABLED);
        flag(7, 20, pps.flags, V4L2_HEVC_PPS_FLAG_PPS_SLICE_CHROMA_QP_OFFSETS_PRESENT);
        flag(7, 19, pps.flags, V4L2_HEVC_PPS_FLAG_DEPENDENT_SLICE_SEGMENT_ENABLED);
        flag(7, 18, pps.flags, V4L2_HEVC_PPS_FLAG_DEBLOCKING_FILTER_OVERRIDE_ENABLED);
        flag(7, 6, pps.flags, V4L2_HEVC_PPS_FLAG_SLICE_SEGMENT_HEADER_EXTENSION_PRESENT);
        set(7, 3, pps.num_extra_slice_header_bits);
        flag(3, 14, pps.flags, V4L2_HEVC_PPS_FLAG_PPS_DISABLE_DEBLOCKING_FILTER);
        flag(8, 31, pps.flags, V4L2_HEVC_PPS_FLAG_CONSTRAINED_INTRA_PRED);
        flag(8, 30, pps.flags, V4L2_HEVC_PPS_FLAG_DEBLOCKING_FILTER_CONTROL_PRESENT);
        flag(8, 16, controls.decode.flags, V4L2_HEVC_DECODE_PARAM_FLAG_IRAP_PIC);
        set(9, 14, pps.num_ref_idx_l0_default_active_minus1 + 1u);
        set(9, 19, pps.num_ref_idx_l1_default_active_minus1 + 1u);
        set(9, 0, skipped_bits(controls));
        set_signed(10, 24, 7, pps.init_qp_minus26 + 26);
        const bool tiles = (pps.flags & V4L2_HEVC_PPS_FLAG_TILES_ENABLED) != 0;
        set(10, 1, tiles ? 1 : 0);
        set(10, 19, tiles ? pps.num_tile_columns_minus1 + 1u : 1);
        set(10, 14, tiles ? pps.num_tile_rows_minus1 + 1u : 1);
        flag(10, 0, pps.flags, V4L2_HEVC_PPS_FLAG_ENTROPY_CODING_SYNC_ENABLED);
        flag(12, 2, pps.flags, V4L2_HEVC_PPS_FLAG_TRANSFORM_SKIP_ENABLED);
        flag(12, 1, pps.flags, V4L2_HEVC_PPS_FLAG_TRANSQUANT_BYPASS_ENABLED);
        flag(12, 0, pps.flags, V4L2_HEVC_PPS_FLAG_LISTS_MODIFICATION_PRESENT);
        set(13, 0, pps.log2_parallel_merge_level_minus2 + 2u);
    }

    static unsigned skipped_bits(const play::HevcControls& controls) {
        unsigned bits = (controls.pps.flags & V4L2_HEVC_PPS_FLAG_OUTPUT_FLAG_PRESENT) != 0 ? 1 : 0;
        const v4l2_ctrl_hevc_decode_params& decode = controls.decode;
        if ((decode.flags & V4L2_HEVC_DECODE_PARAM_FLAG_IDR_PIC) != 0) {
            return bits;
        }
        bits += controls.sps.log2_max_pic_order_cnt_lsb_minus4 + 4u + 1;
        const unsigned sets = controls.sps.num_short_term_ref_pic_sets;
        if (decode.short_term_ref_pic_set_size != 0) {
            bits += decode.short_term_ref_pic_set_size;
        } else if (sets > 1) {
            bits += static_cast<unsigned>(std::bit_width(sets - 1));
        }
        return bits + decode.long_term_ref_pic_set_size;
    }

    void fill_lists(const v4l2_ctrl_hevc_decode_params& decode) {
        const auto list = [](std::initializer_list<std::pair<const __u8*, unsigned>> parts) {
            std::vector<unsigned> entries;
            for (const auto& [first, count] : parts) {
                entries.insert(entries.end(), first, first + count);
            }
            entries.resize(std::min<std::size_t>(entries.size(), 16));
            const std::size_t given = entries.size();
            while (entries.size() < 16) {
                entries.push_back(given == 0 ? 0 : entries[entries.size() - given]);
            }
            return entries;
        };
        const std::pair before{decode.poc_st_curr_before, unsigned{decode.num_poc_st_curr_before}},
            after{decode.poc_st_curr_after, unsigned{decode.num_poc_st_curr_after}},
            long_term{decode.poc_lt_curr, unsigned{decode.num_poc_lt_curr}};
        const std::vector<unsigned> lists[2] = {list({before, after, long_term}),
                                                list({after, before, long_term})};
        for (unsigned i = 0; i < 16; ++i) {
            set(14 + i / 3, i % 3 * 10, lists[0][i]);
            set(14 + i / 3, i % 3 * 10 + 5, lists[1][i]);
        }
        const unsigned total = before.second + after.second + long_term.second;
        set(4, 0, std::max(total, 1u));
    }

    void fill_references(const v4l2_ctrl_hevc_decode_params& decode, const G2HevcBuffers& buffers) {
        const auto put = [&](unsigned i, std::uint32_t address) {
            swreg_[67 + 2 * i] = address;
            swreg_[101 + 2 * i] = address + buffers.layout.chroma;
            swreg_[135 + 2 * i] = address + buffers.layout.motion;
        };
        const unsigned count = decode.num_active_dpb_entries;
        for (unsigned i = 0; i < 16; ++i) {
            const unsigned shift = 24 - i % 4 * 8;
            if (i < count) {
                put(i, buffers.reference(decode.dpb[i].timestamp));
                set_signed(46 + i / 4, shift, 8, decode.pic_order_cnt_val - decode.dpb[i].pic_order_cnt_val);
                set(12, 31 - i, (decode.dpb[i].flags & V4L2_HEVC_DPB_ENTRY_LONG_TERM_REFERENCE) != 0 ? 1 : 0);
            } else if (i > count) {
                set_signed(46 + i / 4, shift, 8, decode.pic_order_cnt_val);
            }
        }
        if (count < 16) {
            put(count, buffers.output);
        }
        swreg_[65] = buffers.output;
        swreg_[99] = buffers.output + buffers.layout.chroma;
        swreg_[133] = buffers.output + buffers.layout.motion;
    }

    G2Registers& swreg_;
};

}  // namespace svp::test
