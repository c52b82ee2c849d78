// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/convolution.hpp"

#include <algorithm>
#include <cstring>

#include "vpu/vp9/subpixel_filters.hpp"

namespace svp::vpu::vp9 {

namespace {

using Taps = std::int16_t[8];

template <int count>
struct ByteVectors;
template <>
struct ByteVectors<4> {
    using Bytes = std::uint8_t __attribute__((vector_size(4)));
    using Sums = std::uint16_t __attribute__((vector_size(8)));
};
template <>
struct ByteVectors<8> {
    using Bytes = std::uint8_t __attribute__((vector_size(8)));
    using Sums = std::uint16_t __attribute__((vector_size(16)));
};

/** Some samples at a time. */
template <typename Sample, int count>
struct Kernel;

/**
 * With 8 bits: sums modulo 2^16. The taps of a filter that are below zero sum to no less than -54, so that a
 * sum lies between -54 * 255 and 182 * 255; with an offset it fits into 16 bits without a sign.
 */
template <int count>
struct Kernel<std::uint8_t, count> {
    using Bytes = typename ByteVectors<count>::Bytes;
    using Sums = typename ByteVectors<count>::Sums;
    static constexpr std::uint16_t offset = 128;  ///< of results

    static Sums load(const std::uint8_t* from) {
        Bytes bytes;
        std::memcpy(&bytes, from, sizeof bytes);
        return __builtin_convertvector(bytes, Sums);
    }
    static void filter(const std::uint8_t* from, std::ptrdiff_t step, const Taps& taps, unsigned,
                       std::uint8_t* to) {
        constexpr auto start = static_cast<std::uint16_t>(64 + (offset << 7));
        Sums sum = Sums{} + start;
        for (int i = 0; i < 8; ++i) {
            sum += load(from + (i - taps_before) * step) * static_cast<std::uint16_t>(taps[i]);
        }
        sum >>= 7;
        sum = sum < offset ? Sums{} + offset : sum;
        sum -= offset;
        sum = sum > std::uint16_t{255} ? Sums{} + std::uint16_t{255} : sum;
        const Bytes result = __builtin_convertvector(sum, Bytes);
        std::memcpy(to, &result, sizeof result);
    }
    static void average(const std::uint8_t* from, std::uint8_t* to) {
        const Bytes result = __builtin_convertvector((load(from) + load(to) + std::uint16_t{1}) >> 1, Bytes);
        std::memcpy(to, &result, sizeof result);
    }
};

/** With 10 bits: four at a time in 32 bits. */
template <int count>
struct Kernel<std::uint16_t, count> {
    using Words = std::uint16_t __attribute__((vector_size(8)));
    using Sums = std::int32_t __attribute__((vector_size(16)));

    static void filter(const std::uint16_t* from, std::ptrdiff_t step, const Taps& taps, unsigned bit_depth,
                       std::uint16_t* to) {
        const std::int32_t most = (1 << bit_depth) - 1;
        for (int at = 0; at < count; at += 4) {
            Sums sum = Sums{} + 64;
            for (int i = 0; i < 8; ++i) {
                Words words;
                std::memcpy(&words, from + at + (i - taps_before) * step, sizeof words);
                sum += __builtin_convertvector(words, Sums) * std::int32_t{taps[i]};
            }
            sum >>= 7;
            sum = sum < 0 ? Sums{} : sum;
            sum = sum > most ? Sums{} + most : sum;
            const Words result = __builtin_convertvector(sum, Words);
            std::memcpy(to + at, &result, sizeof result);
        }
    }
    static void average(const std::uint16_t* from, std::uint16_t* to) {
        for (int at = 0; at < count; ++at) {
            to[at] = static_cast<std::uint16_t>((from[at] + to[at] + 1) >> 1);
        }
    }
};

/** One direction; @p step is the distance of its taps. */
template <typename Sample, int width>
void filter_lines(const Sample* from, std::ptrdiff_t from_stride, std::ptrdiff_t step, const Taps& taps,
                  unsigned bit_depth, Sample* to, std::ptrdiff_t to_stride, int rows) {
    constexpr int at_once = width < 8 ? width : 8;
    for (int row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
        for (int i = 0; i < width; i += at_once) {
            Kernel<Sample, at_once>::filter(from + i, step, taps, bit_depth, to + i);
        }
    }
}

template <typename Sample, int width>
void average_lines(const Sample* from, std::ptrdiff_t from_stride, Sample* to, std::ptrdiff_t to_stride,
                   int rows) {
    constexpr int at_once = width < 8 ? width : 8;
    for (int row = 0; row < rows; ++row, from += from_stride, to += to_stride) {
        for (int i = 0; i < width; i += at_once) {
            Kernel<Sample, at_once>::average(from + i, to + i);
        }
    }
}

template <typename Sample, int width>
void filter_block(const Convolution<Sample>& job, Sample* to, std::ptrdiff_t to_stride) {
    const Taps& x_taps = subpixel_filters[job.filter][job.x_sixteenths];
    const Taps& y_taps = subpixel_filters[job.filter][job.y_sixteenths];
    if (job.y_sixteenths == 0) {
        filter_lines<Sample, width>(job.from, job.from_stride, 1, x_taps, job.bit_depth, to, to_stride,
                                    job.height);
    } else if (job.x_sixteenths == 0) {
        filter_lines<Sample, width>(job.from, job.from_stride, job.from_stride, y_taps, job.bit_depth, to,
                                    to_stride, job.height);
    } else {
        // Horizontally first, the lines that the vertical filter needs as well.
        Sample lines[(max_block_side + taps_before + taps_behind) * width];
        filter_lines<Sample, width>(job.from - taps_before * job.from_stride, job.from_stride, 1, x_taps,
                                    job.bit_depth, lines, width, job.height + taps_before + taps_behind);
        filter_lines<Sample, width>(lines + taps_before * width, width, width, y_taps, job.bit_depth, to,
                                    to_stride, job.height);
    }
}

template <typename Sample, int width>
void convolve_width(const Convolution<Sample>& job) {
    if (job.x_sixteenths == 0 && job.y_sixteenths == 0) {
        if (job.average) {
            average_lines<Sample, width>(job.from, job.from_stride, job.to, job.to_stride, job.height);
            return;
        }
        for (int row = 0; row < job.height; ++row) {
            std::memcpy(job.to + row * job.to_stride, job.from + row * job.from_stride,
                        width * sizeof(Sample));
        }
        return;
    }
    if (!job.average) {
        filter_block<Sample, width>(job, job.to, job.to_stride);
        return;
    }
    Sample block[max_block_side * width];
    filter_block<Sample, width>(job, block, width);
    average_lines<Sample, width>(block, width, job.to, job.to_stride, job.height);
}

template <typename Sample>
Sample filtered(const Sample* from, std::ptrdiff_t step, const Taps& taps, int most) {
    int sum = 64;
    for (int i = 0; i < 8; ++i) {
        sum += from[(i - taps_before) * step] * taps[i];
    }
    return static_cast<Sample>(std::clamp(sum >> 7, 0, most));
}

}  // namespace

template <typename Sample>
void convolve(const Convolution<Sample>& job) {
    switch (job.width) {
        case 4:
            return convolve_width<Sample, 4>(job);
        case 8:
            return convolve_width<Sample, 8>(job);
        case 16:
            return convolve_width<Sample, 16>(job);
        case 32:
            return convolve_width<Sample, 32>(job);
        default:
            return convolve_width<Sample, 64>(job);
    }
}

template <typename Sample>
void convolve_scaled(const Convolution<Sample>& job, int x_step, int y_step) {
    Sample lines[max_scaled_lines * max_block_side];
    const int most = (1 << job.bit_depth) - 1;
    const int rows = (((job.height - 1) * y_step + job.y_sixteenths) >> 4) + 1 + taps_before + taps_behind;
    for (int row = 0; row < rows; ++row) {
        const Sample* from = job.from + (row - taps_before) * job.from_stride;
        for (int i = 0; i < job.width; ++i) {
            const int x = job.x_sixteenths + i * x_step;
            lines[row * max_block_side + i] =
                filtered(from + (x >> 4), 1, subpixel_filters[job.filter][x & 15], most);
        }
    }
    for (int row = 0; row < job.height; ++row) {
        const int y = job.y_sixteenths + row * y_step;
        const Sample* from = lines + ((y >> 4) + taps_before) * max_block_side;
        Sample* to = job.to + row * job.to_stride;
        for (int i = 0; i < job.width; ++i) {
            const Sample sample =
                filtered(from + i, max_block_side, subpixel_filters[job.filter][y & 15], most);
            to[i] = job.average ? static_cast<Sample>((to[i] + sample + 1) >> 1) : sample;
        }
    }
}

template void convolve(const Convolution<std::uint8_t>&);
template void convolve(const Convolution<std::uint16_t>&);
template void convolve_scaled(const Convolution<std::uint8_t>&, int, int);
template void convolve_scaled(const Convolution<std::uint16_t>&, int, int);

}  // namespace svp::vpu::vp9
