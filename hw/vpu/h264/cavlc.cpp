// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/cavlc.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace svp::vpu::h264 {

namespace {

struct Code {
    std::uint8_t length = 0;  ///< 0: there is none
    std::uint8_t value = 0;
};

// Lengths and values of coeff_token's codes (table 9-5) by 4 * TotalCoeff + TrailingOnes.
constexpr std::uint8_t token_length[3][68] = {
    {1,  0,  0,  0,  6,  2,  0,  0,  8,  6,  3,  0,  9,  8,  7,  5,  10, 9,  8,  6,  11, 10, 9,
     7,  13, 11, 10, 8,  13, 13, 11, 9,  13, 13, 13, 10, 14, 14, 13, 11, 14, 14, 14, 13, 15, 15,
     14, 14, 15, 15, 15, 14, 16, 15, 15, 15, 16, 16, 16, 15, 16, 16, 16, 16, 16, 16, 16, 16},
    {2,  0,  0,  0,  6,  2,  0,  0,  6,  5,  3,  0,  7,  6,  6,  4,  8,  6,  6,  4,  8,  7,  7,
     5,  9,  8,  8,  6,  11, 9,  9,  6,  11, 11, 11, 7,  12, 11, 11, 9,  12, 12, 12, 11, 12, 12,
     12, 11, 13, 13, 13, 12, 13, 13, 13, 13, 13, 14, 13, 13, 14, 14, 14, 13, 14, 14, 14, 14},
    {4, 0, 0, 0, 6, 4, 0,  0, 6, 5, 4,  0,  6,  5,  5,  4,  7,  5,  5,  4,  7,  5, 5,
     4, 7, 6, 6, 4, 7, 6,  6, 4, 8, 7,  7,  5,  8,  8,  7,  6,  9,  8,  8,  7,  9, 9,
     8, 8, 9, 9, 9, 8, 10, 9, 9, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10},
};
constexpr std::uint8_t token_value[3][68] = {
    {1, 0,  0,  0,  5,  1,  0,  0, 7, 4,  1,  0,  7,  6,  5,  3,  7, 6,  5,  3,  7,  6,  5,
     4, 15, 6,  5,  4,  11, 14, 5, 4, 8,  10, 13, 4,  15, 14, 9,  4, 11, 10, 13, 12, 15, 14,
     9, 12, 11, 10, 13, 8,  15, 1, 9, 12, 11, 14, 13, 8,  7,  10, 9, 12, 4,  6,  5,  8},
    {3, 0, 0,  0,  11, 2,  0,  0,  7, 7,  3,  0,  7, 10, 9,  5, 7,  6,  5,  4,  4,  6, 5,
     6, 7, 6,  5,  8,  15, 6,  5,  4, 11, 14, 13, 4, 15, 10, 9, 4,  11, 14, 13, 12, 8, 10,
     9, 8, 15, 14, 13, 12, 11, 10, 9, 12, 7,  11, 6, 8,  9,  8, 10, 1,  7,  6,  5,  4},
    {15, 0,  0,  0,  15, 14, 0,  0, 11, 15, 13, 0,  8,  12, 14, 12, 15, 10, 11, 11, 11, 8,  9,
     10, 9,  14, 13, 9,  8,  10, 9, 8,  15, 14, 13, 13, 11, 14, 10, 12, 15, 10, 13, 12, 11, 14,
     9,  12, 8,  10, 13, 8,  13, 7, 9,  12, 9,  12, 11, 10, 5,  8,  7,  6,  1,  4,  3,  2},
};
constexpr std::uint8_t chroma_token_length[20] = {2, 0, 0, 0, 6, 1, 0, 0, 6, 6, 3, 0, 6, 7, 7, 6, 6, 8, 8, 7};
constexpr std::uint8_t chroma_token_value[20] = {1, 0, 0, 0, 7, 1, 0, 0, 4, 6, 1, 0, 3, 3, 2, 5, 2, 3, 2, 0};

// total_zeros (tables 9-7 to 9-9) by TotalCoeff - 1.
constexpr std::uint8_t zeros_length[15][16] = {
    {1, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 9},
    {3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6, 6, 6},
    {4, 3, 3, 3, 4, 4, 3, 3, 4, 5, 5, 6, 5, 6},
    {5, 3, 4, 4, 3, 3, 3, 4, 3, 4, 5, 5, 5},
    {4, 4, 4, 3, 3, 3, 3, 3, 4, 5, 4, 5},
    {6, 5, 3, 3, 3, 3, 3, 3, 4, 3, 6},
    {6, 5, 3, 3, 3, 2, 3, 4, 3, 6},
    {6, 4, 5, 3, 2, 2, 3, 3, 6},
    {6, 6, 4, 2, 2, 3, 2, 5},
    {5, 5, 3, 2, 2, 2, 4},
    {4, 4, 3, 3, 1, 3},
    {4, 4, 2, 1, 3},
    {3, 3, 1, 2},
    {2, 2, 1},
    {1, 1},
};
constexpr std::uint8_t zeros_value[15][16] = {
    {1, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 1},
    {7, 6, 5, 4, 3, 5, 4, 3, 2, 3, 2, 3, 2, 1, 0},
    {5, 7, 6, 5, 4, 3, 4, 3, 2, 3, 2, 1, 1, 0},
    {3, 7, 5, 4, 6, 5, 4, 3, 3, 2, 2, 1, 0},
    {5, 4, 3, 7, 6, 5, 4, 3, 2, 1, 1, 0},
    {1, 1, 7, 6, 5, 4, 3, 2, 1, 1, 0},
    {1, 1, 5, 4, 3, 3, 2, 1, 1, 0},
    {1, 1, 1, 3, 3, 2, 2, 1, 0},
    {1, 0, 1, 3, 2, 1, 1, 1},
    {1, 0, 1, 3, 2, 1, 1},
    {0, 1, 1, 2, 1, 3},
    {0, 1, 1, 1, 1},
    {0, 1, 1, 1},
    {0, 1, 1},
    {0, 1},
};
constexpr std::uint8_t chroma_zeros_length[3][4] = {{1, 2, 3, 3}, {1, 2, 2, 0}, {1, 1, 0, 0}};
constexpr std::uint8_t chroma_zeros_value[3][4] = {{1, 1, 1, 0}, {1, 1, 0, 0}, {1, 0, 0, 0}};

// run_before (table 9-10) by min(zerosLeft, 7) - 1.
constexpr std::uint8_t run_length[7][15] = {
    {1, 1},
    {1, 2, 2},
    {2, 2, 2, 2},
    {2, 2, 2, 3, 3},
    {2, 2, 3, 3, 3, 3},
    {2, 3, 3, 3, 3, 3, 3},
    {3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11},
};
constexpr std::uint8_t run_value[7][15] = {
    {1, 0},
    {1, 1, 0},
    {3, 2, 1, 0},
    {3, 2, 1, 1, 0},
    {3, 2, 3, 2, 1, 0},
    {3, 0, 1, 3, 2, 5, 4},
    {7, 6, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1},
};

/** Every code of a table at each index of @p Bits bits that begins with it. */
template <unsigned Bits>
using Lookup = std::array<Code, 1u << Bits>;

template <unsigned Bits>
constexpr void enter(Lookup<Bits>& lookup, unsigned length, unsigned value, unsigned meaning) {
    if (length == 0 || length > Bits) {
        return;
    }
    const unsigned first = value << (Bits - length);
    for (unsigned i = 0; i < 1u << (Bits - length); ++i) {
        lookup[first + i] = {static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(meaning)};
    }
}

/** coeff_token by zeros before the first one, and the three bits behind that. */
using TokenLookup = std::array<Code, 16 * 8>;

constexpr TokenLookup token_lookup(const std::uint8_t (&length)[68], const std::uint8_t (&value)[68]) {
    TokenLookup lookup{};
    for (unsigned i = 0; i < 68; ++i) {
        if (length[i] == 0) {
            continue;
        }
        unsigned rest = 0;  // bits behind the first one
        while (value[i] >> (rest + 1) != 0) {
            ++rest;
        }
        const unsigned zeros = length[i] - 1u - rest;
        const unsigned tail = value[i] & ((1u << rest) - 1);
        for (unsigned j = 0; j < 8u >> rest; ++j) {
            lookup[zeros * 8 + (tail << (3 - rest)) + j] = {length[i], static_cast<std::uint8_t>(i)};
        }
    }
    return lookup;
}

constexpr TokenLookup tokens[3] = {token_lookup(token_length[0], token_value[0]),
                                   token_lookup(token_length[1], token_value[1]),
                                   token_lookup(token_length[2], token_value[2])};

constexpr Lookup<8> chroma_tokens = [] {
    Lookup<8> lookup{};
    for (unsigned i = 0; i < 20; ++i) {
        enter<8>(lookup, chroma_token_length[i], chroma_token_value[i], i);
    }
    return lookup;
}();

constexpr std::array<Lookup<9>, 15> zeros_lookup = [] {
    std::array<Lookup<9>, 15> lookup{};
    for (unsigned total = 0; total < 15; ++total) {
        for (unsigned i = 0; i < 16; ++i) {
            enter<9>(lookup[total], zeros_length[total][i], zeros_value[total][i], i);
        }
    }
    return lookup;
}();

constexpr std::array<Lookup<3>, 3> chroma_zeros_lookup = [] {
    std::array<Lookup<3>, 3> lookup{};
    for (unsigned total = 0; total < 3; ++total) {
        for (unsigned i = 0; i < 4; ++i) {
            enter<3>(lookup[total], chroma_zeros_length[total][i], chroma_zeros_value[total][i], i);
        }
    }
    return lookup;
}();

constexpr std::array<Lookup<11>, 7> run_lookup = [] {
    std::array<Lookup<11>, 7> lookup{};
    for (unsigned left = 0; left < 7; ++left) {
        for (unsigned i = 0; i < 15; ++i) {
            enter<11>(lookup[left], run_length[left][i], run_value[left][i], i);
        }
    }
    return lookup;
}();

/** TotalCoeff * 4 + TrailingOnes; false: no such code. */
bool read_token(PayloadReader& bits, int context, unsigned& token) {
    Code code;
    if (context == chroma_dc_context) {
        code = chroma_tokens[bits.peek() >> 24];
    } else if (context >= 8) {
        const unsigned value = bits.peek() >> 26;
        code.length = 6;
        code.value = static_cast<std::uint8_t>(value == 3 ? 0 : 4 * (value / 4 + 1) + value % 4);
        if (code.value != 0 && code.value % 4 > code.value / 4) {
            return false;
        }
    } else {
        const std::uint32_t next = bits.peek();
        const auto zeros = static_cast<unsigned>(std::countl_zero(next));
        if (zeros > 15) {
            return false;
        }
        const unsigned tail = next << zeros << 1 >> 29;
        code = tokens[context < 2 ? 0 : context < 4 ? 1 : 2][zeros * 8 + tail];
    }
    bits.skip(code.length);
    token = code.value;
    return code.length != 0;
}

constexpr unsigned max_prefix = 22;  ///< levels then fit into 20 bits

/** Clause 9.2.2.1. */
bool read_level(PayloadReader& bits, unsigned suffix_length, bool first_above_one, std::int32_t& level) {
    const auto prefix = static_cast<unsigned>(std::countl_zero(bits.peek()));
    if (prefix > max_prefix) {
        return false;
    }
    bits.skip(prefix + 1);
    std::uint32_t code = std::min(prefix, 15u) << suffix_length;
    const unsigned size = prefix >= 15 ? prefix - 3 : prefix == 14 && suffix_length == 0 ? 4 : suffix_length;
    if (size > 0) {
        code += bits.bits(size);
    }
    if (prefix >= 15 && suffix_length == 0) {
        code += 15;
    }
    if (prefix >= 16) {
        code += (1u << (prefix - 3)) - 4096;
    }
    if (first_above_one) {
        code += 2;
    }
    const auto magnitude = static_cast<std::int32_t>((code + 2) / 2);
    level = code % 2 == 0 ? magnitude : -static_cast<std::int32_t>((code + 1) / 2);
    return true;
}

}  // namespace

bool read_cavlc(PayloadReader& bits, int context, unsigned size, Levels& levels) {
    levels.count = 0;
    unsigned token = 0;
    if (!read_token(bits, context, token)) {
        return false;
    }
    const unsigned total = token / 4, ones = token % 4;
    if (total == 0) {
        return true;
    }
    if (total > size) {
        return false;
    }
    levels.count = total;
    unsigned suffix_length = total > 10 && ones < 3 ? 1 : 0;
    for (unsigned i = 0; i < total; ++i) {
        if (i < ones) {
            levels.level[i] = bits.flag() ? -1 : 1;
            continue;
        }
        if (!read_level(bits, suffix_length, i == ones && ones < 3, levels.level[i])) {
            return false;
        }
        suffix_length = std::max(suffix_length, 1u);
        if (std::abs(levels.level[i]) > 3 << (suffix_length - 1) && suffix_length < 6) {
            ++suffix_length;
        }
    }
    unsigned zeros_left = 0;
    if (total < size) {
        const Code code = size == 4 ? chroma_zeros_lookup[total - 1][bits.peek() >> 29]
                                    : zeros_lookup[total - 1][bits.peek() >> 23];
        if (code.length == 0 || code.value + total > size) {
            return false;
        }
        bits.skip(code.length);
        zeros_left = code.value;
    }
    unsigned position = total - 1 + zeros_left;
    for (unsigned i = 0; i < total; ++i) {
        levels.position[i] = static_cast<std::uint8_t>(position);
        if (zeros_left > 0 && i + 1 < total) {
            const Code code = run_lookup[std::min(zeros_left, 7u) - 1][bits.peek() >> 21];
            if (code.length == 0 || code.value > zeros_left) {
                return false;
            }
            bits.skip(code.length);
            zeros_left -= code.value;
            position -= code.value;
        }
        --position;
    }
    return true;
}

std::uint8_t cavlc_pattern(unsigned code, bool intra, bool monochrome) {
    constexpr std::uint8_t patterns[2][48] = {
        {0,  16, 1,  2,  4,  8,  32, 3,  5,  10, 12, 15, 47, 7,  11, 13, 14, 6,  9,  31, 35, 37, 42, 44,
         33, 34, 36, 40, 39, 43, 45, 46, 17, 18, 20, 24, 19, 21, 26, 28, 23, 27, 29, 30, 22, 25, 38, 41},
        {47, 31, 15, 0,  23, 27, 29, 30, 7, 11, 13, 14, 39, 43, 45, 46, 16, 3,  5,  10, 12, 19, 21, 26,
         28, 35, 37, 42, 44, 1,  2,  4,  8, 17, 18, 20, 24, 6,  9,  22, 25, 32, 33, 34, 36, 40, 38, 41},
    };
    constexpr std::uint8_t luma_patterns[2][16] = {
        {0, 1, 2, 4, 8, 3, 5, 10, 12, 15, 7, 11, 13, 14, 6, 9},
        {15, 0, 7, 11, 13, 14, 3, 5, 10, 12, 1, 2, 4, 8, 6, 9},
    };
    return monochrome ? luma_patterns[intra ? 1 : 0][code & 15]
                      : patterns[intra ? 1 : 0][std::min(code, 47u)];
}

}  // namespace svp::vpu::h264
