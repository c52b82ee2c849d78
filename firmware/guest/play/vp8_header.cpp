// SPDX-License-Identifier: GPL-2.0-or-later
#include "vp8_header.hpp"

#include <algorithm>
#include <cstring>

#include "bool_reader.hpp"
#include "vp8_tables.hpp"

namespace svp::play {

namespace {

constexpr std::size_t tag_size = 3;
constexpr std::size_t key_frame_tag_size = 10;
constexpr std::uint8_t start_code[] = {0x9d, 0x01, 0x2a};

}  // namespace

void Vp8Parser::begin_key_frame() {
    segment_ = {};
    segment_.flags = V4L2_VP8_SEGMENT_FLAG_DELTA_VALUE_MODE;
    filter_ = {};
    golden_bias_ = altref_bias_ = false;
    static_assert(sizeof entropy_.coeff_probs == sizeof default_coefficient_probabilities);
    std::memcpy(entropy_.coeff_probs, default_coefficient_probabilities, sizeof entropy_.coeff_probs);
    std::memcpy(entropy_.mv_probs, default_vector_probabilities, sizeof entropy_.mv_probs);
    std::copy_n(default_luma_mode_probabilities, 4, entropy_.y_mode_probs);
    std::copy_n(default_chroma_mode_probabilities, 3, entropy_.uv_mode_probs);
    started_ = true;
}

void Vp8Parser::parse_segmentation(BoolReader& bits) {
    segment_.flags &= V4L2_VP8_SEGMENT_FLAG_DELTA_VALUE_MODE;
    if (!bits.flag()) {
        return;
    }
    segment_.flags |= V4L2_VP8_SEGMENT_FLAG_ENABLED;
    const bool update_map = bits.flag();
    if (bits.flag()) {
        segment_.flags |= V4L2_VP8_SEGMENT_FLAG_UPDATE_FEATURE_DATA;
        segment_.flags &= ~static_cast<std::uint32_t>(V4L2_VP8_SEGMENT_FLAG_DELTA_VALUE_MODE);
        segment_.flags |= bits.flag() ? 0u : unsigned{V4L2_VP8_SEGMENT_FLAG_DELTA_VALUE_MODE};
        for (auto& quantizer : segment_.quant_update) {
            quantizer = static_cast<std::int8_t>(bits.optional_signed(7));
        }
        for (auto& level : segment_.lf_update) {
            level = static_cast<std::int8_t>(bits.optional_signed(6));
        }
    }
    if (update_map) {
        segment_.flags |= V4L2_VP8_SEGMENT_FLAG_UPDATE_MAP;
        for (auto& probability : segment_.segment_probs) {
            probability = static_cast<std::uint8_t>(bits.flag() ? bits.literal(8) : 255);
        }
    }
}

void Vp8Parser::parse_filter(BoolReader& bits) {
    filter_.flags = bits.flag() ? V4L2_VP8_LF_FILTER_TYPE_SIMPLE : 0;
    filter_.level = static_cast<std::uint8_t>(bits.literal(6));
    filter_.sharpness_level = static_cast<std::uint8_t>(bits.literal(3));
    if (!bits.flag()) {
        return;
    }
    filter_.flags |= V4L2_VP8_LF_ADJ_ENABLE;
    if (!bits.flag()) {
        return;
    }
    filter_.flags |= V4L2_VP8_LF_DELTA_UPDATE;
    const auto update = [&bits](auto& deltas) {
        for (auto& delta : deltas) {
            if (bits.flag()) {
                delta = static_cast<std::int8_t>(bits.signed_literal(6));
            }
        }
    };
    update(filter_.ref_frm_delta);
    update(filter_.mb_mode_delta);
}

void Vp8Parser::parse_quantizers(BoolReader& bits, v4l2_vp8_quantization& quantization) {
    quantization.y_ac_qi = static_cast<std::uint8_t>(bits.literal(7));
    for (auto* delta : {&quantization.y_dc_delta, &quantization.y2_dc_delta, &quantization.y2_ac_delta,
                        &quantization.uv_dc_delta, &quantization.uv_ac_delta}) {
        *delta = static_cast<std::int8_t>(bits.optional_signed(4));
    }
}

void Vp8Parser::parse_references(BoolReader& bits, Vp8Frame& frame) {
    const bool golden = bits.flag();
    const bool altref = bits.flag();
    frame.golden = golden ? Vp8Update::current : Vp8Update::keep;
    frame.altref = altref ? Vp8Update::current : Vp8Update::keep;
    if (!golden) {
        constexpr Vp8Update sources[] = {Vp8Update::keep, Vp8Update::last, Vp8Update::altref,
                                         Vp8Update::keep};
        frame.golden = sources[bits.literal(2)];
    }
    if (!altref) {
        constexpr Vp8Update sources[] = {Vp8Update::keep, Vp8Update::last, Vp8Update::golden,
                                         Vp8Update::keep};
        frame.altref = sources[bits.literal(2)];
    }
    // The format leaves open what comes first if both are copies. libvpx copies to altref before it copies
    // from it.
    if (frame.golden == Vp8Update::altref && frame.altref != Vp8Update::current) {
        frame.golden = frame.altref == Vp8Update::golden ? Vp8Update::keep
                       : frame.altref == Vp8Update::last ? Vp8Update::last
                                                         : Vp8Update::altref;
    }
}

void Vp8Parser::parse_probabilities(BoolReader& bits, Vp8Frame& frame) {
    for (unsigned i = 0; i < 4 * 8 * 3 * 11; ++i) {
        const unsigned type = i / 264, band = i / 33 % 8, context = i / 11 % 3, node = i % 11;
        if (bits.decision(coefficient_update_probabilities[type][band][context][node])) {
            entropy_.coeff_probs[type][band][context][node] = static_cast<std::uint8_t>(bits.literal(8));
        }
    }
    v4l2_ctrl_vp8_frame& control = frame.control;
    if (bits.flag()) {
        control.flags |= V4L2_VP8_FRAME_FLAG_MB_NO_SKIP_COEFF;
        control.prob_skip_false = static_cast<std::uint8_t>(bits.literal(8));
    }
    if (V4L2_VP8_FRAME_IS_KEY_FRAME(&control)) {
        return;
    }
    control.prob_intra = static_cast<std::uint8_t>(bits.literal(8));
    control.prob_last = static_cast<std::uint8_t>(bits.literal(8));
    control.prob_gf = static_cast<std::uint8_t>(bits.literal(8));
    const auto modes = [&bits](auto& probabilities) {
        if (bits.flag()) {
            for (auto& probability : probabilities) {
                probability = static_cast<std::uint8_t>(bits.literal(8));
            }
        }
    };
    modes(entropy_.y_mode_probs);
    modes(entropy_.uv_mode_probs);
    for (unsigned i = 0; i < 2; ++i) {
        for (unsigned j = 0; j < V4L2_VP8_MV_PROB_CNT; ++j) {
            if (bits.decision(vector_update_probabilities[i][j])) {
                const unsigned value = bits.literal(7);
                entropy_.mv_probs[i][j] = static_cast<std::uint8_t>(value != 0 ? value << 1 : 1);
            }
        }
    }
}

/** Lengths of the partitions of coefficients, whose table is at @p position of the frame. */
bool Vp8Parser::parse_partitions(std::span<const std::uint8_t> data, std::size_t position, Vp8Frame& frame) {
    v4l2_ctrl_vp8_frame& control = frame.control;
    const std::size_t table = 3 * (std::size_t{control.num_dct_parts} - 1);
    if (data.size() - position < table) {
        return false;
    }
    std::size_t left = data.size() - position - table;
    for (unsigned i = 0; i < control.num_dct_parts; ++i) {
        std::size_t size = left;
        if (i + 1u < control.num_dct_parts) {
            const std::uint8_t* entry = data.data() + position + 3 * i;
            const unsigned length =
                entry[0] | static_cast<unsigned>(entry[1]) << 8 | static_cast<unsigned>(entry[2]) << 16;
            size = std::min<std::size_t>(left, length);
        }
        control.dct_part_sizes[i] = static_cast<std::uint32_t>(size);
        left -= size;
    }
    return true;
}

std::optional<Vp8Frame> Vp8Parser::parse(std::span<const std::uint8_t> data, std::string& problem) {
    if (data.size() < tag_size) {
        problem = "a frame of " + std::to_string(data.size()) + " bytes has no header";
        return std::nullopt;
    }
    Vp8Frame frame{};
    v4l2_ctrl_vp8_frame& control = frame.control;
    const std::uint32_t tag =
        data[0] | static_cast<std::uint32_t>(data[1]) << 8 | static_cast<std::uint32_t>(data[2]) << 16;
    const bool key = (tag & 1) == 0;
    control.version = static_cast<std::uint8_t>(tag >> 1 & 7);
    frame.show = (tag >> 4 & 1) != 0;
    control.first_part_size = tag >> 5;
    const std::size_t header = key ? key_frame_tag_size : tag_size;
    if (data.size() < header || data.size() - header < control.first_part_size) {
        problem =
            "the first partition, " + std::to_string(control.first_part_size) + " bytes, goes over the end";
        return std::nullopt;
    }
    if (key) {
        if (!std::equal(std::begin(start_code), std::end(start_code), data.begin() + tag_size)) {
            problem = "a key frame without its start code";
            return std::nullopt;
        }
        width_ = static_cast<std::uint16_t>((data[6] | data[7] << 8) & 0x3fff);
        height_ = static_cast<std::uint16_t>((data[8] | data[9] << 8) & 0x3fff);
        horizontal_scale_ = data[7] >> 6;
        vertical_scale_ = data[9] >> 6;
        begin_key_frame();
    } else if (!started_) {
        problem = "the stream does not begin with a key frame";
        return std::nullopt;
    }
    control.width = width_;
    control.height = height_;
    control.horizontal_scale = horizontal_scale_;
    control.vertical_scale = vertical_scale_;
    control.flags = (key ? V4L2_VP8_FRAME_FLAG_KEY_FRAME : 0u) |
                    (frame.show ? V4L2_VP8_FRAME_FLAG_SHOW_FRAME : 0u) |
                    (control.version > 3 ? V4L2_VP8_FRAME_FLAG_EXPERIMENTAL : 0u);

    BoolReader bits(data.subspan(header, control.first_part_size));
    if (key) {
        bits.literal(2);  // colour space and clamping, which change nothing here
    }
    parse_segmentation(bits);
    parse_filter(bits);
    control.num_dct_parts = static_cast<std::uint8_t>(1u << bits.literal(2));
    parse_quantizers(bits, control.quant);
    frame.update_last = true;
    bool keep_probabilities = false;
    if (key) {
        frame.golden = frame.altref = Vp8Update::current;
        keep_probabilities = bits.flag();
    } else {
        parse_references(bits, frame);
        golden_bias_ = bits.flag();
        altref_bias_ = bits.flag();
        keep_probabilities = bits.flag();
        frame.update_last = bits.flag();
    }
    const v4l2_vp8_entropy before = entropy_;
    parse_probabilities(bits, frame);
    control.entropy = entropy_;
    if (!keep_probabilities) {
        entropy_ = before;
    }
    control.flags |= (golden_bias_ ? V4L2_VP8_FRAME_FLAG_SIGN_BIAS_GOLDEN : 0u) |
                     (altref_bias_ ? V4L2_VP8_FRAME_FLAG_SIGN_BIAS_ALT : 0u);
    control.segment = segment_;
    control.lf = filter_;
    control.first_part_header_bits = bits.consumed();
    control.coder_state.range = static_cast<std::uint8_t>(bits.range());
    control.coder_state.value = static_cast<std::uint8_t>(bits.value());
    control.coder_state.bit_count = static_cast<std::uint8_t>(bits.consumed() % 8);
    if (bits.overrun() || !parse_partitions(data, header + control.first_part_size, frame)) {
        problem = "the frame ends inside its header";
        return std::nullopt;
    }
    return frame;
}

}  // namespace svp::play
