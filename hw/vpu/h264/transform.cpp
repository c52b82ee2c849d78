// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/transform.hpp"

#include <algorithm>
#include <cstring>

#include "vpu/picture/lanes.hpp"

namespace svp::vpu::h264 {

namespace {

std::uint8_t sample(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/** Four coefficients side by side. */
using Four = std::int32_t __attribute__((vector_size(16)));

/** Four one-dimensional transforms, in place: each of a lane. */
void transform_4(Four (&line)[4]) {
    const Four even = line[0] + line[2], odd = line[0] - line[2];
    const Four low = (line[1] >> 1) - line[3], high = line[1] + (line[3] >> 1);
    line[0] = even + high;
    line[1] = odd + low;
    line[2] = odd - low;
    line[3] = even - high;
}

/** Lines become columns. */
void turn(Four (&line)[4]) {
    const Four a = __builtin_shufflevector(line[0], line[2], 0, 4, 1, 5);
    const Four b = __builtin_shufflevector(line[0], line[2], 2, 6, 3, 7);
    const Four c = __builtin_shufflevector(line[1], line[3], 0, 4, 1, 5);
    const Four d = __builtin_shufflevector(line[1], line[3], 2, 6, 3, 7);
    line[0] = __builtin_shufflevector(a, c, 0, 4, 1, 5);
    line[1] = __builtin_shufflevector(a, c, 2, 6, 3, 7);
    line[2] = __builtin_shufflevector(b, d, 0, 4, 1, 5);
    line[3] = __builtin_shufflevector(b, d, 2, 6, 3, 7);
}

/** Two lines of residual, which fits in 16 bits as coefficients are limited, are added to those of a picture.
 */
void add_lines(const Four& first, const Four& second, std::uint8_t* samples, std::ptrdiff_t stride) {
    using Half = std::int16_t __attribute__((vector_size(8)));
    const auto rounded = [](const Four& line) { return __builtin_convertvector((line + 32) >> 6, Half); };
    const Lanes residual = __builtin_shufflevector(rounded(first), rounded(second), 0, 1, 2, 3, 4, 5, 6, 7);
    std::uint8_t both[8];
    std::memcpy(both, samples, 4);
    std::memcpy(both + 4, samples + stride, 4);
    store_samples(both, to_samples(load_samples(both) + residual));
    std::memcpy(samples, both, 4);
    std::memcpy(samples + stride, both + 4, 4);
}

void transform_8(const std::int32_t* in, std::ptrdiff_t step, std::int32_t (&out)[8]) {
    const auto at = [in, step](int index) { return in[index * step]; };
    const std::int32_t a0 = at(0) + at(4), a2 = at(0) - at(4);
    const std::int32_t a4 = (at(2) >> 1) - at(6), a6 = at(2) + (at(6) >> 1);
    const std::int32_t b0 = a0 + a6, b2 = a2 + a4, b4 = a2 - a4, b6 = a0 - a6;
    const std::int32_t a1 = -at(3) + at(5) - at(7) - (at(7) >> 1);
    const std::int32_t a3 = at(1) + at(7) - at(3) - (at(3) >> 1);
    const std::int32_t a5 = -at(1) + at(7) + at(5) + (at(5) >> 1);
    const std::int32_t a7 = at(3) + at(5) + at(1) + (at(1) >> 1);
    const std::int32_t b1 = a1 + (a7 >> 2), b3 = a3 + (a5 >> 2), b5 = (a3 >> 2) - a5, b7 = a7 - (a1 >> 2);
    out[0] = b0 + b7;
    out[1] = b2 + b5;
    out[2] = b4 + b3;
    out[3] = b6 + b1;
    out[4] = b6 - b1;
    out[5] = b4 - b3;
    out[6] = b2 - b5;
    out[7] = b0 - b7;
}

}  // namespace

void transform_luma_dc(std::int32_t (&dc)[16], std::int32_t scale, int qp) {
    const auto butterfly = [&dc](unsigned first, unsigned step) {
        const std::int64_t a = dc[first], b = dc[first + step], c = dc[first + 2 * step],
                           d = dc[first + 3 * step];
        dc[first] = limited(a + b + c + d);
        dc[first + step] = limited(a + b - c - d);
        dc[first + 2 * step] = limited(a - b - c + d);
        dc[first + 3 * step] = limited(a - b + c - d);
    };
    for (unsigned i = 0; i < 4; ++i) {
        butterfly(4 * i, 1);
    }
    for (unsigned i = 0; i < 4; ++i) {
        butterfly(i, 4);
    }
    for (std::int32_t& value : dc) {
        value = limited(shifted(std::int64_t{value} * scale, qp / 6 - 6));
    }
}

void transform_chroma_dc(std::int32_t (&dc)[4], std::int32_t scale, int qp) {
    const std::int64_t a = dc[0], b = dc[1], c = dc[2], d = dc[3];
    const std::int64_t sums[4] = {a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d};
    for (unsigned i = 0; i < 4; ++i) {
        dc[i] = limited((sums[i] * scale * (std::int64_t{1} << qp / 6)) >> 5);
    }
}

void add_4x4(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride) {
    Four line[4];
    std::memcpy(line, coefficients, sizeof line);
    std::fill_n(coefficients, 16, 0);
    turn(line);
    transform_4(line);
    turn(line);
    transform_4(line);
    add_lines(line[0], line[1], samples, stride);
    add_lines(line[2], line[3], samples + 2 * stride, stride);
}

void add_8x8(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride) {
    std::int32_t rows[64];
    std::int32_t out[8];
    for (int y = 0; y < 8; ++y) {
        transform_8(coefficients + 8 * y, 1, out);
        std::copy_n(out, 8, rows + 8 * y);
    }
    std::fill_n(coefficients, 64, 0);
    for (int x = 0; x < 8; ++x) {
        transform_8(rows + x, 8, out);
        for (int y = 0; y < 8; ++y) {
            std::uint8_t& at = samples[y * stride + x];
            at = sample(at + ((out[y] + 32) >> 6));
        }
    }
}

}  // namespace svp::vpu::h264
