// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * MPEG-2 elementary streams, as V4L2's stateless decoders want them: headers parsed, slices as they are
 * (ITU-T H.262, section 6.2).
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace svp::play {

/** One coded picture: a frame or a field. */
struct Mpeg2Picture {
    v4l2_ctrl_mpeg2_sequence sequence;
    v4l2_ctrl_mpeg2_picture picture;  ///< timestamps of references are the player's to fill in
    v4l2_ctrl_mpeg2_quantisation quantisation;
    std::span<const std::uint8_t> slices;  ///< from the first slice's start code to the end of the last one
};

/** picture_structure (table 6-14). */
inline constexpr std::uint8_t mpeg2_top_field = 1, mpeg2_bottom_field = 2, mpeg2_frame = 3;

/** True if @p file begins with a sequence header, behind any number of zeros. */
bool is_mpeg2(std::span<const std::uint8_t> file);

class Mpeg2Parser {
 public:
    /** A whole stream, which has to outlive the parser. */
    explicit Mpeg2Parser(std::span<const std::uint8_t> stream) : stream_(stream) {}

    /** The next picture; nothing at the end, or, with @p problem set, where a header cannot be one or asks
     * for what is not MPEG-2 Main profile. Pictures before the first sequence header are left out. */
    std::optional<Mpeg2Picture> next(std::string& problem);

 private:
    class Bits;

    std::optional<std::size_t> find_start_code(std::size_t from) const;
    bool header(std::uint8_t code, std::span<const std::uint8_t> data, std::string& problem);
    bool sequence_header(Bits& bits);
    bool sequence_extension(Bits& bits, std::string& problem);
    bool picture_header(Bits& bits);
    bool picture_extension(Bits& bits);
    void matrices(Bits& bits, bool all);

    std::span<const std::uint8_t> stream_;
    std::size_t position_ = 0;
    bool has_sequence_ = false;  ///< with its extension: the stream is MPEG-2
    bool has_header_ = false;
    bool has_picture_ = false;  ///< with its extension, since the last slices
    unsigned coding_type_ = 0;
    v4l2_ctrl_mpeg2_sequence sequence_{};
    v4l2_ctrl_mpeg2_picture picture_{};
    v4l2_ctrl_mpeg2_quantisation quantisation_{};
};

}  // namespace svp::play
