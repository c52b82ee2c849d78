// SPDX-License-Identifier: GPL-2.0-or-later
/* See h264_player.hpp. */
#include "h264_player.hpp"

#include <algorithm>
#include <utility>

namespace svp::play {

namespace {

/** More buffers than V4L2 gives are not to be had. */
constexpr unsigned max_frames = 32;

/** Clause 7.4.1.2.4, by what the parser knows. */
bool other_picture(const H264SliceHeader& a, const H264SliceHeader& b) {
    return a.frame_num != b.frame_num || a.pps_id != b.pps_id || a.field != b.field || a.bottom != b.bottom ||
           (a.ref_idc == 0) != (b.ref_idc == 0) || a.idr != b.idr ||
           (a.idr && a.idr_pic_id != b.idr_pic_id) || a.order_count_lsb != b.order_count_lsb ||
           a.delta_order_count_bottom != b.delta_order_count_bottom ||
           a.delta_order_count[0] != b.delta_order_count[0] ||
           a.delta_order_count[1] != b.delta_order_count[1];
}

}  // namespace

bool H264Player::play(std::span<const std::uint8_t> stream) {
    const std::vector<H264Unit> units = h264_units(stream);
    if (refused_ = h264_extended_tools(units); !refused_.empty()) {
        return true;
    }
    for (const H264Unit& unit : units) {
        if (!take(unit)) {
            return false;
        }
    }
    return finish_picture() && finish();
}

bool H264Player::take(const H264Unit& unit) {
    const unsigned type = unit.type();
    std::string why;
    if (type == 7 || type == 8) {
        if (!finish_picture()) {
            return false;
        }
        if (!sets_.take(unit, why)) {
            refused_ = why;
        }
        return true;
    }
    if (type != 1 && type != 5) {
        return true;
    }
    const auto header = sets_.slice_header(unit, why);
    if (!header) {
        problem_ = refused_.empty() ? why : refused_;
        return true;
    }
    if (header->redundant_pic_cnt != 0) {
        return true;
    }
    if (first_ && other_picture(*first_, *header) && !finish_picture()) {
        return false;
    }
    if (!first_) {
        first_ = header;
    }
    units_.push_back(unit.bytes);
    data_.insert(data_.end(), {0, 0, 1});
    data_.insert(data_.end(), unit.bytes.begin(), unit.bytes.end());
    return true;
}

H264Controls H264Player::controls_of(const H264SliceHeader& header, const H264Sps& sps,
                                     const H264Pps& pps) const {
    H264Controls controls{sps.control, pps.control, pps.lists, {}};
    v4l2_ctrl_h264_decode_params& decode = controls.decode;
    decode.nal_ref_idc = static_cast<__u16>(header.ref_idc);
    decode.frame_num = static_cast<__u16>(header.frame_num);
    decode.top_field_order_cnt = dpb_.current().order_count[0];
    decode.bottom_field_order_cnt = dpb_.current().order_count[1];
    decode.idr_pic_id = static_cast<__u16>(header.idr_pic_id);
    decode.dec_ref_pic_marking_bit_size = header.marking_bits;
    decode.pic_order_cnt_bit_size = header.order_count_bits;
    decode.flags = (header.idr ? V4L2_H264_DECODE_PARAM_FLAG_IDR_PIC : 0u) |
                   (header.field ? V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC : 0u) |
                   (header.bottom ? V4L2_H264_DECODE_PARAM_FLAG_BOTTOM_FIELD : 0u);
    unsigned i = 0;
    for (const H264Frame& frame : dpb_.references()) {
        if (i == V4L2_H264_NUM_DPB_ENTRIES || (!header.field && frame.references() != h264_frame)) {
            continue;
        }
        v4l2_h264_dpb_entry& entry = decode.dpb[i++];
        entry.reference_ts = time_stamp(frame.id);
        entry.frame_num = static_cast<__u16>(frame.long_term != 0 ? frame.long_term_index : frame.frame_num);
        entry.fields = static_cast<__u8>(frame.references());
        entry.top_field_order_cnt = frame.order_count[0];
        entry.bottom_field_order_cnt = frame.order_count[1];
        entry.flags = V4L2_H264_DPB_ENTRY_FLAG_VALID | V4L2_H264_DPB_ENTRY_FLAG_ACTIVE |
                      (frame.long_term != 0 ? V4L2_H264_DPB_ENTRY_FLAG_LONG_TERM : 0u) |
                      (frame.as_fields ? V4L2_H264_DPB_ENTRY_FLAG_FIELD : 0u);
    }
    return controls;
}

bool H264Player::follow_size(const H264Sps& sps, const Controls& controls) {
    Format format;
    format.codec = Codec::h264;
    format.width = 16 * sps.mb_width();
    format.height = 16 * sps.mb_height();
    format.left = sps.crop_left;
    format.top = sps.crop_top;
    format.visible_width = sps.width;
    format.visible_height = sps.height;
    format.gray = sps.control.chroma_format_idc == 0;
    format.frames = std::min(max_frames, sps.dpb_frames + sps.control.max_num_ref_frames + 2u);
    if (format == format_) {
        return true;
    }
    if (!show(0)) {
        return false;
    }
    format_ = format;
    live_.clear();
    return target_.begin(format, controls);
}

bool H264Player::finish_picture() {
    if (!first_) {
        return true;
    }
    const H264SliceHeader header = *std::exchange(first_, std::nullopt);
    Job job;
    job.data = std::exchange(data_, {});
    job.units = std::exchange(units_, {});
    return begin_picture(header, job) && target_.decode(job) && end_picture(header, job);
}

bool H264Player::begin_picture(const H264SliceHeader& header, Job& job) {
    const H264Sps& sps = sps_of(header);
    dpb_.begin(header, sps);
    if (dpb_.starts_anew() && !show(0)) {
        return false;
    }
    job.frame = dpb_.current().id;
    job.second = dpb_.second_field();
    job.field = header.field;
    job.controls = controls_of(header, sps, pps_of(header));
    return follow_size(sps, job.controls);
}

bool H264Player::end_picture(const H264SliceHeader& header, const Job& job) {
    const H264Sps& sps = sps_of(header);
    jobs_ = true;
    live_.insert(job.frame);
    const std::int64_t order = dpb_.current().order();
    dpb_.finish(header, sps);
    const bool shown = keep(sps, job, order, dpb_.current().order());
    release();
    return shown;
}

/** The frame waits for its output, or the field completes one that does. */
bool H264Player::keep(const H264Sps& sps, const Job& job, std::int64_t order, std::int64_t order_after) {
    if (job.second && !waiting_.empty()) {
        waiting_.back().order = std::min(waiting_.back().order, order);
        return true;
    }
    if (order_after != order) {
        if (!show(0)) {
            return false;  // all references were dropped: counts begin anew
        }
        order = order_after;
    }
    // The newest one stays, for a second field of it may come.
    const bool shown = show(sps.dpb_frames);
    waiting_.push_back({order, job.frame});
    return shown;
}

/** Puts out frames by their order until no more than @p left wait. */
bool H264Player::show(std::size_t left) {
    while (waiting_.size() > left) {
        const auto next =
            std::min_element(waiting_.begin(), waiting_.end(),
                             [](const Waiting& a, const Waiting& b) { return a.order < b.order; });
        const std::uint64_t frame = next->frame;
        waiting_.erase(next);
        if (!target_.show(frame)) {
            return false;
        }
    }
    return true;
}

void H264Player::release() {
    const auto needed = [this](std::uint64_t frame) {
        return frame == dpb_.current().id ||
               std::any_of(dpb_.references().begin(), dpb_.references().end(),
                           [frame](const H264Frame& each) { return each.id == frame; }) ||
               std::any_of(waiting_.begin(), waiting_.end(),
                           [frame](const Waiting& each) { return each.frame == frame; });
    };
    for (auto frame = live_.begin(); frame != live_.end();) {
        if (needed(*frame)) {
            ++frame;
        } else {
            target_.release(*frame);
            frame = live_.erase(frame);
        }
    }
}

Ending play_h264(std::span<const std::uint8_t> stream, Target& target) {
    H264Player player(target);
    if (!player.play(stream)) {
        return {};
    }
    Ending ending{!player.any(), player.problem()};
    if (!player.any() && ending.problem.empty()) {
        ending.problem = player.refused().empty() ? "H.264 without a picture" : player.refused();
    }
    return ending;
}

}  // namespace svp::play
