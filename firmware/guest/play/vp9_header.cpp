// SPDX-License-Identifier: GPL-2.0-or-later
#include "vp9_header.hpp"

#include <algorithm>

#include "vp9_compressed_header.hpp"

namespace svp::play {

namespace {

constexpr unsigned frame_marker = 2;
constexpr unsigned sync_code = 0x498342;
constexpr unsigned color_space_rgb = 7;
constexpr unsigned superframe_marker = 6;

/** Largest numbers of a segment's features: quantizer, filter level, reference, skip. */
constexpr unsigned feature_bits[V4L2_VP9_SEG_LVL_MAX] = {8, 6, 2, 0};
constexpr bool feature_signed[V4L2_VP9_SEG_LVL_MAX] = {true, true, false, false};

}  // namespace

std::vector<std::span<const std::uint8_t>> vp9_frames(std::span<const std::uint8_t> chunk) {
    std::vector<std::span<const std::uint8_t>> frames;
    const unsigned last = chunk.empty() ? 0 : chunk.back();
    if (last >> 5 == superframe_marker) {
        const unsigned count = (last & 7) + 1, bytes = (last >> 3 & 3) + 1;
        const std::size_t index = 2 + std::size_t{count} * bytes;
        if (chunk.size() >= index && chunk[chunk.size() - index] == last) {
            std::size_t entry = chunk.size() - index + 1, position = 0;
            for (unsigned i = 0; i < count; ++i) {
                std::size_t size = 0;
                for (unsigned k = 0; k < bytes; ++k) {
                    size |= std::size_t{chunk[entry++]} << 8 * k;
                }
                size = std::min(size, chunk.size() - index - position);
                if (size != 0) {
                    frames.push_back(chunk.subspan(position, size));
                }
                position += size;
            }
            return frames;
        }
    }
    if (!chunk.empty()) {
        frames.push_back(chunk);
    }
    return frames;
}

bool vp9_shows(std::span<const std::uint8_t> frame) {
    if (frame.empty()) {
        return false;
    }
    const bool reserved = (frame[0] >> 4 & 3) == 3;            // profile 3 has one bit more
    const unsigned bits = frame[0] >> (reserved ? 0 : 1) & 7;  // show_existing_frame, frame_type, show_frame
    return (bits & 4) != 0 || (bits & 1) != 0;
}

/** Bits of the uncompressed header, the highest one of each byte first; zeros behind its end. */
class Vp9Parser::Bits {
 public:
    explicit Bits(std::span<const std::uint8_t> data) : data_(data) {}

    bool flag() {
        const std::size_t bit = position_++;
        return bit / 8 < data_.size() && (data_[bit / 8] >> (7 - bit % 8) & 1) != 0;
    }
    unsigned literal(unsigned bits) {
        unsigned value = 0;
        while (bits-- != 0) {
            value = value << 1 | (flag() ? 1u : 0u);
        }
        return value;
    }
    /** Magnitude of @p bits, then the sign. */
    int signed_literal(unsigned bits) {
        const auto magnitude = static_cast<int>(literal(bits));
        return flag() ? -magnitude : magnitude;
    }
    std::size_t bytes() const { return (position_ + 7) / 8; }
    bool overrun() const { return position_ > 8 * data_.size(); }

 private:
    std::span<const std::uint8_t> data_;
    std::size_t position_ = 0;
};

/** Section 6.2.2. */
bool Vp9Parser::color_config(Bits& bits, Vp9Frame& frame, std::string& problem) {
    constexpr std::uint32_t subsampled =
        V4L2_VP9_FRAME_FLAG_X_SUBSAMPLING | V4L2_VP9_FRAME_FLAG_Y_SUBSAMPLING;
    const unsigned profile = frame.control.profile;
    bit_depth_ = profile < 2 ? 8 : bits.flag() ? 12 : 10;
    color_flags_ = subsampled;
    if (bits.literal(3) == color_space_rgb) {
        color_flags_ = V4L2_VP9_FRAME_FLAG_COLOR_RANGE_FULL_SWING;
    } else {
        color_flags_ |= bits.flag() ? V4L2_VP9_FRAME_FLAG_COLOR_RANGE_FULL_SWING : 0;
        if (profile % 2 != 0) {
            color_flags_ &= ~subsampled;
            color_flags_ |= bits.flag() ? V4L2_VP9_FRAME_FLAG_X_SUBSAMPLING : 0;
            color_flags_ |= bits.flag() ? V4L2_VP9_FRAME_FLAG_Y_SUBSAMPLING : 0;
        }
    }
    if (profile % 2 != 0 && bits.flag()) {
        problem = "a reserved bit is set";
        return false;
    }
    if ((color_flags_ & subsampled) != subsampled || bit_depth_ == 12) {
        problem = "profile " + std::to_string(profile) + ", " + std::to_string(bit_depth_) +
                  " bits: only 4:2:0 with 8 or 10 bits (profiles 0 and 2) is decoded";
        return false;
    }
    return true;
}

void Vp9Parser::frame_size(Bits& bits, Vp9Frame& frame) {
    frame.control.frame_width_minus_1 = static_cast<std::uint16_t>(bits.literal(16));
    frame.control.frame_height_minus_1 = static_cast<std::uint16_t>(bits.literal(16));
}

void Vp9Parser::render_size(Bits& bits, Vp9Frame& frame) {
    frame.control.render_width_minus_1 = frame.control.frame_width_minus_1;
    frame.control.render_height_minus_1 = frame.control.frame_height_minus_1;
    if (bits.flag()) {
        frame.control.render_width_minus_1 = static_cast<std::uint16_t>(bits.literal(16));
        frame.control.render_height_minus_1 = static_cast<std::uint16_t>(bits.literal(16));
    }
}

bool Vp9Parser::frame_size_with_refs(Bits& bits, Vp9Frame& frame, std::string& problem) {
    const auto* found = std::ranges::find_if(frame.references, [&](unsigned) { return bits.flag(); });
    if (found != frame.references.end()) {
        const Slot& slot = slots_[*found];
        frame.control.frame_width_minus_1 = static_cast<std::uint16_t>(slot.width - 1);
        frame.control.frame_height_minus_1 = static_cast<std::uint16_t>(slot.height - 1);
    } else {
        frame_size(bits, frame);
    }
    render_size(bits, frame);
    for (const unsigned reference : frame.references) {
        if (slots_[reference].width == 0) {
            problem = "a reference to an empty slot";
            return false;
        }
    }
    return true;
}

/** What is left of earlier frames after an intra or error resilient one. */
void Vp9Parser::set_up_past_independence() {
    segmentation_ = {};
    filter_ = {};
    filter_.ref_deltas[0] = 1;
    filter_.ref_deltas[2] = filter_.ref_deltas[3] = -1;
}

/** What depends on the type of the frame. */
bool Vp9Parser::frame_type_header(Bits& bits, Vp9Frame& frame, std::string& problem) {
    v4l2_ctrl_vp9_frame& control = frame.control;
    const bool resilient = (control.flags & V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT) != 0;
    if (frame.key()) {
        if (bits.literal(24) != sync_code) {
            problem = "a key frame without its sync code";
            return false;
        }
        frame.refresh = 255;
        if (!color_config(bits, frame, problem)) {
            return false;
        }
        frame_size(bits, frame);
        render_size(bits, frame);
        return true;
    }
    control.flags |= !frame.shown() && bits.flag() ? V4L2_VP9_FRAME_FLAG_INTRA_ONLY : 0;
    const unsigned reset = resilient ? 0 : bits.literal(2);
    control.reset_frame_context = static_cast<std::uint8_t>(reset < 2 ? 0 : reset - 1);
    if (frame.intra()) {
        if (bits.literal(24) != sync_code) {
            problem = "an intra-only frame without its sync code";
            return false;
        }
        if (control.profile > 0) {
            if (!color_config(bits, frame, problem)) {
                return false;
            }
        } else {
            bit_depth_ = 8;
            color_flags_ = V4L2_VP9_FRAME_FLAG_X_SUBSAMPLING | V4L2_VP9_FRAME_FLAG_Y_SUBSAMPLING;
        }
        frame.refresh = bits.literal(vp9_slots);
        frame_size(bits, frame);
        render_size(bits, frame);
        return true;
    }
    frame.refresh = bits.literal(vp9_slots);
    for (unsigned i = 0; i < 3; ++i) {
        frame.references[i] = bits.literal(3);
        // libvpx and libavcodec take no notice of it in error resilient frames.
        const bool later = bits.flag() && !resilient;
        control.ref_frame_sign_bias |= static_cast<std::uint8_t>(later ? 1u << i : 0u);
    }
    if (!frame_size_with_refs(bits, frame, problem)) {
        return false;
    }
    control.flags |= bits.flag() ? V4L2_VP9_FRAME_FLAG_ALLOW_HIGH_PREC_MV : 0;
    constexpr std::uint8_t filters[] = {
        V4L2_VP9_INTERP_FILTER_EIGHTTAP_SMOOTH, V4L2_VP9_INTERP_FILTER_EIGHTTAP,
        V4L2_VP9_INTERP_FILTER_EIGHTTAP_SHARP, V4L2_VP9_INTERP_FILTER_BILINEAR};
    control.interpolation_filter = V4L2_VP9_INTERP_FILTER_SWITCHABLE;
    if (!bits.flag()) {
        control.interpolation_filter = filters[bits.literal(2)];
    }
    return true;
}

void Vp9Parser::loop_filter(Bits& bits) {
    filter_.level = static_cast<std::uint8_t>(bits.literal(6));
    filter_.sharpness = static_cast<std::uint8_t>(bits.literal(3));
    filter_.flags = 0;
    if (!bits.flag()) {
        return;
    }
    filter_.flags = V4L2_VP9_LOOP_FILTER_FLAG_DELTA_ENABLED;
    if (!bits.flag()) {
        return;
    }
    filter_.flags |= V4L2_VP9_LOOP_FILTER_FLAG_DELTA_UPDATE;
    const auto update = [&bits](auto& deltas) {
        for (auto& delta : deltas) {
            if (bits.flag()) {
                delta = static_cast<std::int8_t>(bits.signed_literal(6));
            }
        }
    };
    update(filter_.ref_deltas);
    update(filter_.mode_deltas);
}

void Vp9Parser::quantization(Bits& bits, v4l2_vp9_quantization& quantization) {
    quantization.base_q_idx = static_cast<std::uint8_t>(bits.literal(8));
    for (auto* delta :
         {&quantization.delta_q_y_dc, &quantization.delta_q_uv_dc, &quantization.delta_q_uv_ac}) {
        *delta = static_cast<std::int8_t>(bits.flag() ? bits.signed_literal(4) : 0);
    }
}

/** Section 6.2.11. */
void Vp9Parser::segmentation(Bits& bits) {
    const auto probability = [&bits] {
        return static_cast<std::uint8_t>(bits.flag() ? bits.literal(8) : 255);
    };
    const auto set = [this](std::uint8_t flag, bool value) {
        segmentation_.flags =
            static_cast<std::uint8_t>(value ? segmentation_.flags | flag : segmentation_.flags & ~flag);
    };
    segmentation_.flags &= V4L2_VP9_SEGMENTATION_FLAG_ABS_OR_DELTA_UPDATE;
    if (!bits.flag()) {
        return;
    }
    segmentation_.flags |= V4L2_VP9_SEGMENTATION_FLAG_ENABLED;
    if (bits.flag()) {
        segmentation_.flags |= V4L2_VP9_SEGMENTATION_FLAG_UPDATE_MAP;
        for (auto& each : segmentation_.tree_probs) {
            each = probability();
        }
        const bool temporal = bits.flag();
        set(V4L2_VP9_SEGMENTATION_FLAG_TEMPORAL_UPDATE, temporal);
        for (auto& each : segmentation_.pred_probs) {
            each = temporal ? probability() : std::uint8_t{255};
        }
    }
    if (!bits.flag()) {
        return;
    }
    segmentation_.flags |= V4L2_VP9_SEGMENTATION_FLAG_UPDATE_DATA;
    set(V4L2_VP9_SEGMENTATION_FLAG_ABS_OR_DELTA_UPDATE, bits.flag());
    for (unsigned i = 0; i < 8; ++i) {
        segmentation_.feature_enabled[i] = 0;
        for (unsigned feature = 0; feature < V4L2_VP9_SEG_LVL_MAX; ++feature) {
            auto& data = segmentation_.feature_data[i][feature];
            data = 0;
            if (bits.flag()) {
                segmentation_.feature_enabled[i] |= static_cast<std::uint8_t>(1u << feature);
                const auto value = static_cast<int>(bits.literal(feature_bits[feature]));
                data = static_cast<std::int16_t>(feature_signed[feature] && bits.flag() ? -value : value);
            }
        }
    }
}

/** Section 6.2.13: tiles are 256 to 4096 samples wide. */
void Vp9Parser::tile_info(Bits& bits, Vp9Frame& frame) {
    const unsigned superblocks = (frame.width() + 63) / 64;
    unsigned least = 0, most = 1;
    while (64u << least < superblocks) {
        ++least;
    }
    while (superblocks >> most >= 4) {
        ++most;
    }
    --most;
    unsigned columns = least;
    while (columns < most && bits.flag()) {
        ++columns;
    }
    frame.control.tile_cols_log2 = static_cast<std::uint8_t>(columns);
    const unsigned rows = bits.flag() ? 1 + (bits.flag() ? 1u : 0u) : 0;
    frame.control.tile_rows_log2 = static_cast<std::uint8_t>(rows);
}

bool Vp9Parser::uncompressed_header(Bits& bits, Vp9Frame& frame, std::string& problem) {
    v4l2_ctrl_vp9_frame& control = frame.control;
    if (bits.literal(2) != frame_marker) {
        problem = "no frame marker";
        return false;
    }
    const unsigned low = bits.flag() ? 1 : 0;
    control.profile = static_cast<std::uint8_t>(low | (bits.flag() ? 2u : 0u));
    if (control.profile == 3 && bits.flag()) {
        problem = "a profile above 3";
        return false;
    }
    if (bits.flag()) {
        frame.existing = true;
        frame.slot = bits.literal(3);
        return true;
    }
    control.flags |= bits.flag() ? 0 : V4L2_VP9_FRAME_FLAG_KEY_FRAME;
    control.flags |= bits.flag() ? V4L2_VP9_FRAME_FLAG_SHOW_FRAME : 0;
    control.flags |= bits.flag() ? V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT : 0;
    if (!frame_type_header(bits, frame, problem)) {
        return false;
    }
    control.bit_depth = static_cast<std::uint8_t>(bit_depth_);
    control.flags |= color_flags_;
    const bool resilient = (control.flags & V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT) != 0;
    control.flags |= !resilient && bits.flag() ? V4L2_VP9_FRAME_FLAG_REFRESH_FRAME_CTX : 0;
    control.flags |= resilient || bits.flag() ? V4L2_VP9_FRAME_FLAG_PARALLEL_DEC_MODE : 0;
    control.frame_context_idx = static_cast<std::uint8_t>(bits.literal(2));
    if (frame.intra() || resilient) {
        set_up_past_independence();
    }
    loop_filter(bits);
    quantization(bits, control.quant);
    segmentation(bits);
    tile_info(bits, frame);
    control.lf = filter_;
    control.seg = segmentation_;
    control.compressed_header_size = static_cast<std::uint16_t>(bits.literal(16));
    control.uncompressed_header_size = static_cast<std::uint16_t>(bits.bytes());
    return true;
}

std::optional<Vp9Frame> Vp9Parser::parse(std::span<const std::uint8_t> data, std::string& problem) {
    Vp9Frame frame;
    Bits bits(data);
    if (!uncompressed_header(bits, frame, problem)) {
        return std::nullopt;
    }
    if (bits.overrun()) {
        problem = "the frame ends inside its header";
        return std::nullopt;
    }
    if (frame.existing) {
        if (slots_[frame.slot].width == 0) {
            problem = "a picture from an empty slot is to be shown";
            return std::nullopt;
        }
        return frame;
    }
    v4l2_ctrl_vp9_frame& control = frame.control;
    const std::size_t header = control.uncompressed_header_size;
    if (control.compressed_header_size == 0 || control.compressed_header_size > data.size() - header) {
        problem = "a compressed header of " + std::to_string(control.compressed_header_size) + " bytes";
        return std::nullopt;
    }
    if (!vp9_compressed_header(data.subspan(header, control.compressed_header_size), control,
                               frame.compressed)) {
        problem = "the compressed header is none";
        return std::nullopt;
    }
    for (unsigned i = 0; i < vp9_slots; ++i) {
        if ((frame.refresh >> i & 1) != 0) {
            slots_[i] = {frame.width(), frame.height(), bit_depth_};
        }
    }
    return frame;
}

}  // namespace svp::play
