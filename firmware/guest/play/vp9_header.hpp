// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * VP9 frame headers, as V4L2's stateless decoders want them (VP9 specification, sections 6.2 and 6.3).
 *
 * A parser follows one stream: sizes of references, segments and filter deltas last from frame to frame.
 * Probabilities do not: the compressed header says how they change, and the driver has them.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace svp::play {

inline constexpr unsigned vp9_slots = 8;  ///< in which a stream keeps references

struct Vp9Frame {
    bool existing = false;  ///< nothing to decode: the picture in slot is shown
    unsigned slot = 0;
    v4l2_ctrl_vp9_frame control{};  ///< time stamps of references are the player's to fill in
    v4l2_ctrl_vp9_compressed_hdr compressed{};
    std::array<unsigned, 3> references{};  ///< slots of last, golden and altref; of frames that are not intra
    unsigned refresh = 0;                  ///< slots that become this picture, bit 0 the first

    bool key() const { return (control.flags & V4L2_VP9_FRAME_FLAG_KEY_FRAME) != 0; }
    bool intra() const {
        return (control.flags & (V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_INTRA_ONLY)) != 0;
    }
    bool shown() const { return (control.flags & V4L2_VP9_FRAME_FLAG_SHOW_FRAME) != 0; }
    unsigned width() const { return control.frame_width_minus_1 + 1u; }
    unsigned height() const { return control.frame_height_minus_1 + 1u; }
};

/** Frames of a superframe (annex B): a chunk of a file, or what it is made of. Empty ones are left out. */
std::vector<std::span<const std::uint8_t>> vp9_frames(std::span<const std::uint8_t> chunk);

/** Whether a frame's first byte says that a picture is shown: its own, or one from before. */
bool vp9_shows(std::span<const std::uint8_t> frame);

class Vp9Parser {
 public:
    /** Both headers of @p data, one whole frame; nothing, and @p problem says why, if it cannot be one. */
    std::optional<Vp9Frame> parse(std::span<const std::uint8_t> data, std::string& problem);

 private:
    class Bits;

    /** What is known of a slot. */
    struct Slot {
        unsigned width = 0;  ///< 0: it is empty
        unsigned height = 0;
        unsigned bit_depth = 0;
    };

    bool uncompressed_header(Bits& bits, Vp9Frame& frame, std::string& problem);
    bool frame_type_header(Bits& bits, Vp9Frame& frame, std::string& problem);
    bool color_config(Bits& bits, Vp9Frame& frame, std::string& problem);
    void frame_size(Bits& bits, Vp9Frame& frame);
    void render_size(Bits& bits, Vp9Frame& frame);
    bool frame_size_with_refs(Bits& bits, Vp9Frame& frame, std::string& problem);
    void set_up_past_independence();
    void loop_filter(Bits& bits);
    static void quantization(Bits& bits, v4l2_vp9_quantization& quantization);
    void segmentation(Bits& bits);
    static void tile_info(Bits& bits, Vp9Frame& frame);

    std::array<Slot, vp9_slots> slots_{};
    v4l2_vp9_loop_filter filter_{};
    v4l2_vp9_segmentation segmentation_{};
    unsigned bit_depth_ = 8;
    std::uint32_t color_flags_ = 0;
};

}  // namespace svp::play
