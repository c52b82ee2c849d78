// SPDX-License-Identifier: GPL-2.0-or-later
/** H.264 parameter sets and slice headers, as V4L2's stateless decoders want them (ITU-T H.264, clause 7.3).
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace svp::play {

/** A NAL unit: its bytes in the stream, and those without emulation prevention. */
struct H264Unit {
    std::span<const std::uint8_t> bytes;  ///< without start code
    std::vector<std::uint8_t> payload;    ///< with the header byte

    unsigned type() const { return payload[0] & 31u; }
    unsigned ref_idc() const { return payload[0] >> 5 & 3u; }
};

/** A unit of these bytes, of which the first @p most are looked at; it refers to them. */
H264Unit h264_unit(std::span<const std::uint8_t> bytes, std::size_t most = SIZE_MAX);

/** Units of a byte stream (Annex B); the result refers to @p file. */
std::vector<H264Unit> h264_units(std::span<const std::uint8_t> file);

struct H264Sps {
    v4l2_ctrl_h264_sps control{};
    bool has_lists = false;
    v4l2_ctrl_h264_scaling_matrix lists{};  ///< raster order
    unsigned width = 0;                     ///< visible, samples
    unsigned height = 0;
    unsigned crop_left = 0;
    unsigned crop_top = 0;
    unsigned dpb_frames = 16;  ///< most frames that wait for their output

    unsigned mb_width() const { return control.pic_width_in_mbs_minus1 + 1u; }
    unsigned mb_height() const {
        const bool frames = (control.flags & V4L2_H264_SPS_FLAG_FRAME_MBS_ONLY) != 0;
        return (control.pic_height_in_map_units_minus1 + 1u) * (frames ? 1 : 2);
    }
};

struct H264Pps {
    v4l2_ctrl_h264_pps control{};
    v4l2_ctrl_h264_scaling_matrix lists{};
};

struct H264Marking {
    unsigned operation;
    unsigned first =
        0;  ///< difference_of_pic_nums_minus1, long_term_pic_num or max_long_term_frame_idx_plus1
    unsigned second = 0;  ///< long_term_frame_idx
};

struct H264SliceHeader {
    unsigned first_mb = 0;
    unsigned type = 0;
    unsigned pps_id = 0;
    unsigned frame_num = 0;
    bool field = false;
    bool bottom = false;
    bool idr = false;
    unsigned ref_idc = 0;
    unsigned idr_pic_id = 0;
    unsigned order_count_lsb = 0;
    int delta_order_count_bottom = 0;
    int delta_order_count[2] = {0, 0};
    unsigned order_count_bits = 0;
    unsigned redundant_pic_cnt = 0;
    bool long_term_idr = false;
    bool adaptive_marking = false;
    std::vector<H264Marking> marking;
    unsigned marking_bits = 0;
};

class H264ParameterSets {
 public:
    /** Takes a parameter set in. False, and @p problem says why: it is none, or one that the decoder lacks.
     * That of a picture may come before that of its sequence. */
    bool take(const H264Unit& unit, std::string& problem);
    std::optional<H264SliceHeader> slice_header(const H264Unit& unit, std::string& problem) const;

    const H264Pps* pps(unsigned id) const { return id < 256 && pps_[id] ? &*pps_[id] : nullptr; }
    const H264Sps* sps(unsigned id) const { return id < 32 && sps_[id] ? &*sps_[id] : nullptr; }

 private:
    bool take_sps(const H264Unit& unit, std::string& problem);
    bool take_pps(const H264Unit& unit, std::string& problem);
    bool read_pps(std::span<const std::uint8_t> payload, std::string& problem);

    std::optional<H264Sps> sps_[32];
    std::optional<H264Pps> pps_[256];
    /** Of sets of pictures, read again when their sequence's is another one. */
    std::vector<std::uint8_t> payloads_[256];
};

/** Which tools of the Extended profile a stream's slices use, wherever they are: the decoder lacks them.
 * Empty if none. */
std::string h264_extended_tools(std::span<const H264Unit> units);

}  // namespace svp::play
