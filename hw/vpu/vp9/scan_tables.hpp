// SPDX-License-Identifier: GPL-2.0-or-later
/** Orders in which the coefficients of a transform come (VP9 specification, section 10.4). */
#pragma once

#include <cstdint>

namespace svp::vpu::vp9 {

extern const std::uint16_t default_scan_4x4[16];
extern const std::uint16_t col_scan_4x4[16];
extern const std::uint16_t row_scan_4x4[16];
extern const std::uint16_t default_scan_8x8[64];
extern const std::uint16_t col_scan_8x8[64];
extern const std::uint16_t row_scan_8x8[64];
extern const std::uint16_t default_scan_16x16[256];
extern const std::uint16_t col_scan_16x16[256];
extern const std::uint16_t row_scan_16x16[256];
extern const std::uint16_t default_scan_32x32[1024];

}  // namespace svp::vpu::vp9
