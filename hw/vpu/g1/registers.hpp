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

namespace svp::vpu::g1 {

inline constexpr unsigned register_count = 128;
using Registers = std::span<const std::uint32_t, register_count>;

/** A field of a register: its number, its lowest bit, its width in bits. */
struct Field {
    unsigned number;
    unsigned shift;
    unsigned width;
};

constexpr std::uint32_t value(Registers registers, const Field& field) {
    const std::uint32_t mask = field.width == 32 ? 0xffffffffu : (1u << field.width) - 1;
    return registers[field.number] >> field.shift & mask;
}

/** Value of a field in two's complement. */
constexpr int signed_value(Registers registers, const Field& field) {
    const auto raw = static_cast<int>(value(registers, field));
    const int half = 1 << (field.width - 1);
    return raw >= half ? raw - 2 * half : raw;
}

namespace interrupt {
inline constexpr unsigned number = 1;
inline constexpr std::uint32_t dec_e = 1u << 0;
inline constexpr std::uint32_t dec_irq_dis = 1u << 4;
inline constexpr std::uint32_t dec_irq = 1u << 8;
inline constexpr std::uint32_t dec_rdy_int = 1u << 12;
inline constexpr std::uint32_t dec_bus_int = 1u << 13;
inline constexpr std::uint32_t dec_buffer_int = 1u << 14;
inline constexpr std::uint32_t dec_error_int = 1u << 16;
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
