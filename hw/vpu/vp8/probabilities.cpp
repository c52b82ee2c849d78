// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::vp8 {

namespace {

// Offsets of the table's parts, bytes.
constexpr unsigned segment_offset = 4;
constexpr unsigned luma_mode_offset = 8;
constexpr unsigned chroma_mode_offset = 12;
constexpr unsigned vector_offset = 16;       // is_short of both, sign of both, long bits 8 and 9 of both
constexpr unsigned vector_long_offset = 24;  // long bits 0 to 7
constexpr unsigned vector_short_offset = 40;
constexpr unsigned first_nodes_offset = 56;   // of coefficients: nodes 0 to 3
constexpr unsigned other_nodes_offset = 440;  // nodes 4 to 10, and a byte of padding
constexpr unsigned first_nodes = 4;
constexpr unsigned other_nodes = 7;

}  // namespace

Probabilities::Probabilities(std::span<const std::uint8_t, size> table)
    : skip_false(table[0]), intra(table[1]), last(table[2]), golden(table[3]) {
    const auto copy = [&table](unsigned offset, unsigned count, std::uint8_t* to) {
        std::copy_n(table.begin() + offset, count, to);
    };
    copy(segment_offset, 3, segment.data());
    copy(luma_mode_offset, 4, luma_mode.data());
    copy(chroma_mode_offset, 3, chroma_mode.data());
    copy(vector_offset, 2, vector_is_short);
    copy(vector_offset + 2, 2, vector_sign);
    for (unsigned i = 0; i < 2; ++i) {
        copy(vector_offset + 4 + 2 * i, 2, vector_long[i] + 8);
        copy(vector_long_offset + 8 * i, 8, vector_long[i]);
        copy(vector_short_offset + 8 * i, 7, vector_short[i]);
    }
    unsigned first = first_nodes_offset, other = other_nodes_offset;
    for (auto& type : coefficient) {
        for (auto& band : type) {
            for (auto& context : band) {
                copy(first, first_nodes, context);
                copy(other, other_nodes, context + first_nodes);
                first += first_nodes;
                other += other_nodes + 1;
            }
        }
    }
}

}  // namespace svp::vpu::vp8
