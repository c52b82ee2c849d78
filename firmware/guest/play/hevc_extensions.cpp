// SPDX-License-Identifier: GPL-2.0-or-later
#include "hevc_extensions.hpp"

namespace svp::play {

namespace {

constexpr unsigned extended_sar = 255;
constexpr unsigned sps_range_flags = 9;
constexpr unsigned most_buffers = 32;

/** Which flag of a hypothetical decoder's parameters (E.2.2) is on. */
struct Hrd {
    bool nal = false;
    bool vcl = false;
    bool sub_picture = false;
};

void skip_codes(Bits& bits, unsigned count) {
    while (count-- != 0) {
        bits.ue();
    }
}

Hrd skip_hrd_head(Bits& bits) {
    Hrd hrd;
    hrd.nal = bits.flag();
    hrd.vcl = bits.flag();
    if (hrd.nal || hrd.vcl) {
        hrd.sub_picture = bits.flag();
        bits.skip(hrd.sub_picture ? 8 + 5 + 1 + 5 : 0);
        bits.skip(4 + 4);  // bit_rate_scale, cpb_size_scale
        bits.skip(hrd.sub_picture ? 4 : 0);
        bits.skip(5 + 5 + 5);  // lengths of the delays
    }
    return hrd;
}

void skip_sub_layer_hrd(Bits& bits, const Hrd& hrd, unsigned buffers) {
    for (unsigned i = 0; i < buffers; ++i) {
        skip_codes(bits, hrd.sub_picture ? 4 : 2);
        bits.skip(1);  // cbr_flag
    }
}

bool skip_hrd(Bits& bits, unsigned sub_layers_minus1) {
    const Hrd hrd = skip_hrd_head(bits);
    for (unsigned i = 0; i <= sub_layers_minus1; ++i) {
        const bool fixed = bits.flag() || bits.flag();
        bool low_delay = false;
        if (fixed) {
            bits.ue();  // elemental_duration_in_tc_minus1
        } else {
            low_delay = bits.flag();
        }
        const unsigned buffers = low_delay ? 1 : bits.ue() + 1;
        if (buffers > most_buffers) {
            return false;
        }
        skip_sub_layer_hrd(bits, hrd, (hrd.nal ? buffers : 0) + (hrd.vcl ? buffers : 0));
    }
    return true;
}

bool skip_timing(Bits& bits, unsigned sub_layers_minus1) {
    bits.skip(32 + 32);
    if (bits.flag()) {
        bits.ue();  // vui_num_ticks_poc_diff_one_minus1
    }
    return !bits.flag() || skip_hrd(bits, sub_layers_minus1);
}

/** vui_parameters(), E.2.1. */
bool skip_vui(Bits& bits, unsigned sub_layers_minus1) {
    if (bits.flag() && bits.bits(8) == extended_sar) {
        bits.skip(16 + 16);
    }
    if (bits.flag()) {
        bits.skip(1);  // overscan_appropriate_flag
    }
    if (bits.flag()) {
        bits.skip(3 + 1);  // video_format, video_full_range_flag
        bits.skip(bits.flag() ? 3 * 8 : 0);
    }
    skip_codes(bits, bits.flag() ? 2 : 0);  // places of the chroma samples
    bits.skip(3);                           // neutral_chroma, field_seq, frame_field_info
    skip_codes(bits, bits.flag() ? 4 : 0);  // default display window
    if (bits.flag() && !skip_timing(bits, sub_layers_minus1)) {
        return false;
    }
    if (bits.flag()) {
        bits.skip(3);
        skip_codes(bits, 5);
    }
    return true;
}

}  // namespace

std::string hevc_sps_extension(Bits& bits, unsigned sub_layers_minus1) {
    if (bits.flag() && !skip_vui(bits, sub_layers_minus1)) {
        return {};
    }
    if (!bits.flag() || bits.overrun()) {
        return {};
    }
    const bool range = bits.flag();
    bits.skip(2);  // layers and depth are beside the pictures that are decoded
    const bool screen = bits.flag();
    bits.skip(4);
    const bool tools = range && bits.bits(sps_range_flags) != 0;
    if (bits.overrun()) {
        return {};
    }
    return tools ? "HEVC with range extensions" : screen ? "HEVC with extensions for screen content" : "";
}

std::string hevc_pps_extension(Bits& bits, bool transform_skip) {
    if (!bits.flag() || bits.overrun()) {
        return {};
    }
    const bool range = bits.flag();
    bits.skip(2);
    const bool screen = bits.flag();
    bits.skip(4);
    bool tools = false;
    if (range) {
        tools = transform_skip && bits.ue() != 0;  // log2_max_transform_skip_block_size_minus2
        tools = bits.bits(2) != 0 || tools;        // cross-component prediction, list of chroma QP offsets
        tools = tools || bits.ue() != 0 || bits.ue() != 0;  // scales of SAO's offsets
    }
    if (bits.overrun()) {
        return {};
    }
    return tools ? "HEVC with range extensions" : screen ? "HEVC with extensions for screen content" : "";
}

}  // namespace svp::play
