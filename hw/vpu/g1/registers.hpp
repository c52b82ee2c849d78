// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers of the Hantro G1, by the number that its software calls them ("swreg").
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_g1_regs.h and hantro_g1_vp8_dec.c. Many
 * registers mean something else in each mode; names with a codec in them hold for that one.
 */
#pragma once

#include <cstdint>
#include <span>

#include "vpu/job/register_field.hpp"

namespace svp::vpu::g1 {

inline constexpr unsigned register_count = 128;
using Registers = std::span<const std::uint32_t, register_count>;

namespace interrupt {
using namespace vpu::interrupt;
inline constexpr std::uint32_t dec_buffer_int = 1u << 14;
}  // namespace interrupt

inline constexpr Field dec_mode{3, 28, 4};
inline constexpr unsigned mode_h264 = 0;
inline constexpr unsigned mode_mpeg2 = 5;
inline constexpr unsigned mode_vp8 = 10;

/** Of MPEG-2 and H.264. */
inline constexpr Field pic_fieldmode_e{3, 22, 1};
inline constexpr Field pic_topfield_e{3, 19, 1};

inline constexpr Field pp_pipeline_e{60, 1, 1};

}  // namespace svp::vpu::g1
