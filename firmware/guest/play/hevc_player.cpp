// SPDX-License-Identifier: GPL-2.0-or-later
#include "hevc_player.hpp"

#include <algorithm>
#include <utility>

namespace svp::play {

namespace {

constexpr unsigned sps_unit = 33, pps_unit = 34, end_of_sequence_unit = 36, end_of_bitstream_unit = 37;
/** Beside what the stream's buffer holds: the picture that is decoded, and one that is being shown. */
constexpr unsigned more_frames = 2;

}  // namespace

bool is_hevc(std::span<const std::uint8_t> file) {
    const auto zeros = static_cast<std::size_t>(
        std::ranges::find_if(file, [](std::uint8_t byte) { return byte != 0; }) - file.begin());
    if (zeros < 2 || zeros + 2 >= file.size() || file[zeros] != 1) {
        return false;
    }
    // Parameter sets, delimiter, SEI; of the base layer and its first sub-layer. H.264 has none of these
    // bytes.
    const unsigned header = file[zeros + 1], type = header >> 1;
    return header % 2 == 0 && file[zeros + 2] == 1 && ((type >= 32 && type <= 35) || type == 39);
}

bool HevcPlayer::play(std::span<const std::uint8_t> stream) {
    for (H264Unit& each : h264_units(stream)) {
        const HevcUnit unit{std::move(each)};
        if (unit.payload.size() >= 2 && !take(unit)) {
            return false;
        }
    }
    return finish_picture() && dpb_.flush([this](std::uint64_t frame) { return target_.show(frame); });
}

bool HevcPlayer::finish() {
    if (!finish_picture()) {
        return false;
    }
    dpb_.end_of_sequence();
    return dpb_.flush([this](std::uint64_t frame) { return target_.show(frame); });
}

bool HevcPlayer::take(const HevcUnit& unit) {
    const unsigned type = unit.type();
    if (unit.layer() != 0) {
        return true;
    }
    if (unit.slice()) {
        return take_slice(unit);
    }
    if (type == sps_unit || type == pps_unit) {
        std::string why;
        if (!finish_picture()) {
            return false;
        }
        if (!sets_.take(unit, why)) {
            refused_ = why;
        }
        return true;
    }
    if (type == end_of_sequence_unit || type == end_of_bitstream_unit) {
        if (!finish_picture()) {
            return false;
        }
        dpb_.end_of_sequence();  // what waits is up to the picture that follows
    }
    return true;
}

bool HevcPlayer::take_slice(const HevcUnit& unit) {
    std::string why;
    auto header = sets_.slice_header(unit, why);
    if (!header) {
        problem_ = refused_.empty() ? why : refused_;
        return true;
    }
    if (header->first) {
        if (!finish_picture()) {
            return false;
        }
        first_ = Picture{unit, std::move(*header)};
    }
    if (first_) {
        units_.push_back(unit.bytes);
        data_.insert(data_.end(), {0, 0, 1});
        data_.insert(data_.end(), unit.bytes.begin(), unit.bytes.end());
    }
    return true;
}

HevcControls HevcPlayer::controls_of(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps,
                                     const HevcPps& pps) const {
    HevcControls controls{sps.control,
                          pps.control,
                          pps.has_lists   ? pps.lists
                          : sps.has_lists ? sps.lists
                                          : hevc_default_lists(),
                          {}};
    v4l2_ctrl_hevc_decode_params& decode = controls.decode;
    decode.pic_order_cnt_val = dpb_.current().order;
    decode.short_term_ref_pic_set_size = static_cast<__u16>(header.short_term_bits);
    decode.long_term_ref_pic_set_size = static_cast<__u16>(header.long_term_bits);
    decode.flags = (unit.irap() ? V4L2_HEVC_DECODE_PARAM_FLAG_IRAP_PIC : 0u) |
                   (unit.idr() ? V4L2_HEVC_DECODE_PARAM_FLAG_IDR_PIC : 0u) |
                   (header.no_output_of_prior ? V4L2_HEVC_DECODE_PARAM_FLAG_NO_OUTPUT_OF_PRIOR : 0u);
    const auto add = [&](const std::vector<std::size_t>& places, __u8* list, __u8& count) {
        for (const std::size_t place : places) {
            if (decode.num_active_dpb_entries == V4L2_HEVC_DPB_ENTRIES_NUM_MAX - 1) {
                return;
            }
            const HevcFrame& frame = dpb_.frames()[place];
            v4l2_hevc_dpb_entry& entry = decode.dpb[decode.num_active_dpb_entries];
            entry.timestamp = time_stamp(frame.id);
            entry.flags = frame.long_term ? V4L2_HEVC_DPB_ENTRY_LONG_TERM_REFERENCE : 0;
            entry.pic_order_cnt_val = frame.order;
            list[count++] = decode.num_active_dpb_entries++;
        }
    };
    add(dpb_.before, decode.poc_st_curr_before, decode.num_poc_st_curr_before);
    add(dpb_.after, decode.poc_st_curr_after, decode.num_poc_st_curr_after);
    add(dpb_.long_term, decode.poc_lt_curr, decode.num_poc_lt_curr);
    // References of later pictures: a driver may forget what it is not told of.
    for (const HevcFrame& frame : dpb_.frames()) {
        const auto listed = [&](const v4l2_hevc_dpb_entry& entry) {
            return entry.timestamp == time_stamp(frame.id);
        };
        if (frame.reference && decode.num_active_dpb_entries < V4L2_HEVC_DPB_ENTRIES_NUM_MAX - 1 &&
            !std::any_of(decode.dpb, decode.dpb + decode.num_active_dpb_entries, listed)) {
            v4l2_hevc_dpb_entry& entry = decode.dpb[decode.num_active_dpb_entries++];
            entry.timestamp = time_stamp(frame.id);
            entry.flags = frame.long_term ? V4L2_HEVC_DPB_ENTRY_LONG_TERM_REFERENCE : 0;
            entry.pic_order_cnt_val = frame.order;
        }
    }
    return controls;
}

bool HevcPlayer::follow_size(const HevcSps& sps, const Controls& controls) {
    Format format;
    format.codec = Codec::hevc;
    format.width = sps.control.pic_width_in_luma_samples;
    format.height = sps.control.pic_height_in_luma_samples;
    format.left = sps.left;
    format.top = sps.top;
    format.visible_width = sps.width;
    format.visible_height = sps.height;
    format.depth = sps.control.bit_depth_luma_minus8 + 8u;
    format.frames = sps.control.sps_max_dec_pic_buffering_minus1 + 1u + more_frames;
    if (format == format_) {
        return true;
    }
    format_ = format;
    live_.clear();
    return target_.begin(format, controls);
}

bool HevcPlayer::finish_picture() {
    if (!first_) {
        return true;
    }
    const Picture picture = *std::exchange(first_, std::nullopt);
    Job job;
    job.data = std::exchange(data_, {});
    job.units = std::exchange(units_, {});
    if (dpb_.skipped(picture.unit)) {
        return true;
    }
    const HevcPps& pps = *sets_.pps(picture.header.pps_id);
    const HevcSps& sps = *sets_.sps(pps.sps_id);
    const auto show = [this](std::uint64_t frame) { return target_.show(frame); };
    bool missing = false;
    if (!dpb_.begin(picture.unit, picture.header, sps, show, missing)) {
        return false;
    }
    if (missing) {
        problem_ = "a picture refers to one that is not there";
    }
    job.frame = dpb_.current().id;
    job.controls = controls_of(picture.unit, picture.header, sps, pps);
    if (!follow_size(sps, job.controls)) {
        return false;
    }
    release();
    jobs_ = true;
    if (!target_.decode(job)) {
        return false;
    }
    live_.insert(job.frame);
    if (!dpb_.finish(sps, show)) {
        return false;
    }
    release();
    return true;
}

void HevcPlayer::release() {
    for (auto frame = live_.begin(); frame != live_.end();) {
        const bool needed = std::ranges::any_of(dpb_.frames(), [&](const HevcFrame& each) {
            return each.id == *frame && (each.waiting || each.reference);
        });
        if (needed) {
            ++frame;
        } else {
            target_.release(*frame);
            frame = live_.erase(frame);
        }
    }
}

Ending play_hevc(std::span<const std::uint8_t> stream, Target& target) {
    HevcPlayer player(target);
    if (!player.play(stream)) {
        return {};
    }
    Ending ending{!player.any(), player.problem()};
    if (!player.any() && ending.problem.empty()) {
        ending.problem = player.refused().empty() ? "HEVC without a picture" : player.refused();
    }
    return ending;
}

}  // namespace svp::play
