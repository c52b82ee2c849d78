// SPDX-License-Identifier: GPL-2.0-or-later
/** Words of a bitstream, the first byte the highest one, in one load: GCC makes eight of a loop over bytes.
 */
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace svp::vpu {

inline std::uint64_t big_endian_64(const std::uint8_t* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

inline std::uint32_t big_endian_32(const std::uint8_t* bytes) {
    std::uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    return std::endian::native == std::endian::little ? __builtin_bswap32(word) : word;
}

}  // namespace svp::vpu
