// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The standard leaves the inverse DCT's rounding open (annex A bounds its error); this one has the arithmetic
 * of the integer transform that libavcodec uses by default, so that pictures can be compared bit by bit.
 */
#include "vpu/mpeg2/block.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "vpu/mpeg2/tables.hpp"

namespace svp::vpu::mpeg2 {

namespace {

constexpr int max_coefficient = 2047, min_coefficient = -2048;

// cos(i * pi / 16) * sqrt(2) * 2^14, the fourth rounded down.
constexpr unsigned c1 = 22725, c2 = 21407, c3 = 19266, c4 = 16383, c5 = 12873, c6 = 8867, c7 = 4520;
constexpr unsigned row_shift = 11, column_shift = 20, dc_shift = 3;

/** One dimension: coefficients at @p at, @p at + step, ... become samples there. */
void transform_line(int* at, std::size_t step, unsigned offset, unsigned shift) {
    // What no legal stream has may be too much for 32 bits, and wraps around.
    const auto in = [&](unsigned i) { return static_cast<unsigned>(at[i * step]); };
    const unsigned even = c4 * in(0) + offset;
    const unsigned a0 = even + c4 * in(4) + c2 * in(2) + c6 * in(6);
    const unsigned a1 = even - c4 * in(4) + c6 * in(2) - c2 * in(6);
    const unsigned a2 = even - c4 * in(4) - c6 * in(2) + c2 * in(6);
    const unsigned a3 = even + c4 * in(4) - c2 * in(2) - c6 * in(6);
    const unsigned b0 = c1 * in(1) + c3 * in(3) + c5 * in(5) + c7 * in(7);
    const unsigned b1 = c3 * in(1) - c7 * in(3) - c1 * in(5) - c5 * in(7);
    const unsigned b2 = c5 * in(1) - c1 * in(3) + c7 * in(5) + c3 * in(7);
    const unsigned b3 = c7 * in(1) - c5 * in(3) + c3 * in(5) - c1 * in(7);
    const unsigned sums[4] = {a0, a1, a2, a3}, differences[4] = {b0, b1, b2, b3};
    for (unsigned i = 0; i < 4; ++i) {
        at[i * step] = static_cast<int>(sums[i] + differences[i]) >> shift;
        at[(7 - i) * step] = static_cast<int>(sums[i] - differences[i]) >> shift;
    }
}

std::uint8_t sample(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

}  // namespace

void BlockParser::set_scale(unsigned code) {
    scale_ = quantizer_scales[parameters_.q_scale_type ? 1 : 0][code & 31];
}

bool BlockParser::parse_intra(BitReader& bits, unsigned component) {
    coefficients_.fill(0);
    const Code size = dc_sizes[component == 0 ? 0 : 1][bits.peek(dc_bits)];
    if (size.length == 0) {
        return false;
    }
    bits.skip(size.length);
    int& dc = dc_[component];
    if (size.value > 0) {
        const auto count = static_cast<unsigned>(size.value);
        const auto raw = static_cast<int>(bits.get(count));
        dc += raw >= 1 << (count - 1) ? raw : raw + 1 - (1 << count);
    }
    // What no legal stream reaches would overflow further on.
    dc = std::clamp(dc, min_coefficient, max_coefficient);
    coefficients_[0] = dc << (3 - parameters_.intra_dc_precision);
    parity_ = static_cast<unsigned>(coefficients_[0]);
    return parse_rest(bits, parameters_.intra_vlc_format ? 1 : 0, 1, true);
}

bool BlockParser::parse_non_intra(BitReader& bits) {
    coefficients_.fill(0);
    parity_ = 0;
    if (bits.peek(1) != 0) {
        // The first coefficient has a shorter code: there is no end of block before it.
        const bool negative = (bits.get(2) & 1) != 0;
        const int level = 3 * matrices_.non_intra[0] * scale_ >> 5;
        coefficients_[0] = negative ? -level : level;
        parity_ = static_cast<unsigned>(level);
        return parse_rest(bits, 0, 1, false);
    }
    return parse_rest(bits, 0, 0, false);
}

/** Coefficients from @p position in scan order on, and the mismatch control (section 7.4.4). */
bool BlockParser::parse_rest(BitReader& bits, unsigned table, unsigned position, bool intra) {
    const auto& scan = scans[parameters_.alternate_scan ? 1 : 0];
    const auto& matrix = intra ? matrices_.intra : matrices_.non_intra;
    for (;;) {
        const RunLevel code = coefficients[table][bits.peek(coefficient_bits)];
        if (code.length == 0) {
            return false;
        }
        bits.skip(code.length);
        if (code.level == end_of_block) {
            break;
        }
        unsigned run = code.run;
        int level = code.level;
        bool negative = false;
        if (level == escape) {
            run = bits.get(6);
            const auto raw = static_cast<int>(bits.get(12));
            negative = raw >= 2048;
            level = negative ? 4096 - raw : raw;
            if (level == 0 || level == 2048) {
                return false;
            }
        } else {
            negative = bits.flag();
        }
        position += run;
        if (position >= 64) {
            return false;
        }
        const unsigned place = scan[position++];
        const int scaled = level * matrix[place] * scale_;
        const int size = std::min(intra ? scaled >> 4 : (2 * scaled + matrix[place] * scale_) >> 5,
                                  negative ? -min_coefficient : max_coefficient);
        coefficients_[place] = negative ? -size : size;
        parity_ += static_cast<unsigned>(size);
    }
    if (parity_ % 2 == 0) {
        coefficients_[63] ^= 1;
    }
    return true;
}

void BlockParser::transform() {
    for (std::size_t row = 0; row < 64; row += 8) {
        int* line = coefficients_.data() + row;
        if (std::all_of(line + 1, line + 8, [](int value) { return value == 0; })) {
            std::fill_n(line, 8, line[0] * (1 << dc_shift));
        } else {
            transform_line(line, 1, 1u << (row_shift - 1), row_shift);
        }
    }
    for (std::size_t column = 0; column < 8; ++column) {
        transform_line(coefficients_.data() + column, 8, c4 * ((1u << (column_shift - 1)) / c4),
                       column_shift);
    }
}

void BlockParser::put(std::uint8_t* to, std::ptrdiff_t stride) {
    transform();
    for (std::size_t first = 0; first < 64; first += 8, to += stride) {
        std::uint8_t line[8];
        for (std::size_t i = 0; i < 8; ++i) {
            line[i] = sample(coefficients_[first + i]);
        }
        std::memcpy(to, line, sizeof line);
    }
}

void BlockParser::add(std::uint8_t* to, std::ptrdiff_t stride) {
    transform();
    for (std::size_t first = 0; first < 64; first += 8, to += stride) {
        std::uint8_t line[8];
        std::memcpy(line, to, sizeof line);
        for (std::size_t i = 0; i < 8; ++i) {
            line[i] = sample(line[i] + coefficients_[first + i]);
        }
        std::memcpy(to, line, sizeof line);
    }
}

}  // namespace svp::vpu::mpeg2
