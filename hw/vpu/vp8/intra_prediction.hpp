// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction from the samples around, in place (RFC 6386, section 12). */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vpu/vp8/macroblock.hpp"

namespace svp::vpu::vp8 {

/** What lies around a block: see section 12.2 for what stands where the picture has nothing. */
struct Edges {
    const std::uint8_t* above;  ///< the line above; above[-1] is the corner
    bool has_above;             ///< the picture has samples there
    bool has_left;
};

/**
 * Predicts @p size times @p size samples (16 or 8) at @p samples, left of which the column at samples[-1] is.
 * @p mode is one of the first four.
 */
void predict_block(Mode mode, unsigned size, std::uint8_t* samples, std::ptrdiff_t stride,
                   const Edges& edges);

/**
 * Predicts 4x4 samples at @p samples. @p above points at the four samples above, with the corner before them;
 * @p above_right at the next four.
 */
void predict_subblock(SubblockMode mode, std::uint8_t* samples, std::ptrdiff_t stride,
                      const std::uint8_t* above, const std::uint8_t* above_right);

}  // namespace svp::vpu::vp8
