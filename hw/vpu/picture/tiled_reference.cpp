// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/picture/tiled_reference.hpp"

#include <algorithm>

#include "vpu/picture/tiled_format.hpp"

namespace svp::vpu {

namespace {

constexpr unsigned round_up(unsigned value, unsigned to) {
    return (value + to - 1) / to * to;
}

int inside(int position, int size) {
    return std::clamp(position, 0, size - 1);
}

template <typename Sample>
JobArray<Sample> plane_memory(unsigned width, unsigned height) {
    return job_array<Sample>(std::size_t{width} * height);
}

}  // namespace

template <typename Sample>
TiledReference<Sample>::TiledReference(MemoryPort& port, const TiledPicture& picture, unsigned max_block)
    : port_(port),
      picture_(picture),
      tile_columns_(round_up(picture.width, 8) / tile_side),
      tile_rows_(round_up(picture.height, 8) / tile_side),
      cell_columns_(round_up(picture.width, cell_width) / cell_width),
      luma_cells_(std::size_t{cell_columns_} * (round_up(picture.height, cell_height) / cell_height)),
      chroma_cells_(luma_cells_.size()),
      cell_(cell_width / tile_side * (cell_height / tile_side) * tile_bytes<Sample>),
      beyond_(std::size_t{max_block} * max_block) {
    const unsigned width = tile_side * tile_columns_, height = tile_side * tile_rows_;
    const auto plane = [&](bool luma) {
        const unsigned part = luma ? 1 : 2;
        return Plane{luma, static_cast<int>((picture.width + part - 1) / part),
                     static_cast<int>((picture.height + part - 1) / part),
                     static_cast<std::ptrdiff_t>(width / part),
                     plane_memory<Sample>(width / part, height / part)};
    };
    luma_ = plane(true);
    cb_ = plane(false);
    cr_ = plane(false);
}

template <typename Sample>
Rectangle TiledReference<Sample>::fetch(std::uint32_t plane, unsigned column, unsigned row, unsigned rows) {
    const std::uint32_t line = tile_columns_ * tile_bytes<Sample>;
    const unsigned columns = std::min(cell_width / tile_side, tile_columns_ - column);
    const Rectangle where{plane + row * line + column * tile_bytes<Sample>, line,
                          columns * tile_bytes<Sample>, rows};
    answer_ = std::max(answer_, port_.read_rows(Stream::reference, where,
                                                std::span(cell_).first(std::size_t{where.width} * rows)));
    return where;
}

template <typename Sample>
void TiledReference<Sample>::fetch_luma(unsigned column, unsigned row) {
    const unsigned first_row = row * (cell_height / tile_side);
    const unsigned rows = std::min(cell_height / tile_side, tile_rows_ - first_row);
    const Rectangle got = fetch(picture_.luma, column * (cell_width / tile_side), first_row, rows);
    const std::uint8_t* from = cell_.data();
    for (unsigned tile_row = 0; tile_row < rows; ++tile_row) {
        Sample* to = luma_.samples.get() + std::ptrdiff_t{tile_side * (first_row + tile_row)} * luma_.stride +
                     column * cell_width;
        for (unsigned tile = 0; tile < got.width / tile_bytes<Sample>; ++tile, to += tile_side) {
            for (unsigned y = 0; y < tile_side; ++y, from += tile_line_bytes<Sample>) {
                unpack_tile_line(from, to + std::ptrdiff_t{y} * luma_.stride);
            }
        }
    }
}

template <typename Sample>
void TiledReference<Sample>::fetch_chroma(unsigned column, unsigned row) {
    constexpr unsigned cell_rows = cell_height / tile_side / 2;
    const unsigned first_row = row * cell_rows;
    const unsigned rows = std::min(cell_rows, tile_rows_ / 2 - first_row);
    const Rectangle got = fetch(picture_.chroma, column * (cell_width / tile_side), first_row, rows);
    const std::uint8_t* from = cell_.data();
    for (unsigned tile_row = 0; tile_row < rows; ++tile_row) {
        std::ptrdiff_t at =
            std::ptrdiff_t{tile_side * (first_row + tile_row)} * cb_.stride + column * (cell_width / 2);
        for (unsigned tile = 0; tile < got.width / tile_bytes<Sample>; ++tile, at += 2) {
            for (unsigned y = 0; y < tile_side; ++y, from += tile_line_bytes<Sample>) {
                Sample four[4];
                unpack_tile_line(from, four);
                Sample* cb = cb_.samples.get() + at + std::ptrdiff_t{y} * cb_.stride;
                Sample* cr = cr_.samples.get() + at + std::ptrdiff_t{y} * cr_.stride;
                cb[0] = four[0];
                cr[0] = four[1];
                cb[1] = four[2];
                cr[1] = four[3];
            }
        }
    }
}

template <typename Sample>
void TiledReference<Sample>::need(bool luma, int first_x, int last_x, int first_y, int last_y) {
    const int width = luma ? cell_width : cell_width / 2;
    const int height = luma ? cell_height : cell_height / 2;
    std::vector<std::uint8_t>& cells = luma ? luma_cells_ : chroma_cells_;
    for (int row = first_y / height; row <= last_y / height; ++row) {
        for (int column = first_x / width; column <= last_x / width; ++column) {
            std::uint8_t& fetched =
                cells[static_cast<std::size_t>(row) * cell_columns_ + static_cast<std::size_t>(column)];
            if (fetched == 0) {
                fetched = 1;
                (this->*(luma ? &TiledReference::fetch_luma : &TiledReference::fetch_chroma))(
                    static_cast<unsigned>(column), static_cast<unsigned>(row));
            }
        }
    }
}

template <typename Sample>
typename TiledReference<Sample>::Block TiledReference<Sample>::block(const Plane& plane, int x, int y,
                                                                     int columns, int rows) {
    need(plane.luma, inside(x, plane.width), inside(x + columns - 1, plane.width), inside(y, plane.height),
         inside(y + rows - 1, plane.height));
    if (x >= 0 && y >= 0 && x + columns <= plane.width && y + rows <= plane.height) {
        return {plane.samples.get() + y * plane.stride + x, plane.stride};
    }
    return block_beyond(plane, x, y, columns, rows);
}

template <typename Sample>
typename TiledReference<Sample>::Block TiledReference<Sample>::block_beyond(const Plane& plane, int x, int y,
                                                                            int columns, int rows) {
    // Columns left of the picture, in it, and right of it.
    const int left = std::clamp(-x, 0, columns);
    const int right = std::clamp(x + columns - plane.width, 0, columns);
    const int middle = std::max(columns - left - right, 0);
    for (int row = 0; row < rows; ++row) {
        const Sample* line = plane.samples.get() + inside(y + row, plane.height) * plane.stride;
        Sample* to = beyond_.data() + std::ptrdiff_t{row} * columns;
        std::fill_n(to, left, line[0]);
        if (middle > 0) {
            std::copy_n(line + x + left, middle, to + left);
        }
        std::fill_n(to + columns - right, right, line[plane.width - 1]);
    }
    return {beyond_.data(), columns};
}

template class TiledReference<std::uint8_t>;
template class TiledReference<std::uint16_t>;

}  // namespace svp::vpu
