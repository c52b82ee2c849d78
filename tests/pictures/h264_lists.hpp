// SPDX-License-Identifier: GPL-2.0-or-later
/** Reference lists and weights of random H.264 slices (ITU-T H.264, clauses 7.4.3.1 and 7.4.3.2). */
#pragma once

#include <algorithm>
#include <cstdlib>

#include "h264_sets.hpp"
#include "vpu/h264/macroblock.hpp"
#include "vpu/h264/reference_lists.hpp"

namespace svp::test {

using vpu::h264::SliceHeader;
using vpu::h264::SliceType;

/** Entries that there are for a list. */
inline unsigned available(const vpu::h264::Picture& made, SliceType type, unsigned list) {
    SliceHeader longest;
    longest.type = type;
    longest.ref_count[0] = longest.ref_count[1] = 32;
    const vpu::h264::ReferenceLists lists(made.job, made.tables, longest);
    unsigned count = 0;
    while (count < 32 && lists.entry(list, count, vpu::h264::no_field).structure != vpu::h264::no_field) {
        ++count;
    }
    return count;
}

/** Commands that put references in other places (clause 7.4.3.1). */
inline void choose_modification(const vpu::h264::Picture& made, SliceHeader& header, unsigned list) {
    SliceHeader longest;
    longest.type = header.type;
    longest.ref_count[0] = longest.ref_count[1] = 32;
    const vpu::h264::ReferenceLists lists(made.job, made.tables, longest);
    const unsigned there = available(made, header.type, list);
    const bool fields = made.job.structure != vpu::h264::whole_frame;
    const int max_frame_num = 1 << made.job.frame_num_bits;
    const int max_number = fields ? 2 * max_frame_num : max_frame_num;
    const int current =
        fields ? 2 * static_cast<int>(made.job.frame_num) + 1 : static_cast<int>(made.job.frame_num);
    int predicted = current;
    // Entries behind the last one that there is need commands that fill them.
    const unsigned count = std::max(1 + below(3), header.ref_count[list] > there ? 1u : 0u);
    for (unsigned i = 0; i < std::min(count, header.ref_count[list]); ++i) {
        const auto reference = lists.entry(list, below(there), vpu::h264::no_field);
        const auto& slot = made.job.slots[reference.slot];
        const bool same = reference.structure == made.job.structure;
        if (lists.long_term(reference)) {
            const unsigned number = fields ? 2u * slot.number + (same ? 1 : 0) : slot.number;
            header.modifications[list].push_back({2, number});
            continue;
        }
        int number = slot.number > made.job.frame_num ? slot.number - max_frame_num : slot.number;
        number = fields ? 2 * number + (same ? 1 : 0) : number;
        int difference = number - predicted;
        predicted = number;
        if (difference == 0) {
            difference = max_number;
        } else if (chance(30)) {
            difference += difference < 0 ? max_number : -max_number;  // the other way round
        }
        header.modifications[list].push_back({static_cast<std::uint8_t>(difference < 0 ? 0 : 1),
                                              static_cast<std::uint32_t>(std::abs(difference) - 1)});
    }
    // The list must have no hole.
    SliceHeader changed = header;
    changed.ref_count[list] = 32;
    const vpu::h264::ReferenceLists after(made.job, made.tables, changed);
    unsigned filled = 0;
    while (filled < header.ref_count[list] &&
           after.entry(list, filled, vpu::h264::no_field).structure != vpu::h264::no_field) {
        ++filled;
    }
    header.ref_count[list] = std::max(filled, 1u);
}

inline void choose_lists(bool standard, const vpu::h264::Picture& made, SliceHeader& header) {
    const bool temporal = header.type == SliceType::b && !header.direct_spatial;
    for (unsigned list = 0; list < (header.type == SliceType::b ? 2u : 1u); ++list) {
        const unsigned there = available(made, header.type, list);
        if (temporal && list == 0) {
            header.ref_count[list] = there;  // co-located macroblocks may refer to any
            if (standard && there < 28 && chance(40)) {
                header.ref_count[list] += 3;
                choose_modification(made, header, list);
            }
            continue;
        }
        const bool modify = chance(40);
        header.ref_count[list] = 1 + below(std::min(there + (modify ? 1 : 0), 32u));
        if (modify) {
            choose_modification(made, header, list);
        }
    }
}

inline void choose_weights(const Sequence& sequence, SliceHeader& header) {
    header.explicit_weights = true;
    // Two weights together have a narrower range than one.
    const bool wide = sequence.standard && header.type == SliceType::p;
    header.log2_denominator[0] = below(wide ? 8 : 7);
    header.log2_denominator[1] = header.log2_denominator[2] = below(wide ? 8 : 7);
    const int most = wide ? 127 : 60, most_offset = wide ? 127 : 40;
    for (unsigned list = 0; list < 2; ++list) {
        for (unsigned i = 0; i < header.ref_count[list]; ++i) {
            auto& weight = header.weights[list][i];
            const bool chosen[2] = {chance(60), chance(60) && !sequence.monochrome};
            for (unsigned plane = 0; plane < 3; ++plane) {
                const bool given = chosen[plane == 0 ? 0 : 1];
                const int one = 1 << header.log2_denominator[plane];
                weight.weight[plane] =
                    static_cast<std::int16_t>(!given       ? one
                                              : chance(60) ? std::clamp(one + between(-8, 8), -64, most)
                                                           : between(-most, most));
                weight.offset[plane] =
                    static_cast<std::int16_t>(given ? between(-most_offset, most_offset) : 0);
            }
        }
    }
}

}  // namespace svp::test
