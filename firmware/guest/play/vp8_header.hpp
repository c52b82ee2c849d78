// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * VP8 frame headers, as V4L2's stateless decoders want them (RFC 6386, sections 9 and 19.2).
 *
 * A parser follows one stream: probabilities, segments and filter deltas last from frame to frame.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace svp::play {

class BoolReader;

/** Which picture a reference is from the next frame on. */
enum class Vp8Update : std::uint8_t { keep, current, last, golden, altref };

struct Vp8Frame {
    v4l2_ctrl_vp8_frame control;  ///< timestamps of references are the player's to fill in
    bool show = false;
    bool update_last = false;
    /** In terms of the references before this frame, current apart. */
    Vp8Update golden = Vp8Update::keep;
    Vp8Update altref = Vp8Update::keep;
};

class Vp8Parser {
 public:
    /** The header of @p data, one whole frame; nothing, and @p problem says why, if it cannot be one. Frames
     * before the first key frame cannot. */
    std::optional<Vp8Frame> parse(std::span<const std::uint8_t> data, std::string& problem);

 private:
    void begin_key_frame();
    void parse_segmentation(BoolReader& bits);
    void parse_filter(BoolReader& bits);
    static void parse_quantizers(BoolReader& bits, v4l2_vp8_quantization& quantization);
    static void parse_references(BoolReader& bits, Vp8Frame& frame);
    void parse_probabilities(BoolReader& bits, Vp8Frame& frame);
    static bool parse_partitions(std::span<const std::uint8_t> data, std::size_t position, Vp8Frame& frame);

    bool started_ = false;
    v4l2_vp8_segment segment_{};
    v4l2_vp8_loop_filter filter_{};
    v4l2_vp8_entropy entropy_{};
    bool golden_bias_ = false;
    bool altref_bias_ = false;
    std::uint16_t width_ = 0;
    std::uint16_t height_ = 0;
    std::uint8_t horizontal_scale_ = 0;
    std::uint8_t vertical_scale_ = 0;
};

}  // namespace svp::play
