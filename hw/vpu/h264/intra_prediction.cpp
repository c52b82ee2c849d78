// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/intra_prediction.hpp"

#include <algorithm>

namespace svp::vpu::h264 {

namespace {

enum Mode : unsigned {
    vertical,
    horizontal,
    dc,
    diagonal_down_left,
    diagonal_down_right,
    vertical_right,
    horizontal_down,
    vertical_left,
    horizontal_up,
};

/** What modes of both block sizes need. */
bool usable(unsigned mode, const Beside& beside) {
    switch (mode) {
        case vertical:
        case diagonal_down_left:
        case vertical_left:
            return beside.above;
        case horizontal:
        case horizontal_up:
            return beside.left;
        case dc:
            return true;
        case diagonal_down_right:
        case vertical_right:
        case horizontal_down:
            return beside.left && beside.above && beside.corner;
        default:
            return false;
    }
}

/** Samples beside a block in one line: left ones upwards from the lowest, the corner, those above. */
template <int N>
struct Edge {
    int line[3 * N + 1];

    int& left(int y) { return line[N - 1 - y]; }   ///< -1: the corner
    int& above(int x) { return line[N + 1 + x]; }  ///< -1: the corner, up to 2 * N - 1
    int left(int y) const { return line[N - 1 - y]; }
    int above(int x) const { return line[N + 1 + x]; }
};

int average(int a, int b) {
    return (a + b + 1) >> 1;
}
int smooth(int a, int b, int c) {
    return (a + 2 * b + c + 2) >> 2;
}

/** Directional modes, which are the same for both sizes (clauses 8.3.1.2 and 8.3.2.2). */
template <int N>
int directional(unsigned mode, const Edge<N>& edge, int x, int y) {
    // Along the edge, with the corner at 0: positive above, negative to the left.
    const auto at = [&edge](int position) { return edge.line[N + position]; };
    const auto around = [&at](int position) {
        return smooth(at(position - 1), at(position), at(position + 1));
    };
    switch (mode) {
        case diagonal_down_left: {
            const int i = x + y;
            return i == 2 * N - 2 ? smooth(edge.above(i), edge.above(i + 1), edge.above(i + 1))
                                  : smooth(edge.above(i), edge.above(i + 1), edge.above(i + 2));
        }
        case diagonal_down_right:
            return around(x - y);
        case vertical_right: {
            const int z = 2 * x - y;
            if (z >= 0) {
                const int i = x - (y >> 1);
                return z % 2 == 0 ? average(at(i), at(i + 1)) : around(i);
            }
            return z == -1 ? around(0) : around(-(y - 2 * x - 1));
        }
        case horizontal_down: {
            const int z = 2 * y - x;
            if (z >= 0) {
                const int i = y - (x >> 1);
                return z % 2 == 0 ? average(at(-i), at(-i - 1)) : around(-i);
            }
            return z == -1 ? around(0) : around(x - 2 * y - 1);
        }
        case vertical_left: {
            const int i = x + (y >> 1);
            return y % 2 == 0 ? average(edge.above(i), edge.above(i + 1))
                              : smooth(edge.above(i), edge.above(i + 1), edge.above(i + 2));
        }
        default: {  // horizontal_up
            const int z = x + 2 * y, i = y + (x >> 1);
            if (z > 2 * N - 3) {
                return edge.left(N - 1);
            }
            if (z == 2 * N - 3) {
                return (edge.left(N - 2) + 3 * edge.left(N - 1) + 2) >> 2;
            }
            return z % 2 == 0 ? average(edge.left(i), edge.left(i + 1))
                              : smooth(edge.left(i), edge.left(i + 1), edge.left(i + 2));
        }
    }
}

template <int N>
void predict(unsigned mode, const Edge<N>& edge, std::uint8_t* samples, std::ptrdiff_t stride,
             const Beside& beside) {
    int mean = 128;
    if (mode == dc && (beside.left || beside.above)) {
        int sum = 0;
        for (int i = 0; i < N; ++i) {
            sum += (beside.left ? edge.left(i) : 0) + (beside.above ? edge.above(i) : 0);
        }
        const int count = beside.left && beside.above ? 2 * N : N;
        mean = (sum + count / 2) / count;
    }
    for (int y = 0; y < N; ++y) {
        for (int x = 0; x < N; ++x) {
            const int value = mode == vertical     ? edge.above(x)
                              : mode == horizontal ? edge.left(y)
                              : mode == dc         ? mean
                                                   : directional(mode, edge, x, y);
            samples[y * stride + x] = static_cast<std::uint8_t>(value);
        }
    }
}

template <int N>
Edge<N> edge_of(const std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside) {
    Edge<N> edge{};
    for (int i = 0; beside.left && i < N; ++i) {
        edge.left(i) = samples[i * stride - 1];
    }
    if (beside.corner) {
        edge.above(-1) = samples[-stride - 1];
    }
    for (int i = 0; beside.above && i < 2 * N; ++i) {
        edge.above(i) = samples[(i < N || beside.above_right ? i : N - 1) - stride];
    }
    return edge;
}

/** Clause 8.3.2.2.1. */
Edge<8> filtered(const Edge<8>& edge, const Beside& beside) {
    Edge<8> out = edge;
    if (beside.above) {
        out.above(0) = beside.corner ? smooth(edge.above(-1), edge.above(0), edge.above(1))
                                     : (3 * edge.above(0) + edge.above(1) + 2) >> 2;
        for (int i = 1; i < 15; ++i) {
            out.above(i) = smooth(edge.above(i - 1), edge.above(i), edge.above(i + 1));
        }
        out.above(15) = (edge.above(14) + 3 * edge.above(15) + 2) >> 2;
    }
    if (beside.corner) {
        const int corner = edge.above(-1);
        out.above(-1) = beside.above && beside.left ? smooth(edge.left(0), corner, edge.above(0))
                        : beside.above              ? (3 * corner + edge.above(0) + 2) >> 2
                        : beside.left               ? (3 * corner + edge.left(0) + 2) >> 2
                                                    : corner;
    }
    if (beside.left) {
        out.left(0) = beside.corner ? smooth(edge.left(-1), edge.left(0), edge.left(1))
                                    : (3 * edge.left(0) + edge.left(1) + 2) >> 2;
        for (int i = 1; i < 7; ++i) {
            out.left(i) = smooth(edge.left(i - 1), edge.left(i), edge.left(i + 1));
        }
        out.left(7) = (edge.left(6) + 3 * edge.left(7) + 2) >> 2;
    }
    return out;
}

/** Plane prediction of a block of @p size samples on a side, clauses 8.3.3.4 and 8.3.4.4. */
void predict_plane(std::uint8_t* samples, std::ptrdiff_t stride, int size) {
    const int half = size / 2;
    int horizontal_sum = 0, vertical_sum = 0;
    for (int i = 1; i <= half; ++i) {
        horizontal_sum += i * (samples[half - 1 + i - stride] - samples[half - 1 - i - stride]);
        vertical_sum += i * (samples[(half - 1 + i) * stride - 1] - samples[(half - 1 - i) * stride - 1]);
    }
    const int a = 16 * (samples[(size - 1) * stride - 1] + samples[size - 1 - stride]);
    const int b = size == 16 ? (5 * horizontal_sum + 32) >> 6 : (34 * horizontal_sum + 32) >> 6;
    const int c = size == 16 ? (5 * vertical_sum + 32) >> 6 : (34 * vertical_sum + 32) >> 6;
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            const int value = (a + b * (x - half + 1) + c * (y - half + 1) + 16) >> 5;
            samples[y * stride + x] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
        }
    }
}

void fill(std::uint8_t* samples, std::ptrdiff_t stride, int size, int value) {
    for (int y = 0; y < size; ++y) {
        std::fill_n(samples + y * stride, size, static_cast<std::uint8_t>(value));
    }
}

void copy_above(std::uint8_t* samples, std::ptrdiff_t stride, int size) {
    for (int y = 0; y < size; ++y) {
        std::copy_n(samples - stride, size, samples + y * stride);
    }
}

void copy_left(std::uint8_t* samples, std::ptrdiff_t stride, int size) {
    for (int y = 0; y < size; ++y) {
        std::fill_n(samples + y * stride, size, samples[y * stride - 1]);
    }
}

int sum_above(const std::uint8_t* samples, std::ptrdiff_t stride, int size) {
    int sum = 0;
    for (int x = 0; x < size; ++x) {
        sum += samples[x - stride];
    }
    return sum;
}

int sum_left(const std::uint8_t* samples, std::ptrdiff_t stride, int size) {
    int sum = 0;
    for (int y = 0; y < size; ++y) {
        sum += samples[y * stride - 1];
    }
    return sum;
}

}  // namespace

bool predict_4x4(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside) {
    if (!usable(mode, beside)) {
        return false;
    }
    predict(mode, edge_of<4>(samples, stride, beside), samples, stride, beside);
    return true;
}

bool predict_8x8(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside) {
    if (!usable(mode, beside)) {
        return false;
    }
    predict(mode, filtered(edge_of<8>(samples, stride, beside), beside), samples, stride, beside);
    return true;
}

bool predict_16x16(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside) {
    switch (mode) {
        case 0:
            if (beside.above) {
                copy_above(samples, stride, 16);
            }
            return beside.above;
        case 1:
            if (beside.left) {
                copy_left(samples, stride, 16);
            }
            return beside.left;
        case 2: {
            const int above = beside.above ? sum_above(samples, stride, 16) : 0;
            const int left = beside.left ? sum_left(samples, stride, 16) : 0;
            fill(samples, stride, 16,
                 beside.above && beside.left   ? (above + left + 16) >> 5
                 : beside.above || beside.left ? (above + left + 8) >> 4
                                               : 128);
            return true;
        }
        default:
            if (beside.above && beside.left && beside.corner) {
                predict_plane(samples, stride, 16);
                return true;
            }
            return false;
    }
}

bool predict_chroma(unsigned mode, std::uint8_t* samples, std::ptrdiff_t stride, const Beside& beside,
                    const bool (&left)[2]) {
    switch (mode) {
        case 0: {
            // Each quarter by itself: those on the diagonal use both sides, the others prefer one
            // (clause 8.3.4.1).
            int value[4];
            for (int i = 0; i < 4; ++i) {
                const bool has_left = left[i / 2];
                const int above = beside.above ? sum_above(samples + i % 2 * 4, stride, 4) : 0;
                const int side =
                    has_left ? sum_left(samples + std::ptrdiff_t{i / 2 * 4} * stride, stride, 4) : 0;
                const bool use_above = beside.above && (i != 2 || !has_left);
                const bool use_left = has_left && (i != 1 || !beside.above);
                value[i] = use_above && use_left ? (above + side + 4) >> 3
                           : use_above           ? (above + 2) >> 2
                           : use_left            ? (side + 2) >> 2
                                                 : 128;
            }
            for (int i = 0; i < 4; ++i) {
                fill(samples + std::ptrdiff_t{i / 2 * 4} * stride + i % 2 * 4, stride, 4, value[i]);
            }
            return true;
        }
        case 1:
            if (beside.left) {
                copy_left(samples, stride, 8);
            }
            return beside.left;
        case 2:
            if (beside.above) {
                copy_above(samples, stride, 8);
            }
            return beside.above;
        default:
            if (beside.above && beside.left && beside.corner) {
                predict_plane(samples, stride, 8);
                return true;
            }
            return false;
    }
}

}  // namespace svp::vpu::h264
