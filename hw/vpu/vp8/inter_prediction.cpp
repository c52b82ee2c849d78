// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/inter_prediction.hpp"

#include <algorithm>
#include <cstring>

namespace svp::vpu::vp8 {

namespace {

/** Section 18.3: taps by eighths of a sample. They sum to 128; the outer ones of odd eighths are 0. */
constexpr int six_taps[8][6] = {
    {0, 0, 128, 0, 0, 0},     {0, -6, 123, 12, -1, 0}, {2, -11, 108, 36, -8, 1}, {0, -9, 93, 50, -6, 0},
    {3, -16, 77, 77, -16, 3}, {0, -6, 50, 93, -9, 0},  {1, -8, 36, 108, -11, 2}, {0, -1, 12, 123, -6, 0},
};

/** Samples that a filter takes before and behind the one that it is for. */
constexpr int taps_before = 2;
constexpr int taps_behind = 3;

std::uint8_t rounded(int sum) {
    return static_cast<std::uint8_t>(std::clamp((sum + 64) >> 7, 0, 255));
}

using Block = ReferencePicture::Block;

/** One dimension of the six-tap filter; @p step is the distance of its taps. */
template <int width>
void six_tap(const std::uint8_t* from, std::ptrdiff_t from_stride, std::ptrdiff_t step, unsigned eighths,
             std::uint8_t* to, std::ptrdiff_t to_stride, int rows) {
    const int(&tap)[6] = six_taps[eighths];
    for (int row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
        for (int i = 0; i < width; ++i) {
            const std::uint8_t* p = from + i;
            to[i] = rounded(p[-2 * step] * tap[0] + p[-step] * tap[1] + p[0] * tap[2] + p[step] * tap[3] +
                            p[2 * step] * tap[4] + p[3 * step] * tap[5]);
        }
    }
}

template <int width>
void bilinear(const std::uint8_t* from, std::ptrdiff_t from_stride, std::ptrdiff_t step, unsigned eighths,
              std::uint8_t* to, std::ptrdiff_t to_stride, int rows) {
    const int second = static_cast<int>(eighths) * 16, first = 128 - second;
    for (int row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
        for (int i = 0; i < width; ++i) {
            to[i] = rounded(from[i] * first + from[i + step] * second);
        }
    }
}

/** A block as a vector leads to it. */
struct Source {
    int x;  ///< whole samples
    int y;
    unsigned x_eighths;
    unsigned y_eighths;
};

/**
 * Predicts width times @p height samples. @p fetch(x, y, columns, rows) gives samples of the reference: no
 * more of them than the filters need.
 */
template <int width, typename Fetch>
void predict(bool use_bilinear, const Source& source, int height, const Fetch& fetch, std::uint8_t* to,
             std::ptrdiff_t stride) {
    const int before = use_bilinear ? 0 : taps_before;
    const int behind = use_bilinear ? 1 : taps_behind;
    const bool horizontal = source.x_eighths != 0, vertical = source.y_eighths != 0;
    const int left = horizontal ? before : 0, above = vertical ? before : 0;
    const Block block = fetch(source.x - left, source.y - above, width + left + (horizontal ? behind : 0),
                              height + above + (vertical ? behind : 0));
    const auto filter = use_bilinear ? bilinear<width> : six_tap<width>;
    const std::uint8_t* origin = block.samples + above * block.stride + left;
    if (!horizontal && !vertical) {
        for (int row = 0; row < height; ++row) {
            std::memcpy(to + row * stride, origin + row * block.stride, width);
        }
    } else if (!vertical) {
        filter(origin, block.stride, 1, source.x_eighths, to, stride, height);
    } else if (!horizontal) {
        filter(origin, block.stride, block.stride, source.y_eighths, to, stride, height);
    } else {
        // Horizontally first, the lines that the vertical filter needs as well.
        std::uint8_t lines[width * ReferencePicture::max_block];
        filter(origin - above * block.stride, block.stride, 1, source.x_eighths, lines, width,
               height + above + behind);
        filter(lines + above * width, width, width, source.y_eighths, to, stride, height);
    }
}

Source luma_source(MotionVector vector, int x, int y) {
    return {x + (vector.column >> 2), y + (vector.row >> 2), static_cast<unsigned>(vector.column & 3) * 2,
            static_cast<unsigned>(vector.row & 3) * 2};
}

/** A vector of luma's quarters of a sample is one of chroma's eighths. */
Source chroma_source(int row, int column, int x, int y, bool full_pixel) {
    const int fraction = full_pixel ? 0 : 7;
    return {x + (column >> 3), y + (row >> 3), static_cast<unsigned>(column & fraction),
            static_cast<unsigned>(row & fraction)};
}

struct Job {
    const Parameters& parameters;
    ReferencePicture& reference;
    Nv12Band::Plane luma;
    Nv12Band::Plane cb;
    Nv12Band::Plane cr;
    int x;  ///< of the macroblock, luma samples
    int y;

    template <int width>
    void predict_luma(MotionVector vector, int column, int row, int height) {
        const auto fetch = [this](int from_x, int from_y, int columns, int rows) {
            return reference.luma(from_x, from_y, columns, rows);
        };
        predict<width>(parameters.bilinear, luma_source(vector, x + column, y + row), height, fetch,
                       luma.current + row * luma.stride + x + column, luma.stride);
    }

    template <int size>
    void predict_chroma(int vector_row, int vector_column, int column, int row) {
        const Source source = chroma_source(vector_row, vector_column, x / 2 + column, y / 2 + row,
                                            parameters.full_pixel_chroma);
        const std::ptrdiff_t offset = row * cb.stride + x / 2 + column;
        predict<size>(
            parameters.bilinear, source, size,
            [this](int from_x, int from_y, int columns, int rows) {
                return reference.cb(from_x, from_y, columns, rows);
            },
            cb.current + offset, cb.stride);
        predict<size>(
            parameters.bilinear, source, size,
            [this](int from_x, int from_y, int columns, int rows) {
                return reference.cr(from_x, from_y, columns, rows);
            },
            cr.current + offset, cr.stride);
    }

    void split_luma(const Macroblock& mb) {
        if (mb.split != Split::sixteen) {
            for (int i = 0; i < 4; ++i) {
                const int column = i % 2 * 8, row = i / 2 * 8;
                predict_luma<8>(mb.vectors[static_cast<std::size_t>(row + column / 4)], column, row, 8);
            }
            return;
        }
        for (int i = 0; i < 16; ++i) {
            predict_luma<4>(mb.vectors[static_cast<std::size_t>(i)], i % 4 * 4, i / 4 * 4, 4);
        }
    }

    /** Section 18.1: chroma takes the average vector of the four luma blocks that it lies under. */
    void split_chroma(const Macroblock& mb) {
        const auto average = [](int sum) { return sum >= 0 ? (sum + 2) >> 2 : -((-sum + 2) >> 2); };
        for (int i = 0; i < 4; ++i) {
            const auto first = static_cast<std::size_t>(i / 2 * 8 + i % 2 * 2);
            int row = 0, column = 0;
            for (const std::size_t block : {first, first + 1, first + 4, first + 5}) {
                row += mb.vectors[block].row;
                column += mb.vectors[block].column;
            }
            predict_chroma<4>(average(row), average(column), i % 2 * 4, i / 2 * 4);
        }
    }
};

}  // namespace

void predict_inter(const Parameters& parameters, const Macroblock& mb, unsigned x, unsigned y,
                   ReferencePicture& reference, Nv12Band& band) {
    Job job{parameters,
            reference,
            band.luma(),
            band.cb(),
            band.cr(),
            static_cast<int>(16 * x),
            static_cast<int>(16 * y)};
    if (mb.mode == Mode::split) {
        job.split_luma(mb);
        job.split_chroma(mb);
    } else {
        job.predict_luma<16>(mb.vector, 0, 0, 16);
        job.predict_chroma<8>(mb.vector.row, mb.vector.column, 0, 0);
    }
}

}  // namespace svp::vpu::vp8
