// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction of a block from samples beside it, clause 8.4.4.2. */
#pragma once

#include <cstdint>

#include "vpu/hevc/plane.hpp"

namespace svp::vpu::hevc {

inline constexpr unsigned intra_planar = 0;
inline constexpr unsigned intra_dc = 1;
inline constexpr unsigned intra_horizontal = 10;
inline constexpr unsigned intra_vertical = 26;

/** A block, and which samples beside it may be used: by units of 4 luma samples, the one next to the corner
 * in the lowest bit. */
struct IntraBlock {
    unsigned component = 0;  ///< 0 luma, 1 Cb, 2 Cr
    unsigned x = 0;          ///< samples of the component
    unsigned y = 0;
    unsigned log2_size = 2;  ///< 2 to 5
    unsigned mode = intra_dc;
    std::uint32_t left = 0;  ///< downwards, twice the block's size
    std::uint32_t top = 0;   ///< to the right
    bool corner = false;
    bool strong = false;  ///< strong_intra_smoothing_enabled_flag
};

template <typename Sample>
void predict_intra(Plane<Sample>& plane, const IntraBlock& block);

extern template void predict_intra(Plane<std::uint8_t>& plane, const IntraBlock& block);
extern template void predict_intra(Plane<std::uint16_t>& plane, const IntraBlock& block);

}  // namespace svp::vpu::hevc
