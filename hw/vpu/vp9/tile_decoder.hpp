// SPDX-License-Identifier: GPL-2.0-or-later
/** Decodes blocks of a tile, a row of 64x64 ones at a time (VP9 specification, sections 6.4.1 to 6.4.4
 * and 6.4.23).
 */
#pragma once

#include <array>
#include <vector>

#include "vpu/vp9/inter_prediction.hpp"
#include "vpu/vp9/loop_filter.hpp"
#include "vpu/vp9/mode_parser.hpp"
#include "vpu/vp9/residual.hpp"

namespace svp::vpu::vp9 {

/** What all tiles of a picture share. */
template <typename Sample>
struct TileWork {
    const Parameters& parameters;
    const Probabilities& probabilities;
    Frame& frame;
    ModeParser& modes;
    ResidualParser<Sample>& residuals;
    InterPrediction<Sample>& inter;
    const LoopFilter& filter;
    const Planes<Sample>& planes;
    Counts& counts;
};

template <typename Sample>
class TileDecoder {
 public:
    explicit TileDecoder(const TileWork<Sample>& work);

    /** Decodes row @p row of 64x64 blocks of a tile. False if the stream is not legal. */
    bool decode_row(BoolDecoder& decoder, const TileColumns& tile, unsigned row);

 private:
    /** A transform block in its block: units of 4x4 samples of the plane. */
    struct Transform {
        unsigned plane;
        unsigned x;  ///< in the picture
        unsigned y;
        TxSize size;
    };
    /** Part of a block in a plane, 4x4 samples; those behind the picture's end left out. */
    struct PlaneArea {
        unsigned x;
        unsigned y;
        unsigned width;   ///< of the block
        unsigned height;  ///< of the block
        unsigned visible_width;
        unsigned visible_height;
    };

    void decode_partition(unsigned column, unsigned row, unsigned size_log2);
    void decode_block(unsigned column, unsigned row, BlockSize size);
    void reconstruct_intra(const Block& block);
    bool reconstruct_inter(const Block& block);
    void predict_intra_block(const Block& block, const PlaneArea& area, const Transform& where, Mode mode);
    bool residual(const Block& block, const PlaneArea& area, const Transform& where, TxType type);
    PlaneArea area_of(const Block& block, unsigned plane) const;
    void clear_contexts(const Block& block);
    Sample* samples_at(const Transform& where) const {
        return work_.planes.samples[where.plane] +
               static_cast<std::ptrdiff_t>(4 * where.y) * work_.planes.stride[where.plane] + 4 * where.x;
    }

    const TileWork<Sample> work_;
    BoolDecoder* decoder_ = nullptr;
    TileColumns tile_;
    bool legal_ = true;
    std::vector<std::uint8_t> above_partition_;  ///< by 8x8
    std::array<std::uint8_t, 8> left_partition_{};
    std::array<std::vector<std::uint8_t>, 3> above_nonzero_;  ///< by plane and 4x4
    std::array<std::array<std::uint8_t, 16>, 3> left_nonzero_{};
};

}  // namespace svp::vpu::vp9
