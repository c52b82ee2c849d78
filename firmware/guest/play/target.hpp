// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a player makes of a stream: jobs as V4L2's stateless decoders want them, and frames in their order.
 *
 * A player reads a stream and calls a Target, which decodes: through Linux's driver in the guest, through
 * the engines without a driver on the host. Frames have numbers, which never come again.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace svp::play {

enum class Codec : std::uint8_t { vp8, h264, mpeg2, hevc, vp9 };

struct H264Controls {
    v4l2_ctrl_h264_sps sps;
    v4l2_ctrl_h264_pps pps;
    v4l2_ctrl_h264_scaling_matrix scaling;  ///< raster order
    v4l2_ctrl_h264_decode_params decode;
};

struct Mpeg2Controls {
    v4l2_ctrl_mpeg2_sequence sequence;
    v4l2_ctrl_mpeg2_picture picture;
    v4l2_ctrl_mpeg2_quantisation quantisation;
};

struct HevcControls {
    v4l2_ctrl_hevc_sps sps;
    v4l2_ctrl_hevc_pps pps;
    v4l2_ctrl_hevc_scaling_matrix scaling;  ///< raster order
    v4l2_ctrl_hevc_decode_params decode;
};

struct Vp9Controls {
    v4l2_ctrl_vp9_frame frame;
    v4l2_ctrl_vp9_compressed_hdr compressed;
};

/** Controls of one job. References are named by time stamps, see time_stamp(). */
using Controls = std::variant<v4l2_ctrl_vp8_frame, H264Controls, Mpeg2Controls, HevcControls, Vp9Controls>;

/** Time stamp of a frame in controls: what the driver makes of microsecond @p frame, in nanoseconds. */
constexpr std::uint64_t time_stamp(std::uint64_t frame) {
    return 1000 * frame;
}

/** Pictures of one kind; all sizes in luma samples. */
struct Format {
    Codec codec = Codec::vp8;
    unsigned width = 0;  ///< coded, multiples of 16; of 8 for HEVC and VP9
    unsigned height = 0;
    unsigned left = 0;  ///< of the visible part
    unsigned top = 0;
    unsigned visible_width = 0;
    unsigned visible_height = 0;
    bool gray = false;   ///< no chroma
    unsigned depth = 8;  ///< bits of a sample, 8 or 10
    /** Frames from before, of another size, are needed still: later ones are predicted from them. */
    bool scaled = false;
    unsigned frames = 0;  ///< most that are needed at a time

    bool operator==(const Format&) const = default;
};

/** A frame, or one of its fields. */
struct Job {
    std::uint64_t frame = 0;
    bool second = false;  ///< the frame's other field was a job before
    bool field = false;
    std::vector<std::uint8_t> data;  ///< the bitstream
    /** What it consists of, as it lies in the stream: start codes and units one after the other, or VP9's
     * frame. Empty for others. */
    std::vector<std::span<const std::uint8_t>> units;
    Controls controls;
};

class Target {
 public:
    virtual ~Target() = default;

    /** Frames of another kind follow; none from before is needed any more, unless the format says so. @p
     * first: what the first job will have. False ends the player. */
    virtual bool begin(const Format& format, const Controls& first) = 0;
    /** False ends the player; what goes wrong with a picture does not. */
    virtual bool decode(const Job& job) = 0;
    /** The next frame in output order; it may be shown again. */
    virtual bool show(std::uint64_t frame) = 0;
    /** Never again shown, nor a reference. */
    virtual void release(std::uint64_t frame) = 0;
};

/** Why a stream was not played, or not to its end. */
struct Ending {
    bool unsupported = false;  ///< nothing was decoded: no stream, or one that the hardware lacks
    std::string problem;       ///< empty: all is well, or the target ended it
};

/** Plays a whole file: IVF with VP8 or VP9, H.264 or HEVC (Annex B), or MPEG-2 video. */
Ending play(std::span<const std::uint8_t> file, Target& target);

Ending play_vp8(std::span<const std::uint8_t> ivf, Target& target);
Ending play_vp9(std::span<const std::uint8_t> ivf, Target& target);
Ending play_h264(std::span<const std::uint8_t> stream, Target& target);
Ending play_hevc(std::span<const std::uint8_t> stream, Target& target);
Ending play_mpeg2(std::span<const std::uint8_t> stream, Target& target);

}  // namespace svp::play
