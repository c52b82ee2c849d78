// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers in byte strings. Words in memory are little endian on this SoC; byte strings inside the engine
 * (MATH registers, contexts, big numbers) begin with the most significant byte.
 */
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace svp::caam {

inline std::uint32_t load_le32(const std::uint8_t* bytes) {
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

inline void store_le32(std::uint8_t* bytes, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

inline std::uint32_t load_be32(const std::uint8_t* bytes) {
    return static_cast<std::uint32_t>(bytes[3]) | static_cast<std::uint32_t>(bytes[2]) << 8 |
           static_cast<std::uint32_t>(bytes[1]) << 16 | static_cast<std::uint32_t>(bytes[0]) << 24;
}

inline void store_be32(std::uint8_t* bytes, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
}

inline std::uint64_t load_be64(const std::uint8_t* bytes) {
    return static_cast<std::uint64_t>(load_be32(bytes)) << 32 | load_be32(bytes + 4);
}

/** Counters are made with it, block by block: one store instead of eight. */
inline void store_be64(std::uint8_t* bytes, std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little) {
        value = __builtin_bswap64(value);
    }
    std::memcpy(bytes, &value, sizeof value);
}

/** Smallest multiple of @p step that is not below @p value. */
constexpr std::uint32_t round_up(std::uint32_t value, std::uint32_t step) {
    return (value + step - 1) / step * step;
}

}  // namespace svp::caam
