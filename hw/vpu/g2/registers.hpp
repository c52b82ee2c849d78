// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers of the Hantro G2, by the number that its software calls them ("swreg"), as far as both codecs
 * have them.
 *
 * Reference: Linux, drivers/media/platform/verisilicon/hantro_g2_regs.h, hantro_g2_hevc_dec.c and
 * hantro_g2_vp9_dec.c. Addresses have a high word each, which the chip's 32-bit bus has no use for.
 */
#pragma once

#include <cstdint>
#include <span>

#include "vpu/job/register_field.hpp"

namespace svp::vpu::g2 {

inline constexpr unsigned register_count = 512;
using Registers = std::span<const std::uint32_t, register_count>;

namespace interrupt {
using namespace vpu::interrupt;
inline constexpr std::uint32_t abort_e = 1u << 5;
inline constexpr std::uint32_t abort_int = 1u << 11;
inline constexpr std::uint32_t buffer_int = 1u << 14;
inline constexpr std::uint32_t timeout = 1u << 18;
inline constexpr std::uint32_t last_slice_int = 1u << 19;  ///< the stream ended before the picture was done
}  // namespace interrupt

inline constexpr Field dec_mode{3, 27, 5};
inline constexpr unsigned mode_hevc = 12;
inline constexpr unsigned mode_vp9 = 13;

inline constexpr Field out_rs_e{3, 16, 1};  ///< raster output beside the tiled one
inline constexpr Field output_8_bits{8, 3, 1};

inline constexpr unsigned output_luma = 65;
inline constexpr unsigned reference_luma = 67;  ///< of reference 0; one every second register
inline constexpr unsigned output_chroma = 99;
inline constexpr unsigned reference_chroma = 101;
inline constexpr unsigned output_motion = 133;
inline constexpr unsigned reference_motion = 135;
inline constexpr unsigned tile_sizes = 167;
inline constexpr unsigned stream_base = 169;
inline constexpr unsigned raster_luma = 175;
inline constexpr unsigned raster_chroma = 177;
inline constexpr unsigned tile_filter = 179;
inline constexpr unsigned tile_sao = 181;
inline constexpr unsigned tile_bsd = 183;
inline constexpr unsigned stream_buffer_length = 258;
inline constexpr unsigned stream_start_offset = 259;
/** Bytes of stream, from the start offset on. */
inline constexpr unsigned stream_length = 6;

}  // namespace svp::vpu::g2
