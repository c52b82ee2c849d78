// SPDX-License-Identifier: GPL-2.0-or-later
/** A VP8 job as G1's registers describe it. */
#pragma once

#include "vpu/g1/registers.hpp"
#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::g1 {

/** What registers of mode 10 ask for. Whether it is possible is the decoder's to say. */
vp8::Parameters vp8_parameters(Registers registers);

}  // namespace svp::vpu::g1
