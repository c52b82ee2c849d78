// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <optional>

#include "ivf.hpp"
#include "target.hpp"
#include "vp8_header.hpp"

namespace svp::play {

namespace {

constexpr std::uint64_t none = 0;

class Vp8Player {
 public:
    explicit Vp8Player(Target& target) : target_(target) {}

    /** One frame of the file. False if the target ends it. */
    bool take(std::span<const std::uint8_t> data, unsigned number, std::string& problem) {
        if (data.empty()) {
            return shown_ == none || target_.show(shown_);  // a dropped frame: the last one is seen longer
        }
        std::string why;
        const auto frame = parser_.parse(data, why);
        if (!frame) {
            problem = "frame " + std::to_string(number) + ": " + why;
            return true;
        }
        Job job;
        job.frame = next_++;
        job.data.assign(data.begin(), data.end());
        v4l2_ctrl_vp8_frame control = frame->control;
        control.last_frame_ts = time_stamp(last_);
        control.golden_frame_ts = time_stamp(golden_);
        control.alt_frame_ts = time_stamp(altref_);
        job.controls = control;
        if (!follow_size(control, job.controls) || !target_.decode(job)) {
            return false;
        }
        jobs_ = true;
        update(*frame, job.frame);
        if (frame->show) {
            const std::uint64_t before = shown_;
            shown_ = job.frame;
            release_unless_needed(before);
            return target_.show(job.frame);
        }
        release_unless_needed(job.frame);
        return true;
    }

    bool any() const { return jobs_; }

 private:
    bool follow_size(const v4l2_ctrl_vp8_frame& control, const Controls& controls) {
        Format format;
        format.codec = Codec::vp8;
        format.width = (control.width + 15u) / 16 * 16;
        format.height = (control.height + 15u) / 16 * 16;
        format.visible_width = control.width;
        format.visible_height = control.height;
        format.frames = 5;  // three references, the one that is shown, and the next one
        if (format == format_) {
            return true;
        }
        format_ = format;
        last_ = golden_ = altref_ = shown_ = none;
        return target_.begin(format, controls);
    }

    void update(const Vp8Frame& frame, std::uint64_t current) {
        const std::uint64_t before[] = {last_, golden_, altref_};
        const auto updated = [&](Vp8Update update, std::uint64_t keep) {
            switch (update) {
                case Vp8Update::current:
                    return current;
                case Vp8Update::last:
                    return before[0];
                case Vp8Update::golden:
                    return before[1];
                case Vp8Update::altref:
                    return before[2];
                case Vp8Update::keep:
                    break;
            }
            return keep;
        };
        golden_ = updated(frame.golden, golden_);
        altref_ = updated(frame.altref, altref_);
        last_ = frame.update_last ? current : last_;
        for (const std::uint64_t* each = std::begin(before); each != std::end(before); ++each) {
            if (std::find(std::begin(before), each, *each) == each) {
                release_unless_needed(*each);
            }
        }
    }

    void release_unless_needed(std::uint64_t frame) {
        if (frame != none && frame != last_ && frame != golden_ && frame != altref_ && frame != shown_) {
            target_.release(frame);
        }
    }

    Target& target_;
    Vp8Parser parser_;
    Format format_;
    bool jobs_ = false;
    std::uint64_t next_ = 1;
    std::uint64_t last_ = none, golden_ = none, altref_ = none, shown_ = none;
};

}  // namespace

Ending play_vp8(std::span<const std::uint8_t> file, Target& target) {
    Ending ending;
    const auto ivf = Ivf::parse(file, ending.problem);
    if (!ivf) {
        return {true, ending.problem};
    }
    if (ivf->fourcc != "VP80") {
        return {true, "IVF with codec '" + ivf->fourcc + "', only VP80 (VP8) and VP90 (VP9) are decoded"};
    }
    Vp8Player player(target);
    unsigned number = 0;
    for (const auto& frame : ivf->frames) {
        if (!player.take(frame, ++number, ending.problem)) {
            return {};
        }
    }
    if (!player.any() && ending.problem.empty()) {
        ending.problem = "VP8 without a picture";
    }
    ending.unsupported = !player.any();
    return ending;
}

}  // namespace svp::play
