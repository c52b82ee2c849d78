// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/picture/reference_picture.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "vpu/picture/chroma_lines.hpp"

namespace svp::vpu {

namespace {

JobArray<std::uint8_t> plane_memory(unsigned width, unsigned height) {
    return job_array<std::uint8_t>(std::size_t{width} * height);
}

}  // namespace

ReferencePicture::ReferencePicture(MemoryPort& port, std::uint32_t address, unsigned width, unsigned height)
    : port_(port),
      address_(address),
      width_(width),
      height_(height),
      cell_columns_((width + cell_width - 1) / cell_width),
      cell_rows_((height + cell_height - 1) / cell_height),
      luma_cells_(std::size_t{cell_columns_} * cell_rows_),
      chroma_cells_(luma_cells_.size()),
      luma_{true, static_cast<int>(width), static_cast<int>(height), plane_memory(width, height)},
      cb_{false, luma_.width / 2, luma_.height / 2, plane_memory(width / 2, height / 2)},
      cr_{false, luma_.width / 2, luma_.height / 2, plane_memory(width / 2, height / 2)} {}

void ReferencePicture::fetch(bool luma, unsigned column, unsigned row) {
    std::array<std::uint8_t, cell_width * cell_height> cell;
    const unsigned x = column * cell_width;
    const unsigned lines = luma ? cell_height : cell_height / 2;
    const unsigned y = row * lines;
    const unsigned plane_height = luma ? height_ : height_ / 2;
    const unsigned plane_offset = luma ? 0 : width_ * height_;
    const Rectangle where{address_ + plane_offset + y * width_ + x, width_, std::min(cell_width, width_ - x),
                          std::min(lines, plane_height - y)};
    const std::span<std::uint8_t> data = std::span(cell).first(std::size_t{where.width} * where.height);
    answer_ = std::max(answer_, port_.read_rows(Stream::reference, where, data));
    for (unsigned line = 0; line < where.height; ++line) {
        const std::uint8_t* from = cell.data() + std::size_t{line} * where.width;
        if (luma) {
            std::memcpy(luma_.samples.get() + std::size_t{y + line} * width_ + x, from, where.width);
            continue;
        }
        const std::size_t to = std::size_t{y + line} * (width_ / 2) + x / 2;
        take_apart(from, where.width / 2, cb_.samples.get() + to, cr_.samples.get() + to);
    }
}

void ReferencePicture::need(bool luma, int first_x, int last_x, int first_y, int last_y) {
    constexpr int width = cell_width;
    constexpr int height = cell_height;
    std::vector<std::uint8_t>& cells = luma ? luma_cells_ : chroma_cells_;
    const int bytes = luma ? 1 : 2;  // of a sample's column
    const int lines = luma ? height : height / 2;
    for (int row = first_y / lines; row <= last_y / lines; ++row) {
        for (int column = first_x * bytes / width; column <= last_x * bytes / width; ++column) {
            std::uint8_t& fetched =
                cells[static_cast<std::size_t>(row) * cell_columns_ + static_cast<std::size_t>(column)];
            if (fetched == 0) {
                fetched = 1;
                fetch(luma, static_cast<unsigned>(column), static_cast<unsigned>(row));
            }
        }
    }
}

ReferencePicture::Block ReferencePicture::block(const Plane& plane, int x, int y, int columns, int rows,
                                                Lines lines) {
    const auto inside = [](int position, int size) { return std::clamp(position, 0, size - 1); };
    const int step = lines == Lines::all ? 1 : 2, first = lines == Lines::bottom ? 1 : 0;
    const int height = plane.height / step;
    need(plane.luma, inside(x, plane.width), inside(x + columns - 1, plane.width),
         inside(y, height) * step + first, inside(y + rows - 1, height) * step + first);
    const std::uint8_t* samples = plane.samples.get() + std::ptrdiff_t{first} * plane.width;
    const std::ptrdiff_t stride = std::ptrdiff_t{step} * plane.width;
    if (x >= 0 && y >= 0 && x + columns <= plane.width && y + rows <= height) {
        return {samples + y * stride + x, stride};
    }
    for (int row = 0; row < rows; ++row) {
        const std::uint8_t* line = samples + inside(y + row, height) * stride;
        for (int column = 0; column < columns; ++column) {
            beyond_[row * columns + column] = line[inside(x + column, plane.width)];
        }
    }
    return {beyond_, columns};
}

}  // namespace svp::vpu
