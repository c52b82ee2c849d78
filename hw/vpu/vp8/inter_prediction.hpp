// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction from earlier pictures, with vectors down to an eighth of a sample (RFC 6386, section 18). */
#pragma once

#include "vpu/picture/nv12_band.hpp"
#include "vpu/picture/reference_picture.hpp"
#include "vpu/vp8/macroblock.hpp"
#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::vp8 {

/** Predicts macroblock @p mb in column @p x and row @p y into the band's current row. */
void predict_inter(const Parameters& parameters, const Macroblock& mb, unsigned x, unsigned y,
                   ReferencePicture& reference, Nv12Band& band);

}  // namespace svp::vpu::vp8
