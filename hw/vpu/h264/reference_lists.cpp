// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/reference_lists.hpp"

#include <algorithm>

namespace svp::vpu::h264 {

ReferenceLists::ReferenceLists(const Parameters& parameters, const Tables& tables, const SliceHeader& header)
    : parameters_(parameters), tables_(tables) {
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

/** Frame @p a comes before @p b in an initial list of fields (clauses 8.2.4.2.2 and 8.2.4.2.4). */
bool ReferenceLists::precedes(unsigned initial, std::uint8_t a, std::uint8_t b) const {
    const Slot &first = parameters_.slots[a], &second = parameters_.slots[b];
    const bool long_term = (first.long_term & first.valid) != 0;
    if (long_term != ((second.long_term & second.valid) != 0)) {
        return !long_term;
    }
    if (long_term) {
        return first.number < second.number;
    }
    if (initial == 0) {
        const auto wrapped = [this](const Slot& slot) {
            return int{slot.number} -
                   (slot.number > parameters_.frame_num ? 1 << parameters_.frame_num_bits : 0);
        };
        return wrapped(first) > wrapped(second);
    }
    const auto order = [this](std::uint8_t slot) {
        const std::int32_t(&counts)[2] = tables_.order_count[slot];
        const std::uint8_t fields = parameters_.slots[slot].valid;
        return fields == top_field      ? counts[0]
               : fields == bottom_field ? counts[1]
                                        : std::min(counts[0], counts[1]);
    };
    const auto past = [&](std::uint8_t slot) { return order(slot) <= tables_.current_order_count[0]; };
    if (past(a) != past(b)) {
        return past(a) == (initial == 1);
    }
    return past(a) ? order(a) > order(b) : order(a) < order(b);
}

/** Frames of which a field is a reference, in the order of an initial list. Software leaves out those of
 * which only the field of the current parity is one; they have their places by number or order count. */
ReferenceLists::Frames ReferenceLists::frames_of_fields(unsigned initial) const {
    Frames frames;
    unsigned there = 0;  // bits
    for (const std::uint8_t index : parameters_.initial_list[initial]) {
        const unsigned slot = index % slot_count;  // lists are padded with 15
        if ((there >> slot & 1) == 0 && parameters_.slots[slot].valid != 0) {
            frames.slots[frames.count++] = static_cast<std::uint8_t>(slot);
            there |= 1u << slot;
        }
    }
    for (std::uint8_t slot = 0; slot < slot_count; ++slot) {
        if ((there >> slot & 1) != 0 || parameters_.slots[slot].valid == 0) {
            continue;
        }
        const auto end = frames.slots.begin() + frames.count;
        const auto place = std::find_if(frames.slots.begin(), end,
                                        [&](std::uint8_t other) { return precedes(initial, slot, other); });
        std::copy_backward(place, end, end + 1);
        *place = slot;
        ++frames.count;
    }
    return frames;
}

/** Fields of frames that are (or are not) long-term references, in turns of parity as
 * long as there are both (clause 8.2.4.2.5). Returns how many @p list has then. */
unsigned ReferenceLists::alternate(const Frames& frames, bool long_term, List& list, unsigned count) const {
    const auto next = [&](unsigned& position, Structure parity) {
        for (; position < frames.count; ++position) {
            const std::uint8_t index = frames.slots[position];
            const Slot& slot = parameters_.slots[index];
            if ((slot.valid & parity) != 0 && ((slot.long_term & parity) != 0) == long_term) {
                return Reference{index, parity};
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
        const Frames frames = frames_of_fields(initial);
        const unsigned count = alternate(frames, false, lists_[list], 0);
        return alternate(frames, true, lists_[list], count);
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
