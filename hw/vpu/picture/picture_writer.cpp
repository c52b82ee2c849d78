// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/picture/picture_writer.hpp"

#include <algorithm>

#include "vpu/picture/tiled_format.hpp"

namespace svp::vpu {

namespace {

/** A sample of the raster output: 8 bits, or 10 at the top of 16, little endian. */
template <typename Sample, bool eight_bits>
std::uint8_t* put_sample(std::uint8_t* to, Sample sample) {
    constexpr unsigned depth = sizeof(Sample) == 1 ? 8 : 10;
    if constexpr (eight_bits) {
        *to = static_cast<std::uint8_t>(sample >> (depth - 8));
        return to + 1;
    } else {
        const unsigned wide = static_cast<unsigned>(sample) << (16 - depth);
        to[0] = static_cast<std::uint8_t>(wide);
        to[1] = static_cast<std::uint8_t>(wide >> 8);
        return to + 2;
    }
}

template <typename Sample, bool eight_bits>
void put_luma_line(std::uint8_t* to, const Sample* from, unsigned width) {
    for (unsigned x = 0; x < width; ++x) {
        to = put_sample<Sample, eight_bits>(to, from[x]);
    }
}

template <typename Sample, bool eight_bits>
void put_chroma_line(std::uint8_t* to, const Sample* cb, const Sample* cr, unsigned width) {
    for (unsigned x = 0; x < width / 2; ++x) {
        to = put_sample<Sample, eight_bits>(to, cb[x]);
        to = put_sample<Sample, eight_bits>(to, cr[x]);
    }
}

}  // namespace

template <typename Sample>
PictureWriter<Sample>::PictureWriter(MemoryPort& port, const TiledPicture& tiled, const RasterPicture& raster)
    : port_(port), tiled_(tiled), raster_(raster) {}

template <typename Sample>
void PictureWriter<Sample>::write(unsigned first, unsigned count, const PictureLines<Sample>& lines) {
    write_tiled(first, count, lines);
    if (raster_.wanted) {
        write_raster(first, count, lines);
    }
}

template <typename Sample>
void PictureWriter<Sample>::put(std::uint32_t address, std::size_t size) {
    answer_ = std::max(answer_, port_.write(Stream::picture, address, std::span(bytes_).first(size)));
}

template <typename Sample>
void PictureWriter<Sample>::write_tiled(unsigned first, unsigned count, const PictureLines<Sample>& lines) {
    const unsigned row_bytes = tiled_.width * tile_line_bytes<Sample>;  // of a row of tiles
    bytes_.resize(std::max(bytes_.size(), std::size_t{row_bytes} * (count / tile_side)));
    std::uint8_t* to = bytes_.data();
    for (unsigned row = 0; row < count; row += tile_side) {
        const Sample* from = lines.luma + std::ptrdiff_t{row} * lines.luma_stride;
        for (unsigned x = 0; x < tiled_.width; x += tile_side) {
            for (unsigned y = 0; y < tile_side; ++y, to += tile_line_bytes<Sample>) {
                pack_tile_line(from + std::ptrdiff_t{y} * lines.luma_stride + x, to);
            }
        }
    }
    put(tiled_.luma + first / tile_side * row_bytes, static_cast<std::size_t>(to - bytes_.data()));
    to = bytes_.data();
    for (unsigned row = 0; row < count / 2; row += tile_side) {
        const std::ptrdiff_t from = std::ptrdiff_t{row} * lines.chroma_stride;
        for (unsigned x = 0; x < tiled_.width / 2; x += 2) {
            for (unsigned y = 0; y < tile_side; ++y, to += tile_line_bytes<Sample>) {
                const Sample* cb = lines.cb + from + std::ptrdiff_t{y} * lines.chroma_stride + x;
                const Sample* cr = lines.cr + from + std::ptrdiff_t{y} * lines.chroma_stride + x;
                const Sample four[4] = {cb[0], cr[0], cb[1], cr[1]};
                pack_tile_line(four, to);
            }
        }
    }
    put(tiled_.chroma + first / tile_side / 2 * row_bytes, static_cast<std::size_t>(to - bytes_.data()));
}

template <typename Sample>
void PictureWriter<Sample>::write_raster(unsigned first, unsigned count, const PictureLines<Sample>& lines) {
    const unsigned sample_bytes = raster_.eight_bits ? 1 : 2;
    const unsigned stride = (tiled_.width + 15) / 16 * 16 * sample_bytes, width = tiled_.width * sample_bytes;
    bytes_.resize(std::max(bytes_.size(), std::size_t{width} * count));
    for (unsigned y = 0; y < count; ++y) {
        const Sample* from = lines.luma + std::ptrdiff_t{y} * lines.luma_stride;
        std::uint8_t* to = bytes_.data() + std::size_t{y} * width;
        raster_.eight_bits ? put_luma_line<Sample, true>(to, from, tiled_.width)
                           : put_luma_line<Sample, false>(to, from, tiled_.width);
    }
    answer_ = std::max(
        answer_, port_.write_rows(Stream::picture, {raster_.luma + first * stride, stride, width, count},
                                  std::span(bytes_).first(std::size_t{width} * count)));
    for (unsigned y = 0; y < count / 2; ++y) {
        const Sample* cb = lines.cb + std::ptrdiff_t{y} * lines.chroma_stride;
        const Sample* cr = lines.cr + std::ptrdiff_t{y} * lines.chroma_stride;
        std::uint8_t* to = bytes_.data() + std::size_t{y} * width;
        raster_.eight_bits ? put_chroma_line<Sample, true>(to, cb, cr, tiled_.width)
                           : put_chroma_line<Sample, false>(to, cb, cr, tiled_.width);
    }
    answer_ =
        std::max(answer_, port_.write_rows(Stream::picture,
                                           {raster_.chroma + first / 2 * stride, stride, width, count / 2},
                                           std::span(bytes_).first(std::size_t{width} * (count / 2))));
}

template class PictureWriter<std::uint8_t>;
template class PictureWriter<std::uint16_t>;

}  // namespace svp::vpu
