// SPDX-License-Identifier: GPL-2.0-or-later
/** Scaling and transforms of residuals (clause 8.5). */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace svp::vpu::h264 {

/** Largest scaled coefficient: twice what a legal stream has; more is clipped to it. */
inline constexpr std::int64_t max_coefficient = 1 << 16;

inline std::int32_t limited(std::int64_t value) {
    return static_cast<std::int32_t>(std::clamp(value, -max_coefficient, max_coefficient));
}

/** value * 2^shift, rounded if that is a division. */
inline std::int64_t shifted(std::int64_t value, int shift) {
    return shift >= 0 ? value * (std::int64_t{1} << shift)
                      : (value + (std::int64_t{1} << (-shift - 1))) >> -shift;
}

/** A coefficient of a 4x4 block: @p level times @p scale, for quantiser @p qp (0 to 51). */
inline std::int32_t scaled_4x4(std::int32_t level, std::int32_t scale, int qp) {
    return limited(shifted(std::int64_t{level} * scale, qp / 6 - 4));
}
inline std::int32_t scaled_8x8(std::int32_t level, std::int32_t scale, int qp) {
    return limited(shifted(std::int64_t{level} * scale, qp / 6 - 6));
}

/** DC coefficients of a 16x16 block, raster order of blocks, clause 8.5.10. */
void transform_luma_dc(std::int32_t (&dc)[16], std::int32_t scale, int qp);
/** DC coefficients of a chroma plane, clause 8.5.11. */
void transform_chroma_dc(std::int32_t (&dc)[4], std::int32_t scale, int qp);

/** Adds a block's residual to its samples, and clears the coefficients (raster order). */
void add_4x4(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride);
void add_8x8(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride);

}  // namespace svp::vpu::h264
