// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/transform.hpp"

#include <algorithm>
#include <cstring>

#include "vpu/vp9/butterflies.hpp"

namespace svp::vpu::vp9 {

namespace {

/** What transforms are computed in: four lines at a time with 8 bits, one with 64-bit numbers otherwise. */
template <typename Sample>
struct Lanes;

template <>
struct Lanes<std::uint8_t> {
    static constexpr unsigned count = 4;
    using V = FourWords;
    using Number = std::uint32_t;

    static V load(const std::int16_t* from) {
        std::int16_t __attribute__((vector_size(8))) values;
        std::memcpy(&values, from, sizeof values);
        return reinterpret_cast<V>(__builtin_convertvector(values, FourSignedWords));
    }
    static Number lane(V value, unsigned i) { return value[i]; }
    static V load_numbers(const Number* from) {
        V value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
    static void add(V value, unsigned, std::uint8_t* samples) {
        std::uint8_t __attribute__((vector_size(4))) bytes;
        std::memcpy(&bytes, samples, sizeof bytes);
        FourSignedWords sum =
            __builtin_convertvector(bytes, FourSignedWords) + reinterpret_cast<FourSignedWords>(value);
        sum = sum < 0 ? FourSignedWords{} : sum;
        sum = sum > 255 ? FourSignedWords{} + 255 : sum;
        bytes = __builtin_convertvector(sum, decltype(bytes));
        std::memcpy(samples, &bytes, sizeof bytes);
    }
};

template <>
struct Lanes<std::uint16_t> {
    static constexpr unsigned count = 1;
    using V = std::uint64_t;
    using Number = std::uint64_t;

    static V load(const std::int32_t* from) { return static_cast<V>(std::int64_t{*from}); }
    static Number lane(V value, unsigned) { return value; }
    static V load_numbers(const Number* from) { return *from; }
    static void add(V value, unsigned bit_depth, std::uint16_t* samples) {
        const std::int64_t sum = *samples + static_cast<std::int64_t>(value);
        *samples = static_cast<std::uint16_t>(std::clamp<std::int64_t>(sum, 0, (1 << bit_depth) - 1));
    }
};

template <unsigned size, typename V>
void transform_line(bool sine, const V* in, V* out) {
    if constexpr (size == 4) {
        sine ? inverse_adst_4(in, out) : inverse_dct_4(in, 1, out);
    } else if constexpr (size == 8) {
        sine ? inverse_adst_8(in, out) : inverse_dct_8(in, 1, out);
    } else if constexpr (size == 16) {
        sine ? inverse_adst_16(in, out) : inverse_dct_16(in, 1, out);
    } else {
        inverse_dct_32(in, out);
    }
}

/** Bits that are too many after both directions. */
template <unsigned size>
constexpr int final_shift = size == 4   ? 4
                            : size == 8 ? 5
                                        : 6;

template <unsigned size, typename Sample>
void transform(const TransformBlock<Sample>& block, unsigned bit_depth, Sample* samples,
               std::ptrdiff_t stride) {
    using L = Lanes<Sample>;
    using V = typename L::V;
    const bool sine_rows = block.type == dct_adst || block.type == adst_adst;
    const bool sine_columns = block.type == adst_dct || block.type == adst_adst;
    typename L::Number lines[size * size];
    const unsigned rows = (block.rows + L::count - 1) / L::count * L::count;
    for (unsigned row = 0; row < rows; row += L::count) {
        V in[size], out[size];
        for (unsigned i = 0; i < size; ++i) {
            in[i] = i < block.columns ? L::load(block.coefficients + i * size + row) : V{};
        }
        transform_line<size>(sine_rows, in, out);
        for (unsigned lane = 0; lane < L::count; ++lane) {
            for (unsigned i = 0; i < size; ++i) {
                lines[(row + lane) * size + i] = L::lane(out[i], lane);
            }
        }
    }
    for (unsigned column = 0; column < size; column += L::count) {
        V in[size], out[size];
        for (unsigned i = 0; i < size; ++i) {
            in[i] = i < rows ? L::load_numbers(lines + i * size + column) : V{};
        }
        transform_line<size>(sine_columns, in, out);
        for (unsigned i = 0; i < size; ++i) {
            constexpr int shift = final_shift<size>;
            L::add(shifted(out[i] + (1 << (shift - 1)), shift), bit_depth,
                   samples + static_cast<std::ptrdiff_t>(i) * stride + column);
        }
    }
    for (unsigned i = 0; i < block.columns; ++i) {
        std::fill_n(block.coefficients + i * size, block.rows, Coefficient<Sample>{0});
    }
}

/** Only the first coefficient is there: the same is added to all samples. */
template <typename Sample>
void add_dc(const TransformBlock<Sample>& block, unsigned bit_depth, Sample* samples, std::ptrdiff_t stride) {
    constexpr int shifts[] = {final_shift<4>, final_shift<8>, final_shift<16>, final_shift<32>};
    const int shift = shifts[block.size];
    const auto rounded_dc = [](std::int64_t value) { return (value * cosines[16] + 8192) >> 14; };
    const std::int64_t dc = rounded_dc(rounded_dc(block.coefficients[0]));
    const int value = static_cast<int>((dc + (1 << (shift - 1))) >> shift);
    const unsigned size = 4u << block.size;
    const int largest = (1 << bit_depth) - 1;
    for (unsigned row = 0; row < size; ++row, samples += stride) {
        for (unsigned column = 0; column < size; ++column) {
            samples[column] = static_cast<Sample>(std::clamp(samples[column] + value, 0, largest));
        }
    }
    block.coefficients[0] = 0;
}

/** Section 8.7.1.10, for one line or column; @p shift bits of the coefficients are too many. */
void inverse_wht(std::int64_t (&x)[4], int shift) {
    std::int64_t a = x[0] >> shift, c = x[1] >> shift, d = x[2] >> shift, b = x[3] >> shift;
    a += c;
    d -= b;
    const std::int64_t e = (a - d) >> 1;
    b = e - b;
    c = e - c;
    x[0] = a - b;
    x[1] = b;
    x[2] = c;
    x[3] = d + c;
}

template <typename Sample>
void add_wht(const TransformBlock<Sample>& block, unsigned bit_depth, Sample* samples,
             std::ptrdiff_t stride) {
    constexpr int unit_quantizer_shift = 2;
    std::int64_t lines[4][4];
    for (unsigned row = 0; row < 4; ++row) {
        for (unsigned i = 0; i < 4; ++i) {
            lines[row][i] = block.coefficients[4 * i + row];
        }
        inverse_wht(lines[row], unit_quantizer_shift);
    }
    for (unsigned column = 0; column < 4; ++column) {
        std::int64_t in[4] = {lines[0][column], lines[1][column], lines[2][column], lines[3][column]};
        inverse_wht(in, 0);
        for (unsigned row = 0; row < 4; ++row) {
            Sample& sample = samples[static_cast<std::ptrdiff_t>(row) * stride + column];
            sample = static_cast<Sample>(std::clamp<std::int64_t>(sample + in[row], 0, (1 << bit_depth) - 1));
        }
    }
    std::fill_n(block.coefficients, 16, Coefficient<Sample>{0});
}

}  // namespace

template <typename Sample>
void add_transform(const TransformBlock<Sample>& block, unsigned bit_depth, Sample* samples,
                   std::ptrdiff_t stride) {
    if (block.lossless) {
        add_wht(block, bit_depth, samples, stride);
        return;
    }
    if (block.rows == 1 && block.columns == 1 && block.type == dct_dct) {
        add_dc(block, bit_depth, samples, stride);
        return;
    }
    switch (block.size) {
        case tx_4x4:
            return transform<4>(block, bit_depth, samples, stride);
        case tx_8x8:
            return transform<8>(block, bit_depth, samples, stride);
        case tx_16x16:
            return transform<16>(block, bit_depth, samples, stride);
        case tx_32x32:
            return transform<32>(block, bit_depth, samples, stride);
    }
}

template void add_transform(const TransformBlock<std::uint8_t>&, unsigned, std::uint8_t*, std::ptrdiff_t);
template void add_transform(const TransformBlock<std::uint16_t>&, unsigned, std::uint16_t*, std::ptrdiff_t);

}  // namespace svp::vpu::vp9
