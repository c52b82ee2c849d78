// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/filter.hpp"

#include <algorithm>

#include "dcss/fields.hpp"

namespace svp::dcss {

namespace {

constexpr Filter::Taps only_middle = {0, 0, 0, Filter::one, 0, 0, 0, 0};

/** Taps that stand together in a word of each of three blocks. */
constexpr std::uint32_t block_size = 0x40;
constexpr unsigned tap_bits = 12;

Filter::Taps unpacked(std::uint32_t first, std::uint32_t second, std::uint32_t third) {
    const std::uint32_t raw[Filter::taps] = {
        first >> 16, first >> 4, first << 8 | second >> 20, second >> 8, second << 4 | (third >> 24 & 0xf),
        third >> 12, third};
    Filter::Taps result{};
    for (unsigned tap = 0; tap < Filter::taps; ++tap) {
        result[tap] = static_cast<std::int16_t>(sign_extended(raw[tap], tap_bits));
    }
    return result;
}

}  // namespace

Filter Filter::of(const RegisterBank& bank, const Place& place, bool five) {
    Filter filter;
    filter.start = sign_extended(bank.value(place.start), place.start_bits);
    filter.increment = static_cast<std::int32_t>(bank.value(place.increment));
    for (std::uint32_t phase = 0; phase < phases; ++phase) {
        const std::uint32_t at = place.coefficients + 4 * phase;
        Taps& taps_of_phase = filter.coefficients[phase];
        taps_of_phase =
            unpacked(bank.value(at), bank.value(at + block_size), bank.value(at + 2 * block_size));
        if (five) {
            taps_of_phase = {0,
                             taps_of_phase[0],
                             taps_of_phase[1],
                             taps_of_phase[2],
                             taps_of_phase[3],
                             taps_of_phase[4],
                             0,
                             0};
        }
    }
    return filter;
}

bool Filter::is_identity() const {
    return start == 0 && increment == whole && coefficients[0] == only_middle;
}

bool Filter::picks() const {
    return std::ranges::all_of(coefficients,
                               [](const Taps& taps_of_phase) { return taps_of_phase == only_middle; });
}

}  // namespace svp::dcss
