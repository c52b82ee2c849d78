// SPDX-License-Identifier: GPL-2.0-or-later
#include "hevc_dpb.hpp"

#include <algorithm>

namespace svp::play {

namespace {

constexpr unsigned cra_unit = 21;

}  // namespace

/** Clause 8.3.1. */
void HevcDpb::count_order(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps) {
    const int modulus = 1 << sps.order_count_bits();
    const int lsb = static_cast<int>(header.order_count_lsb);
    int msb = 0;
    if (!starts(unit)) {
        const int previous_lsb = previous_order_ & (modulus - 1);
        msb = previous_order_ - previous_lsb;
        if (lsb < previous_lsb && previous_lsb - lsb >= modulus / 2) {
            msb += modulus;
        } else if (lsb > previous_lsb && lsb - previous_lsb > modulus / 2) {
            msb -= modulus;
        }
    }
    current_.order = msb + lsb;
    if (unit.temporal_id() == 0 && !unit.rasl() && !unit.radl() && !unit.sub_layer_non_reference()) {
        previous_order_ = current_.order;
    }
}

/** Clause 8.3.2: marks what stays a reference. False if a picture that the current one uses is not there. */
bool HevcDpb::find_references(const HevcSliceHeader& header, const HevcSps& sps) {
    const int modulus = 1 << sps.order_count_bits();
    std::vector<bool> kept(frames_.size());
    bool good = true;
    before.clear();
    after.clear();
    long_term.clear();
    const auto find = [&](int order, int mask) {
        const auto found = std::ranges::find_if(frames_, [&](const HevcFrame& frame) {
            return frame.reference && (mask == 0 ? frame.order == order : (frame.order & mask) == order);
        });
        return static_cast<std::size_t>(found - frames_.begin());
    };
    const auto take = [&](std::size_t place, bool used, std::vector<std::size_t>& list) {
        if (place == frames_.size()) {
            good = good && !used;
            return;
        }
        kept[place] = true;
        if (used) {
            list.push_back(place);
        }
    };
    for (const auto& entry : header.long_terms) {
        const auto lsb = static_cast<int>(entry.lsb);
        const int order = entry.has_msb ? current_.order - static_cast<int>(entry.msb_cycle) * modulus -
                                              ((current_.order & (modulus - 1)) - lsb)
                                        : lsb;
        const std::size_t place = find(order, entry.has_msb ? 0 : modulus - 1);
        take(place, entry.used, long_term);
        if (place < frames_.size()) {
            frames_[place].long_term = true;
        }
    }
    const auto short_term = [&](const std::vector<HevcReferenceSet::Entry>& entries,
                                std::vector<std::size_t>& list) {
        for (const auto& entry : entries) {
            const auto found = std::ranges::find_if(frames_, [&](const HevcFrame& frame) {
                return frame.reference && !frame.long_term && frame.order == current_.order + entry.delta;
            });
            take(static_cast<std::size_t>(found - frames_.begin()), entry.used, list);
        }
    };
    short_term(header.set.before, before);
    short_term(header.set.after, after);
    for (std::size_t i = 0; i < frames_.size(); ++i) {
        frames_[i].reference = kept[i];
    }
    return good;
}

bool HevcDpb::begin(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps, const Show& show,
                    bool& missing) {
    current_ = {};
    current_.id = next_id_++;
    count_order(unit, header, sps);
    const bool anew = starts(unit);
    if (unit.irap()) {
        no_rasl_output_ = anew;
    }
    current_.waiting = header.output;
    if (anew) {
        for (HevcFrame& frame : frames_) {
            frame.reference = false;
        }
        before.clear();
        after.clear();
        long_term.clear();
        // C.5.2.2; before the first picture nothing waits.
        if (header.no_output_of_prior || unit.type() == cra_unit) {
            for (HevcFrame& frame : frames_) {
                frame.waiting = false;
            }
        }
        if (!flush(show)) {
            return false;
        }
        drop_unused();
    } else {
        missing = !find_references(header, sps);
        // Places in frames_ hold until the picture is finished, so nothing is dropped here.
        while (full(sps)) {
            if (!bump(show)) {
                return false;
            }
        }
    }
    anew_ = false;
    return true;
}

bool HevcDpb::full(const HevcSps& sps) const {
    const auto waiting = std::ranges::count_if(frames_, [](const HevcFrame& frame) { return frame.waiting; });
    const auto held = std::ranges::count_if(
        frames_, [](const HevcFrame& frame) { return frame.waiting || frame.reference; });
    const bool late = std::ranges::any_of(frames_, [&](const HevcFrame& frame) {
        return frame.waiting && sps.latency != 0 && frame.latency >= sps.latency;
    });
    return waiting > 0 && (waiting > sps.control.sps_max_num_reorder_pics || late ||
                           held >= sps.control.sps_max_dec_pic_buffering_minus1 + 1);
}

bool HevcDpb::finish(const HevcSps& sps, const Show& show) {
    drop_unused();
    if (current_.waiting) {
        for (HevcFrame& frame : frames_) {
            frame.latency += frame.waiting ? 1 : 0;
        }
    }
    current_.reference = true;
    frames_.push_back(current_);
    const auto crowded = [&] {
        const auto waiting =
            std::ranges::count_if(frames_, [](const HevcFrame& frame) { return frame.waiting; });
        return waiting > sps.control.sps_max_num_reorder_pics ||
               std::ranges::any_of(frames_, [&](const HevcFrame& frame) {
                   return frame.waiting && sps.latency != 0 && frame.latency >= sps.latency;
               });
    };
    while (crowded()) {
        if (!bump(show)) {
            return false;
        }
    }
    return true;
}

/** Shows the first of those that wait. */
bool HevcDpb::bump(const Show& show) {
    HevcFrame* first = nullptr;
    for (HevcFrame& frame : frames_) {
        if (frame.waiting && (first == nullptr || frame.order < first->order)) {
            first = &frame;
        }
    }
    if (first == nullptr) {
        return true;
    }
    first->waiting = false;
    return show(first->id);
}

bool HevcDpb::flush(const Show& show) {
    while (std::ranges::any_of(frames_, [](const HevcFrame& frame) { return frame.waiting; })) {
        if (!bump(show)) {
            return false;
        }
    }
    return true;
}

void HevcDpb::drop_unused() {
    std::erase_if(frames_, [](const HevcFrame& frame) { return !frame.waiting && !frame.reference; });
}

}  // namespace svp::play
