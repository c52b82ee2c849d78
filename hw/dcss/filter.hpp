// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A scaler's filter in one direction, as its registers have it.
 *
 * Reference: Linux, drivers/gpu/drm/imx/dcss/dcss-scaler.c, for the packing of taps.
 */
#pragma once

#include <array>
#include <cstdint>

#include "svp/register_bank.hpp"

namespace svp::dcss {

struct Filter {
    static constexpr unsigned taps = 7;
    static constexpr unsigned middle = taps / 2;
    static constexpr unsigned phases = 16;
    static constexpr std::int16_t one = 1024;       ///< a coefficient of 1
    static constexpr unsigned fraction_bits = 13;   ///< of positions
    static constexpr unsigned phase_shift = 9;      ///< the upper four of these are the phase
    static constexpr std::int32_t whole = 1 << 13;  ///< a whole sample

    /** Coefficients of a phase; the last one is 0, and makes a vector of them. */
    using Taps = std::array<std::int16_t, taps + 1>;

    std::int32_t start = 0;      ///< position of the first sample, in 1/8192
    std::int32_t increment = 0;  ///< from one to the next
    std::array<Taps, phases> coefficients{};

    /** Offsets of its registers in the bank. */
    struct Place {
        std::uint32_t start, increment, coefficients;
        unsigned start_bits;  ///< of a two's complement
    };
    /** The filter at @p place; @p five if only five taps are programmed, the middle ones. */
    static Filter of(const RegisterBank& bank, const Place& place, bool five);

    std::int64_t position(std::uint32_t n) const { return start + static_cast<std::int64_t>(n) * increment; }
    const Taps& at(std::int64_t position) const {
        return coefficients[static_cast<std::size_t>(position >> phase_shift) % phases];
    }
    /** The first sample under the taps, which may lie outside of the picture. */
    static std::int64_t first(std::int64_t position) { return (position >> fraction_bits) - middle; }

    /** True if it leaves each sample as it is. */
    bool is_identity() const;
    /** True if each output is one sample. */
    bool picks() const;

    bool operator==(const Filter&) const = default;
};

}  // namespace svp::dcss
