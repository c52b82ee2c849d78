// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * H.264's decoded picture buffer: picture order counts, marking of references, order of output
 * (ITU-T H.264, clauses 8.2.1, 8.2.5 and C.4).
 */
#pragma once

#include <cstdint>
#include <vector>

#include "h264_parameter_sets.hpp"

namespace svp::play {

inline constexpr unsigned h264_top = 1;
inline constexpr unsigned h264_bottom = 2;
inline constexpr unsigned h264_frame = 3;

/** A frame, or a field without its other one. */
struct H264Frame {
    std::uint64_t id = 0;  ///< counts frames of the stream
    unsigned frame_num = 0;
    int frame_num_wrap = 0;
    unsigned long_term_index = 0;
    unsigned fields = 0;      ///< that are decoded
    unsigned short_term = 0;  ///< fields that are marked so
    unsigned long_term = 0;
    bool as_fields = false;       ///< coded as fields
    bool missing = false;         ///< stands for a gap in frame_num
    int order_count[2] = {0, 0};  ///< top, bottom

    unsigned references() const { return short_term | long_term; }
    int order() const {
        return fields == h264_top                ? order_count[0]
               : fields == h264_bottom           ? order_count[1]
               : order_count[0] < order_count[1] ? order_count[0]
                                                 : order_count[1];
    }
};

class H264Dpb {
 public:
    /** Begins a picture: its frame is current() then, and references() those that it may use. */
    void begin(const H264SliceHeader& header, const H264Sps& sps);
    /** The picture is decoded: marks references. */
    void finish(const H264SliceHeader& header, const H264Sps& sps);

    const H264Frame& current() const { return current_; }
    /** The picture is the second field of a frame. */
    bool second_field() const { return second_field_; }
    const std::vector<H264Frame>& references() const { return frames_; }
    /** Nothing decoded before this picture is shown after it. */
    bool starts_anew() const { return starts_anew_; }

 private:
    void order_count(const H264SliceHeader& header, const H264Sps& sps);
    void fill_gaps(const H264SliceHeader& header, const H264Sps& sps);
    void slide(const H264Sps& sps, bool but_current);
    void mark_one(const H264SliceHeader& header, const H264Marking& marking);
    void wrap(unsigned frame_num, const H264Sps& sps);
    void drop_unused();

    std::vector<H264Frame> frames_;
    H264Frame current_;
    bool second_field_ = false;
    bool waiting_field_ = false;  ///< the last picture was a first field
    bool starts_anew_ = false;
    std::uint64_t next_id_ = 1;
    unsigned previous_ref_frame_num_ = 0;
    unsigned previous_frame_num_ = 0;
    int previous_frame_num_offset_ = 0;
    bool previous_reset_ = false;  ///< the last picture had operation 5
    int previous_msb_ = 0;
    int previous_lsb_ = 0;
    int current_msb_ = 0;
    bool reset_ = false;
};

}  // namespace svp::play
