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

#include "dcss/filter.hpp"
#include "svp/register_bank.hpp"
#include "svp/transaction.hpp"

namespace svp::dcss {

/** How the samples of a plane lie in memory: tiles stand row by row, and so do samples in them. */
enum class Tiling : std::uint8_t {
    linear,
    gpu_tile,        ///< tiles of 4 x 4 pixels of 32 bits
    gpu_super_tile,  ///< 64 x 64 of these pixels: 8 x 4 groups of 2 x 4 tiles, each row by row
    decoder_tile,    ///< tiles of 4 x 4 samples, of Hantro's G2
    decoder_wide,    ///< tiles of 8 x 4 samples, of Hantro's G1
};

/** What a picture consists of. */
enum class Coding : std::uint8_t {
    words,   ///< a word of 32 bits with all components of a pixel
    pairs,   ///< two pixels of 4:2:2 in a word of 32 bits
    planes,  ///< 4:2:0: a plane of luma, and one of Cb and Cr in turn
};

/** How many bits a sample has in memory. */
enum class Depth : std::uint8_t {
    eight,
    ten,          ///< in words: 10:10:10:2 by the channel's order; in planes: four samples in five bytes
    ten_of_high,  ///< in planes: the upper ten bits of sixteen
};

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const Size&) const = default;
};

/** A plane in memory. */
struct Plane {
    std::uint32_t base = 0;
    std::uint32_t pitch = 0;    ///< bytes from one line to the next; of a decoder, from one row of tiles
    std::uint32_t left = 0;     ///< bytes of a line that the picture leaves out
    std::uint32_t top = 0;      ///< lines
    std::uint32_t width = 0;    ///< bytes of a line that hold samples, with those that are left out
    std::uint32_t lines = 0;    ///< with those that are left out
    std::uint32_t segment = 0;  ///< bytes of a line of a tile, 0 if there are no tiles
    bool operator==(const Plane&) const = default;
};

struct Channel {
    /** Largest pictures that are shown, in pixels. */
    static constexpr std::uint32_t side_max = 4096;
    static constexpr std::uint32_t area_max = 4096 * 2304;
    static constexpr std::uint32_t pixel_size = 4;  ///< bytes of a word

    bool fetches = false;         ///< the prefetch runs
    bool shows = false;           ///< and the scaler does, for the screen
    bool from_memory = false;     ///< RDSRC reads it
    std::string_view unmodelled;  ///< what of its settings is not there, as it stands in the log; or empty

    Coding coding = Coding::words;
    Depth depth = Depth::eight;
    Tiling tiling = Tiling::linear;
    bool yuv = false;
    std::array<Plane, 2> planes;
    std::array<std::uint8_t, 4> select{};  ///< which byte of a word is its blue, green, red, alpha
    std::uint32_t order = 0;               ///< of ten-bit components, as in SDATA_CTRL
    bool luma_first = false;               ///< in pairs
    bool cr_first = false;                 ///< in pairs and planes
    bool flip_x = false;
    bool flip_y = false;
    unsigned quarter_turns = 0;

    Size stored;  ///< in memory
    Size source;  ///< after rotation
    Size chroma;  ///< the same of Cb and Cr; of words that of the source
    Size scaled;
    Filter vertical;
    Filter horizontal;
    Filter chroma_vertical;
    Filter chroma_horizontal;

    /** What channel @p number is set to show, be it by way of memory. */
    static Channel of(const RegisterBank& bank, unsigned number);
    /** What its prefetch and scaler make, whether for the screen or for memory. */
    static Channel scaled_by(const RegisterBank& bank, unsigned number);

    unsigned plane_count() const { return coding == Coding::planes ? 2 : 1; }

    bool operator==(const Channel&) const = default;
};

/**
 * Rows in memory of the samples of @p plane: lines, or rows of tiles. They end below 4 GiB, as the channel's
 * addresses do.
 */
Rows rows_of(const Plane& plane, Tiling tiling);

/** Lines in a row of rows_of(). */
std::uint32_t lines_of_row(Tiling tiling);

}  // namespace svp::dcss
