// SPDX-License-Identifier: GPL-2.0-or-later
/** Tables of the arithmetic code (H.264 clause 9.3.3.2.1.1, HEVC clause 9.3.4.3.2), by pStateIdx. */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu {

/** Range of the less probable symbol, and the state after it. */
extern const std::uint8_t cabac_range_lps[64][4];
extern const std::uint8_t cabac_next_lps[64];

/** What decoding in a state, 2 * pStateIdx + valMPS, needs. */
struct CabacState {
    /** By qCodIRangeIdx, 16 bits each from the lowest on: range of the less probable symbol in the lower 8
     * bits, and how far it is shifted up to be 256 or more in the upper ones. */
    std::uint64_t less_probable;
    std::uint32_t more;   ///< state after the more probable symbol
    std::uint32_t other;  ///< what differs from it after the less probable one
};
extern const std::array<CabacState, 128> cabac_states;

}  // namespace svp::vpu
