// SPDX-License-Identifier: GPL-2.0-or-later
/** VP9's compressed header: how a frame changes probabilities (VP9 specification, section 6.3). */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstdint>
#include <span>

namespace svp::play {

/** Reads @p data, the header of a frame whose other one is in @p frame, and sets reference_mode there. False
 * if it is none. */
bool vp9_compressed_header(std::span<const std::uint8_t> data, v4l2_ctrl_vp9_frame& frame,
                           v4l2_ctrl_vp9_compressed_hdr& header);

/** Nothing but Walsh-Hadamard transforms. */
constexpr bool vp9_lossless(const v4l2_vp9_quantization& quantization) {
    return quantization.base_q_idx == 0 && quantization.delta_q_y_dc == 0 &&
           quantization.delta_q_uv_dc == 0 && quantization.delta_q_uv_ac == 0;
}

}  // namespace svp::play
