// SPDX-License-Identifier: GPL-2.0-or-later
/** Blocks of the picture that is being decoded, by place. */
#pragma once

#include <algorithm>
#include <cstddef>

#include "vpu/job_memory.hpp"
#include "vpu/vp9/block.hpp"

namespace svp::vpu::vp9 {

/** Columns of 8x8 blocks that belong to a tile. */
struct TileColumns {
    unsigned first = 0;
    unsigned end = 0;
};

class Frame {
 public:
    /** Sizes in 8x8 blocks. */
    Frame(unsigned columns, unsigned rows)
        : columns_(columns), rows_(rows), blocks_(std::size_t{columns} * rows), places_(blocks_.size()) {}

    unsigned columns() const { return columns_; }
    unsigned rows() const { return rows_; }

    /** The block that covers the 8x8 in @p column and @p row. Only where one has been decoded. */
    const Block& at(unsigned column, unsigned row) const {
        return *places_[std::size_t{row} * columns_ + column];
    }

    /** A fresh block of size @p size from there on; it covers what of it lies in the picture. */
    Block& place(unsigned column, unsigned row, BlockSize size) {
        Block& block = blocks_[std::size_t{row} * columns_ + column];
        block = {};
        block.size = size;
        block.column = static_cast<std::uint16_t>(column);
        block.row = static_cast<std::uint16_t>(row);
        const unsigned width = std::min(width_8x8(size), columns_ - column);
        const unsigned height = std::min(height_8x8(size), rows_ - row);
        for (unsigned y = 0; y < height; ++y) {
            std::fill_n(
                places_.begin() + static_cast<std::ptrdiff_t>(std::size_t{row + y} * columns_ + column),
                width, &block);
        }
        return block;
    }

 private:
    unsigned columns_;
    unsigned rows_;
    JobVector<Block> blocks_;
    JobVector<const Block*> places_;
};

}  // namespace svp::vpu::vp9
