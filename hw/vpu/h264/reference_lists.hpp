// SPDX-License-Identifier: GPL-2.0-or-later
/** Reference lists of a slice (clause 8.2.4): initial ones from registers, and what the slice changes. */
#pragma once

#include <array>

#include "vpu/h264/parameters.hpp"
#include "vpu/h264/slice_header.hpp"
#include "vpu/h264/tables.hpp"

namespace svp::vpu::h264 {

/** A frame, or one field of it. */
struct Reference {
    std::uint8_t slot = 0;
    Structure structure = no_field;  ///< no_field: there is no such entry

    bool operator==(const Reference&) const = default;
    /** As Macroblock::picture has it. */
    std::uint8_t picture() const { return static_cast<std::uint8_t>(4 * slot + structure); }
};

class ReferenceLists {
 public:
    ReferenceLists(const Parameters& parameters, const Tables& tables, const SliceHeader& header);

    /** Entry @p index of list @p list for a macroblock of a frame or field. In an MBAFF frame, field
     * macroblocks of parity @p field (else no_field) have two entries for each frame. */
    Reference entry(unsigned list, unsigned index, Structure field) const {
        if (field == no_field) {
            return index < max_ref_idx ? lists_[list][index] : Reference{};
        }
        Reference frame = index / 2 < max_ref_idx ? lists_[list][index / 2] : Reference{};
        if (frame.structure != no_field) {
            frame.structure = index % 2 == 0 ? field : opposite(field);
        }
        return frame;
    }

    bool long_term(const Reference& reference) const {
        return (parameters_.slots[reference.slot].long_term & reference.structure) != 0;
    }

 private:
    using List = std::array<Reference, max_ref_idx + 1>;

    unsigned begin(unsigned list, unsigned initial);
    /** Slots in the order of an initial list. */
    struct Frames {
        std::array<std::uint8_t, slot_count> slots;
        unsigned count = 0;
    };

    Frames frames_of_fields(unsigned initial) const;
    bool precedes(unsigned initial, std::uint8_t a, std::uint8_t b) const;
    unsigned alternate(const Frames& frames, bool long_term, List& list, unsigned count) const;
    void modify(unsigned list, const SliceHeader& header);
    Reference find(bool long_term, int number) const;
    int number_of(const Reference& reference) const;

    const Parameters& parameters_;
    const Tables& tables_;
    std::array<List, 2> lists_;
};

}  // namespace svp::vpu::h264
