// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/tables.hpp"

#include <algorithm>

namespace svp::vpu::h264 {

const std::uint8_t scan_4x4[2][16] = {
    {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15},
    {0, 4, 1, 8, 12, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
};

const std::uint8_t scan_8x8[2][64] = {
    {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
     41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
     30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63},
    {0,  8,  16, 1,  9,  24, 32, 17, 2, 25, 40, 48, 56, 33, 10, 3,  18, 41, 49, 57, 26, 11,
     4,  19, 34, 42, 50, 58, 27, 12, 5, 20, 35, 43, 51, 59, 28, 13, 6,  21, 36, 44, 52, 60,
     29, 14, 22, 37, 45, 53, 61, 30, 7, 15, 38, 46, 54, 62, 23, 31, 39, 47, 55, 63},
};

namespace {

constexpr std::size_t order_count_offset = 3680;
constexpr std::size_t scaling_offset = order_count_offset + 34 * 4;
constexpr std::size_t lists_4x4 = 6 * 16;
constexpr std::uint8_t flat = 16;

constexpr int factors_4x4[6][3] = {{10, 16, 13}, {11, 18, 14}, {13, 20, 16},
                                   {14, 23, 18}, {16, 25, 20}, {18, 29, 23}};
constexpr int factors_8x8[6][6] = {{20, 18, 32, 19, 25, 24}, {22, 19, 35, 21, 28, 26},
                                   {26, 23, 42, 24, 33, 31}, {28, 25, 45, 26, 35, 33},
                                   {32, 28, 51, 30, 40, 38}, {36, 32, 58, 34, 46, 43}};

constexpr unsigned class_4x4(unsigned x, unsigned y) {
    return x % 2 == 0 && y % 2 == 0 ? 0 : x % 2 == 1 && y % 2 == 1 ? 1 : 2;
}

constexpr unsigned class_8x8(unsigned x, unsigned y) {
    if (x % 2 == 1 && y % 2 == 1) {
        return 1;
    }
    if (x % 2 == 1 || y % 2 == 1) {
        return (x % 2 == 1 ? y : x) % 4 == 0 ? 3 : 5;
    }
    return x % 4 == 0 && y % 4 == 0 ? 0 : x % 4 == 2 && y % 4 == 2 ? 2 : 4;
}

}  // namespace

int chroma_qp(int qp) {
    constexpr std::uint8_t high[] = {29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36,
                                     36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39};
    qp = std::clamp(qp, 0, 51);
    return qp < 30 ? qp : high[qp - 30];
}

void Tables::set_scales(const std::uint8_t* lists) {
    for (unsigned remainder = 0; remainder < 6; ++remainder) {
        for (unsigned list = 0; list < 6; ++list) {
            for (unsigned i = 0; i < 16; ++i) {
                scale_4x4[list][remainder][i] =
                    lists[16 * list + i] * factors_4x4[remainder][class_4x4(i % 4, i / 4)];
            }
        }
        for (unsigned list = 0; list < 2; ++list) {
            for (unsigned i = 0; i < 64; ++i) {
                scale_8x8[list][remainder][i] =
                    lists[lists_4x4 + 64 * list + i] * factors_8x8[remainder][class_8x8(i % 8, i / 8)];
            }
        }
    }
}

Response Tables::read(MemoryPort& port, const Parameters& parameters) {
    std::array<std::uint8_t, size> bytes{};
    const Response answer = port.read(Stream::table, parameters.tables, bytes);
    // Numbers of 8 bits are taken from words with the other byte order than memory's.
    const auto swapped = [&bytes](std::size_t index) { return bytes[index ^ 3]; };
    for (std::size_t i = 0; i < order_count_offset; ++i) {
        contexts[i / 2 / context_count][i / 2 % context_count][i % 2] =
            static_cast<std::int8_t>(bytes[i ^ 3]);
    }
    const auto word = [&bytes](std::size_t index) {
        const std::uint8_t* at = bytes.data() + order_count_offset + 4 * index;
        return static_cast<std::int32_t>(std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 |
                                         std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24);
    };
    for (std::size_t i = 0; i < 2 * slot_count; ++i) {
        order_count[i / 2][i % 2] = word(i);
    }
    current_order_count[0] = word(2 * slot_count);
    current_order_count[1] = word(2 * slot_count + 1);
    std::uint8_t lists[lists_4x4 + 2 * 64];
    for (std::size_t i = 0; i < sizeof lists; ++i) {
        lists[i] = parameters.scaling_matrix ? swapped(scaling_offset + i) : flat;
    }
    set_scales(lists);
    return answer;
}

}  // namespace svp::vpu::h264
