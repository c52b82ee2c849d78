// SPDX-License-Identifier: GPL-2.0-or-later
/** Initial reference lists of H.264 fields (ITU-T H.264, clauses 8.2.4.2.2, 8.2.4.2.4 and 8.2.4.2.5). */
#include "../catch.hpp"
#include "vpu/h264/reference_lists.hpp"

#include <memory>
#include <vector>

using namespace svp::vpu::h264;

namespace {

struct FieldJob {
    Parameters parameters;
    std::unique_ptr<Tables> tables = std::make_unique<Tables>();

    /** A bottom field, frame_num 5 of 16, order count 9. */
    FieldJob() {
        parameters.structure = bottom_field;
        parameters.frame_num_bits = 4;
        parameters.frame_num = 5;
        tables->current_order_count[0] = 9;
        for (auto& list : parameters.initial_list) {
            list.fill(15);
        }
    }
    /** A frame of references, with the order counts of its fields. */
    void slot(unsigned index, unsigned number, unsigned fields, int top, int bottom, bool long_term = false) {
        Slot& slot = parameters.slots[index];
        slot.number = static_cast<std::uint16_t>(number);
        slot.valid = static_cast<std::uint8_t>(fields);
        slot.long_term = long_term ? whole_frame : no_field;
        tables->order_count[index][0] = top;
        tables->order_count[index][1] = bottom;
    }
    /** What software has in the registers. */
    void list(unsigned initial, std::vector<std::uint8_t> slots) {
        std::copy(slots.begin(), slots.end(), parameters.initial_list[initial].begin());
    }
    std::vector<Reference> entries(SliceType type, unsigned list) const {
        SliceHeader header;
        header.type = type;
        header.ref_count[0] = header.ref_count[1] = 32;
        const ReferenceLists lists(parameters, *tables, header);
        std::vector<Reference> found;
        while (lists.entry(list, static_cast<unsigned>(found.size()), no_field).structure != no_field) {
            found.push_back(lists.entry(list, static_cast<unsigned>(found.size()), no_field));
        }
        return found;
    }
};

using Entries = std::vector<Reference>;

}  // namespace

TEST_CASE("a field of the current parity is in H.264's lists though software leaves its frame out", "[vpu]") {
    FieldJob job;
    job.slot(0, 4, whole_frame, 4, 5);
    job.slot(1, 3, bottom_field, 2, 3);
    job.slot(2, 2, whole_frame, 12, 13);
    job.list(0, {0, 2});
    job.list(1, {0, 2});
    job.list(2, {2, 0});
    const Entries forward{
        {0, bottom_field}, {0, top_field}, {1, bottom_field}, {2, top_field}, {2, bottom_field}};
    CHECK(job.entries(SliceType::p, 0) == forward);
    CHECK(job.entries(SliceType::b, 0) == forward);
    CHECK(job.entries(SliceType::b, 1) ==
          Entries{{2, bottom_field}, {2, top_field}, {0, bottom_field}, {0, top_field}, {1, bottom_field}});
}

TEST_CASE("a field that software leaves out has its place by its number, wrapped or of a long term",
          "[vpu]") {
    FieldJob job;
    job.slot(3, 1, whole_frame, 4, 5);
    job.slot(4, 14, bottom_field, 2, 3);  // two before frame_num 0
    job.slot(5, 13, whole_frame, 0, 1);
    job.slot(6, 0, bottom_field, 0, 1, true);
    job.slot(7, 2, whole_frame, 0, 1, true);
    job.list(0, {3, 5, 7});
    CHECK(job.entries(SliceType::p, 0) == Entries{{3, bottom_field},
                                                  {3, top_field},
                                                  {4, bottom_field},
                                                  {5, top_field},
                                                  {5, bottom_field},
                                                  {6, bottom_field},
                                                  {7, top_field},
                                                  {7, bottom_field}});
}
