// SPDX-License-Identifier: GPL-2.0-or-later
/** Tables of the arithmetic code (H.264 clause 9.3.3.2.1.1, HEVC clause 9.3.4.3.2), by pStateIdx. */
#pragma once

#include <cstdint>

namespace svp::vpu {

/** Range of the less probable symbol, and the state after it. */
extern const std::uint8_t cabac_range_lps[64][4];
extern const std::uint8_t cabac_next_lps[64];

/** What follows on 2 * pStateIdx + valMPS after the more probable symbol, and after the less probable one. */
struct CabacTransitions {
    std::uint8_t after[2][128];
};
extern const CabacTransitions cabac_transitions;

}  // namespace svp::vpu
