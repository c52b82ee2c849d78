// SPDX-License-Identifier: GPL-2.0-or-later
/** Marking of references in random H.264 streams (ITU-T H.264, clause 7.4.3.3). */
#pragma once

#include <algorithm>
#include <vector>

#include "../../firmware/guest/play/h264_dpb.hpp"
#include "h264_sets.hpp"

namespace svp::test {

class MarkingChoice {
 public:
    explicit MarkingChoice(const Sequence& sequence) : sequence_(sequence) {}

    /** Commands of a picture that dpb.current() is. */
    void choose(play::H264SliceHeader& header, const play::H264Dpb& dpb) {
        if (header.ref_idc == 0) {
            return;
        }
        if (header.idr) {
            header.long_term_idr = sequence_.long_terms && !header.field && chance(30);
            most_long_terms_ = header.long_term_idr ? 1 : 0;
            return;
        }
        const play::H264Frame& current = dpb.current();
        const bool second = dpb.second_field();
        if (second && current.long_term != 0) {
            // Both fields are long-term references, or none is.
            header.adaptive_marking = true;
            header.marking.push_back({6, current.long_term_index, 0});
            return;
        }
        // A field becomes a long-term reference only once it has its other one: libavcodec does not find it
        // again else.
        if (!sequence_.long_terms || second || !chance(40)) {
            return;
        }
        const int number = static_cast<int>(header.field ? 2 * header.frame_num + 1 : header.frame_num);
        std::vector<const play::H264Frame*> whole;  // both fields are short-term references
        std::size_t others = 0;
        for (const play::H264Frame& frame : dpb.references()) {
            ++others;
            if (frame.short_term == play::h264_frame) {
                whole.push_back(&frame);
            }
        }
        // A frame of references has to leave if there is no room; fields of one frame go together.
        const auto command = [&](unsigned operation, const play::H264Frame& frame, unsigned index) {
            for (int parity = header.field ? 1 : 0; parity >= 0; --parity) {
                const int wanted = header.field ? 2 * frame.frame_num_wrap + parity : frame.frame_num_wrap;
                header.marking.push_back({operation, static_cast<unsigned>(number - wanted - 1), index});
            }
        };
        header.adaptive_marking = true;
        if (most_long_terms_ == 0 && chance(70)) {
            most_long_terms_ = 2;
            header.marking.push_back({4, most_long_terms_, 0});
            for (const play::H264Frame& frame : dpb.references()) {
                others -= frame.long_term != 0 && frame.long_term_index >= 2 ? 1 : 0;
            }
        }
        // Whoever has an index loses it.
        const auto free_index = [&](unsigned index) {
            others -= std::any_of(dpb.references().begin(), dpb.references().end(), [&](const auto& frame) {
                return frame.long_term != 0 && frame.long_term_index == index;
            });
        };
        if (most_long_terms_ != 0 && !whole.empty() && chance(40)) {
            const unsigned index = below(most_long_terms_),
                           chosen = below(static_cast<unsigned>(whole.size()));
            free_index(index);
            command(3, *whole[chosen], index);
            whole.erase(whole.begin() + chosen);
        } else if (most_long_terms_ != 0 && !header.field && chance(30)) {
            const unsigned index = below(most_long_terms_);
            free_index(index);
            header.marking.push_back({6, index, 0});
        }
        while (!whole.empty() && (others >= sequence_.reference_frames || chance(15))) {
            const unsigned chosen = below(static_cast<unsigned>(whole.size()));
            command(1, *whole[chosen], 0);
            whole.erase(whole.begin() + chosen);
            --others;
        }
        if (others >= sequence_.reference_frames) {  // the others are long-term references
            header.marking = {{4, 0, 0}};
            most_long_terms_ = 0;
        }
    }

 private:
    const Sequence& sequence_;
    unsigned most_long_terms_ = 0;  ///< MaxLongTermFrameIdx + 1
};

}  // namespace svp::test
