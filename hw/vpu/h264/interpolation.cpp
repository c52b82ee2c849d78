// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/interpolation.hpp"

#include <algorithm>
#include <cstring>

#include "vpu/picture/lanes.hpp"

namespace svp::vpu::h264 {

namespace {

/** Samples that are worked on side by side, of a block of so many columns. */
template <unsigned width>
inline constexpr unsigned side_by_side = width < 8 ? width : 8;

/** The first ones are loaded and stored, if there are less than eight. */
template <unsigned count>
Lanes load(const std::uint8_t* from) {
    Bytes8 bytes{};
    std::memcpy(&bytes, from, count);
    return __builtin_convertvector(bytes, Lanes);
}
template <unsigned count>
void store(std::uint8_t* to, Lanes samples) {
    const Bytes8 bytes = __builtin_convertvector(samples, Bytes8);
    std::memcpy(to, &bytes, count);
}

Lanes six_taps(Lanes a, Lanes b, Lanes c, Lanes d, Lanes e, Lanes f) {
    return (a + f) - 5 * (b + e) + 20 * (c + d);
}
template <unsigned count>
Lanes six_taps_across(const std::uint8_t* at) {
    return six_taps(load<count>(at - 2), load<count>(at - 1), load<count>(at), load<count>(at + 1),
                    load<count>(at + 2), load<count>(at + 3));
}

/** Half samples between neighbours in a line. */
template <unsigned width>
void half_across(const std::uint8_t* at, std::ptrdiff_t stride, unsigned height, std::uint8_t* out,
                 std::ptrdiff_t out_stride) {
    constexpr unsigned count = side_by_side<width>;
    for (unsigned y = 0; y < height; ++y, at += stride, out += out_stride) {
        for (unsigned x = 0; x < width; x += count) {
            store<count>(out + x, to_samples((six_taps_across<count>(at + x) + 16) >> 5));
        }
    }
}

/** Half samples between neighbours in a column. */
template <unsigned width>
void half_down(const std::uint8_t* at, std::ptrdiff_t stride, unsigned height, std::uint8_t* out,
               std::ptrdiff_t out_stride) {
    constexpr unsigned count = side_by_side<width>;
    for (unsigned x = 0; x < width; x += count) {
        const std::uint8_t* from = at + x;
        Lanes a = load<count>(from - 2 * stride), b = load<count>(from - stride), c = load<count>(from),
              d = load<count>(from + stride), e = load<count>(from + 2 * stride);
        std::uint8_t* to = out + x;
        for (unsigned y = 0; y < height; ++y, from += stride, to += out_stride) {
            const Lanes f = load<count>(from + 3 * stride);
            store<count>(to, to_samples((six_taps(a, b, c, d, e, f) + 16) >> 5));
            a = b;
            b = c;
            c = d;
            d = e;
            e = f;
        }
    }
}

/** Half samples between four neighbours; what is between them does not fit into 16 bits. */
template <unsigned width>
void half_both(const std::uint8_t* at, std::ptrdiff_t stride, unsigned height, std::uint8_t* out,
               std::ptrdiff_t out_stride) {
    constexpr unsigned count = side_by_side<width>;
    std::int16_t rows[(16 + 5) * 16 + 8];
    const std::uint8_t* line = at - 2 * stride;
    for (unsigned y = 0; y < height + 5; ++y, line += stride) {
        for (unsigned x = 0; x < width; x += count) {
            const Lanes row = six_taps_across<count>(line + x);
            std::memcpy(rows + width * y + x, &row, count * sizeof rows[0]);
        }
    }
    for (unsigned y = 0; y < height; ++y, out += out_stride) {
        const std::int16_t* row = rows + width * y;
        for (unsigned x = 0; x < width; ++x) {
            const int value = (row[x] + row[5 * width + x]) - 5 * (row[width + x] + row[4 * width + x]) +
                              20 * (row[2 * width + x] + row[3 * width + x]);
            out[x] = static_cast<std::uint8_t>(std::clamp((value + 512) >> 10, 0, 255));
        }
    }
}

template <unsigned width>
void average(std::uint8_t* out, std::ptrdiff_t out_stride, const std::uint8_t* other, std::ptrdiff_t stride,
             unsigned height) {
    for (unsigned y = 0; y < height; ++y, out += out_stride, other += stride) {
        std::uint8_t mean[width];
        for (unsigned x = 0; x < width; ++x) {
            mean[x] = static_cast<std::uint8_t>((out[x] + other[x] + 1) >> 1);
        }
        std::memcpy(out, mean, width);
    }
}

template <unsigned width>
void interpolate_luma(const std::uint8_t* from, std::ptrdiff_t stride, unsigned x, unsigned y,
                      unsigned height, std::uint8_t* out, std::ptrdiff_t out_stride) {
    const std::uint8_t* at = from + 2 * stride + 2;
    // The nearest whole column and line, where that is half a sample away or less.
    const std::uint8_t* right = at + x / 2;
    const std::uint8_t* below = at + y / 2 * stride;
    std::uint8_t other[16 * width];
    if (x == 0 && y == 0) {
        for (unsigned line = 0; line < height; ++line) {
            std::memcpy(out + line * out_stride, at + line * stride, width);
        }
    } else if (y == 0) {
        half_across<width>(at, stride, height, out, out_stride);
        if (x != 2) {
            average<width>(out, out_stride, right, stride, height);
        }
    } else if (x == 0) {
        half_down<width>(at, stride, height, out, out_stride);
        if (y != 2) {
            average<width>(out, out_stride, below, stride, height);
        }
    } else if (x == 2 || y == 2) {
        half_both<width>(at, stride, height, out, out_stride);
        if (y != 2) {
            half_across<width>(below, stride, height, other, width);
            average<width>(out, out_stride, other, width, height);
        } else if (x != 2) {
            half_down<width>(right, stride, height, other, width);
            average<width>(out, out_stride, other, width, height);
        }
    } else {
        half_across<width>(below, stride, height, out, out_stride);
        half_down<width>(right, stride, height, other, width);
        average<width>(out, out_stride, other, width, height);
    }
}

template <unsigned width>
void interpolate_chroma(const std::uint8_t* from, std::ptrdiff_t stride, int x, int y, unsigned height,
                        std::uint8_t* out, std::ptrdiff_t out_stride) {
    const auto weight = [](int a, int b) { return lanes_of(static_cast<std::int16_t>(a * b)); };
    const Lanes a = weight(8 - x, 8 - y), b = weight(x, 8 - y), c = weight(8 - x, y), d = weight(x, y);
    Lanes left = load<width>(from), right = load<width>(from + 1);
    for (unsigned line = 0; line < height; ++line, out += out_stride) {
        from += stride;
        const Lanes lower_left = load<width>(from), lower_right = load<width>(from + 1);
        store<width>(out, (a * left + b * right + c * lower_left + d * lower_right + 32) >> 6);
        left = lower_left;
        right = lower_right;
    }
}

}  // namespace

void interpolate_luma(const std::uint8_t* from, std::ptrdiff_t stride, unsigned x_fraction,
                      unsigned y_fraction, unsigned width, unsigned height, std::uint8_t* out,
                      std::ptrdiff_t out_stride) {
    const auto chosen = width == 16  ? interpolate_luma<16>
                        : width == 8 ? interpolate_luma<8>
                                     : interpolate_luma<4>;
    chosen(from, stride, x_fraction, y_fraction, height, out, out_stride);
}

void interpolate_chroma(const std::uint8_t* from, std::ptrdiff_t stride, int x, int y, unsigned width,
                        unsigned height, std::uint8_t* out, std::ptrdiff_t out_stride) {
    const auto chosen = width == 8   ? interpolate_chroma<8>
                        : width == 4 ? interpolate_chroma<4>
                                     : interpolate_chroma<2>;
    chosen(from, stride, x, y, height, out, out_stride);
}

void average(std::uint8_t* out, std::ptrdiff_t out_stride, const std::uint8_t* other, std::ptrdiff_t stride,
             unsigned width, unsigned height) {
    const auto chosen = width == 16  ? average<16>
                        : width == 8 ? average<8>
                        : width == 4 ? average<4>
                                     : average<2>;
    chosen(out, out_stride, other, stride, height);
}

}  // namespace svp::vpu::h264
