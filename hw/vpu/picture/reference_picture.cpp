// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/picture/reference_picture.hpp"

#include <algorithm>

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
      luma_bands_((height + band_height - 1) / band_height),
      chroma_bands_(luma_bands_.size()),
      chroma_lines_(std::size_t{width} * (band_height / 2)),
      luma_{true, static_cast<int>(width), static_cast<int>(height), plane_memory(width, height)},
      cb_{false, luma_.width / 2, luma_.height / 2, plane_memory(width / 2, height / 2)},
      cr_{false, luma_.width / 2, luma_.height / 2, plane_memory(width / 2, height / 2)} {}

void ReferencePicture::read(std::uint32_t offset, std::span<std::uint8_t> lines) {
    answer_ = std::max(answer_, port_.read(Stream::reference, address_ + offset, lines));
}

void ReferencePicture::fetch_luma(unsigned band) {
    const unsigned first = band * band_height, lines = std::min(band_height, height_ - first);
    read(first * width_, {luma_.samples.get() + std::size_t{first} * width_, std::size_t{lines} * width_});
}

void ReferencePicture::fetch_chroma(unsigned band) {
    const unsigned first = band * (band_height / 2), lines = std::min(band_height / 2, height_ / 2 - first);
    read((height_ + first) * width_, std::span(chroma_lines_).first(std::size_t{lines} * width_));
    const std::size_t to = std::size_t{first} * (width_ / 2);
    take_apart(chroma_lines_.data(), std::size_t{lines} * (width_ / 2), cb_.samples.get() + to,
               cr_.samples.get() + to);
}

void ReferencePicture::need(bool luma, int first_line, int last_line) {
    const auto lines = static_cast<int>(luma ? band_height : band_height / 2);
    std::vector<std::uint8_t>& bands = luma ? luma_bands_ : chroma_bands_;
    for (auto band = static_cast<unsigned>(first_line / lines);
         band <= static_cast<unsigned>(last_line / lines); ++band) {
        if (bands[band] == 0) {
            bands[band] = 1;
            luma ? fetch_luma(band) : fetch_chroma(band);
        }
    }
}

ReferencePicture::Block ReferencePicture::block(const Plane& plane, int x, int y, int columns, int rows,
                                                Lines lines) {
    const auto inside = [](int position, int size) { return std::clamp(position, 0, size - 1); };
    const int step = lines == Lines::all ? 1 : 2, first = lines == Lines::bottom ? 1 : 0;
    const int height = lines == Lines::all ? plane.height : plane.height / 2;
    need(plane.luma, inside(y, height) * step + first, inside(y + rows - 1, height) * step + first);
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
