// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/samples.hpp"

#include "dcss/kernels.hpp"

namespace svp::dcss {

namespace {

constexpr std::size_t block = Row::block;

/** Which field of a word begins where. */
struct Fields {
    unsigned red, green, blue, alpha;
};
constexpr Fields fields_of(std::uint32_t order) {
    switch (order) {
        case 5:
            return {0, 10, 20, 30};
        case 6:
            return {22, 12, 2, 0};
        case 11:
            return {2, 12, 22, 0};
        default:
            return {20, 10, 0, 30};
    }
}

}  // namespace

void unpack_rgb(const std::uint8_t* bytes, std::size_t count, const std::array<std::uint8_t, 4>& select,
                const std::array<Sample*, 4>& to) {
    const unsigned from[4] = {select[2], select[1], select[0], select[3]};
    for (unsigned component = 0; component < 4; ++component) {
        if (to[component] != nullptr) {
            unpack_component(bytes, count, from[component], to[component]);
        }
    }
}

void unpack_rgb_of_ten(const std::uint8_t* bytes, std::size_t count,
                       const std::array<std::uint8_t, 4>& select, std::uint32_t order,
                       const std::array<Sample*, 4>& to) {
    constexpr std::uint32_t two_bits = sample_max / 3;
    const Fields fields = fields_of(order);
    for (std::size_t x = 0; x < count; ++x) {
        const std::uint8_t* at = bytes + 4 * x;
        const std::uint32_t word = std::uint32_t{at[select[3]]} << 24 | std::uint32_t{at[select[2]]} << 16 |
                                   std::uint32_t{at[select[1]]} << 8 | at[select[0]];
        const auto put = [&](unsigned component, std::uint32_t value) {
            if (to[component] != nullptr) {
                to[component][x] = static_cast<Sample>(value);
            }
        };
        put(0, word >> fields.red & sample_max);
        put(1, word >> fields.green & sample_max);
        put(2, word >> fields.blue & sample_max);
        put(3, (word >> fields.alpha & 3) * two_bits);
    }
}

void unpack_bytes(const std::uint8_t* __restrict bytes, std::size_t count, std::size_t first,
                  std::size_t step, Sample* __restrict to) {
    const auto unpack = [&](std::size_t distance) {
        for (std::size_t x = 0; x < count; x += block) {
            const std::uint8_t* from = bytes + first + distance * x;
            for (std::size_t i = 0; i < block; ++i) {
                to[x + i] = static_cast<Sample>(from[distance * i] << 2);
            }
        }
    };
    // What the compiler knows of the distance makes it fast.
    switch (step) {
        case 1:
            return unpack(1);
        case 2:
            return unpack(2);
        default:
            return unpack(4);
    }
}

void unpack_high_ten(const std::uint8_t* bytes, std::size_t count, std::size_t first, std::size_t step,
                     Sample* to) {
    const std::uint8_t* from = bytes + 2 * first;
    for (std::size_t x = 0; x < count; ++x, from += 2 * step) {
        to[x] = static_cast<Sample>(from[1] << 2 | from[0] >> 6);
    }
}

void unpack_packed_ten(const std::uint8_t* bytes, std::size_t count, std::size_t first, std::size_t step,
                       Sample* to) {
    for (std::size_t x = 0, field = first; x < count; ++x, field += step) {
        const std::uint8_t* from = bytes + field / 4 * 5 + field % 4;
        const auto shift = static_cast<unsigned>(field % 4 * 2);
        to[x] = static_cast<Sample>((from[0] | from[1] << 8) >> shift & sample_max);
    }
}

}  // namespace svp::dcss
