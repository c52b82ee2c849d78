// SPDX-License-Identifier: GPL-2.0-or-later
/** An H.264 job as G1's registers describe it. */
#pragma once

#include "vpu/g1/registers.hpp"
#include "vpu/h264/parameters.hpp"

namespace svp::vpu::g1 {

/** What registers of mode 0 ask for. Whether it is possible is the decoder's to say. */
h264::Parameters h264_parameters(Registers registers);

}  // namespace svp::vpu::g1
