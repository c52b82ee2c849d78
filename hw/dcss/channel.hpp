// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the registers of a channel say about its picture: where it is in memory, how it lies there, what
 * becomes of it on its way to the screen.
 *
 * Rotation is counter-clockwise and comes after the flips. The order bit of FRAME_CTRL0, which says
 * otherwise, is not modelled.
 */
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "svp/register_bank.hpp"
#include "svp/transaction.hpp"

namespace svp::dcss {

/** How pixels lie in memory. */
enum class Tiling : std::uint8_t {
    linear,
    gpu_tile,        ///< tiles of 4 x 4 pixels, row by row
    gpu_super_tile,  ///< 64 x 64 pixels: 8 x 4 groups of 2 x 4 tiles of 4 x 4 pixels, each row by row
};

/** A scaler's filter in one direction. */
struct Filter {
    static constexpr unsigned taps = 7;
    static constexpr unsigned phases = 16;
    static constexpr unsigned one = 1024;           ///< a coefficient of 1
    static constexpr std::int32_t whole = 1 << 13;  ///< a whole sample, of positions

    std::int32_t start = 0;      ///< position of the first sample, in 1/8192
    std::int32_t increment = 0;  ///< from one to the next
    std::array<std::array<std::int16_t, taps>, phases> coefficients{};  ///< by phase; the middle tap is [3]

    /** True if it passes each sample as it is. */
    bool passes() const;
};

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const Size&) const = default;
};

struct Channel {
    /** Largest pictures that are shown, in pixels. */
    static constexpr std::uint32_t side_max = 4096;
    static constexpr std::uint32_t area_max = 4096 * 2304;
    static constexpr std::uint32_t pixel_size = 4;  ///< bytes

    bool fetches = false;         ///< the prefetch runs
    bool shows = false;           ///< and the scaler does
    std::string_view unmodelled;  ///< what of its settings is not there, as it stands in the log; or empty

    Tiling tiling = Tiling::linear;
    std::uint32_t base = 0;
    std::uint32_t pitch = 0;               ///< bytes
    std::array<std::uint8_t, 4> select{};  ///< which byte of a pixel is its blue, green, red, alpha
    bool ten_bits = false;
    std::uint32_t order = 0;  ///< of ten-bit components, as in SDATA_CTRL
    bool flip_x = false;
    bool flip_y = false;
    unsigned quarter_turns = 0;

    Size stored;  ///< in memory
    Size source;  ///< after rotation
    Size scaled;
    Filter vertical;
    Filter horizontal;

    /** What channel @p number is set to. */
    static Channel of(const RegisterBank& bank, unsigned number);

    /**
     * Rows in memory that hold pixels of the @p wanted part, from the top left: lines, or rows of tiles. They
     * end below 4 GiB, as the channel's addresses do.
     */
    Rows rows(Size wanted) const;

    /** Bytes from the start of rows() to the pixel at @p x, @p y of the picture in memory, if those have
     * no gaps. */
    std::size_t place(std::uint32_t x, std::uint32_t y, std::size_t row_width) const;
};

/**
 * What the prefetch of channel @p number reads for a frame, by its own sizes, which are those of the picture
 * rounded up: one for each plane, none if it does not run.
 */
std::vector<Rows> fetches(const RegisterBank& bank, unsigned number);

}  // namespace svp::dcss
