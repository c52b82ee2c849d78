// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads slice segment data, clauses 7.3.8 and 9.3, and has the picture made of it. */
#pragma once

#include <cstdint>
#include <span>

#include "vpu/entropy/cabac_decoder.hpp"
#include "vpu/entropy/payload_reader.hpp"
#include "vpu/hevc/contexts.hpp"
#include "vpu/hevc/motion_prediction.hpp"
#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/reconstruction.hpp"
#include "vpu/hevc/scaling_lists.hpp"

namespace svp::vpu::hevc {

class SliceDecoder {
 public:
    enum class Step : std::uint8_t { more, end, error, exhausted };

    SliceDecoder(Picture& picture, Reconstruction& reconstruction, const ScalingLists& scaling,
                 MotionStore& store);

    /** Begins a segment of the picture's last slice; @p bits stand at its first bit of data and must outlive
     * it. False: it begins where no segment can. */
    bool begin(const SliceHeader& segment, const PayloadReader& bits);
    /** The next coding tree block. */
    Step decode();
    /** Coding tree blocks that have been decoded. */
    unsigned decoded() const { return next_; }

 private:
    /** A coding unit. */
    struct Unit {
        unsigned x, y, log2_size;
        bool intra = false;
        bool bypass = false;  ///< cu_transquant_bypass_flag
        bool split_intra = false;
        bool whole = true;  ///< PART_2Nx2N
        unsigned max_depth = 0;
        unsigned intra_mode[4] = {};
        unsigned chroma_mode = 0;
    };
    /** A block of the transform tree. */
    struct Block {
        unsigned x, y;
        unsigned base_x, base_y;  ///< of its parent
        unsigned log2_size;
        unsigned depth;
        unsigned index;  ///< among its parent's
        bool cbf_cb, cbf_cr;
    };
    enum class Part : std::uint8_t { whole, two_rows, two_columns, four, up, down, left, right };

    // slice_decoder.cpp
    void start_ctb();
    void reset_contexts();
    void parse_sao(unsigned ctb_x, unsigned ctb_y);
    void parse_sao_offsets(Sao* sao, unsigned component);
    bool quadtree(unsigned x, unsigned y, unsigned log2_size, unsigned depth);

    // coding_unit.cpp
    bool coding_unit(unsigned x, unsigned y, unsigned log2_size, unsigned depth);
    Part part_mode(const Unit& unit);
    bool pcm(const Unit& unit);
    void intra_modes(Unit& unit);
    unsigned candidate_mode(unsigned x, unsigned y, int neighbour_x, int neighbour_y) const;
    bool inter(Unit& unit, Part part, bool skipped, unsigned depth);
    bool prediction_unit(const PredictionBlock& block, bool skipped, unsigned depth);
    bool parse_motion(const PredictionBlock& block, unsigned depth, Motion& motion);
    unsigned parse_ref_idx(unsigned active);
    Vector parse_mvd();
    void store_qp(const Unit& unit);

    // transform_tree.cpp
    bool transform_tree(const Unit& unit, const Block& block);
    bool transform_unit(const Unit& unit, const Block& block, bool cbf_luma);
    bool delta_qp();
    void predict_quantizer();
    void set_quantizers(int qp);
    void predict(unsigned component, unsigned x, unsigned y, unsigned log2_size, unsigned mode);
    static unsigned part_of(const Unit& unit, const Block& block);
    std::uint32_t usable(unsigned from_x, unsigned from_y, int x, int y, bool down, unsigned units) const;

    // residual.cpp
    bool residual(const Unit& unit, unsigned component, unsigned x, unsigned y, unsigned log2_size,
                  unsigned mode);
    bool last_position(unsigned component, unsigned log2_size, unsigned scan, unsigned& x, unsigned& y);
    std::uint32_t remaining_level(unsigned rice);

    bool bin(unsigned context) { return cabac_.decode(contexts_[context]) != 0; }
    unsigned bypass_bits(unsigned count) {
        unsigned value = 0;
        for (unsigned i = 0; i < count; ++i) {
            value = value << 1 | cabac_.bypass();
        }
        return value;
    }
    /** Exp-Golomb code of order @p order, bypass; what is too long is a failure. */
    unsigned exp_golomb(unsigned order);

    Picture& picture_;
    const Parameters& job_;
    Reconstruction& reconstruction_;
    const ScalingLists& scaling_;
    Availability available_;
    MotionPredictor motion_;
    CabacDecoder cabac_;
    Contexts contexts_;
    Contexts row_contexts_;      ///< for the next row of a wavefront
    Contexts segment_contexts_;  ///< for a dependent segment
    std::span<const std::uint8_t> data_;
    SliceHeader slice_;
    bool merged_ = false;        ///< merge_flag of the last prediction block
    bool merged_whole_ = false;  ///< the current coding unit is one prediction block, and merged
    bool failed_ = false;        ///< the stream has what no legal one has

    unsigned next_ = 0;         ///< the next ctb, in decoding order
    unsigned ctb_ = 0;          ///< the current one, raster
    std::int32_t address_ = 0;  ///< SliceAddrRs

    bool qp_delta_coded_ = false;
    int qp_delta_ = 0;
    unsigned group_x_ = 0;  ///< of the quantization group
    unsigned group_y_ = 0;
    int predicted_qp_ = 0;   ///< of the group
    int qp_ = 0;             ///< QpY of the current coding unit
    int last_qp_ = 0;        ///< of the one before; of the slice where prediction begins anew
    int quantizer_[3] = {};  ///< Qp'Y, Qp'Cb, Qp'Cr

    alignas(32) std::int16_t coefficients_[32 * 32] = {};  ///< 0 between blocks
};

}  // namespace svp::vpu::hevc
