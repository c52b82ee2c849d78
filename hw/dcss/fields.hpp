// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers in parts of registers. */
#pragma once

#include <cstdint>

namespace svp::dcss {

/** The lowest @p bits bits of @p value as a two's complement; 1 to 31 of them. */
constexpr std::int32_t sign_extended(std::uint32_t value, unsigned bits) {
    const std::uint32_t sign = 1u << (bits - 1);
    return static_cast<std::int32_t>((value & (2 * sign - 1)) ^ sign) - static_cast<std::int32_t>(sign);
}

/** The next multiple of @p unit that is not below @p value. */
constexpr std::uint32_t rounded_up(std::uint32_t value, std::uint32_t unit) {
    return (value + unit - 1) / unit * unit;
}

}  // namespace svp::dcss
