// SPDX-License-Identifier: GPL-2.0-or-later
#include "hevc_parameter_sets.hpp"

#include <algorithm>
#include <bit>

#include "bits.hpp"
#include "hevc_extensions.hpp"
#include "hevc_lists.hpp"

namespace svp::play {

namespace {

constexpr unsigned sps_unit = 33;
constexpr unsigned header_bits = 16;
constexpr unsigned max_side = 8448;

void set_flag(__u64& flags, bool on, __u64 flag) {
    flags |= on ? flag : 0;
}

__u8 byte(unsigned value) {
    return static_cast<__u8>(value);
}

/** Leaves out profile_tier_level(): what a sequence needs is told by its tools, not by its name. */
void skip_profile(Bits& bits, unsigned sub_layers_minus1) {
    bits.skip(88);
    bits.skip(8);  // general_level_idc
    bool profile[8] = {}, level[8] = {};
    for (unsigned i = 0; i < sub_layers_minus1; ++i) {
        profile[i] = bits.flag();
        level[i] = bits.flag();
    }
    if (sub_layers_minus1 > 0) {
        bits.skip(2 * (8 - sub_layers_minus1));
    }
    for (unsigned i = 0; i < sub_layers_minus1; ++i) {
        bits.skip((profile[i] ? 88 : 0) + (level[i] ? 8 : 0));
    }
}

void read_crop(Bits& bits, HevcSps& sps) {
    unsigned offsets[4] = {};  // left, right, top, bottom
    if (bits.flag()) {
        for (unsigned& offset : offsets) {
            offset = 2 * bits.ue();
        }
    }
    sps.left = offsets[0];
    sps.top = offsets[2];
    sps.width = sps.control.pic_width_in_luma_samples - offsets[0] - offsets[1];
    sps.height = sps.control.pic_height_in_luma_samples - offsets[2] - offsets[3];
}

void read_sizes(Bits& bits, v4l2_ctrl_hevc_sps& sps) {
    sps.log2_min_luma_coding_block_size_minus3 = byte(bits.ue());
    sps.log2_diff_max_min_luma_coding_block_size = byte(bits.ue());
    sps.log2_min_luma_transform_block_size_minus2 = byte(bits.ue());
    sps.log2_diff_max_min_luma_transform_block_size = byte(bits.ue());
    sps.max_transform_hierarchy_depth_inter = byte(bits.ue());
    sps.max_transform_hierarchy_depth_intra = byte(bits.ue());
}

void read_pcm(Bits& bits, v4l2_ctrl_hevc_sps& sps) {
    sps.pcm_sample_bit_depth_luma_minus1 = byte(bits.bits(4));
    sps.pcm_sample_bit_depth_chroma_minus1 = byte(bits.bits(4));
    sps.log2_min_pcm_luma_coding_block_size_minus3 = byte(bits.ue());
    sps.log2_diff_max_min_pcm_luma_coding_block_size = byte(bits.ue());
    set_flag(sps.flags, bits.flag(), V4L2_HEVC_SPS_FLAG_PCM_LOOP_FILTER_DISABLED);
}

bool read_references(Bits& bits, HevcSps& sps) {
    const unsigned sets = bits.ue();
    if (sets > 64) {
        return false;
    }
    sps.control.num_short_term_ref_pic_sets = byte(sets);
    for (unsigned i = 0; i < sets; ++i) {
        HevcReferenceSet set;
        if (!read_hevc_set(bits, sps.sets, i, sets, set)) {
            return false;
        }
        sps.sets.push_back(std::move(set));
    }
    sps.long_term = bits.flag();
    set_flag(sps.control.flags, sps.long_term, V4L2_HEVC_SPS_FLAG_LONG_TERM_REF_PICS_PRESENT);
    const unsigned count = sps.long_term ? bits.ue() : 0;
    if (count > 32) {
        return false;
    }
    sps.control.num_long_term_ref_pics_sps = byte(count);
    for (unsigned i = 0; i < count; ++i) {
        sps.long_term_lsb.push_back(bits.bits(sps.order_count_bits()));
        sps.long_term_used.push_back(bits.flag());
    }
    return !bits.overrun();
}

/** Why the decoder lacks what a sequence has; empty if it does not. */
std::string lacking(const HevcSps& sps) {
    const v4l2_ctrl_hevc_sps& control = sps.control;
    if (control.chroma_format_idc != 1) {
        return "HEVC with other chroma than 4:2:0";
    }
    if (control.bit_depth_luma_minus8 != control.bit_depth_chroma_minus8 ||
        (control.bit_depth_luma_minus8 != 0 && control.bit_depth_luma_minus8 != 2)) {
        return "HEVC of " + std::to_string(control.bit_depth_luma_minus8 + 8) + " and " +
               std::to_string(control.bit_depth_chroma_minus8 + 8) + " bits, 8 and 10 are possible";
    }
    return {};
}

}  // namespace

bool HevcParameterSets::take(const HevcUnit& unit, std::string& problem) {
    return unit.type() == sps_unit ? take_sps(unit, problem) : take_pps(unit, problem);
}

bool HevcParameterSets::take_sps(const HevcUnit& unit, std::string& problem) {
    Bits bits(unit.payload, header_bits);
    HevcSps sps;
    v4l2_ctrl_hevc_sps& control = sps.control;
    control.video_parameter_set_id = byte(bits.bits(4));
    const unsigned sub_layers = bits.bits(3);
    control.sps_max_sub_layers_minus1 = byte(sub_layers);
    bits.flag();  // sps_temporal_id_nesting_flag
    skip_profile(bits, sub_layers);
    const unsigned id = bits.ue();
    control.seq_parameter_set_id = byte(id);
    const unsigned chroma = bits.ue();
    control.chroma_format_idc = byte(chroma);
    set_flag(control.flags, chroma == 3 && bits.flag(), V4L2_HEVC_SPS_FLAG_SEPARATE_COLOUR_PLANE);
    const unsigned width = bits.ue(), height = bits.ue();
    if (id >= 16 || sub_layers > 6 || chroma > 3 || width == 0 || width > max_side || height == 0 ||
        height > max_side) {
        problem = "a sequence parameter set that is none";
        return false;
    }
    control.pic_width_in_luma_samples = static_cast<__u16>(width);
    control.pic_height_in_luma_samples = static_cast<__u16>(height);
    read_crop(bits, sps);
    control.bit_depth_luma_minus8 = byte(bits.ue());
    control.bit_depth_chroma_minus8 = byte(bits.ue());
    if (problem = lacking(sps); !problem.empty()) {
        sps_[id].reset();
        return false;
    }
    control.log2_max_pic_order_cnt_lsb_minus4 = byte(bits.ue());
    const bool each = bits.flag();  // sps_sub_layer_ordering_info_present_flag
    for (unsigned i = each ? 0 : sub_layers; i <= sub_layers; ++i) {
        control.sps_max_dec_pic_buffering_minus1 = byte(bits.ue());
        control.sps_max_num_reorder_pics = byte(bits.ue());
        const unsigned latency = bits.ue();
        control.sps_max_latency_increase_plus1 = byte(std::min(latency, 255u));
        sps.latency = latency == 0 ? 0 : control.sps_max_num_reorder_pics + latency - 1;
    }
    read_sizes(bits, control);
    const bool lists = bits.flag();
    set_flag(control.flags, lists, V4L2_HEVC_SPS_FLAG_SCALING_LIST_ENABLED);
    sps.has_lists = lists && bits.flag();
    bool good = !sps.has_lists || read_hevc_lists(bits, sps.lists);
    set_flag(control.flags, bits.flag(), V4L2_HEVC_SPS_FLAG_AMP_ENABLED);
    set_flag(control.flags, bits.flag(), V4L2_HEVC_SPS_FLAG_SAMPLE_ADAPTIVE_OFFSET);
    const bool pcm = bits.flag();
    set_flag(control.flags, pcm, V4L2_HEVC_SPS_FLAG_PCM_ENABLED);
    if (pcm) {
        read_pcm(bits, control);
    }
    good = good && read_references(bits, sps);
    set_flag(control.flags, bits.flag(), V4L2_HEVC_SPS_FLAG_SPS_TEMPORAL_MVP_ENABLED);
    set_flag(control.flags, bits.flag(), V4L2_HEVC_SPS_FLAG_STRONG_INTRA_SMOOTHING_ENABLED);
    if (!good || bits.overrun() || control.log2_max_pic_order_cnt_lsb_minus4 > 12 ||
        control.log2_min_luma_coding_block_size_minus3 > 3 ||
        control.log2_diff_max_min_luma_coding_block_size > 3 ||
        control.sps_max_dec_pic_buffering_minus1 > 15 || sps.width > width || sps.height > height ||
        sps.width == 0 || sps.height == 0) {
        problem = "a sequence parameter set that is none";
        return false;
    }
    if (problem = hevc_sps_extension(bits, sub_layers); !problem.empty()) {
        sps_[id].reset();
        return false;
    }
    sps_[id] = std::move(sps);
    return true;
}

/** Columns and rows of tiles. */
static bool read_tiles(Bits& bits, v4l2_ctrl_hevc_pps& pps) {
    const unsigned columns = bits.ue(), rows = bits.ue();
    if (columns >= std::size(pps.column_width_minus1) || rows >= std::size(pps.row_height_minus1)) {
        return false;
    }
    pps.num_tile_columns_minus1 = byte(columns);
    pps.num_tile_rows_minus1 = byte(rows);
    const bool uniform = bits.flag();
    set_flag(pps.flags, uniform, V4L2_HEVC_PPS_FLAG_UNIFORM_SPACING);
    for (unsigned i = 0; !uniform && i < columns; ++i) {
        pps.column_width_minus1[i] = byte(bits.ue());
    }
    for (unsigned i = 0; !uniform && i < rows; ++i) {
        pps.row_height_minus1[i] = byte(bits.ue());
    }
    set_flag(pps.flags, bits.flag(), V4L2_HEVC_PPS_FLAG_LOOP_FILTER_ACROSS_TILES_ENABLED);
    return true;
}

static void read_deblocking(Bits& bits, v4l2_ctrl_hevc_pps& pps) {
    set_flag(pps.flags, bits.flag(), V4L2_HEVC_PPS_FLAG_DEBLOCKING_FILTER_OVERRIDE_ENABLED);
    const bool disabled = bits.flag();
    set_flag(pps.flags, disabled, V4L2_HEVC_PPS_FLAG_PPS_DISABLE_DEBLOCKING_FILTER);
    if (!disabled) {
        pps.pps_beta_offset_div2 = static_cast<__s8>(bits.se());
        pps.pps_tc_offset_div2 = static_cast<__s8>(bits.se());
    }
}

bool HevcParameterSets::take_pps(const HevcUnit& unit, std::string& problem) {
    Bits bits(unit.payload, header_bits);
    HevcPps pps;
    v4l2_ctrl_hevc_pps& control = pps.control;
    const auto flag = [&](__u64 which) {
        const bool on = bits.flag();
        set_flag(control.flags, on, which);
        return on;
    };
    const unsigned id = bits.ue();
    control.pic_parameter_set_id = byte(id);
    pps.sps_id = bits.ue();
    flag(V4L2_HEVC_PPS_FLAG_DEPENDENT_SLICE_SEGMENT_ENABLED);
    flag(V4L2_HEVC_PPS_FLAG_OUTPUT_FLAG_PRESENT);
    control.num_extra_slice_header_bits = byte(bits.bits(3));
    flag(V4L2_HEVC_PPS_FLAG_SIGN_DATA_HIDING_ENABLED);
    flag(V4L2_HEVC_PPS_FLAG_CABAC_INIT_PRESENT);
    control.num_ref_idx_l0_default_active_minus1 = byte(bits.ue());
    control.num_ref_idx_l1_default_active_minus1 = byte(bits.ue());
    control.init_qp_minus26 = static_cast<__s8>(bits.se());
    flag(V4L2_HEVC_PPS_FLAG_CONSTRAINED_INTRA_PRED);
    flag(V4L2_HEVC_PPS_FLAG_TRANSFORM_SKIP_ENABLED);
    if (flag(V4L2_HEVC_PPS_FLAG_CU_QP_DELTA_ENABLED)) {
        control.diff_cu_qp_delta_depth = byte(bits.ue());
    }
    control.pps_cb_qp_offset = static_cast<__s8>(bits.se());
    control.pps_cr_qp_offset = static_cast<__s8>(bits.se());
    flag(V4L2_HEVC_PPS_FLAG_PPS_SLICE_CHROMA_QP_OFFSETS_PRESENT);
    flag(V4L2_HEVC_PPS_FLAG_WEIGHTED_PRED);
    flag(V4L2_HEVC_PPS_FLAG_WEIGHTED_BIPRED);
    flag(V4L2_HEVC_PPS_FLAG_TRANSQUANT_BYPASS_ENABLED);
    const bool tiles = flag(V4L2_HEVC_PPS_FLAG_TILES_ENABLED);
    flag(V4L2_HEVC_PPS_FLAG_ENTROPY_CODING_SYNC_ENABLED);
    if (tiles && !read_tiles(bits, control)) {
        problem = "more tiles than the decoder has room for, 20 columns and 22 rows";
        return false;
    }
    if (!tiles) {
        set_flag(control.flags, true, V4L2_HEVC_PPS_FLAG_LOOP_FILTER_ACROSS_TILES_ENABLED);
    }
    flag(V4L2_HEVC_PPS_FLAG_PPS_LOOP_FILTER_ACROSS_SLICES_ENABLED);
    if (flag(V4L2_HEVC_PPS_FLAG_DEBLOCKING_FILTER_CONTROL_PRESENT)) {
        read_deblocking(bits, control);
    }
    pps.has_lists = bits.flag();
    const bool good = !pps.has_lists || read_hevc_lists(bits, pps.lists);
    flag(V4L2_HEVC_PPS_FLAG_LISTS_MODIFICATION_PRESENT);
    control.log2_parallel_merge_level_minus2 = byte(bits.ue());
    flag(V4L2_HEVC_PPS_FLAG_SLICE_SEGMENT_HEADER_EXTENSION_PRESENT);
    if (!good || bits.overrun() || id >= 64 || pps.sps_id >= 16 ||
        control.num_ref_idx_l0_default_active_minus1 > 15 ||
        control.num_ref_idx_l1_default_active_minus1 > 15) {
        problem = "a picture parameter set that is none";
        return false;
    }
    problem = hevc_pps_extension(bits, (control.flags & V4L2_HEVC_PPS_FLAG_TRANSFORM_SKIP_ENABLED) != 0);
    if (!problem.empty()) {
        pps_[id].reset();
        return false;
    }
    pps_[id] = std::move(pps);
    return true;
}

/** The long-term pictures of a slice header. */
static bool read_long_terms(Bits& bits, const HevcSps& sps, HevcSliceHeader& header) {
    const auto known = static_cast<unsigned>(sps.long_term_lsb.size());
    const unsigned from_sps = known > 0 ? bits.ue() : 0, own = bits.ue();
    if (from_sps > 16 || own > 16) {
        return false;
    }
    unsigned cycle = 0;
    for (unsigned i = 0; i < from_sps + own; ++i) {
        HevcSliceHeader::LongTerm entry{};
        if (i < from_sps) {
            const unsigned index =
                known > 1 ? bits.bits(static_cast<unsigned>(std::bit_width(known - 1))) : 0;
            if (index >= known) {
                return false;
            }
            entry.lsb = sps.long_term_lsb[index];
            entry.used = sps.long_term_used[index];
        } else {
            entry.lsb = bits.bits(sps.order_count_bits());
            entry.used = bits.flag();
        }
        entry.has_msb = bits.flag();
        const unsigned delta = entry.has_msb ? bits.ue() : 0;
        cycle = i == 0 || i == from_sps ? delta : cycle + delta;
        entry.msb_cycle = cycle;
        header.long_terms.push_back(entry);
    }
    return true;
}

std::optional<HevcSliceHeader> HevcParameterSets::slice_header(const HevcUnit& unit,
                                                               std::string& problem) const {
    Bits bits(unit.payload, header_bits);
    HevcSliceHeader header;
    header.first = bits.flag();
    header.no_output_of_prior = unit.irap() && bits.flag();
    header.pps_id = bits.ue();
    const HevcPps* picture = pps(header.pps_id);
    const HevcSps* sequence = picture != nullptr ? sps(picture->sps_id) : nullptr;
    if (sequence == nullptr) {
        problem = "a slice without its parameter sets";
        return std::nullopt;
    }
    if (!header.first) {
        return header;
    }
    bits.skip(picture->control.num_extra_slice_header_bits);
    bits.ue();  // slice_type
    header.output = (picture->control.flags & V4L2_HEVC_PPS_FLAG_OUTPUT_FLAG_PRESENT) == 0 || bits.flag();
    if (unit.idr()) {
        return header;
    }
    header.order_count_lsb = bits.bits(sequence->order_count_bits());
    const auto sets = static_cast<unsigned>(sequence->sets.size());
    bool good = true;
    if (!bits.flag()) {  // short_term_ref_pic_set_sps_flag
        const std::size_t start = bits.position();
        good = read_hevc_set(bits, sequence->sets, sets, sets, header.set);
        header.short_term_bits = static_cast<unsigned>(bits.position() - start);
    } else {
        const unsigned index = sets > 1 ? bits.bits(static_cast<unsigned>(std::bit_width(sets - 1))) : 0;
        good = index < sets;
        if (good) {
            header.set = sequence->sets[index];
        }
    }
    if (good && sequence->long_term) {
        const std::size_t start = bits.position();
        good = read_long_terms(bits, *sequence, header);
        header.long_term_bits = static_cast<unsigned>(bits.position() - start);
    }
    if (!good || bits.overrun()) {
        problem = "a slice header that is none";
        return std::nullopt;
    }
    return header;
}

}  // namespace svp::play
