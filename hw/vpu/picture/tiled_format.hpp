// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The layout in which G2 keeps pictures: tiles of 4x4 samples, tile by tile from left to right and then down
 * (NV12_4L4; NV15_4L4 with 10 bits, where the four samples of a tile's line take 5 bytes, the first one in
 * the lowest bits). Luma is one plane, Cb and Cr in turn another one with the same tiles, half as many lines.
 *
 * Samples of 8 bits are std::uint8_t here, those of 10 bits std::uint16_t.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace svp::vpu {

inline constexpr unsigned tile_side = 4;

/** Bytes of a line of a tile. */
template <typename Sample>
inline constexpr unsigned tile_line_bytes = sizeof(Sample) == 1 ? 4 : 5;
template <typename Sample>
inline constexpr unsigned tile_bytes = tile_side* tile_line_bytes<Sample>;

/** Four samples of a line of a tile. */
inline void unpack_tile_line(const std::uint8_t* from, std::uint8_t* to) {
    std::memcpy(to, from, 4);
}
inline void unpack_tile_line(const std::uint8_t* from, std::uint16_t* to) {
    std::uint32_t low;
    std::memcpy(&low, from, sizeof low);
    const std::uint64_t packed = low | std::uint64_t{from[4]} << 32;
    // Apart in halves, and these in halves: a sample in 16 bits each.
    const std::uint64_t pairs = (packed & 0xfffff) | (packed & 0xfffff00000) << 12;
    const std::uint64_t samples = (pairs & 0x3ff000003ff) | (pairs & 0xffc00000ffc00) << 6;
    std::memcpy(to, &samples, sizeof samples);
}
inline void pack_tile_line(const std::uint8_t* from, std::uint8_t* to) {
    std::memcpy(to, from, 4);
}
inline void pack_tile_line(const std::uint16_t* from, std::uint8_t* to) {
    std::uint64_t samples;
    std::memcpy(&samples, from, sizeof samples);
    const std::uint64_t pairs = (samples & 0x3ff000003ff) | (samples & 0x3ff000003ff0000) >> 6;
    const std::uint64_t packed = (pairs & 0xfffff) | (pairs & 0xfffff00000000) >> 12;
    const auto low = static_cast<std::uint32_t>(packed);
    std::memcpy(to, &low, sizeof low);
    to[4] = static_cast<std::uint8_t>(packed >> 32);
}

}  // namespace svp::vpu
