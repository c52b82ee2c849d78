// SPDX-License-Identifier: GPL-2.0-or-later
/** Probabilities of large tokens (VP9 specification, section 10.3). */
#pragma once

#include <cstdint>

namespace svp::vpu::vp9 {

/** [half of the probability above][node of the tree of tokens, from the third one on] */
extern const std::uint8_t pareto_table[128][8];

}  // namespace svp::vpu::vp9
