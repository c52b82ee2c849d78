// SPDX-License-Identifier: GPL-2.0-or-later
/** The ends of HEVC's parameter sets: usability information, and the extensions behind it. */
#pragma once

#include <string>

#include "bits.hpp"

namespace svp::play {

/**
 * What a sequence's extensions ask for that version 1 of HEVC lacks (7.3.2.2): @p bits stands at
 * vui_parameters_present_flag. Empty if nothing is asked for, whatever profile the sequence names.
 */
std::string hevc_sps_extension(Bits& bits, unsigned sub_layers_minus1);

/** The same of a picture's (7.3.2.3): @p bits stands at pps_extension_present_flag. */
std::string hevc_pps_extension(Bits& bits, bool transform_skip);

}  // namespace svp::play
