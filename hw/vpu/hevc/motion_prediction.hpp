// SPDX-License-Identifier: GPL-2.0-or-later
/** Motion vectors predicted from neighbours and other pictures, clause 8.5.3.2. */
#pragma once

#include "vpu/hevc/availability.hpp"
#include "vpu/hevc/motion_store.hpp"
#include "vpu/hevc/picture.hpp"

namespace svp::vpu::hevc {

/** A prediction block and the coding block that it is a part of; luma samples. */
struct PredictionBlock {
    unsigned coding_x, coding_y, coding_size;
    unsigned x, y, width, height;
    unsigned part;             ///< partIdx
    bool two_columns = false;  ///< the second part of a coding block that is halved from left to right,
    bool two_rows = false;     ///< or from top to bottom, whatever the sizes of the halves
};

class MotionPredictor {
 public:
    MotionPredictor(const Picture& picture, const Availability& available, MotionStore& store)
        : picture_(picture), available_(available), store_(store) {}

    /** What merge_idx @p index stands for. */
    Motion merge(const PredictionBlock& block, const SliceHeader& slice, unsigned index);
    /** Prediction of the vector of list @p list for reference @p ref_idx; @p flag is mvp_lX_flag. */
    Vector predict(const PredictionBlock& block, const SliceHeader& slice, unsigned list, unsigned ref_idx,
                   bool flag);

 private:
    const Motion* neighbour(const PredictionBlock& block, int x, int y) const;
    bool temporal(const PredictionBlock& block, const SliceHeader& slice, unsigned list, unsigned ref_idx,
                  Vector& vector);
    bool temporal_from(unsigned x, unsigned y, const SliceHeader& slice, unsigned list, unsigned ref_idx,
                       Vector& vector);
    bool spatial(const Motion& from, const SliceHeader& slice, unsigned list, unsigned ref_idx, bool scaled,
                 Vector& vector) const;
    void combine(const SliceHeader& slice, Motion* list, unsigned& count, unsigned wanted) const;
    const Reference& reference(const SliceHeader& slice, unsigned list, unsigned ref_idx) const {
        return picture_.job.references[slice.list[list][ref_idx]];
    }

    const Picture& picture_;
    const Availability& available_;
    MotionStore& store_;
};

}  // namespace svp::vpu::hevc
