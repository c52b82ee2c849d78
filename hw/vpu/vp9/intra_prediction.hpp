// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction within the picture (VP9 specification, section 8.5.1). */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vpu/vp9/block.hpp"

namespace svp::vpu::vp9 {

/** Samples around a transform block. */
struct IntraEdges {
    bool above;              ///< there is something above, in the picture
    bool left;               ///< to the left, in the tile
    bool above_right;        ///< above and to the right, within the same block
    unsigned right_samples;  ///< from the block's left side to the end of the picture
    unsigned below_samples;  ///< from its upper side
};

/** Predicts a transform block of 4 << @p size samples a side at @p samples of @p bit_depth bits. */
template <typename Sample>
void predict_intra(Mode mode, TxSize size, const IntraEdges& edges, unsigned bit_depth, Sample* samples,
                   std::ptrdiff_t stride);

}  // namespace svp::vpu::vp9
