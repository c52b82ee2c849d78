// SPDX-License-Identifier: GPL-2.0-or-later
/** The slice that is being decoded: what its macroblocks share. */
#pragma once

#include "vpu/h264/macroblock.hpp"
#include "vpu/h264/neighbours.hpp"
#include "vpu/h264/reference_lists.hpp"
#include "vpu/h264/slice_header.hpp"

namespace svp::vpu::h264 {

struct Slice {
    Slice(Picture& picture, const SliceHeader& slice_header, unsigned number)
        : header(slice_header),
          lists(picture.job, picture.tables, slice_header),
          neighbours(picture, number) {}

    /** Parity that references of macroblock @p mb, in line @p y of macroblocks, count by in an MBAFF frame.
     */
    static Structure parity(const Macroblock& mb, unsigned y) {
        return !mb.field ? no_field : y % 2 == 0 ? top_field : bottom_field;
    }
    /** num_ref_idx_active for a macroblock. */
    unsigned ref_count(unsigned list, const Macroblock& mb) const {
        return header.ref_count[list] << (mb.field ? 1 : 0);
    }

    SliceHeader header;
    ReferenceLists lists;
    Neighbours neighbours;
};

}  // namespace svp::vpu::h264
