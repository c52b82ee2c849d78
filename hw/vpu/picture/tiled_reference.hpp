// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A tiled picture in memory (tiled_format.hpp) that a job predicts from.
 *
 * Blocks are fetched when they are first touched, in cells that lie on a fixed grid, and kept for the rest of
 * the job only. Beyond its edges the picture goes on with the nearest sample, without end.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

/** Where a tiled picture is, and its size in luma samples. */
struct TiledPicture {
    std::uint32_t luma = 0;    ///< address
    std::uint32_t chroma = 0;  ///< address
    unsigned width = 0;        ///< up to here samples count; lines of memory have the next multiple of 8
    unsigned height = 0;
};

/** @p Sample is std::uint8_t (8 bits) or std::uint16_t (10 bits). */
template <typename Sample>
class TiledReference {
 public:
    /** What is fetched at once, in luma samples: the chroma of a cell is a fetch of its own. */
    static constexpr unsigned cell_width = 256;
    static constexpr unsigned cell_height = 16;

    /** Samples, with the distance from a line to the next; good until the next call. */
    struct Block {
        const Sample* samples;
        std::ptrdiff_t stride;
    };

    /** Blocks are at most @p max_block samples on a side. */
    TiledReference(MemoryPort& port, const TiledPicture& picture, unsigned max_block);

    const TiledPicture& picture() const { return picture_; }

    /** @p columns times @p rows samples, at most max_block each, from column @p x and line @p y on. */
    Block luma(int x, int y, int columns, int rows) { return block(luma_, x, y, columns, rows); }
    Block cb(int x, int y, int columns, int rows) { return block(cb_, x, y, columns, rows); }
    Block cr(int x, int y, int columns, int rows) { return block(cr_, x, y, columns, rows); }

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    struct Plane {
        bool luma;
        int width;              ///< samples that count
        int height;             ///< lines that count
        std::ptrdiff_t stride;  ///< samples
        JobArray<Sample> samples;
    };

    Block block(const Plane& plane, int x, int y, int columns, int rows);
    Block block_beyond(const Plane& plane, int x, int y, int columns, int rows);
    void need(bool luma, int first_x, int last_x, int first_y, int last_y);
    void fetch_luma(unsigned column, unsigned row);
    void fetch_chroma(unsigned column, unsigned row);
    /** Tiles of a plane of @p lines lines: a cell's, from tile @p column and tile @p row on. */
    Rectangle fetch(std::uint32_t plane, unsigned column, unsigned row, unsigned rows);

    MemoryPort& port_;
    TiledPicture picture_;
    unsigned tile_columns_;  ///< of luma and of chroma
    unsigned tile_rows_;     ///< of luma, even
    unsigned cell_columns_;
    std::vector<std::uint8_t> luma_cells_;  ///< 1: fetched
    std::vector<std::uint8_t> chroma_cells_;
    Plane luma_;
    Plane cb_;
    Plane cr_;
    std::vector<std::uint8_t> cell_;  ///< as it comes from memory
    std::vector<Sample> beyond_;      ///< a block that lies across an edge
    Response answer_ = Response::okay;
};

extern template class TiledReference<std::uint8_t>;
extern template class TiledReference<std::uint16_t>;

}  // namespace svp::vpu
