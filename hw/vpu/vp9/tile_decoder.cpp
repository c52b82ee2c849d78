// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/tile_decoder.hpp"

#include <algorithm>

#include "vpu/vp9/intra_prediction.hpp"
#include "vpu/vp9/transform.hpp"

namespace svp::vpu::vp9 {

namespace {

enum Partition : std::uint8_t { partition_none, partition_horizontal, partition_vertical, partition_split };

constexpr std::int8_t partition_tree[] = {-partition_none, 2, -partition_horizontal, 4, -partition_vertical,
                                          -partition_split};

/** Sizes of what a square is split into; [size][Partition]. The last is for 8x8 only. */
constexpr BlockSize subsizes[4][4] = {
    {block_8x8, block_8x4, block_4x8, block_4x4},
    {block_16x16, block_16x8, block_8x16, block_8x8},
    {block_32x32, block_32x16, block_16x32, block_16x16},
    {block_64x64, block_64x32, block_32x64, block_32x32},
};

/** Sizes of squares that a block is smaller than, one bit each from 8x8 on. */
constexpr std::uint8_t partition_context(unsigned log2_4x4) {
    return static_cast<std::uint8_t>(15u << log2_4x4 & 15u);
}

constexpr unsigned largest_log2 = 3;  ///< of 64 samples in units of 8

}  // namespace

template <typename Sample>
TileDecoder<Sample>::TileDecoder(const TileWork<Sample>& work)
    : work_(work), above_partition_(8 * work.parameters.superblock_columns()) {
    for (unsigned plane = 0; plane < 3; ++plane) {
        above_nonzero_[plane].resize(above_partition_.size() * (plane == 0 ? 2 : 1));
    }
}

template <typename Sample>
bool TileDecoder<Sample>::decode_row(BoolDecoder& decoder, const TileColumns& tile, unsigned row) {
    decoder_ = &decoder;
    tile_ = tile;
    left_partition_ = {};
    left_nonzero_ = {};
    for (unsigned column = tile.first; column < tile.end && legal_; column += 8) {
        decode_partition(column, 8 * row, largest_log2);
    }
    return legal_;
}

/** Section 6.4.3, for a square of 8 << @p size_log2 samples. */
template <typename Sample>
void TileDecoder<Sample>::decode_partition(unsigned column, unsigned row, unsigned size_log2) {
    const Frame& frame = work_.frame;
    if (column >= frame.columns() || row >= frame.rows() || !legal_) {
        return;
    }
    const unsigned size = 1u << size_log2, half = size / 2;
    const bool has_rows = row + half < frame.rows(), has_columns = column + half < frame.columns();
    const unsigned context = 4 * size_log2 + (above_partition_[column] >> size_log2 & 1u) +
                             2 * (left_partition_[row % 8] >> size_log2 & 1u);
    const std::uint8_t* p = work_.probabilities.partition[context];
    unsigned partition = partition_split;
    if (has_rows && has_columns) {
        partition = decoder_->tree(partition_tree, p);
    } else if (has_columns) {
        partition = decoder_->decode(p[1]) ? partition_split : partition_horizontal;
    } else if (has_rows) {
        partition = decoder_->decode(p[2]) ? partition_split : partition_vertical;
    }
    ++work_.counts.partition[context][partition];
    const BlockSize subsize = subsizes[size_log2][partition];
    if (half == 0) {
        decode_block(column, row, subsize);
    } else if (partition == partition_split) {
        for (unsigned i = 0; i < 4; ++i) {
            decode_partition(column + i % 2 * half, row + i / 2 * half, size_log2 - 1);
        }
    } else {
        decode_block(column, row, subsize);
        if (partition == partition_horizontal && has_rows) {
            decode_block(column, row + half, subsize);
        } else if (partition == partition_vertical && has_columns) {
            decode_block(column + half, row, subsize);
        }
    }
    if (half == 0 || partition != partition_split) {
        std::fill_n(above_partition_.begin() + static_cast<std::ptrdiff_t>(column), size,
                    partition_context(width_log2_4x4[subsize]));
        std::fill_n(left_partition_.begin() + row % 8, size, partition_context(height_log2_4x4[subsize]));
    }
}

template <typename Sample>
typename TileDecoder<Sample>::PlaneArea TileDecoder<Sample>::area_of(const Block& block,
                                                                     unsigned plane) const {
    const unsigned unit = plane == 0 ? 2 : 1;  // 4x4 in an 8x8
    const unsigned width = width_8x8(block.size), height = height_8x8(block.size);
    return {unit * block.column,
            unit * block.row,
            unit * width,
            unit * height,
            unit * std::min(width, work_.frame.columns() - block.column),
            unit * std::min(height, work_.frame.rows() - block.row)};
}

template <typename Sample>
void TileDecoder<Sample>::clear_contexts(const Block& block) {
    for (unsigned plane = 0; plane < 3; ++plane) {
        const PlaneArea area = area_of(block, plane);
        std::fill_n(above_nonzero_[plane].begin() + static_cast<std::ptrdiff_t>(area.x), area.width,
                    std::uint8_t{0});
        std::fill_n(left_nonzero_[plane].begin() + area.y % (plane == 0 ? 16 : 8), area.height,
                    std::uint8_t{0});
    }
}

template <typename Sample>
void TileDecoder<Sample>::decode_block(unsigned column, unsigned row, BlockSize size) {
    if (!legal_) {
        return;
    }
    Block& block = work_.frame.place(column, row, size);
    if (!work_.modes.parse(*decoder_, tile_, block)) {
        legal_ = false;
        return;
    }
    if (block.skip) {
        clear_contexts(block);
    }
    if (!block.inter()) {
        reconstruct_intra(block);
    } else if (!work_.inter.predict(block, work_.planes)) {
        legal_ = false;
    } else if (!block.skip && !reconstruct_inter(block) && !block.below_8x8()) {
        block.skip = true;  // as the loop filter and later blocks see it
    }
    block.level = work_.filter.level_of(block);
}

/** Blocks are predicted from others with their residual. */
template <typename Sample>
void TileDecoder<Sample>::reconstruct_intra(const Block& block) {
    for (unsigned plane = 0; plane < 3; ++plane) {
        const PlaneArea area = area_of(block, plane);
        const TxSize size = plane == 0 ? block.tx_size : block.uv_tx_size;
        for (unsigned y = 0; y < area.visible_height; y += 1u << size) {
            for (unsigned x = 0; x < area.visible_width; x += 1u << size) {
                const Transform where{plane, area.x + x, area.y + y, size};
                const Mode mode = plane != 0          ? block.uv_mode
                                  : block.below_8x8() ? block.submodes[2 * y + x]
                                                      : block.mode;
                predict_intra_block(block, area, where, mode);
                if (!block.skip) {
                    const bool sine = plane == 0 && !work_.parameters.lossless && size != tx_32x32;
                    residual(block, area, where, sine ? tx_type_of(mode) : dct_dct);
                }
            }
        }
    }
}

template <typename Sample>
void TileDecoder<Sample>::predict_intra_block(const Block& block, const PlaneArea& area,
                                              const Transform& where, Mode mode) {
    const unsigned unit = where.plane == 0 ? 2 : 1;
    const IntraEdges edges{
        .above = where.y > 0,
        .left = where.x > unit * tile_.first,
        .above_right = where.size == tx_4x4 && where.x + 1 < area.x + area.width,
        .right_samples = 4 * (unit * work_.frame.columns() - where.x),
        .below_samples = 4 * (unit * work_.frame.rows() - where.y),
    };
    static_cast<void>(block);
    predict_intra(mode, where.size, edges, work_.parameters.bit_depth, samples_at(where),
                  work_.planes.stride[where.plane]);
}

/** Whether there were any coefficients. */
template <typename Sample>
bool TileDecoder<Sample>::reconstruct_inter(const Block& block) {
    bool any = false;
    for (unsigned plane = 0; plane < 3; ++plane) {
        const PlaneArea area = area_of(block, plane);
        const TxSize size = plane == 0 ? block.tx_size : block.uv_tx_size;
        for (unsigned y = 0; y < area.visible_height; y += 1u << size) {
            for (unsigned x = 0; x < area.visible_width; x += 1u << size) {
                any |= residual(block, area, {plane, area.x + x, area.y + y, size}, dct_dct);
            }
        }
    }
    return any;
}

/** Reads a transform block's coefficients and adds what they stand for. True if there were any. */
template <typename Sample>
bool TileDecoder<Sample>::residual(const Block& block, const PlaneArea& area, const Transform& where,
                                   TxType type) {
    const unsigned units = 1u << where.size;
    std::uint8_t* above = above_nonzero_[where.plane].data() + where.x;
    std::uint8_t* left = left_nonzero_[where.plane].data() + where.y % (where.plane == 0 ? 16 : 8);
    const auto any = [units](const std::uint8_t* flags) {
        return std::any_of(flags, flags + units, [](std::uint8_t flag) { return flag != 0; }) ? 1u : 0u;
    };
    const unsigned count = work_.residuals.parse(
        *decoder_,
        {where.size, type, where.plane == 0 ? 0u : 1u, block.inter(), block.segment, any(above) + any(left)});
    // What lies behind the picture's end has none.
    const auto mark = [&](std::uint8_t* flags, unsigned visible) {
        const unsigned inside = std::min(units, visible);
        std::fill_n(flags, inside, static_cast<std::uint8_t>(count > 0 ? 1 : 0));
        std::fill(flags + inside, flags + units, std::uint8_t{0});
    };
    mark(above, area.x + area.visible_width - where.x);
    mark(left, area.y + area.visible_height - where.y);
    if (count > 0) {
        const TransformBlock<Sample> coefficients{work_.residuals.coefficients(),
                                                  where.size,
                                                  type,
                                                  work_.parameters.lossless,
                                                  work_.residuals.rows(),
                                                  work_.residuals.columns()};
        add_transform(coefficients, work_.parameters.bit_depth, samples_at(where),
                      work_.planes.stride[where.plane]);
    }
    return count > 0;
}

template class TileDecoder<std::uint8_t>;
template class TileDecoder<std::uint16_t>;

}  // namespace svp::vpu::vp9
