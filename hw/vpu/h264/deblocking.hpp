// SPDX-License-Identifier: GPL-2.0-or-later
/** Deblocking filter (clause 8.7), of a picture that is decoded otherwise. */
#pragma once

#include "vpu/h264/macroblock.hpp"
#include "vpu/h264/neighbours.hpp"

namespace svp::vpu::h264 {

/** Filters the edges of macroblock (@p x, @p y): those before it, in the order of addresses, come first. */
void deblock(Picture& picture, unsigned x, unsigned y);

}  // namespace svp::vpu::h264
