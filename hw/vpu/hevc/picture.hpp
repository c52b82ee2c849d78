// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is known of the picture that a job makes, beside its samples: tiles, blocks, motion, edges.
 *
 * Blocks are told by units of 4x4 luma samples, in lines one behind the other. What a denied or hostile
 * stream leaves out is as for intra prediction without a filter.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vpu/hevc/parameters.hpp"
#include "vpu/hevc/slice_header.hpp"
#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::hevc {

/** Tiles and the order of coding tree blocks (ctb), clause 6.5.1. */
class TileLayout {
 public:
    /** One tile. */
    explicit TileLayout(const Parameters& job);

    /** As memory says: pairs of 16 bits, width and height in coding tree blocks, row by row. What cannot be
     * is made possible. */
    void read(MemoryPort& port, const Parameters& job);

    unsigned width() const { return width_; }    ///< of the picture, ctb
    unsigned height() const { return height_; }  ///< of the picture, ctb
    unsigned total() const { return width_ * height_; }
    /** Position in decoding order of the ctb at @p raster, its number line by line. */
    unsigned order(unsigned raster) const { return order_[raster]; }
    unsigned raster(unsigned order) const { return raster_[order]; }
    unsigned tile(unsigned raster) const { return tile_[raster]; }
    /** Column of ctb where the tile of @p raster begins. */
    unsigned first_column(unsigned raster) const { return first_column_[tile_[raster]]; }
    /** Columns of ctb where tiles begin but the first, from left to right. */
    const std::vector<unsigned>& inner_columns() const { return inner_columns_; }
    bool first_in_tile(unsigned raster) const {
        const unsigned at = order_[raster];
        return at == 0 || tile_[raster_[at - 1]] != tile_[raster];
    }
    Response answer() const { return answer_; }

 private:
    void lay(const std::vector<unsigned>& widths, const std::vector<unsigned>& heights);

    unsigned width_;
    unsigned height_;
    std::vector<std::uint16_t> order_;
    std::vector<std::uint16_t> raster_;
    std::vector<std::uint16_t> tile_;
    std::vector<std::uint16_t> first_column_;  ///< by tile
    std::vector<unsigned> inner_columns_;
    Response answer_ = Response::okay;
};

struct Vector {
    std::int16_t x = 0;  ///< quarters of a luma sample
    std::int16_t y = 0;

    bool operator==(const Vector&) const = default;
};

/** Motion of a block; a list that is not used has ref_idx -1 and a vector of zero. */
struct Motion {
    Vector mv[2];
    std::int8_t ref_idx[2] = {-1, -1};
    std::uint8_t picture[2] = {0, 0};  ///< number among the job's references, of lists that are used

    bool uses(unsigned list) const { return ref_idx[list] >= 0; }
    bool inter() const { return ref_idx[0] >= 0 || ref_idx[1] >= 0; }
    bool operator==(const Motion&) const = default;
};

/** Bits of Picture::kind. */
namespace block {
inline constexpr std::uint8_t skipped = 1;     ///< cu_skip_flag
inline constexpr std::uint8_t unfiltered = 2;  ///< no deblocking and no sample offsets change it
inline constexpr std::uint8_t intra = 4;
inline constexpr std::uint8_t coded = 8;  ///< its transform block of luma has coefficients
}  // namespace block

/** What an edge of a unit is. */
enum class Edge : std::uint8_t { none, prediction, transform };

enum class SaoType : std::uint8_t { none, band, edge };

/** Sample adaptive offsets of one component of a ctb. */
struct Sao {
    SaoType type = SaoType::none;
    std::uint8_t band_or_class = 0;  ///< sao_band_position, or SaoEoClass
    std::int16_t offset[4] = {};     ///< scaled to the bit depth
};

struct Picture {
    Picture(const Parameters& parameters, MemoryPort& port);

    const Parameters job;
    TileLayout tiles;
    unsigned columns;  ///< units of a line
    unsigned lines;    ///< lines of units

    // A unit each
    JobVector<std::uint8_t> kind;        ///< bits of `block`
    JobVector<std::uint8_t> depth;       ///< of the coding quad-tree
    JobVector<std::uint8_t> intra_mode;  ///< IntraPredModeY
    JobVector<std::int8_t> qp;           ///< QpY
    JobVector<Edge> left_edge;
    JobVector<Edge> top_edge;
    JobVector<Motion> motion;

    // A ctb each, in raster order
    JobVector<std::int32_t> slice_address;  ///< SliceAddrRs; -1: not decoded
    JobVector<std::uint16_t> slice;         ///< place in `slices`
    JobVector<Sao> sao;                     ///< three each: luma, Cb, Cr

    std::vector<SliceHeader> slices;
    Response answer = Response::okay;

    std::size_t unit(unsigned x, unsigned y) const { return std::size_t{y / 4} * columns + x / 4; }
    unsigned ctb(unsigned x, unsigned y) const {
        return (y >> job.log2_ctb) * tiles.width() + (x >> job.log2_ctb);
    }
    const SliceHeader& slice_at(unsigned x, unsigned y) const { return slices[slice[ctb(x, y)]]; }

    /** The left and the top edge of a block are edges of kind @p edge, or more. */
    void mark(unsigned x, unsigned y, unsigned width, unsigned height, Edge edge);

    /** Sets @p what for units of a block of @p width times @p height samples. */
    template <typename Value>
    void fill(JobVector<Value>& what, unsigned x, unsigned y, unsigned width, unsigned height,
              const Value& value) {
        for (unsigned line = 0; line < height / 4; ++line) {
            const auto first = what.begin() + static_cast<std::ptrdiff_t>(unit(x, y + 4 * line));
            std::fill(first, first + width / 4, value);
        }
    }
};

}  // namespace svp::vpu::hevc
