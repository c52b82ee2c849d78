// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/mpeg2/tables.hpp"

#include <span>
#include <string_view>

namespace svp::vpu::mpeg2 {

namespace {

/** A code as the standard prints it, in bits. */
struct Printed {
    std::string_view bits;
    std::int16_t value;
};

template <typename Entry, std::size_t Size>
void enter(std::array<Entry, Size>& table, unsigned table_bits, std::uint32_t code, unsigned length,
           const Entry& entry) {
    const std::size_t first = std::size_t{code} << (table_bits - length);
    for (std::size_t i = 0; i < std::size_t{1} << (table_bits - length); ++i) {
        table[first + i] = entry;
    }
}

template <unsigned Bits>
std::array<Code, 1u << Bits> table_of(std::span<const Printed> codes) {
    std::array<Code, 1u << Bits> table{};
    for (const Printed& printed : codes) {
        std::uint32_t code = 0;
        for (const char bit : printed.bits) {
            code = code << 1 | (bit == '1' ? 1u : 0u);
        }
        const auto length = static_cast<unsigned>(printed.bits.size());
        enter(table, Bits, code, length, Code{printed.value, static_cast<std::uint8_t>(length)});
    }
    return table;
}

constexpr Printed increment_codes[] = {
    {"1", 1},
    {"011", 2},
    {"010", 3},
    {"0011", 4},
    {"0010", 5},
    {"00011", 6},
    {"00010", 7},
    {"0000111", 8},
    {"0000110", 9},
    {"00001011", 10},
    {"00001010", 11},
    {"00001001", 12},
    {"00001000", 13},
    {"00000111", 14},
    {"00000110", 15},
    {"0000010111", 16},
    {"0000010110", 17},
    {"0000010101", 18},
    {"0000010100", 19},
    {"0000010011", 20},
    {"0000010010", 21},
    {"00000100011", 22},
    {"00000100010", 23},
    {"00000100001", 24},
    {"00000100000", 25},
    {"00000011111", 26},
    {"00000011110", 27},
    {"00000011101", 28},
    {"00000011100", 29},
    {"00000011011", 30},
    {"00000011010", 31},
    {"00000011001", 32},
    {"00000011000", 33},
    {"00000001000", increment_escape},
};

namespace type = macroblock_type;
constexpr Printed intra_types[] = {{"1", type::intra}, {"01", type::intra | type::quant}};
constexpr Printed predictive_types[] = {
    {"1", type::forward | type::pattern},
    {"01", type::pattern},
    {"001", type::forward},
    {"00011", type::intra},
    {"00010", type::forward | type::pattern | type::quant},
    {"00001", type::pattern | type::quant},
    {"000001", type::intra | type::quant},
};
constexpr Printed bidirectional_types[] = {
    {"10", type::forward | type::backward},
    {"11", type::forward | type::backward | type::pattern},
    {"010", type::backward},
    {"011", type::backward | type::pattern},
    {"0010", type::forward},
    {"0011", type::forward | type::pattern},
    {"00011", type::intra},
    {"00010", type::forward | type::backward | type::pattern | type::quant},
    {"000011", type::forward | type::pattern | type::quant},
    {"000010", type::backward | type::pattern | type::quant},
    {"000001", type::intra | type::quant},
};

constexpr Printed pattern_codes[] = {
    {"111", 60},       {"1101", 4},       {"1100", 8},       {"1011", 16},      {"1010", 32},
    {"10011", 12},     {"10010", 48},     {"10001", 20},     {"10000", 40},     {"01111", 28},
    {"01110", 44},     {"01101", 52},     {"01100", 56},     {"01011", 1},      {"01010", 61},
    {"01001", 2},      {"01000", 62},     {"001111", 24},    {"001110", 36},    {"001101", 3},
    {"001100", 63},    {"0010111", 5},    {"0010110", 9},    {"0010101", 17},   {"0010100", 33},
    {"0010011", 6},    {"0010010", 10},   {"0010001", 18},   {"0010000", 34},   {"00011111", 7},
    {"00011110", 11},  {"00011101", 19},  {"00011100", 35},  {"00011011", 13},  {"00011010", 49},
    {"00011001", 21},  {"00011000", 41},  {"00010111", 14},  {"00010110", 50},  {"00010101", 22},
    {"00010100", 42},  {"00010011", 15},  {"00010010", 51},  {"00010001", 23},  {"00010000", 43},
    {"00001111", 25},  {"00001110", 37},  {"00001101", 26},  {"00001100", 38},  {"00001011", 29},
    {"00001010", 45},  {"00001001", 53},  {"00001000", 57},  {"00000111", 30},  {"00000110", 46},
    {"00000101", 54},  {"00000100", 58},  {"000000111", 31}, {"000000110", 47}, {"000000101", 55},
    {"000000100", 59}, {"000000011", 27}, {"000000010", 39}, {"000000001", 0},
};

constexpr Printed motion_codes[] = {
    {"1", 0},           {"01", 1},          {"001", 2},         {"0001", 3},        {"000011", 4},
    {"0000101", 5},     {"0000100", 6},     {"0000011", 7},     {"000001011", 8},   {"000001010", 9},
    {"000001001", 10},  {"0000010001", 11}, {"0000010000", 12}, {"0000001111", 13}, {"0000001110", 14},
    {"0000001101", 15}, {"0000001100", 16},
};

constexpr Printed luma_sizes[] = {
    {"100", 0},   {"00", 1},     {"01", 2},      {"101", 3},      {"110", 4},        {"1110", 5},
    {"11110", 6}, {"111110", 7}, {"1111110", 8}, {"11111110", 9}, {"111111110", 10}, {"111111111", 11},
};
constexpr Printed chroma_sizes[] = {
    {"00", 0},     {"01", 1},      {"10", 2},       {"110", 3},       {"1110", 4},        {"11110", 5},
    {"111110", 6}, {"1111110", 7}, {"11111110", 8}, {"111111110", 9}, {"1111111110", 10}, {"1111111111", 11},
};

/** A code of tables B.14 and B.15: its number and its length. */
struct Numbered {
    std::uint16_t code;
    std::uint8_t length;
};

/** Codes of one run, for levels from 1 on. What has only one table's length is in both. */
struct RunCodes {
    std::uint8_t run;
    std::span<const Numbered> codes;
};

constexpr Numbered zero_0[] = {{0x3, 2},   {0x4, 4},   {0x5, 5},   {0x6, 7},   {0x26, 8},
                               {0x21, 8},  {0xa, 10},  {0x1d, 12}, {0x18, 12}, {0x13, 12},
                               {0x10, 12}, {0x1a, 13}, {0x19, 13}, {0x18, 13}, {0x17, 13}};
constexpr Numbered one_0[] = {{0x2, 2},  {0x6, 3},  {0x7, 4},  {0x1c, 5}, {0x1d, 5},
                              {0x5, 6},  {0x4, 6},  {0x7b, 7}, {0x7c, 7}, {0x23, 8},
                              {0x22, 8}, {0xfa, 8}, {0xfb, 8}, {0xfe, 8}, {0xff, 8}};
/** Levels 16 to 40 of run 0, in both tables. */
constexpr Numbered long_0[] = {{0x1f, 14}, {0x1e, 14}, {0x1d, 14}, {0x1c, 14}, {0x1b, 14},
                               {0x1a, 14}, {0x19, 14}, {0x18, 14}, {0x17, 14}, {0x16, 14},
                               {0x15, 14}, {0x14, 14}, {0x13, 14}, {0x12, 14}, {0x11, 14},
                               {0x10, 14}, {0x18, 15}, {0x17, 15}, {0x16, 15}, {0x15, 15},
                               {0x14, 15}, {0x13, 15}, {0x12, 15}, {0x11, 15}, {0x10, 15}};
constexpr Numbered zero_1[] = {{0x3, 3}, {0x6, 6}, {0x25, 8}, {0xc, 10}, {0x1b, 12}};
constexpr Numbered one_1[] = {{0x2, 3}, {0x6, 5}, {0x79, 7}, {0x27, 8}, {0x20, 8}};
/** Levels 6 to 18 of run 1. */
constexpr Numbered long_1[] = {{0x16, 13}, {0x15, 13}, {0x1f, 15}, {0x1e, 15}, {0x1d, 15},
                               {0x1c, 15}, {0x1b, 15}, {0x1a, 15}, {0x19, 15}, {0x13, 16},
                               {0x12, 16}, {0x11, 16}, {0x10, 16}};
constexpr Numbered zero_2[] = {{0x5, 4}, {0x4, 7}, {0xb, 10}, {0x14, 12}, {0x14, 13}};
constexpr Numbered one_2[] = {{0x5, 5}, {0x7, 7}, {0xfc, 8}, {0xc, 10}, {0x14, 13}};
constexpr Numbered zero_3[] = {{0x7, 5}, {0x24, 8}, {0x1c, 12}, {0x13, 13}};
constexpr Numbered one_3[] = {{0x7, 5}, {0x26, 8}, {0x1c, 12}, {0x13, 13}};
constexpr Numbered zero_4[] = {{0x6, 5}, {0xf, 10}, {0x12, 12}};
constexpr Numbered one_4[] = {{0x6, 6}, {0xfd, 8}, {0x12, 12}};
constexpr Numbered zero_5[] = {{0x7, 6}, {0x9, 10}, {0x12, 13}};
constexpr Numbered one_5[] = {{0x7, 6}, {0x4, 9}, {0x12, 13}};
constexpr Numbered zero_6[] = {{0x5, 6}, {0x1e, 12}, {0x14, 16}};
constexpr Numbered one_6[] = {{0x6, 7}, {0x1e, 12}, {0x14, 16}};
constexpr Numbered zero_7[] = {{0x4, 6}, {0x15, 12}};
constexpr Numbered one_7[] = {{0x4, 7}, {0x15, 12}};
constexpr Numbered zero_8[] = {{0x7, 7}, {0x11, 12}};
constexpr Numbered one_8[] = {{0x5, 7}, {0x11, 12}};
constexpr Numbered zero_9[] = {{0x5, 7}, {0x11, 13}};
constexpr Numbered one_9[] = {{0x78, 7}, {0x11, 13}};
constexpr Numbered zero_10[] = {{0x27, 8}, {0x10, 13}};
constexpr Numbered one_10[] = {{0x7a, 7}, {0x10, 13}};
constexpr Numbered zero_11[] = {{0x23, 8}, {0x1a, 16}};
constexpr Numbered one_11[] = {{0x21, 8}, {0x1a, 16}};
constexpr Numbered zero_12[] = {{0x22, 8}, {0x19, 16}};
constexpr Numbered one_12[] = {{0x25, 8}, {0x19, 16}};
constexpr Numbered zero_13[] = {{0x20, 8}, {0x18, 16}};
constexpr Numbered one_13[] = {{0x24, 8}, {0x18, 16}};
constexpr Numbered zero_14[] = {{0xe, 10}, {0x17, 16}};
constexpr Numbered one_14[] = {{0x5, 9}, {0x17, 16}};
constexpr Numbered zero_15[] = {{0xd, 10}, {0x16, 16}};
constexpr Numbered one_15[] = {{0x7, 9}, {0x16, 16}};
constexpr Numbered zero_16[] = {{0x8, 10}, {0x15, 16}};
constexpr Numbered one_16[] = {{0xd, 10}, {0x15, 16}};
/** Level 1 of runs 17 to 31. */
constexpr Numbered long_runs[] = {{0x1f, 12}, {0x1a, 12}, {0x19, 12}, {0x17, 12}, {0x16, 12},
                                  {0x1f, 13}, {0x1e, 13}, {0x1d, 13}, {0x1c, 13}, {0x1b, 13},
                                  {0x1f, 16}, {0x1e, 16}, {0x1d, 16}, {0x1c, 16}, {0x1b, 16}};

constexpr RunCodes zero_runs[] = {{0, zero_0},   {1, zero_1},   {2, zero_2},   {3, zero_3},   {4, zero_4},
                                  {5, zero_5},   {6, zero_6},   {7, zero_7},   {8, zero_8},   {9, zero_9},
                                  {10, zero_10}, {11, zero_11}, {12, zero_12}, {13, zero_13}, {14, zero_14},
                                  {15, zero_15}, {16, zero_16}};
constexpr RunCodes one_runs[] = {{0, one_0},   {1, one_1},   {2, one_2},   {3, one_3},   {4, one_4},
                                 {5, one_5},   {6, one_6},   {7, one_7},   {8, one_8},   {9, one_9},
                                 {10, one_10}, {11, one_11}, {12, one_12}, {13, one_13}, {14, one_14},
                                 {15, one_15}, {16, one_16}};
constexpr Numbered escape_code{0x1, 6};
constexpr Numbered zero_end{0x2, 2}, one_end{0x6, 4};

std::array<RunLevel, 1u << coefficient_bits> coefficient_table(std::span<const RunCodes> runs,
                                                               const Numbered& end) {
    std::array<RunLevel, 1u << coefficient_bits> table{};
    const auto add = [&table](const Numbered& code, unsigned run, unsigned level) {
        enter(table, coefficient_bits, code.code, code.length,
              RunLevel{static_cast<std::uint8_t>(run), static_cast<std::uint8_t>(level), code.length});
    };
    for (const RunCodes& row : runs) {
        for (unsigned i = 0; i < row.codes.size(); ++i) {
            add(row.codes[i], row.run, i + 1);
        }
    }
    for (unsigned i = 0; i < std::size(long_0); ++i) {
        add(long_0[i], 0, std::size(zero_0) + 1 + i);
    }
    for (unsigned i = 0; i < std::size(long_1); ++i) {
        add(long_1[i], 1, std::size(zero_1) + 1 + i);
    }
    for (unsigned i = 0; i < std::size(long_runs); ++i) {
        add(long_runs[i], 17 + i, 1);
    }
    add(escape_code, 0, escape);
    add(end, 0, end_of_block);
    return table;
}

}  // namespace

const std::array<Code, 1u << increment_bits> increments = table_of<increment_bits>(increment_codes);
const std::array<std::array<Code, 1u << type_bits>, 3> types = {table_of<type_bits>(intra_types),
                                                                table_of<type_bits>(predictive_types),
                                                                table_of<type_bits>(bidirectional_types)};
const std::array<Code, 1u << pattern_bits> patterns = table_of<pattern_bits>(pattern_codes);
const std::array<Code, 1u << motion_bits> motions = table_of<motion_bits>(motion_codes);
const std::array<std::array<Code, 1u << dc_bits>, 2> dc_sizes = {table_of<dc_bits>(luma_sizes),
                                                                 table_of<dc_bits>(chroma_sizes)};
const std::array<std::array<RunLevel, 1u << coefficient_bits>, 2> coefficients = {
    coefficient_table(zero_runs, zero_end), coefficient_table(one_runs, one_end)};

const std::array<std::array<std::uint8_t, 64>, 2> scans = {{
    {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
     41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
     30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63},
    {0,  8,  16, 24, 1,  9,  2,  10, 17, 25, 32, 40, 48, 56, 57, 49, 41, 33, 26, 18, 3,  11,
     4,  12, 19, 27, 34, 42, 50, 58, 35, 43, 51, 59, 20, 28, 5,  13, 6,  14, 21, 29, 36, 44,
     52, 60, 37, 45, 53, 61, 22, 30, 7,  15, 23, 31, 38, 46, 54, 62, 39, 47, 55, 63},
}};

const std::array<std::array<std::uint8_t, 32>, 2> quantizer_scales = {{
    {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
     32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62},
    {0,  1,  2,  3,  4,  5,  6,  7,  8,  10, 12, 14, 16, 18, 20,  22,
     24, 28, 32, 36, 40, 44, 48, 52, 56, 64, 72, 80, 88, 96, 104, 112},
}};

}  // namespace svp::vpu::mpeg2
