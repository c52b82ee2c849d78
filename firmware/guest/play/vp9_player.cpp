// SPDX-License-Identifier: GPL-2.0-or-later
#include "vp9_player.hpp"

#include <algorithm>

#include "ivf.hpp"

namespace svp::play {

bool Vp9Player::take(std::span<const std::uint8_t> chunk) {
    const auto frames = vp9_frames(chunk);
    // Of a superframe only one picture comes out, the last one: those before it are its lower layers.
    const auto last = std::find_if(frames.rbegin(), frames.rend(), vp9_shows);
    for (auto frame = frames.begin(); frame != frames.end(); ++frame) {
        if (!take_frame(*frame, frame + 1 == last.base())) {
            return false;
        }
    }
    return true;
}

bool Vp9Player::take(std::vector<Vp9ReadFrame> frames) {
    const auto last = std::find_if(frames.rbegin(), frames.rend(), [](const Vp9ReadFrame& each) {
        return !each.nothing && (each.frame.existing || each.frame.shown());
    });
    for (auto each = frames.begin(); each != frames.end(); ++each) {
        ++number_;
        if (!each->nothing && !follow(each->frame, each->data, each + 1 == last.base())) {
            return false;
        }
    }
    return true;
}

bool Vp9Player::take_frame(std::span<const std::uint8_t> data, bool visible) {
    ++number_;
    // One byte: nothing changes, and nothing is shown.
    if (data.size() == 1 && number_ > 1 && data[0] == 0) {
        return true;
    }
    std::string why;
    auto frame = parser_.parse(data, why);
    if (!frame) {
        problem_ = "frame " + std::to_string(number_) + ": " + why;
        return true;
    }
    return follow(*frame, data, visible);
}

bool Vp9Player::follow(Vp9Frame& frame, std::span<const std::uint8_t> data, bool visible) {
    if (frame.existing) {
        return !visible || show(slots_[frame.slot]);
    }
    return decode(frame, data, visible);
}

bool Vp9Player::decode(Vp9Frame& frame, std::span<const std::uint8_t> data, bool visible) {
    if ((frame.control.seg.flags & V4L2_VP9_SEGMENTATION_FLAG_ENABLED) != 0) {
        // Features last until others come. Linux's driver forgets those of an intra frame behind it, so that
        // it gets them with every frame.
        frame.control.seg.flags |= V4L2_VP9_SEGMENTATION_FLAG_UPDATE_DATA;
    }
    if (!frame.intra()) {
        frame.control.last_frame_ts = time_stamp(slots_[frame.references[0]]);
        frame.control.golden_frame_ts = time_stamp(slots_[frame.references[1]]);
        frame.control.alt_frame_ts = time_stamp(slots_[frame.references[2]]);
    }
    Job job;
    job.controls = Vp9Controls{frame.control, frame.compressed};
    if (!follow_size(frame, job.controls)) {
        return false;
    }
    job.frame = next_++;
    job.data.assign(data.begin(), data.end());
    job.units = {data};
    if (!target_.decode(job)) {
        return false;
    }
    const auto before = slots_;
    for (unsigned i = 0; i < vp9_slots; ++i) {
        slots_[i] = (frame.refresh >> i & 1) != 0 ? job.frame : slots_[i];
    }
    for (auto each = before.begin(); each != before.end(); ++each) {
        if (std::find(before.begin(), each, *each) == each) {
            release_unless_needed(*each);
        }
    }
    if (!visible) {
        release_unless_needed(job.frame);
        return true;
    }
    return show(job.frame);
}

bool Vp9Player::show(std::uint64_t frame) {
    const std::uint64_t before = shown_;
    shown_ = frame;
    if (before != frame) {
        release_unless_needed(before);
    }
    return target_.show(frame);
}

bool Vp9Player::follow_size(const Vp9Frame& frame, const Controls& controls) {
    Format format;
    format.codec = Codec::vp9;
    format.width = (frame.width() + 7) / 8 * 8;
    format.height = (frame.height() + 7) / 8 * 8;
    format.visible_width = frame.width();
    format.visible_height = frame.height();
    format.depth = frame.control.bit_depth;
    format.frames = vp9_slots + 2;  // the one that is shown, and the next one
    format.scaled = format_.scaled;
    if (format == format_) {
        return true;
    }
    // Only after a key frame nothing from before is needed.
    format.scaled = format_.frames != 0 && !frame.key();
    format_ = format;
    if (!format.scaled) {
        slots_.fill(none);
        shown_ = none;
    }
    return target_.begin(format, controls);
}

void Vp9Player::release_unless_needed(std::uint64_t frame) {
    if (frame != none && frame != shown_ && std::ranges::find(slots_, frame) == slots_.end()) {
        target_.release(frame);
    }
}

Ending play_vp9(std::span<const std::uint8_t> file, Target& target) {
    Ending ending;
    const auto ivf = Ivf::parse(file, ending.problem);
    if (!ivf) {
        return {true, ending.problem};
    }
    Vp9Player player(target);
    for (const auto& chunk : ivf->frames) {
        if (!player.take(chunk)) {
            return {};
        }
    }
    ending.problem = player.problem();
    if (!player.any() && ending.problem.empty()) {
        ending.problem = "VP9 without a picture";
    }
    ending.unsupported = !player.any();
    return ending;
}

}  // namespace svp::play
