// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/loop_filter.hpp"

#include <algorithm>

namespace svp::vpu::vp9 {

namespace {

constexpr int max_level = 63;

/** As wide as a transform allows; at multiples of 32 samples at least eight. */
EdgeWidth width_of(TxSize size, unsigned unit) {
    if (size == tx_4x4) {
        return unit % 4 == 0 ? EdgeWidth::eight : EdgeWidth::four;
    }
    return size == tx_8x8 ? EdgeWidth::eight : EdgeWidth::sixteen;
}

/** Whether an edge of a block, or of its transforms unless it has none, is @p distance units of eight samples
 * from its beginning. */
bool edge_at(const Block& block, TxSize size, unsigned distance) {
    const bool transforms = !(block.skip && block.inter());
    const unsigned units = size <= tx_8x8 ? 1 : 1u << (size - 1);
    return distance == 0 || (transforms && distance % units == 0);
}

}  // namespace

LoopFilter::LoopFilter(const Parameters& parameters) : parameters_(parameters), limits_{} {
    const int sharpness = parameters.sharpness;
    for (int level = 0; level <= max_level; ++level) {
        int inside = level >> ((sharpness > 0 ? 1 : 0) + (sharpness > 4 ? 1 : 0));
        inside = sharpness > 0 ? std::min(inside, 9 - sharpness) : inside;
        inside = std::max(inside, 1);
        limits_[static_cast<unsigned>(level)] = {.edge = static_cast<std::uint8_t>(2 * (level + 2) + inside),
                                                 .inside = static_cast<std::uint8_t>(inside),
                                                 .high = static_cast<std::uint8_t>(level >> 4)};
    }
}

std::uint8_t LoopFilter::level_of(const Block& block) const {
    const int scale = 1 << (parameters_.filter_level >> 5);
    int level = parameters_.segments[block.segment].level;
    level += parameters_.reference_delta[block.reference[0]] * scale;
    if (block.inter()) {
        level += parameters_.mode_delta[block.mode == zero_mv ? 0 : 1] * scale;
    }
    return static_cast<std::uint8_t>(std::clamp(level, 0, max_level));
}

/** Column @p x and line @p y count 8x8 of the picture. */
LoopFilter::Unit LoopFilter::luma_unit(const Block& block, unsigned x, unsigned y) const {
    Unit unit{.level = block.level};
    if (block.level == 0) {
        return unit;
    }
    if (x > 0 && edge_at(block, block.tx_size, x - block.column)) {
        unit.left = width_of(block.tx_size, x);
    }
    if (y > 0 && edge_at(block, block.tx_size, y - block.row)) {
        unit.above = width_of(block.tx_size, y);
    }
    unit.inner_columns = unit.inner_rows = block.tx_size == tx_4x4 && !(block.skip && block.inter());
    return unit;
}

/** The same for chroma, for the 16x16 of luma that begin there; that may be cut by the picture's end. */
LoopFilter::Unit LoopFilter::chroma_unit(const Frame& frame, const Block& block, unsigned x,
                                         unsigned y) const {
    Unit unit{.level = block.level};
    if (block.level == 0) {
        return unit;
    }
    const auto shortened = [](EdgeWidth width, bool cut) {
        return cut && width == EdgeWidth::sixteen ? EdgeWidth::eight : width;
    };
    const bool cut_column = x + 1 == frame.columns(), cut_row = y + 1 == frame.rows();
    if (x > 0 && edge_at(block, block.uv_tx_size, (x - block.column) / 2)) {
        unit.left = shortened(width_of(block.uv_tx_size, x / 2), cut_column);
    }
    if (y > 0 && edge_at(block, block.uv_tx_size, (y - block.row) / 2)) {
        unit.above = shortened(width_of(block.uv_tx_size, y / 2), cut_row);
    }
    const bool inner = block.uv_tx_size == tx_4x4 && !(block.skip && block.inter()) && !cut_column;
    unit.inner_columns = inner;
    unit.inner_rows = inner && !cut_row;
    return unit;
}

/** All edges from above to below, then all from left to right. */
template <typename Sample>
void LoopFilter::filter_plane(const Units& units, unsigned columns, unsigned rows, Sample* samples,
                              std::ptrdiff_t stride) const {
    const unsigned depth = parameters_.bit_depth;
    for (unsigned y = 0; y < rows; ++y) {
        for (unsigned x = 0; x < columns; ++x) {
            const Unit& unit = units[y][x];
            Sample* at = samples + static_cast<std::ptrdiff_t>(8 * y) * stride + 8 * x;
            if (unit.left != EdgeWidth::none) {
                filter_edge(unit.left, limits_[unit.level], depth, at, 1, stride);
            }
            if (unit.inner_columns) {
                filter_edge(EdgeWidth::four, limits_[unit.level], depth, at + 4, 1, stride);
            }
        }
    }
    for (unsigned y = 0; y < rows; ++y) {
        for (unsigned x = 0; x < columns; ++x) {
            const Unit& unit = units[y][x];
            Sample* at = samples + static_cast<std::ptrdiff_t>(8 * y) * stride + 8 * x;
            if (unit.above != EdgeWidth::none) {
                filter_edge(unit.above, limits_[unit.level], depth, at, stride, 1);
            }
            if (unit.inner_rows) {
                filter_edge(EdgeWidth::four, limits_[unit.level], depth, at + 4 * stride, stride, 1);
            }
        }
    }
}

template <typename Sample>
void LoopFilter::filter(const Frame& frame, unsigned column, unsigned row,
                        const Planes<Sample>& planes) const {
    Units units{}, chroma{};
    const unsigned columns = std::min(8u, frame.columns() - 8 * column);
    const unsigned rows = std::min(8u, frame.rows() - 8 * row);
    for (unsigned y = 0; y < rows; ++y) {
        for (unsigned x = 0; x < columns; ++x) {
            const unsigned place_x = 8 * column + x, place_y = 8 * row + y;
            const Block& block = frame.at(place_x, place_y);
            units[y][x] = luma_unit(block, place_x, place_y);
            if (x % 2 == 0 && y % 2 == 0) {
                chroma[y / 2][x / 2] = chroma_unit(frame, block, place_x, place_y);
            }
        }
    }
    const auto at = [&](unsigned plane, unsigned size) {
        return planes.samples[plane] + static_cast<std::ptrdiff_t>(size * row) * planes.stride[plane] +
               size * column;
    };
    filter_plane(units, columns, rows, at(0, 64), planes.stride[0]);
    for (unsigned plane = 1; plane < 3; ++plane) {
        filter_plane(chroma, (columns + 1) / 2, (rows + 1) / 2, at(plane, 32), planes.stride[plane]);
    }
}

template void LoopFilter::filter(const Frame&, unsigned, unsigned, const Planes<std::uint8_t>&) const;
template void LoopFilter::filter(const Frame&, unsigned, unsigned, const Planes<std::uint16_t>&) const;

}  // namespace svp::vpu::vp9
