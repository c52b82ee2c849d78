// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/picture.hpp"

#include <algorithm>
#include <array>

namespace svp::vpu::hevc {

namespace {

unsigned blocks(unsigned samples, unsigned log2_size) {
    return (samples + (1u << log2_size) - 1) >> log2_size;
}

/** Adds @p wanted to @p sizes, but at least 1 and no more than what leaves room for @p others. */
void take(std::vector<unsigned>& sizes, unsigned wanted, unsigned total, unsigned others) {
    unsigned used = 0;
    for (const unsigned size : sizes) {
        used += size;
    }
    const unsigned most = total - used - others;
    sizes.push_back(others == 0 ? most : std::clamp(wanted, 1u, most));
}

}  // namespace

TileLayout::TileLayout(const Parameters& job)
    : width_(blocks(job.width, job.log2_ctb)), height_(blocks(job.height, job.log2_ctb)) {
    lay({width_}, {height_});
}

void TileLayout::read(MemoryPort& port, const Parameters& job) {
    const unsigned columns = std::min(std::clamp(job.tile_columns, 1u, max_tile_columns), width_);
    const unsigned rows = std::min(std::clamp(job.tile_rows, 1u, max_tile_rows), height_);
    std::array<std::uint8_t, 4 * std::size_t{max_tile_columns} * max_tile_rows> bytes;
    const auto list = std::span(bytes).first(4 * std::size_t{columns} * rows);
    answer_ = port.read(Stream::table, job.tile_sizes, list);
    const auto number = [&](unsigned index) { return list[2 * index] | unsigned{list[2 * index + 1]} << 8; };
    std::vector<unsigned> widths, heights;
    for (unsigned i = 0; i < columns; ++i) {
        take(widths, number(2 * i), width_, columns - 1 - i);
    }
    for (unsigned i = 0; i < rows; ++i) {
        take(heights, number(2 * i * columns + 1), height_, rows - 1 - i);
    }
    lay(widths, heights);
}

void TileLayout::lay(const std::vector<unsigned>& widths, const std::vector<unsigned>& heights) {
    order_.assign(total(), 0);
    raster_.assign(total(), 0);
    tile_.assign(total(), 0);
    first_column_.clear();
    inner_columns_.clear();
    std::uint16_t next = 0;
    unsigned top = 0;
    for (const unsigned height : heights) {
        unsigned left = 0;
        for (const unsigned width : widths) {
            for (unsigned y = top; y < top + height; ++y) {
                for (unsigned x = left; x < left + width; ++x) {
                    const unsigned at = y * width_ + x;
                    order_[at] = next;
                    raster_[next++] = static_cast<std::uint16_t>(at);
                    tile_[at] = static_cast<std::uint16_t>(first_column_.size());
                }
            }
            first_column_.push_back(static_cast<std::uint16_t>(left));
            left += width;
            if (top == 0 && left < width_) {
                inner_columns_.push_back(left);
            }
        }
        top += height;
    }
}

Picture::Picture(const Parameters& parameters, MemoryPort& port)
    : job(parameters),
      tiles(job),
      columns(job.width / 4),
      lines(job.height / 4),
      kind(std::size_t{columns} * lines),
      depth(kind.size()),
      intra_mode(kind.size(), 1),
      qp(kind.size()),
      left_edge(kind.size()),
      top_edge(kind.size()),
      motion(kind.size()),
      slice_address(tiles.total(), -1),
      slice(tiles.total()),
      sao(3 * std::size_t{tiles.total()}) {
    if (job.tiles) {
        tiles.read(port, job);
        answer = tiles.answer();
    }
}

void Picture::mark(unsigned x, unsigned y, unsigned width, unsigned height, Edge edge) {
    const std::size_t first = unit(x, y);
    for (unsigned i = 0; i < height / 4; ++i) {
        Edge& kept = left_edge[first + std::size_t{i} * columns];
        kept = std::max(kept, edge);
    }
    for (unsigned i = 0; i < width / 4; ++i) {
        top_edge[first + i] = std::max(top_edge[first + i], edge);
    }
}

}  // namespace svp::vpu::hevc
