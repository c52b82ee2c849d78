// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/transform.hpp"

#include <array>

namespace svp::vpu::hevc {

namespace {

constexpr unsigned max_size = 32;

/** First column of transMatrix for odd and even lines, (8-315) and (8-317): row k of the matrix for 32 points
 * is these by multiples of k. */
constexpr std::array<std::int8_t, 32> cosines = {64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80,
                                                 78, 75, 73, 70, 67, 64, 61, 57, 54, 50, 46,
                                                 43, 38, 36, 31, 25, 22, 18, 13, 9,  4};

/** Element of the matrix for 32 points: cos((2 * column + 1) * row * pi / 64), as the standard rounds it. */
constexpr int matrix(unsigned row, unsigned column) {
    const unsigned angle = (2 * column + 1) * row % 128;  // in pi / 64
    const unsigned folded = angle > 64 ? 128 - angle : angle;
    return folded == 32 ? 0 : folded < 32 ? cosines[folded] : -cosines[64 - folded];
}

/** Odd lines of the matrix for N points: coefficient of input 2 * k + 1 for output n, n below N / 2. */
template <unsigned N>
struct OddMatrix {
    constexpr OddMatrix() {
        for (unsigned k = 0; k < N / 2; ++k) {
            for (unsigned n = 0; n < N / 2; ++n) {
                value[k][n] = static_cast<std::int16_t>(matrix((2 * k + 1) * (32 / N), n));
            }
        }
    }
    std::int16_t value[N / 2][N / 2]{};
};
template <unsigned N>
constexpr OddMatrix<N> odd_matrix{};

/** Columns that are worked at beside each other. */
constexpr unsigned lanes = 8;
typedef std::int32_t Lanes __attribute__((vector_size(4 * lanes)));
typedef std::int16_t Short __attribute__((vector_size(2 * lanes)));

/** N-point inverse transform of `lanes` columns; inputs beyond @p rows are 0. Inputs lie @p step lines apart.
 */
template <unsigned N>
[[gnu::always_inline]] inline void butterfly(const Lanes* in, unsigned step, unsigned rows, Lanes* out) {
    if constexpr (N == 2) {
        const Lanes a = in[0] * 64, b = in[step] * 64;
        out[0] = a + b;
        out[1] = a - b;
    } else {
        Lanes even[N / 2], odd[N / 2]{};
        butterfly<N / 2>(in, 2 * step, (rows + 1) / 2, even);
        for (unsigned k = 0; 2 * k + 1 < rows; ++k) {
            const Lanes value = in[(2 * k + 1) * step];
            for (unsigned n = 0; n < N / 2; ++n) {
                odd[n] += value * static_cast<std::int32_t>(odd_matrix<N>.value[k][n]);
            }
        }
        for (unsigned n = 0; n < N / 2; ++n) {
            out[n] = even[n] + odd[n];
            out[N - 1 - n] = even[n] - odd[n];
        }
    }
}

void sine(const Lanes* in, Lanes* out) {
    const Lanes a = in[0] + in[2], b = in[2] + in[3], c = in[0] - in[3], d = in[1] * 74;
    out[0] = 29 * a + 55 * b + d;
    out[1] = 55 * c - 29 * b + d;
    out[2] = 74 * (in[0] - in[2] + in[3]);
    out[3] = 55 * a + 29 * c - d;
}

template <unsigned N>
[[gnu::always_inline]] inline void transform_column(bool dst, const Lanes* in, unsigned rows, Lanes* out) {
    if (N == 4 && dst) {
        sine(in, out);
    } else {
        butterfly<N>(in, 1, rows, out);
    }
}

void load(const std::int16_t* from, Lanes& to) {
    Short values;
    __builtin_memcpy(&values, from, sizeof values);
    to = __builtin_convertvector(values, Lanes);
}

/** Both dimensions: @p result gets the residual, line by line. */
template <unsigned N>
void inverse(const Residual& residual, int depth, std::int16_t* result) {
    constexpr unsigned width = N < lanes ? lanes : N;  // of the memory between the stages
    alignas(32) std::int16_t between[max_size * max_size];
    const bool dst = residual.transform == Transform::sine;
    const unsigned columns = residual.columns, rows = dst ? 4 : residual.rows;
    Lanes in[N], out[N];
    // First stage: columns. Its result is kept transposed: a line for each column.
    for (unsigned x = 0; x < columns; x += lanes) {
        for (unsigned y = 0; y < (N == 4 ? 4 : rows); ++y) {
            if constexpr (N == 4) {
                std::int16_t four[lanes] = {};
                std::copy_n(residual.coefficients + 4 * y, 4, four);
                load(four, in[y]);
            } else {
                load(residual.coefficients + N * y + x, in[y]);
            }
        }
        for (unsigned y = rows; y < N; ++y) {
            in[y] = Lanes{};
        }
        transform_column<N>(dst, in, rows, out);
        for (unsigned y = 0; y < N; ++y) {
            const Lanes rounded = (out[y] + 64) >> 7;
            for (unsigned i = 0; i < std::min(lanes, N); ++i) {
                between[(x + i) * width + y] =
                    static_cast<std::int16_t>(std::clamp(rounded[i], -32768, 32767));
            }
        }
    }
    // Second stage: lines, `lanes` of them beside each other.
    const int shift = 20 - depth;
    const auto half = static_cast<std::int32_t>(1u << (shift - 1));
    const unsigned inputs = dst ? 4 : columns;
    for (unsigned y = 0; y < N; y += lanes) {
        for (unsigned x = 0; x < inputs; ++x) {
            load(between + x * width + y, in[x]);
        }
        for (unsigned x = inputs; x < N; ++x) {
            in[x] = Lanes{};
        }
        transform_column<N>(dst, in, inputs, out);
        for (unsigned x = 0; x < N; ++x) {
            const Lanes rounded = (out[x] + half) >> shift;
            for (unsigned i = 0; i < std::min(lanes, N); ++i) {
                result[(y + i) * N + x] = static_cast<std::int16_t>(rounded[i]);
            }
        }
    }
}

/** A block whose only coefficient is the first one. */
int dc_residual(int coefficient, int depth) {
    const int between = (64 * coefficient + 64) >> 7, shift = 20 - depth;
    return (64 * between + (1 << (shift - 1))) >> shift;
}

template <typename Sample>
void add(Sample* to, std::ptrdiff_t stride, const std::int16_t* residual, unsigned size) {
    for (unsigned y = 0; y < size; ++y, to += stride, residual += size) {
        for (unsigned x = 0; x < size; ++x) {
            to[x] = clip_sample<Sample>(to[x] + residual[x]);
        }
    }
}

}  // namespace

template <typename Sample>
void add_residual(Sample* to, std::ptrdiff_t stride, const Residual& residual) {
    constexpr int depth = depth_of<Sample>;
    const unsigned size = 1u << residual.log2_size;
    alignas(32) std::int16_t result[max_size * max_size];
    switch (residual.transform) {
        case Transform::bypass:
            add(to, stride, residual.coefficients, size);
            return;
        case Transform::skip:
            for (unsigned i = 0; i < size * size; ++i) {
                const int shift = 20 - depth;
                result[i] =
                    static_cast<std::int16_t>((residual.coefficients[i] * 128 + (1 << (shift - 1))) >> shift);
            }
            break;
        case Transform::cosine:
            if (residual.columns == 1 && residual.rows == 1) {
                std::fill_n(result, size * size,
                            static_cast<std::int16_t>(dc_residual(residual.coefficients[0], depth)));
                break;
            }
            [[fallthrough]];
        case Transform::sine:
            switch (size) {
                case 4:
                    inverse<4>(residual, depth, result);
                    break;
                case 8:
                    inverse<8>(residual, depth, result);
                    break;
                case 16:
                    inverse<16>(residual, depth, result);
                    break;
                default:
                    inverse<32>(residual, depth, result);
                    break;
            }
            break;
    }
    add(to, stride, result, size);
}

template void add_residual(std::uint8_t* to, std::ptrdiff_t stride, const Residual& residual);
template void add_residual(std::uint16_t* to, std::ptrdiff_t stride, const Residual& residual);

}  // namespace svp::vpu::hevc
