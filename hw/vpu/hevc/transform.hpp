// SPDX-License-Identifier: GPL-2.0-or-later
/** From scaled coefficients to what is added to a prediction, clauses 8.6.2 and 8.6.4. */
#pragma once

#include <cstdint>

#include "vpu/hevc/plane.hpp"

namespace svp::vpu::hevc {

enum class Transform : std::uint8_t {
    cosine,
    sine,    ///< 4x4 blocks of luma with intra prediction
    skip,    ///< transform_skip_flag
    bypass,  ///< cu_transquant_bypass_flag: coefficients are the residual
};

/** Coefficients of a block, line by line without gaps; 0 where none is said to be. */
struct Residual {
    std::int16_t* coefficients;
    Transform transform;
    unsigned log2_size;  ///< 2 to 5
    unsigned columns;    ///< from here on all are 0
    unsigned rows;
};

/** Adds it to the samples at @p to, within their range. */
template <typename Sample>
void add_residual(Sample* to, std::ptrdiff_t stride, const Residual& residual);

extern template void add_residual(std::uint8_t* to, std::ptrdiff_t stride, const Residual& residual);
extern template void add_residual(std::uint16_t* to, std::ptrdiff_t stride, const Residual& residual);

}  // namespace svp::vpu::hevc
