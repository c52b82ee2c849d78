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

    /** Whether the next picture drops all references, as one that begins a sequence does; a field does not.
     */
    void reset_by_next(bool reset) {
        reset_ = reset;
        was_reset_ = false;
    }
    /** The last picture has done so. */
    bool was_reset() const { return was_reset_; }

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
        if (reset_ && !header.field) {
            header.adaptive_marking = true;
            header.marking.push_back({5});
            most_long_terms_ = 0;
            reset_ = false;
            was_reset_ = true;
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
        if (second && sequence_.standard && !sequence_.temporal && chance(25)) {
            drop_a_field(header, dpb);
            return;
        }
        // A field becomes a long-term reference only once it has its other one: libavcodec does not find it
        // again else.
        if (!sequence_.long_terms || second || !chance(40)) {
            return;
        }
        if (sequence_.temporal) {
            keep_for_long(header, dpb);
            return;
        }
        const int number = static_cast<int>(header.field ? 2 * header.frame_num + 1 : header.frame_num);
        std::vector<const play::H264Frame*> whole;  // both fields are short-term references
        std::size_t others = 0;
        for (const play::H264Frame& frame : dpb.references()) {
            ++others;
            if (frame.short_term == play::h264_frame && !frame.missing) {
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
        const unsigned long_terms_before = most_long_terms_;
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
        if (others < sequence_.reference_frames) {
            return;
        }
        if (std::any_of(dpb.references().begin(), dpb.references().end(),
                        [](const auto& frame) { return frame.short_term != 0; })) {
            // Half of a frame, or one that is missing: the window slides over it.
            header.marking.clear();
            header.adaptive_marking = false;
            most_long_terms_ = long_terms_before;
        } else {
            header.marking = {{4, 0, 0}};
            most_long_terms_ = 0;
        }
    }

 private:
    /** One field of a frame is a reference no longer, be it the first one of the current frame. */
    static void drop_a_field(play::H264SliceHeader& header, const play::H264Dpb& dpb) {
        std::vector<unsigned> numbers;  // picNum
        for (const play::H264Frame& frame : dpb.references()) {
            for (unsigned parity = play::h264_top; parity <= play::h264_bottom; ++parity) {
                const bool same = (parity == play::h264_bottom) == header.bottom;
                if ((frame.short_term & parity) != 0) {
                    numbers.push_back(static_cast<unsigned>(2 * header.frame_num) -
                                      static_cast<unsigned>(2 * frame.frame_num_wrap + (same ? 1 : 0)));
                }
            }
        }
        if (!numbers.empty()) {
            header.adaptive_marking = true;
            header.marking.push_back({1, numbers[below(static_cast<unsigned>(numbers.size()))], 0});
        }
    }

    /** A frame becomes a long-term reference, and no other one is lost. */
    void keep_for_long(play::H264SliceHeader& header, const play::H264Dpb& dpb) {
        const unsigned number = header.field ? 2 * header.frame_num + 1 : header.frame_num;
        std::vector<const play::H264Frame*> whole;
        std::vector<bool> taken(16);
        for (const play::H264Frame& frame : dpb.references()) {
            if (frame.long_term != 0) {
                taken[frame.long_term_index] = true;
            } else if (frame.short_term == play::h264_frame) {
                whole.push_back(&frame);
            }
        }
        const unsigned index = below(16);
        if (taken[index] || whole.empty()) {
            return;
        }
        header.adaptive_marking = true;
        if (most_long_terms_ != 16) {
            most_long_terms_ = 16;
            header.marking.push_back({4, most_long_terms_, 0});
        }
        if (!header.field && chance(30)) {
            header.marking.push_back({6, index, 0});
            return;
        }
        const play::H264Frame& frame = *whole[below(static_cast<unsigned>(whole.size()))];
        for (int parity = header.field ? 1 : 0; parity >= 0; --parity) {
            const int wanted = header.field ? 2 * frame.frame_num_wrap + parity : frame.frame_num_wrap;
            header.marking.push_back({3, number - static_cast<unsigned>(wanted) - 1, index});
        }
    }

    const Sequence& sequence_;
    unsigned most_long_terms_ = 0;  ///< MaxLongTermFrameIdx + 1
    bool reset_ = false;
    bool was_reset_ = false;
};

}  // namespace svp::test
