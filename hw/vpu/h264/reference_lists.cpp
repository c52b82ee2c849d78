// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/reference_lists.hpp"

#include <algorithm>

namespace svp::vpu::h264 {

ReferenceLists::ReferenceLists(const Parameters& parameters, const SliceHeader& header)
    : parameters_(parameters) {
    if (header.type == SliceType::i) {
        return;
    }
    const bool both = header.type == SliceType::b;
    unsigned length = 0;
    for (unsigned list = 0; list < (both ? 2u : 1u); ++list) {
        length = begin(list, both ? 1 + list : 0);
    }
    // Lists of fields that come out the same, clause 8.2.4.2.4; software sees to those of frames.
    if (both && parameters.structure != whole_frame && length > 1 && lists_[0] == lists_[1]) {
        std::swap(lists_[1][0], lists_[1][1]);
    }
    for (unsigned list = 0; list < (both ? 2u : 1u); ++list) {
        std::fill(lists_[list].begin() + header.ref_count[list], lists_[list].end(), Reference{});
        modify(list, header);
    }
}

/** Fields of the frames of an initial list that are (or are not) long-term references, in turns of parity as
 * long as there are both (clause 8.2.4.2.5). Returns how many @p list has then. */
unsigned ReferenceLists::alternate(unsigned initial, bool long_term, List& list, unsigned count) const {
    const auto& frames = parameters_.initial_list[initial];
    const auto next = [&](unsigned& position, Structure parity) {
        for (; position < slot_count; ++position) {
            const std::uint8_t index = frames[position];
            // Lists are padded with 15, and hold a frame once.
            const bool repeated =
                std::find(frames.begin(), frames.begin() + position, index) != frames.begin() + position;
            const Slot& slot = parameters_.slots[index % slot_count];
            if (!repeated && (slot.valid & parity) != 0 && ((slot.long_term & parity) != 0) == long_term) {
                return Reference{static_cast<std::uint8_t>(index % slot_count), parity};
            }
        }
        return Reference{};
    };
    unsigned position[2] = {0, 0};  // of the same parity, of the other one
    const Structure parity[2] = {parameters_.structure, opposite(parameters_.structure)};
    unsigned turn = 0;
    bool last_missing = false;
    while (count < max_ref_idx) {
        const Reference found = next(position[turn], parity[turn]);
        if (found.structure == no_field) {
            if (last_missing) {
                break;
            }
            last_missing = true;
        } else {
            list[count++] = found;
            ++position[turn];
        }
        // Once a parity has none left, the other one goes on alone.
        turn = last_missing && found.structure != no_field ? turn : 1 - turn;
    }
    return count;
}

/** Fills a list from an initial one of the registers, and returns its length. */
unsigned ReferenceLists::begin(unsigned list, unsigned initial) {
    if (parameters_.structure != whole_frame) {
        const unsigned count = alternate(initial, false, lists_[list], 0);
        return alternate(initial, true, lists_[list], count);
    }
    unsigned count = 0;
    for (const std::uint8_t index : parameters_.initial_list[initial]) {
        const Slot& slot = parameters_.slots[index % slot_count];
        if (slot.valid != 0) {
            lists_[list][count++] = {static_cast<std::uint8_t>(index % slot_count), whole_frame};
        }
    }
    return count;
}

/** PicNum or LongTermPicNum, clause 8.2.4.1. */
int ReferenceLists::number_of(const Reference& reference) const {
    const Slot& slot = parameters_.slots[reference.slot];
    int number = slot.number;
    if (!long_term(reference) && slot.number > parameters_.frame_num) {
        number -= 1 << parameters_.frame_num_bits;
    }
    if (parameters_.structure == whole_frame) {
        return number;
    }
    return 2 * number + (reference.structure == parameters_.structure ? 1 : 0);
}

Reference ReferenceLists::find(bool long_term_wanted, int number) const {
    for (std::uint8_t slot = 0; slot < slot_count; ++slot) {
        const bool frame = parameters_.structure == whole_frame;
        for (const Structure structure :
             {frame ? whole_frame : top_field, frame ? whole_frame : bottom_field}) {
            const Reference candidate{slot, structure};
            if ((parameters_.slots[slot].valid & structure) == structure &&
                long_term(candidate) == long_term_wanted && number_of(candidate) == number) {
                return candidate;
            }
        }
    }
    return {};
}

/** Clause 8.2.4.3. */
void ReferenceLists::modify(unsigned list, const SliceHeader& header) {
    const bool field = parameters_.structure != whole_frame;
    const int max_number = 1 << (parameters_.frame_num_bits + (field ? 1 : 0));
    const int current = static_cast<int>(field ? 2 * parameters_.frame_num + 1 : parameters_.frame_num);
    int predicted = current;
    const unsigned count = header.ref_count[list];
    List& entries = lists_[list];
    unsigned index = 0;
    for (const ListModification& modification : header.modifications[list]) {
        if (index >= count) {
            break;
        }
        const bool long_term_wanted = modification.idc == 2;
        int number = static_cast<int>(modification.value & 0x1ffff);
        if (!long_term_wanted) {
            const int difference = (number + 1) % max_number;
            predicted += modification.idc == 0 ? -difference : difference;
            predicted += predicted < 0 ? max_number : predicted >= max_number ? -max_number : 0;
            number = predicted > current ? predicted - max_number : predicted;
        }
        const Reference wanted = find(long_term_wanted, number);
        if (wanted.structure == no_field) {
            continue;  // it is lost: the list stays
        }
        std::copy_backward(entries.begin() + index, entries.begin() + count, entries.begin() + count + 1);
        entries[index++] = wanted;
        unsigned to = index;
        for (unsigned from = index; from <= count; ++from) {
            if (entries[from] != wanted) {
                entries[to++] = entries[from];
            }
        }
    }
    std::fill(entries.begin() + count, entries.end(), Reference{});
}

}  // namespace svp::vpu::h264
