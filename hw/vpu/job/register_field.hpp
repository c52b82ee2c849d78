// SPDX-License-Identifier: GPL-2.0-or-later
/** Fields of a decoder's registers, by the number that its software calls a register ("swreg"). */
#pragma once

#include <cstdint>
#include <span>

namespace svp::vpu {

/** A field of a register: its number, its lowest bit, its width in bits. */
struct Field {
    unsigned number;
    unsigned shift;
    unsigned width;
};

constexpr std::uint32_t value(std::span<const std::uint32_t> registers, const Field& field) {
    const std::uint32_t mask = field.width == 32 ? 0xffffffffu : (1u << field.width) - 1;
    return registers[field.number] >> field.shift & mask;
}

/** Value of a field in two's complement. */
constexpr int signed_value(std::span<const std::uint32_t> registers, const Field& field) {
    const auto raw = static_cast<int>(value(registers, field));
    const int half = 1 << (field.width - 1);
    return raw >= half ? raw - 2 * half : raw;
}

/** What both decoders have in swreg1. */
namespace interrupt {
inline constexpr unsigned number = 1;
inline constexpr std::uint32_t dec_e = 1u << 0;
inline constexpr std::uint32_t dec_irq_dis = 1u << 4;
inline constexpr std::uint32_t dec_irq = 1u << 8;
inline constexpr std::uint32_t dec_rdy_int = 1u << 12;
inline constexpr std::uint32_t dec_bus_int = 1u << 13;
inline constexpr std::uint32_t dec_error_int = 1u << 16;
}  // namespace interrupt

}  // namespace svp::vpu
