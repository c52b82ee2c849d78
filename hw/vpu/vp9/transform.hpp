// SPDX-License-Identifier: GPL-2.0-or-later
/** Inverse transforms (VP9 specification, section 8.7). */
#pragma once

#include <cstddef>

#include "vpu/vp9/residual.hpp"

namespace svp::vpu::vp9 {

/** A transform block's coefficients. */
template <typename Sample>
struct TransformBlock {
    Coefficient<Sample>* coefficients;  ///< column by column; zero afterwards
    TxSize size;
    TxType type;
    bool lossless;     ///< Walsh-Hadamard, 4x4 only
    unsigned rows;     ///< that may hold something but zeros
    unsigned columns;  ///< the same
};

/** Transforms @p block and adds it to @p samples of @p bit_depth bits. */
template <typename Sample>
void add_transform(const TransformBlock<Sample>& block, unsigned bit_depth, Sample* samples,
                   std::ptrdiff_t stride);

}  // namespace svp::vpu::vp9
