// SPDX-License-Identifier: GPL-2.0-or-later
/** Contexts of what says which pictures a block is predicted from (VP9 specification, section 9.3.2). */
#pragma once

#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

/** Blocks above and to the left of the current one; null: outside of the picture or of the tile. */
struct Neighbours {
    const Block* above = nullptr;
    const Block* left = nullptr;
};

unsigned is_inter_context(const Neighbours& around);
unsigned comp_mode_context(const Parameters& parameters, const Neighbours& around);
unsigned comp_ref_context(const Parameters& parameters, const Neighbours& around);
/** Whether it is the last frame. */
unsigned single_ref_p1_context(const Neighbours& around);
/** Whether it is the golden frame. */
unsigned single_ref_p2_context(const Neighbours& around);

}  // namespace svp::vpu::vp9
