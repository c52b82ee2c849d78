// SPDX-License-Identifier: GPL-2.0-or-later
#include "h264_parameter_sets.hpp"

#include <algorithm>
#include <cstring>

#include "bits.hpp"

namespace svp::play {

namespace {

constexpr unsigned slice_unit = 1;
constexpr unsigned first_partition = 2, last_partition = 4;
constexpr unsigned idr_unit = 5;
constexpr unsigned sps_unit = 7;
constexpr unsigned pps_unit = 8;
constexpr unsigned first_switching = 3;  ///< slice_type of SP; SI is behind it
constexpr std::size_t max_pps = 4096;    ///< bytes, more than any has

void set_flag(__u16& flags, bool on, unsigned flag) {
    flags = static_cast<__u16>(flags | (on ? flag : 0));
}

constexpr std::uint8_t zigzag_4x4[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
constexpr std::uint8_t zigzag_8x8[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                         12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                         35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                         58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};
// Default lists of tables 7-3 and 7-4, in zigzag order: intra, inter.
constexpr std::uint8_t default_4x4[2][16] = {
    {6, 13, 13, 20, 20, 20, 28, 28, 28, 28, 32, 32, 32, 37, 37, 42},
    {10, 14, 14, 20, 20, 20, 24, 24, 24, 24, 27, 27, 27, 30, 30, 34}};
constexpr std::uint8_t default_8x8[2][64] = {
    {6,  10, 10, 13, 11, 13, 16, 16, 16, 16, 18, 18, 18, 18, 18, 23, 23, 23, 23, 23, 23, 25,
     25, 25, 25, 25, 25, 25, 27, 27, 27, 27, 27, 27, 27, 27, 29, 29, 29, 29, 29, 29, 29, 31,
     31, 31, 31, 31, 31, 33, 33, 33, 33, 33, 36, 36, 36, 36, 38, 38, 38, 40, 40, 42},
    {9,  13, 13, 15, 13, 15, 17, 17, 17, 17, 19, 19, 19, 19, 19, 21, 21, 21, 21, 21, 21, 22,
     22, 22, 22, 22, 22, 22, 24, 24, 24, 24, 24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25, 27,
     27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 30, 30, 30, 30, 32, 32, 32, 33, 33, 35}};

enum class ListState { absent, standard, given };

template <unsigned N>
ListState read_list(Bits& bits, std::uint8_t (&raster)[N], const std::uint8_t (&scan)[N]) {
    if (!bits.flag()) {
        return ListState::absent;
    }
    int last = 8, next = 8;
    for (unsigned i = 0; i < N; ++i) {
        if (next != 0) {
            next = (last + bits.se() + 256) & 255;
            if (i == 0 && next == 0) {
                return ListState::standard;
            }
        }
        last = next == 0 ? last : next;
        raster[scan[i]] = static_cast<std::uint8_t>(last);
    }
    return ListState::given;
}

template <unsigned N>
void set_list(std::uint8_t (&raster)[N], const std::uint8_t (&list)[N], const std::uint8_t (&scan)[N]) {
    for (unsigned i = 0; i < N; ++i) {
        raster[scan[i]] = list[i];
    }
}

/** Lists of a parameter set; those that fall back do so to @p base, or to the default ones (table 7-2). */
void read_lists(Bits& bits, v4l2_ctrl_h264_scaling_matrix& lists, unsigned count_8x8,
                const v4l2_ctrl_h264_scaling_matrix* base) {
    for (unsigned i = 0; i < 6; ++i) {
        const ListState state = read_list(bits, lists.scaling_list_4x4[i], zigzag_4x4);
        if (state == ListState::standard || (state == ListState::absent && i % 3 == 0 && base == nullptr)) {
            set_list(lists.scaling_list_4x4[i], default_4x4[i / 3], zigzag_4x4);
        } else if (state == ListState::absent) {
            std::memcpy(lists.scaling_list_4x4[i],
                        i % 3 == 0 ? base->scaling_list_4x4[i] : lists.scaling_list_4x4[i - 1], 16);
        }
    }
    for (unsigned i = 0; i < 6; ++i) {
        const ListState state =
            i < count_8x8 ? read_list(bits, lists.scaling_list_8x8[i], zigzag_8x8) : ListState::absent;
        if (state == ListState::standard || (state == ListState::absent && i < 2 && base == nullptr)) {
            set_list(lists.scaling_list_8x8[i], default_8x8[i % 2], zigzag_8x8);
        } else if (state == ListState::absent) {
            std::memcpy(lists.scaling_list_8x8[i],
                        i < 2 ? base->scaling_list_8x8[i] : lists.scaling_list_8x8[i - 2], 64);
        }
    }
}

/** Frames that a decoded picture buffer of a level holds, table A-1. */
unsigned level_frames(const H264Sps& sps) {
    constexpr struct {
        unsigned level;
        unsigned macroblocks;
    } limits[] = {{10, 396},   {11, 900},    {12, 2376},   {13, 2376},   {20, 2376},  {21, 4752},
                  {22, 8100},  {30, 8100},   {31, 18000},  {32, 20480},  {40, 32768}, {41, 32768},
                  {42, 34816}, {50, 110400}, {51, 184320}, {52, 184320}, {62, 696320}};
    unsigned macroblocks = 696320;
    for (const auto& limit : limits) {
        if (sps.control.level_idc <= limit.level) {
            macroblocks = limit.macroblocks;
            break;
        }
    }
    return std::clamp(macroblocks / (sps.mb_width() * sps.mb_height()), 1u, 16u);
}

void skip_hrd(Bits& bits) {
    const unsigned count = bits.ue() + 1;
    bits.bits(8);
    for (unsigned i = 0; i < count && !bits.overrun(); ++i) {
        bits.ue();
        bits.ue();
        bits.bit();
    }
    bits.bits(20);
}

void read_vui(Bits& bits, H264Sps& sps) {
    if (bits.flag() && bits.bits(8) == 255) {
        bits.bits(32);
    }
    if (bits.flag()) {
        bits.bit();
    }
    if (bits.flag()) {
        bits.bits(4);
        if (bits.flag()) {
            bits.bits(24);
        }
    }
    if (bits.flag()) {
        bits.ue();
        bits.ue();
    }
    if (bits.flag()) {
        bits.bits(32);
        bits.bits(32);
        bits.bit();
    }
    const bool nal = bits.flag();
    if (nal) {
        skip_hrd(bits);
    }
    const bool vcl = bits.flag();
    if (vcl) {
        skip_hrd(bits);
    }
    if (nal || vcl) {
        bits.bit();
    }
    bits.bit();
    if (bits.flag()) {
        bits.bit();
        for (unsigned i = 0; i < 5; ++i) {
            bits.ue();  // up to max_num_reorder_frames
        }
        sps.dpb_frames = std::min(std::max(bits.ue(), 1u), 16u);
    }
}

void read_order_count(Bits& bits, v4l2_ctrl_h264_sps& control) {
    control.pic_order_cnt_type = static_cast<std::uint8_t>(bits.ue());
    if (control.pic_order_cnt_type == 0) {
        control.log2_max_pic_order_cnt_lsb_minus4 = static_cast<std::uint8_t>(bits.ue());
    } else if (control.pic_order_cnt_type == 1) {
        control.flags |= bits.flag() ? V4L2_H264_SPS_FLAG_DELTA_PIC_ORDER_ALWAYS_ZERO : 0;
        control.offset_for_non_ref_pic = bits.se();
        control.offset_for_top_to_bottom_field = bits.se();
        control.num_ref_frames_in_pic_order_cnt_cycle = static_cast<std::uint8_t>(bits.ue());
        for (unsigned i = 0; i < control.num_ref_frames_in_pic_order_cnt_cycle; ++i) {
            control.offset_for_ref_frame[i] = bits.se();
        }
    }
}

void skip_modifications(Bits& bits) {
    if (!bits.flag()) {
        return;
    }
    while (!bits.overrun() && bits.ue() != 3) {
        bits.ue();
    }
}

void skip_weights(Bits& bits, bool monochrome, const unsigned (&counts)[2], unsigned lists) {
    bits.ue();
    if (!monochrome) {
        bits.ue();
    }
    for (unsigned list = 0; list < lists; ++list) {
        for (unsigned i = 0; i < counts[list] && !bits.overrun(); ++i) {
            for (unsigned kind = 0; kind < (monochrome ? 1u : 2u); ++kind) {
                if (!bits.flag()) {
                    continue;
                }
                for (unsigned j = 0; j < (kind == 0 ? 2u : 4u); ++j) {
                    bits.se();
                }
            }
        }
    }
}

void read_marking(Bits& bits, H264SliceHeader& header) {
    if (header.idr) {
        bits.bit();
        header.long_term_idr = bits.flag();
        return;
    }
    header.adaptive_marking = bits.flag();
    if (!header.adaptive_marking) {
        return;
    }
    for (unsigned operation = bits.ue(); operation != 0 && !bits.overrun(); operation = bits.ue()) {
        H264Marking marking{operation};
        if (operation != 5) {
            marking.first = bits.ue();
        }
        if (operation == 3) {
            marking.second = bits.ue();
        }
        header.marking.push_back(marking);
    }
}

/** Which sequence's set that of a picture names. */
unsigned pps_sequence(std::span<const std::uint8_t> payload) {
    Bits bits(payload, 8);
    bits.ue();
    return bits.ue();
}

}  // namespace

H264Unit h264_unit(std::span<const std::uint8_t> bytes, std::size_t most) {
    H264Unit unit{bytes, {}};
    unsigned zeros = 0;
    for (const std::uint8_t byte : bytes.first(std::min(most, bytes.size()))) {
        if (zeros >= 2 && byte == 3) {
            zeros = 0;
            continue;
        }
        zeros = byte == 0 ? zeros + 1 : 0;
        unit.payload.push_back(byte);
    }
    return unit;
}

std::vector<H264Unit> h264_units(std::span<const std::uint8_t> file) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i + 3 <= file.size(); ++i) {
        if (file[i] == 0 && file[i + 1] == 0 && file[i + 2] == 1) {
            starts.push_back(i + 3);
            i += 2;
        }
    }
    std::vector<H264Unit> units;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        std::size_t end = i + 1 < starts.size() ? starts[i + 1] - 3 : file.size();
        while (end > starts[i] && file[end - 1] == 0) {
            --end;
        }
        H264Unit unit = h264_unit(file.subspan(starts[i], end - starts[i]));
        if (!unit.payload.empty()) {
            units.push_back(std::move(unit));
        }
    }
    return units;
}

bool H264ParameterSets::take(const H264Unit& unit, std::string& problem) {
    return unit.type() == sps_unit ? take_sps(unit, problem) : take_pps(unit, problem);
}

bool H264ParameterSets::take_sps(const H264Unit& unit, std::string& problem) {
    Bits bits(unit.payload, 8);
    H264Sps sps;
    v4l2_ctrl_h264_sps& control = sps.control;
    control.profile_idc = static_cast<std::uint8_t>(bits.bits(8));
    control.constraint_set_flags = static_cast<std::uint8_t>(bits.bits(8));
    control.level_idc = static_cast<std::uint8_t>(bits.bits(8));
    const unsigned id = bits.ue();
    control.seq_parameter_set_id = static_cast<std::uint8_t>(id);
    control.chroma_format_idc = 1;
    for (auto& list : sps.lists.scaling_list_4x4) {
        std::fill(std::begin(list), std::end(list), std::uint8_t{16});
    }
    for (auto& list : sps.lists.scaling_list_8x8) {
        std::fill(std::begin(list), std::end(list), std::uint8_t{16});
    }
    if (control.profile_idc >= 100 || control.profile_idc == 44) {
        control.chroma_format_idc = static_cast<std::uint8_t>(bits.ue());
        if (control.chroma_format_idc == 3) {
            bits.bit();
        }
        control.bit_depth_luma_minus8 = static_cast<std::uint8_t>(bits.ue());
        control.bit_depth_chroma_minus8 = static_cast<std::uint8_t>(bits.ue());
        bits.bit();
        sps.has_lists = bits.flag();
        if (sps.has_lists) {
            read_lists(bits, sps.lists, control.chroma_format_idc == 3 ? 6 : 2, nullptr);
        }
    }
    control.log2_max_frame_num_minus4 = static_cast<std::uint8_t>(bits.ue());
    read_order_count(bits, control);
    control.max_num_ref_frames = static_cast<std::uint8_t>(bits.ue());
    control.flags |= bits.flag() ? V4L2_H264_SPS_FLAG_GAPS_IN_FRAME_NUM_VALUE_ALLOWED : 0;
    control.pic_width_in_mbs_minus1 = static_cast<std::uint16_t>(bits.ue());
    control.pic_height_in_map_units_minus1 = static_cast<std::uint16_t>(bits.ue());
    if (bits.flag()) {
        control.flags |= V4L2_H264_SPS_FLAG_FRAME_MBS_ONLY;
    } else {
        control.flags |= bits.flag() ? V4L2_H264_SPS_FLAG_MB_ADAPTIVE_FRAME_FIELD : 0;
    }
    control.flags |= bits.flag() ? V4L2_H264_SPS_FLAG_DIRECT_8X8_INFERENCE : 0;
    unsigned crop[4] = {0, 0, 0, 0};  // left, right, top, bottom
    if (bits.flag()) {
        const bool frames = (control.flags & V4L2_H264_SPS_FLAG_FRAME_MBS_ONLY) != 0;
        const unsigned unit_x = control.chroma_format_idc == 0 ? 1 : 2;
        const unsigned unit_y = unit_x * (frames ? 1 : 2);
        for (unsigned i = 0; i < 4; ++i) {
            crop[i] = bits.ue() * (i < 2 ? unit_x : unit_y);
        }
    }
    const unsigned width = 16 * sps.mb_width(), height = 16 * sps.mb_height();
    if (id >= 32 || bits.overrun() || width > 4096 || height > 2304 || crop[0] + crop[1] >= width ||
        crop[2] + crop[3] >= height || control.max_num_ref_frames > 16) {
        problem = "a sequence parameter set that cannot be";
        return false;
    }
    if (control.chroma_format_idc > 1) {
        problem = "H.264 with other chroma than 4:2:0";
        return false;
    }
    if (control.bit_depth_luma_minus8 != 0 || control.bit_depth_chroma_minus8 != 0) {
        problem = "H.264 of " + std::to_string(control.bit_depth_luma_minus8 + 8) + " and " +
                  std::to_string(control.bit_depth_chroma_minus8 + 8) + " bits, 8 are possible";
        return false;
    }
    sps.crop_left = crop[0];
    sps.crop_top = crop[2];
    sps.width = width - crop[0] - crop[1];
    sps.height = height - crop[2] - crop[3];
    sps.dpb_frames = level_frames(sps);
    if (bits.flag()) {
        read_vui(bits, sps);
    }
    sps_[id] = sps;
    std::string of_picture;
    for (const auto& payload : payloads_) {
        if (!payload.empty() && pps_sequence(payload) == id) {
            read_pps(payload, of_picture);
        }
    }
    return true;
}

bool H264ParameterSets::take_pps(const H264Unit& unit, std::string& problem) {
    const unsigned id = Bits(unit.payload, 8).ue();
    if (id >= 256 || unit.payload.size() > max_pps) {
        problem = "a picture parameter set that cannot be";
        return false;
    }
    pps_[id].reset();
    payloads_[id] = unit.payload;
    return sps(pps_sequence(unit.payload)) == nullptr || read_pps(unit.payload, problem);
}

bool H264ParameterSets::read_pps(std::span<const std::uint8_t> payload, std::string& problem) {
    Bits bits(payload, 8);
    H264Pps pps;
    v4l2_ctrl_h264_pps& control = pps.control;
    const unsigned id = bits.ue();
    control.pic_parameter_set_id = static_cast<std::uint8_t>(id);
    control.seq_parameter_set_id = static_cast<std::uint8_t>(bits.ue());
    const H264Sps* of = sps(control.seq_parameter_set_id);
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_ENTROPY_CODING_MODE);
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_BOTTOM_FIELD_PIC_ORDER_IN_FRAME_PRESENT);
    if (bits.ue() != 0) {
        problem = "slice groups, which the decoder lacks";
        return false;
    }
    control.num_ref_idx_l0_default_active_minus1 = static_cast<std::uint8_t>(bits.ue());
    control.num_ref_idx_l1_default_active_minus1 = static_cast<std::uint8_t>(bits.ue());
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_WEIGHTED_PRED);
    control.weighted_bipred_idc = static_cast<std::uint8_t>(bits.bits(2));
    control.pic_init_qp_minus26 = static_cast<std::int8_t>(bits.se());
    control.pic_init_qs_minus26 = static_cast<std::int8_t>(bits.se());
    control.chroma_qp_index_offset = static_cast<std::int8_t>(bits.se());
    control.second_chroma_qp_index_offset = control.chroma_qp_index_offset;
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_DEBLOCKING_FILTER_CONTROL_PRESENT);
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_CONSTRAINED_INTRA_PRED);
    set_flag(control.flags, bits.flag(), V4L2_H264_PPS_FLAG_REDUNDANT_PIC_CNT_PRESENT);
    pps.lists = of->lists;
    bool has_lists = of->has_lists;
    if (bits.more()) {
        const bool transform_8x8 = bits.flag();
        set_flag(control.flags, transform_8x8, V4L2_H264_PPS_FLAG_TRANSFORM_8X8_MODE);
        if (bits.flag()) {
            has_lists = true;
            const unsigned count = transform_8x8 ? of->control.chroma_format_idc == 3 ? 6 : 2 : 0;
            read_lists(bits, pps.lists, count, of->has_lists ? &of->lists : nullptr);
        }
        control.second_chroma_qp_index_offset = static_cast<std::int8_t>(bits.se());
    }
    set_flag(control.flags, has_lists, V4L2_H264_PPS_FLAG_SCALING_MATRIX_PRESENT);
    pps_[id] = pps;
    return true;
}

std::optional<H264SliceHeader> H264ParameterSets::slice_header(const H264Unit& unit,
                                                               std::string& problem) const {
    Bits bits(unit.payload, 8);
    H264SliceHeader header;
    header.idr = unit.type() == idr_unit;
    header.ref_idc = unit.ref_idc();
    header.first_mb = bits.ue();
    header.type = bits.ue() % 5;
    header.pps_id = bits.ue();
    const H264Pps* set = pps(header.pps_id);
    const H264Sps* sequence = set != nullptr ? sps(set->control.seq_parameter_set_id) : nullptr;
    if (sequence == nullptr) {
        problem = "a slice without its parameter sets";
        return std::nullopt;
    }
    const v4l2_ctrl_h264_sps& control = sequence->control;
    header.frame_num = bits.bits(control.log2_max_frame_num_minus4 + 4u);
    if ((control.flags & V4L2_H264_SPS_FLAG_FRAME_MBS_ONLY) == 0) {
        header.field = bits.flag();
        header.bottom = header.field && bits.flag();
    }
    if (header.idr) {
        header.idr_pic_id = bits.ue();
    }
    const bool both =
        (set->control.flags & V4L2_H264_PPS_FLAG_BOTTOM_FIELD_PIC_ORDER_IN_FRAME_PRESENT) != 0 &&
        !header.field;
    const std::size_t order_start = bits.position();
    if (control.pic_order_cnt_type == 0) {
        header.order_count_lsb = bits.bits(control.log2_max_pic_order_cnt_lsb_minus4 + 4u);
        header.delta_order_count_bottom = both ? bits.se() : 0;
    } else if (control.pic_order_cnt_type == 1 &&
               (control.flags & V4L2_H264_SPS_FLAG_DELTA_PIC_ORDER_ALWAYS_ZERO) == 0) {
        header.delta_order_count[0] = bits.se();
        header.delta_order_count[1] = both ? bits.se() : 0;
    }
    header.order_count_bits = static_cast<unsigned>(bits.position() - order_start);
    if ((set->control.flags & V4L2_H264_PPS_FLAG_REDUNDANT_PIC_CNT_PRESENT) != 0) {
        header.redundant_pic_cnt = bits.ue();
    }
    const bool b = header.type == 1, p = header.type == 0;
    unsigned counts[2] = {set->control.num_ref_idx_l0_default_active_minus1 + 1u,
                          set->control.num_ref_idx_l1_default_active_minus1 + 1u};
    if (b) {
        bits.bit();
    }
    if ((p || b) && bits.flag()) {
        counts[0] = bits.ue() + 1;
        counts[1] = b ? bits.ue() + 1 : 0;
    }
    if (p || b) {
        skip_modifications(bits);
    }
    if (b) {
        skip_modifications(bits);
    }
    if ((p && (set->control.flags & V4L2_H264_PPS_FLAG_WEIGHTED_PRED) != 0) ||
        (b && set->control.weighted_bipred_idc == 1)) {
        skip_weights(bits, control.chroma_format_idc == 0, counts, b ? 2 : 1);
    }
    if (header.ref_idc != 0) {
        const std::size_t start = bits.position();
        read_marking(bits, header);
        header.marking_bits = static_cast<unsigned>(bits.position() - start);
    }
    if (bits.overrun()) {
        problem = "a slice that ends in its header";
        return std::nullopt;
    }
    return header;
}

std::string h264_extended_tools(std::span<const H264Unit> units) {
    bool groups[256] = {};  // sets of pictures with slice groups
    for (const H264Unit& unit : units) {
        const unsigned type = unit.type();
        if (type >= first_partition && type <= last_partition) {
            return "data partitions, which the decoder lacks";
        }
        Bits bits(unit.payload, 8);
        if (type == pps_unit) {
            const unsigned id = bits.ue();
            bits.ue();
            bits.bits(2);
            const bool any = bits.ue() != 0;
            if (id < std::size(groups)) {
                groups[id] = any;
            }
        } else if (type == slice_unit || type == idr_unit) {
            bits.ue();
            if (bits.ue() % 5 >= first_switching) {
                return "slices for switching (SP, SI), which the decoder lacks";
            }
            if (const unsigned id = bits.ue(); id < std::size(groups) && groups[id]) {
                return "slice groups, which the decoder lacks";
            }
        }
    }
    return {};
}

}  // namespace svp::play
