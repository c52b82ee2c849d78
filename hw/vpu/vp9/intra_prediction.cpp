// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/intra_prediction.hpp"

#include <algorithm>

namespace svp::vpu::vp9 {

namespace {

constexpr unsigned largest = 32;

/** Samples beside a block of @p size, whatever they come from. */
template <typename Sample>
struct Edge {
    Sample left[largest];
    Sample above_with_corner[1 + 2 * largest + 2];  ///< two more, for a filter at the end

    Sample* above() { return above_with_corner + 1; }
    Sample corner() const { return above_with_corner[0]; }
};

template <typename Sample>
Sample average(Sample a, Sample b) {
    return static_cast<Sample>((a + b + 1) >> 1);
}
template <typename Sample>
Sample average(Sample a, Sample b, Sample c) {
    return static_cast<Sample>((a + 2 * b + c + 2) >> 2);
}

template <typename Sample>
void fill_edge(unsigned size, const IntraEdges& edges, unsigned bit_depth, const Sample* samples,
               std::ptrdiff_t stride, Edge<Sample>& edge) {
    const auto base = static_cast<Sample>(1 << (bit_depth - 1));
    const auto below_base = static_cast<Sample>(base - 1), above_base = static_cast<Sample>(base + 1);
    if (edges.left) {
        const std::size_t count = std::min(size, edges.below_samples);
        for (std::size_t i = 0; i < count; ++i) {
            edge.left[i] = samples[static_cast<std::ptrdiff_t>(i) * stride - 1];
        }
        std::fill(edge.left + count, edge.left + size, edge.left[count - 1]);
    } else {
        std::fill_n(edge.left, size, above_base);
    }
    Sample* above = edge.above();
    if (edges.above) {
        const std::size_t count = std::min(edges.above_right ? 2 * size : size, edges.right_samples);
        std::copy_n(samples - stride, count, above);
        std::fill(above + count, above + 2 * size + 2, above[count - 1]);
        above[-1] = edges.left ? samples[-stride - 1] : above_base;
    } else {
        std::fill_n(above - 1, 2 * size + 3, below_base);
    }
}

/** Lines of the block, each @p step further along @p line than the one above it. */
template <typename Sample>
void copy_lines(unsigned size, const Sample* line, std::ptrdiff_t step, Sample* samples,
                std::ptrdiff_t stride) {
    for (unsigned row = 0; row < size; ++row, samples += stride, line += step) {
        std::copy_n(line, size, samples);
    }
}

template <typename Sample>
void predict_dc(unsigned size, const IntraEdges& edges, unsigned bit_depth, Edge<Sample>& edge,
                Sample* samples, std::ptrdiff_t stride) {
    unsigned sum = 0, count = 0;
    for (unsigned i = 0; i < size; ++i) {
        sum += (edges.above ? edge.above()[i] : 0u) + (edges.left ? edge.left[i] : 0u);
    }
    count = (edges.above ? size : 0) + (edges.left ? size : 0);
    const unsigned value = count == 0 ? 1u << (bit_depth - 1) : (sum + count / 2) / count;
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        std::fill_n(samples, size, static_cast<Sample>(value));
    }
}

template <typename Sample>
void predict_tm(unsigned size, unsigned bit_depth, Edge<Sample>& edge, Sample* samples,
                std::ptrdiff_t stride) {
    const int most = (1 << bit_depth) - 1;
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        const int difference = edge.left[row] - edge.corner();
        for (unsigned column = 0; column < size; ++column) {
            samples[column] = static_cast<Sample>(std::clamp(edge.above()[column] + difference, 0, most));
        }
    }
}

/** To the right and upwards: all lines are parts of a longer one. */
template <typename Sample>
void predict_d45(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    Sample line[2 * largest];
    const Sample* above = edge.above();
    for (unsigned i = 0; i + 1 < 2 * size; ++i) {
        line[i] = average(above[i], above[i + 1], above[i + 2]);
    }
    line[2 * size - 2] = above[2 * size - 1];
    copy_lines(size, line, 1, samples, stride);
}

/** Steeper: even and odd lines each are parts of one. */
template <typename Sample>
void predict_d63(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    Sample even[2 * largest], odd[2 * largest];
    const Sample* above = edge.above();
    for (unsigned i = 0; i < size + size / 2; ++i) {
        even[i] = average(above[i], above[i + 1]);
        odd[i] = average(above[i], above[i + 1], above[i + 2]);
    }
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        std::copy_n((row % 2 == 0 ? even : odd) + row / 2, size, samples);
    }
}

/** To the left and upwards: one line from the lower left corner to the upper right one. */
template <typename Sample>
void predict_d135(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    Sample around[2 * largest + 1], line[2 * largest];
    for (unsigned i = 0; i < size; ++i) {
        around[i] = edge.left[size - 1 - i];
    }
    std::copy_n(edge.above() - 1, size + 1, around + size);
    for (unsigned i = 0; i + 1 < 2 * size; ++i) {
        line[i] = average(around[i], around[i + 1], around[i + 2]);
    }
    copy_lines(size, line + size - 1, -1, samples, stride);
}

template <typename Sample>
void predict_d117(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    // In front of the even and the odd line is what comes from the left side, two lines at a time.
    Sample even[2 * largest], odd[2 * largest];
    const Sample* above = edge.above();
    const Sample* left = edge.left;
    const unsigned before = size / 2 - 1;
    for (unsigned i = 0; i < size; ++i) {
        even[before + i] = average(above[static_cast<int>(i) - 1], above[i]);
        odd[before + i] = i == 0 ? average(left[0], edge.corner(), above[0])
                                 : average(above[static_cast<int>(i) - 2], above[i - 1], above[i]);
    }
    for (unsigned row = 2; row < size; ++row) {
        Sample* line = row % 2 == 0 ? even : odd;
        line[before - row / 2] = row == 2 ? average(edge.corner(), left[0], left[1])
                                          : average(left[row - 3], left[row - 2], left[row - 1]);
    }
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        std::copy_n((row % 2 == 0 ? even : odd) + before - row / 2, size, samples);
    }
}

template <typename Sample>
void predict_d153(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    // Two samples for each line from below, then what comes from above.
    Sample line[3 * largest];
    const Sample* above = edge.above();
    const Sample* left = edge.left;
    for (unsigned row = 0; row < size; ++row) {
        Sample* pair = line + 2 * (size - 1 - row);
        const Sample before = row == 0 ? edge.corner() : left[row - 1];
        const Sample first = row == 0 ? above[0] : row == 1 ? edge.corner() : left[row - 2];
        pair[0] = average(before, left[row]);
        pair[1] = average(first, before, left[row]);
    }
    for (unsigned i = 0; i + 2 < size; ++i) {
        line[2 * size + i] = average(above[static_cast<int>(i) - 1], above[i], above[i + 1]);
    }
    copy_lines(size, line + 2 * (size - 1), -2, samples, stride);
}

template <typename Sample>
void predict_d207(unsigned size, Edge<Sample>& edge, Sample* samples, std::ptrdiff_t stride) {
    Sample line[3 * largest];
    const Sample* left = edge.left;
    const Sample last = left[size - 1];
    for (unsigned row = 0; row + 1 < size; ++row) {
        line[2 * row] = average(left[row], left[row + 1]);
        line[2 * row + 1] = average(left[row], left[row + 1], row + 2 < size ? left[row + 2] : last);
    }
    std::fill_n(line + 2 * (size - 1), size, last);
    copy_lines(size, line, 2, samples, stride);
}

}  // namespace

template <typename Sample>
void predict_intra(Mode mode, TxSize tx_size, const IntraEdges& edges, unsigned bit_depth, Sample* samples,
                   std::ptrdiff_t stride) {
    const unsigned size = 4u << tx_size;
    Edge<Sample> edge;
    fill_edge(size, edges, bit_depth, samples, stride, edge);
    switch (mode) {
        case v_pred:
            return copy_lines(size, edge.above(), 0, samples, stride);
        case h_pred:
            for (unsigned row = 0; row < size; ++row, samples += stride) {
                std::fill_n(samples, size, edge.left[row]);
            }
            return;
        case d45_pred:
            return predict_d45(size, edge, samples, stride);
        case d135_pred:
            return predict_d135(size, edge, samples, stride);
        case d117_pred:
            return predict_d117(size, edge, samples, stride);
        case d153_pred:
            return predict_d153(size, edge, samples, stride);
        case d207_pred:
            return predict_d207(size, edge, samples, stride);
        case d63_pred:
            return predict_d63(size, edge, samples, stride);
        case tm_pred:
            return predict_tm(size, bit_depth, edge, samples, stride);
        default:
            return predict_dc(size, edges, bit_depth, edge, samples, stride);
    }
}

template void predict_intra(Mode, TxSize, const IntraEdges&, unsigned, std::uint8_t*, std::ptrdiff_t);
template void predict_intra(Mode, TxSize, const IntraEdges&, unsigned, std::uint16_t*, std::ptrdiff_t);

}  // namespace svp::vpu::vp9
