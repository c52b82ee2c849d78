// SPDX-License-Identifier: GPL-2.0-or-later
/** Parts of HEVC parameter sets that have a syntax of their own. */
#pragma once

#include <vector>

#include "bits.hpp"
#include "hevc_parameter_sets.hpp"

namespace svp::play {

/** scaling_list_data(), clause 7.3.4. False: it is not legal. */
bool read_hevc_lists(Bits& bits, v4l2_ctrl_hevc_scaling_matrix& lists);

/** st_ref_pic_set(), clause 7.3.7: set @p index of @p sets, or that of a slice if there are no more. */
bool read_hevc_set(Bits& bits, const std::vector<HevcReferenceSet>& sets, unsigned index, unsigned count,
                   HevcReferenceSet& set);

}  // namespace svp::play
