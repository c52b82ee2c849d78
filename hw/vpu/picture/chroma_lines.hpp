// SPDX-License-Identifier: GPL-2.0-or-later
/** Samples of Cb and Cr in turn, as memory has them, and planes of their own. */
#pragma once

#include <cstddef>
#include <cstdint>

namespace svp::vpu {

/** @p count samples of each; @p to is no part of the others. */
inline void interleave(const std::uint8_t* __restrict cb, const std::uint8_t* __restrict cr,
                       std::size_t count, std::uint8_t* __restrict to) {
    for (std::size_t i = 0; i < count; ++i) {
        to[2 * i] = cb[i];
        to[2 * i + 1] = cr[i];
    }
}
inline void take_apart(const std::uint8_t* __restrict from, std::size_t count, std::uint8_t* __restrict cb,
                       std::uint8_t* __restrict cr) {
    for (std::size_t i = 0; i < count; ++i) {
        cb[i] = from[2 * i];
        cr[i] = from[2 * i + 1];
    }
}

}  // namespace svp::vpu
