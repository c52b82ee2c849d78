// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Samples out of the bytes of a line: a function a format.
 *
 * Each writes @p count samples to every row that it gets, and up to Row::block - 1 more, for which it reads
 * on behind the line. Components of 8 bits become 10: of red, green, blue and alpha the upper ones are
 * repeated, those of luma and chroma are shifted, as video standards have it.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dcss/row.hpp"

namespace svp::dcss {

/** Words of four bytes; @p select says which ones are blue, green, red, alpha. Those that are nullptr in @p
 * to (red, green, blue, alpha) are left out. */
void unpack_rgb(const std::uint8_t* bytes, std::size_t count, const std::array<std::uint8_t, 4>& select,
                const std::array<Sample*, 4>& to);

/** The same for the fields of 10, 10, 10 and 2 bits of words whose bytes stand as @p select has it; @p order
 * as in the scaler's SDATA_CTRL. */
void unpack_rgb_of_ten(const std::uint8_t* bytes, std::size_t count,
                       const std::array<std::uint8_t, 4>& select, std::uint32_t order,
                       const std::array<Sample*, 4>& to);

/** Every @p step-th byte from @p first on, as samples of a video. */
void unpack_bytes(const std::uint8_t* bytes, std::size_t count, std::size_t first, std::size_t step,
                  Sample* to);

/** Every @p step-th word of two bytes from @p first on, of which the upper ten bits count. */
void unpack_high_ten(const std::uint8_t* bytes, std::size_t count, std::size_t first, std::size_t step,
                     Sample* to);

/** Every @p step-th field of ten bits from @p first on; four stand in five bytes, the first one lowest. */
void unpack_packed_ten(const std::uint8_t* bytes, std::size_t count, std::size_t first, std::size_t step,
                       Sample* to);

}  // namespace svp::dcss
