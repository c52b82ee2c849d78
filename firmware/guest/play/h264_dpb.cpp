// SPDX-License-Identifier: GPL-2.0-or-later
#include "h264_dpb.hpp"

#include <algorithm>

namespace svp::play {

/** Clause 8.2.1. */
void H264Dpb::order_count(const H264SliceHeader& header, const H264Sps& sps) {
    const v4l2_ctrl_h264_sps& control = sps.control;
    const int max_frame_num = 1 << (control.log2_max_frame_num_minus4 + 4);
    int top = 0, bottom = 0;
    if (control.pic_order_cnt_type == 0) {
        const int max_lsb = 1 << (control.log2_max_pic_order_cnt_lsb_minus4 + 4);
        const int lsb = static_cast<int>(header.order_count_lsb);
        if (header.idr) {
            previous_msb_ = previous_lsb_ = 0;
        }
        current_msb_ = previous_msb_;
        if (lsb < previous_lsb_ && previous_lsb_ - lsb >= max_lsb / 2) {
            current_msb_ += max_lsb;
        } else if (lsb > previous_lsb_ && lsb - previous_lsb_ > max_lsb / 2) {
            current_msb_ -= max_lsb;
        }
        top = bottom = current_msb_ + lsb;
        bottom += header.field ? 0 : header.delta_order_count_bottom;
    } else {
        int offset = header.idr ? 0 : previous_reset_ ? 0 : previous_frame_num_offset_;
        if (!header.idr && !previous_reset_ && previous_frame_num_ > header.frame_num) {
            offset += max_frame_num;
        }
        previous_frame_num_offset_ = offset;
        const int number = offset + static_cast<int>(header.frame_num);
        if (control.pic_order_cnt_type == 2) {
            top = bottom = header.idr ? 0 : 2 * number - (header.ref_idc == 0 ? 1 : 0);
        } else {
            const int cycle = control.num_ref_frames_in_pic_order_cnt_cycle;
            int absolute = cycle != 0 ? number : 0;
            absolute -= header.ref_idc == 0 && absolute > 0 ? 1 : 0;
            int expected = 0;
            if (absolute > 0) {
                for (int i = 0; i < cycle; ++i) {
                    expected += (absolute - 1) / cycle * control.offset_for_ref_frame[i];
                }
                for (int i = 0; i <= (absolute - 1) % cycle; ++i) {
                    expected += control.offset_for_ref_frame[i];
                }
            }
            expected += header.ref_idc == 0 ? control.offset_for_non_ref_pic : 0;
            top = expected + header.delta_order_count[0];
            bottom =
                (header.field ? expected + header.delta_order_count[0] : top + header.delta_order_count[1]) +
                control.offset_for_top_to_bottom_field;
        }
    }
    if (!header.field || !header.bottom) {
        current_.order_count[0] = top;
    }
    if (!header.field || header.bottom) {
        current_.order_count[1] = bottom;
    }
}

void H264Dpb::wrap(unsigned frame_num, const H264Sps& sps) {
    const int max_frame_num = 1 << (sps.control.log2_max_frame_num_minus4 + 4);
    for (H264Frame& frame : frames_) {
        frame.frame_num_wrap =
            static_cast<int>(frame.frame_num) - (frame.frame_num > frame_num ? max_frame_num : 0);
    }
}

void H264Dpb::drop_unused() {
    std::erase_if(frames_, [this](const H264Frame& frame) {
        return frame.references() == 0 && frame.id != current_.id;
    });
}

/** Clause 8.2.5.3. */
void H264Dpb::slide(const H264Sps& sps, bool but_current) {
    const auto others = std::count_if(frames_.begin(), frames_.end(), [&](const H264Frame& frame) {
        return frame.references() != 0 && !(but_current && frame.id == current_.id);
    });
    if (others < std::max<int>(sps.control.max_num_ref_frames, 1)) {
        return;
    }
    H264Frame* oldest = nullptr;
    for (H264Frame& frame : frames_) {
        if (frame.short_term != 0 && !(but_current && frame.id == current_.id) &&
            (oldest == nullptr || frame.frame_num_wrap < oldest->frame_num_wrap)) {
            oldest = &frame;
        }
    }
    if (oldest != nullptr) {
        oldest->short_term = 0;
    }
    drop_unused();
}

/** Clause 8.2.5.2. */
void H264Dpb::fill_gaps(const H264SliceHeader& header, const H264Sps& sps) {
    const unsigned max_frame_num = 1u << (sps.control.log2_max_frame_num_minus4 + 4);
    if (header.idr || (sps.control.flags & V4L2_H264_SPS_FLAG_GAPS_IN_FRAME_NUM_VALUE_ALLOWED) == 0 ||
        header.frame_num == previous_ref_frame_num_) {
        return;
    }
    unsigned number = (previous_ref_frame_num_ + 1) % max_frame_num;
    for (; number != header.frame_num; number = (number + 1) % max_frame_num) {
        H264SliceHeader gap;
        gap.frame_num = number;
        gap.ref_idc = 1;
        current_ = {};
        current_.id = next_id_++;
        if (sps.control.pic_order_cnt_type != 0) {
            order_count(gap, sps);
        }
        previous_frame_num_ = number;
        previous_reset_ = false;
        wrap(number, sps);
        slide(sps, false);
        current_.frame_num = number;
        current_.frame_num_wrap = static_cast<int>(number);
        current_.fields = current_.short_term = h264_frame;
        current_.missing = true;
        frames_.push_back(current_);
        previous_ref_frame_num_ = number;
    }
}

void H264Dpb::begin(const H264SliceHeader& header, const H264Sps& sps) {
    const unsigned field = !header.field ? h264_frame : header.bottom ? h264_bottom : h264_top;
    second_field_ = waiting_field_ && header.field && current_.fields == h264_frame - field &&
                    current_.frame_num == header.frame_num && !header.idr;
    starts_anew_ = reset_ && !second_field_;
    if (!second_field_) {
        if (header.idr) {
            frames_.clear();
            starts_anew_ = true;
        } else {
            fill_gaps(header, sps);
        }
        current_ = {};
        current_.id = next_id_++;
        current_.frame_num = header.frame_num;
        current_.as_fields = header.field;
        reset_ = false;
    }
    order_count(header, sps);
    current_.fields |= field;
    wrap(header.frame_num, sps);
}

void H264Dpb::mark_one(const H264SliceHeader& header, const H264Marking& marking) {
    const unsigned parity = !header.field ? h264_frame : header.bottom ? h264_bottom : h264_top;
    // Frame and fields that a picture number stands for (clause 8.2.4.1).
    const auto fields_of = [&](int number, int of_frame) -> unsigned {
        if (!header.field) {
            return number == of_frame ? h264_frame : 0;
        }
        return number == 2 * of_frame + 1 ? parity : number == 2 * of_frame ? h264_frame - parity : 0;
    };
    const int current = static_cast<int>(header.field ? 2 * header.frame_num + 1 : header.frame_num);
    const auto free_index = [&](unsigned index, std::uint64_t but) {
        for (H264Frame& frame : frames_) {
            if (frame.long_term != 0 && frame.long_term_index == index && frame.id != but) {
                frame.long_term = 0;
            }
        }
    };
    switch (marking.operation) {
        case 1:
            for (H264Frame& frame : frames_) {
                frame.short_term &=
                    ~fields_of(current - static_cast<int>(marking.first) - 1, frame.frame_num_wrap);
            }
            break;
        case 2:
            for (H264Frame& frame : frames_) {
                if (frame.long_term != 0) {
                    frame.long_term &=
                        ~fields_of(static_cast<int>(marking.first), static_cast<int>(frame.long_term_index));
                }
            }
            break;
        case 3:
            for (H264Frame& frame : frames_) {
                const unsigned fields =
                    frame.short_term &
                    fields_of(current - static_cast<int>(marking.first) - 1, frame.frame_num_wrap);
                if (fields != 0) {
                    free_index(marking.second, frame.id);
                    if (frame.long_term != 0 && frame.long_term_index != marking.second) {
                        frame.long_term = 0;
                    }
                    frame.short_term &= ~fields;
                    frame.long_term |= fields;
                    frame.long_term_index = marking.second;
                    break;
                }
            }
            break;
        case 4:
            for (H264Frame& frame : frames_) {
                if (frame.long_term != 0 && frame.long_term_index >= marking.first) {
                    frame.long_term = 0;
                }
            }
            break;
        case 5:
            for (H264Frame& frame : frames_) {
                frame.short_term = frame.long_term = 0;
            }
            current_.short_term = current_.long_term = 0;
            reset_ = true;
            break;
        case 6:
            free_index(marking.first, current_.id);
            current_.long_term |= parity;
            current_.long_term_index = marking.first;
            break;
        default:
            break;
    }
}

void H264Dpb::finish(const H264SliceHeader& header, const H264Sps& sps) {
    const unsigned field = !header.field ? h264_frame : header.bottom ? h264_bottom : h264_top;
    bool reset = false;
    if (header.ref_idc != 0) {
        if (header.idr) {
            (header.long_term_idr ? current_.long_term : current_.short_term) |= field;
        } else {
            for (const H264Marking& marking : header.marking) {
                mark_one(header, marking);
                // The first field of this frame may be among those that were marked.
                for (const H264Frame& frame : frames_) {
                    if (frame.id == current_.id && marking.operation < 5) {
                        current_.short_term = frame.short_term;
                        current_.long_term = frame.long_term;
                        current_.long_term_index = frame.long_term_index;
                    }
                }
                reset = reset || marking.operation == 5;
            }
            // A frame that is in the buffer already takes no other place.
            const bool there = second_field_ && (current_.references() != 0);
            if (!header.adaptive_marking && !there) {
                slide(sps, true);
            }
            if ((current_.long_term & field) == 0) {
                current_.short_term |= field;
            }
        }
    }
    if (reset) {
        const int least = current_.order();
        current_.order_count[0] -= header.field && header.bottom ? 0 : least;
        current_.order_count[1] -= header.field && !header.bottom ? 0 : least;
        current_.frame_num = 0;
    }
    std::erase_if(frames_,
                  [&](const H264Frame& frame) { return frame.references() == 0 || frame.id == current_.id; });
    if (current_.references() != 0) {
        frames_.push_back(current_);
    }
    previous_frame_num_ = reset ? 0 : header.frame_num;
    previous_reset_ = reset;
    if (header.ref_idc != 0) {
        previous_ref_frame_num_ = reset ? 0 : header.frame_num;
        previous_msb_ = reset ? 0 : current_msb_;
        previous_lsb_ =
            reset ? (header.bottom ? 0 : current_.order_count[0]) : static_cast<int>(header.order_count_lsb);
    }
    waiting_field_ = header.field && !second_field_;
}

}  // namespace svp::play
