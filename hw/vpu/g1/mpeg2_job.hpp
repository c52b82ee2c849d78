// SPDX-License-Identifier: GPL-2.0-or-later
/** An MPEG-2 job as G1's registers describe it. */
#pragma once

#include "vpu/g1/registers.hpp"
#include "vpu/mpeg2/parameters.hpp"

namespace svp::vpu::g1 {

/** What registers of mode 5 ask for. Whether it is possible is the decoder's to say. */
mpeg2::Parameters mpeg2_parameters(Registers registers);

}  // namespace svp::vpu::g1
