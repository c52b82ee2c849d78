// SPDX-License-Identifier: GPL-2.0-or-later
#include "mpeg2_parser.hpp"
#include "target.hpp"

namespace svp::play {

namespace {

constexpr std::uint64_t none = 0;

class Mpeg2Player {
 public:
    explicit Mpeg2Player(Target& target) : target_(target) {}

    bool take(const Mpeg2Picture& picture) {
        const bool field = picture.picture.picture_structure != mpeg2_frame;
        const bool second = field && first_field_ != 0 && first_field_ != picture.picture.picture_structure;
        const bool both = picture.picture.picture_coding_type == V4L2_MPEG2_PIC_CODING_TYPE_B;
        Mpeg2Controls controls{picture.sequence, picture.picture, picture.quantisation};
        if (!follow_size(picture, controls)) {
            return false;
        }
        if (!second) {
            if (!both) {
                if (!show(waiting_)) {
                    return false;
                }
                waiting_ = none;
                const std::uint64_t before = older_;
                older_ = newer_;
                release_unless_needed(before);
            } else if (older_ == none || newer_ == none) {
                return true;  // of an open group whose beginning is not there
            }
            current_ = next_++;
        }
        first_field_ = field && !second ? picture.picture.picture_structure : 0;
        Job job;
        job.frame = current_;
        job.field = field;
        job.second = second;
        job.data.assign(picture.slices.begin(), picture.slices.end());
        if (field) {
            // A field's partner tells which comes first; the standard has the flag 0 there.
            const bool top = picture.picture.picture_structure == mpeg2_top_field;
            controls.picture.flags &= ~std::uint32_t{V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST};
            controls.picture.flags |= top != second ? V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST : 0;
        }
        controls.picture.forward_ref_ts = time_stamp(older_);
        controls.picture.backward_ref_ts = both ? time_stamp(newer_) : 0;
        job.controls = controls;
        if (!target_.decode(job)) {
            return false;
        }
        jobs_ = true;
        if (!both) {
            newer_ = waiting_ = current_;
        } else if (!field || second) {
            if (!show(current_)) {
                return false;
            }
            target_.release(current_);
        }
        return true;
    }

    bool finish() { return show(waiting_); }
    bool any() const { return jobs_; }

 private:
    bool show(std::uint64_t frame) { return frame == none || target_.show(frame); }

    bool follow_size(const Mpeg2Picture& picture, const Mpeg2Controls& controls) {
        const auto& sequence = picture.sequence;
        const unsigned rows = (sequence.flags & V4L2_MPEG2_SEQ_FLAG_PROGRESSIVE) != 0 ? 16 : 32;
        Format format;
        format.codec = Codec::mpeg2;
        format.width = (sequence.horizontal_size + 15u) / 16 * 16;
        format.height = (sequence.vertical_size + rows - 1) / rows * rows;
        format.visible_width = sequence.horizontal_size;
        format.visible_height = sequence.vertical_size;
        format.frames = 4;
        if (format == format_) {
            return true;
        }
        if (!show(waiting_)) {
            return false;
        }
        format_ = format;
        older_ = newer_ = waiting_ = none;
        first_field_ = 0;
        return target_.begin(format, controls);
    }

    void release_unless_needed(std::uint64_t frame) {
        if (frame != none && frame != older_ && frame != newer_ && frame != waiting_) {
            target_.release(frame);
        }
    }

    Target& target_;
    Format format_;
    bool jobs_ = false;
    std::uint64_t next_ = 1;
    std::uint64_t current_ = none, older_ = none, newer_ = none;
    std::uint64_t waiting_ = none;  ///< the newer reference, which is shown after those that predict from it
    unsigned first_field_ = 0;      ///< picture_structure of a field that waits for its second one
};

}  // namespace

Ending play_mpeg2(std::span<const std::uint8_t> stream, Target& target) {
    Ending ending;
    Mpeg2Parser parser(stream);
    Mpeg2Player player(target);
    while (const auto picture = parser.next(ending.problem)) {
        if (!player.take(*picture)) {
            return {};
        }
    }
    if (!player.finish()) {
        return {};
    }
    if (!player.any() && ending.problem.empty()) {
        ending.problem = "MPEG-2 without a picture";
    }
    ending.unsupported = !player.any();
    return ending;
}

}  // namespace svp::play
