// SPDX-License-Identifier: GPL-2.0-or-later
/** Intra prediction (clause 8.3). Samples beside a block are those of the picture as far as it is decoded. */
#pragma once

#include <cstddef>
#include <cstdint>

namespace svp::vpu::h264 {

/** Which samples beside a block may be used. */
struct Beside {
    bool left = false;
    bool above = false;
    bool corner = false;  ///< above to the left
    bool above_right = false;
};

/** Each predicts the block at @p samples with mode @p mode. False: the mode needs samples that are not there.
 */
bool predict_4x4(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside);
bool predict_8x8(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside);
bool predict_16x16(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside);
/** @p left says for the upper and lower half whether samples to the left may be used. */
bool predict_chroma(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside,
                    const bool (&left)[2]);

}  // namespace svp::vpu::h264
