// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/intra_prediction.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace svp::vpu::vp8 {

namespace {

constexpr std::uint8_t dc_of_nothing = 128;

std::uint8_t clip(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

std::uint8_t average(int a, int b) {
    return static_cast<std::uint8_t>((a + b + 1) >> 1);
}

std::uint8_t average(int a, int b, int c) {
    return static_cast<std::uint8_t>((a + 2 * b + c + 2) >> 2);
}

std::uint8_t dc_value(unsigned size, const std::uint8_t* samples, std::ptrdiff_t stride, const Edges& edges) {
    if (!edges.has_above && !edges.has_left) {
        return dc_of_nothing;
    }
    unsigned sum = 0;
    for (unsigned i = 0; i < size; ++i) {
        sum += edges.has_above ? edges.above[i] : 0u;
        sum += edges.has_left ? samples[std::ptrdiff_t{i} * stride - 1] : 0u;
    }
    const unsigned count = size * ((edges.has_above ? 1u : 0u) + (edges.has_left ? 1u : 0u));
    return static_cast<std::uint8_t>((sum + count / 2) >> std::countr_zero(count));
}

void true_motion(unsigned size, std::uint8_t* samples, std::ptrdiff_t stride, const std::uint8_t* above) {
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        const int offset = samples[-1] - above[-1];
        for (unsigned column = 0; column < size; ++column) {
            samples[column] = clip(above[column] + offset);
        }
    }
}

}  // namespace

void predict_block(Mode mode, unsigned size, std::uint8_t* samples, std::ptrdiff_t stride,
                   const Edges& edges) {
    if (mode == Mode::tm_pred) {
        true_motion(size, samples, stride, edges.above);
        return;
    }
    const std::uint8_t dc = mode == Mode::dc_pred ? dc_value(size, samples, stride, edges) : std::uint8_t{0};
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        if (mode == Mode::v_pred) {
            std::memcpy(samples, edges.above, size);
        } else {
            std::memset(samples, mode == Mode::h_pred ? samples[-1] : dc, size);
        }
    }
}

void predict_subblock(SubblockMode mode, std::uint8_t* samples, std::ptrdiff_t stride,
                      const std::uint8_t* above, const std::uint8_t* above_right) {
    // Samples along the edge, from the lower left corner up and on to the right.
    constexpr int corner = 4;
    std::uint8_t edge[13];
    for (int i = 0; i < 4; ++i) {
        edge[3 - i] = samples[i * stride - 1];
        edge[corner + 1 + i] = above[i];
        edge[corner + 5 + i] = above_right[i];
    }
    edge[corner] = above[-1];
    const std::uint8_t* const a = edge + corner + 1;
    const auto left = [&edge](int row) { return edge[3 - row]; };
    const auto smooth = [&edge](int i) { return average(edge[i - 1], edge[i], edge[i + 1]); };
    const auto between = [&edge](int i) { return average(edge[i], edge[i + 1]); };
    const auto set = [samples, stride](int row, int column, std::uint8_t value) {
        samples[row * stride + column] = value;
    };

    switch (mode) {
        case SubblockMode::b_dc_pred: {
            int sum = 4;
            for (int i = 0; i < 4; ++i) {
                sum += a[i] + left(i);
            }
            for (int row = 0; row < 4; ++row) {
                std::memset(samples + row * stride, sum >> 3, 4);
            }
            break;
        }
        case SubblockMode::b_tm_pred:
            true_motion(4, samples, stride, above);
            break;
        case SubblockMode::b_ve_pred:
            for (int row = 0; row < 4; ++row) {
                for (int column = 0; column < 4; ++column) {
                    set(row, column, smooth(corner + 1 + column));
                }
            }
            break;
        case SubblockMode::b_he_pred:
            for (int row = 0; row < 3; ++row) {
                std::memset(samples + row * stride, smooth(3 - row), 4);
            }
            std::memset(samples + 3 * stride, average(left(2), left(3), left(3)), 4);
            break;
        case SubblockMode::b_ld_pred:
            for (int row = 0; row < 4; ++row) {
                for (int column = 0; column < 4; ++column) {
                    const int i = row + column;
                    set(row, column, i < 6 ? average(a[i], a[i + 1], a[i + 2]) : average(a[6], a[7], a[7]));
                }
            }
            break;
        case SubblockMode::b_rd_pred:
            for (int row = 0; row < 4; ++row) {
                for (int column = 0; column < 4; ++column) {
                    set(row, column, smooth(corner - row + column));
                }
            }
            break;
        case SubblockMode::b_vr_pred:
            for (int column = 0; column < 4; ++column) {
                set(0, column, between(corner + column));
                set(1, column, smooth(corner + column));
            }
            set(2, 0, smooth(3));
            set(3, 0, smooth(2));
            for (int column = 1; column < 4; ++column) {
                set(2, column, between(corner + column - 1));
                set(3, column, smooth(corner + column - 1));
            }
            break;
        case SubblockMode::b_vl_pred:
            for (int column = 0; column < 4; ++column) {
                set(0, column, average(a[column], a[column + 1]));
                set(1, column, average(a[column], a[column + 1], a[column + 2]));
            }
            for (int column = 0; column < 3; ++column) {
                set(2, column, average(a[column + 1], a[column + 2]));
                set(3, column, average(a[column + 1], a[column + 2], a[column + 3]));
            }
            // The last two do not follow the pattern.
            set(2, 3, average(a[4], a[5], a[6]));
            set(3, 3, average(a[5], a[6], a[7]));
            break;
        case SubblockMode::b_hd_pred:
            for (int row = 0; row < 4; ++row) {
                set(row, 0, between(3 - row));
                set(row, 1, smooth(4 - row));
            }
            set(0, 2, smooth(5));
            set(0, 3, smooth(6));
            for (int row = 1; row < 4; ++row) {
                set(row, 2, between(4 - row));
                set(row, 3, smooth(5 - row));
            }
            break;
        case SubblockMode::b_hu_pred:
            for (int row = 0; row < 4; ++row) {
                for (int column = 0; column < 4; ++column) {
                    const int i = row + column / 2;
                    std::uint8_t value = left(3);
                    if (i < 3) {
                        const int after = left(std::min(i + 2, 3));
                        value = column % 2 == 0 ? average(left(i), left(i + 1))
                                                : average(left(i), left(i + 1), after);
                    }
                    set(row, column, value);
                }
            }
            break;
    }
}

}  // namespace svp::vpu::vp8
