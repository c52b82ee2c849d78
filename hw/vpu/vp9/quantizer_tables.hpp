// SPDX-License-Identifier: GPL-2.0-or-later
/** Factors of coefficients (VP9 specification, section 8.6.1). */
#pragma once

#include <cstdint>

namespace svp::vpu::vp9 {

/** [8 bits, 10 bits][quantizer index] */
extern const std::uint16_t dc_factors[2][256];
extern const std::uint16_t ac_factors[2][256];

}  // namespace svp::vpu::vp9
