// SPDX-License-Identifier: GPL-2.0-or-later
/** Decodes the macroblocks of a slice (clauses 7.3.4 and 7.3.5): syntax, prediction, residual. */
#pragma once

#include <span>

#include "vpu/h264/cabac.hpp"
#include "vpu/h264/inter_prediction.hpp"
#include "vpu/h264/intra_prediction.hpp"
#include "vpu/h264/motion.hpp"
#include "vpu/h264/slice.hpp"

namespace svp::vpu::h264 {

class SliceDecoder {
 public:
    enum class Step : std::uint8_t { more, end, error, exhausted };

    /** Slice number @p number (from 1 on) with data at @p bits, behind the header. */
    SliceDecoder(Picture& picture, InterPrediction& inter, MotionStore& store, const SliceHeader& header,
                 PayloadReader bits, unsigned number);

    /** Decodes the next macroblock. */
    Step decode();

 private:
    /** Scaled coefficients of a macroblock; 8x8 and 4x4 blocks in the order of the stream. */
    struct Residual {
        std::int32_t luma[256] = {};
        std::int32_t chroma[2][64] = {};
        std::int32_t luma_dc[16] = {};
        std::int32_t chroma_dc[2][4] = {};
    };
    struct SubType {
        bool direct = false;
        bool used[2] = {false, false};
        std::uint8_t shape = 0;  ///< 0: 8x8, 1: 8x4, 2: 4x8, 3: 4x4
    };

    bool begin();
    bool inferred_field() const;
    bool read_skip();
    bool skip_cabac();
    bool skip_cavlc();
    void start_macroblock(unsigned y);
    void skip_macroblock();
    bool layer();
    bool intra_layer(unsigned type);
    bool read_pcm();
    bool read_intra_modes();
    std::int8_t predicted_mode(unsigned block) const;
    bool inter_layer(unsigned type);
    bool partitions(unsigned type);
    bool sub_partitions(bool zero_refs);
    bool read_ref(unsigned list, unsigned part, int& ref);
    bool read_vector(unsigned list, int ref, unsigned x, unsigned y, unsigned width, unsigned height);
    int mvd_sum(unsigned list, unsigned component, unsigned x, unsigned y) const;
    bool rest(bool may_transform_8x8);
    bool read_delta();
    bool read_residual();
    bool read_luma();
    bool read_chroma();
    bool block(Category category, unsigned index, unsigned size, Levels& levels);
    int cavlc_context(unsigned index) const;
    unsigned coded_increment(Category category, unsigned index) const;
    bool reconstruct();
    bool reconstruct_luma();
    bool reconstruct_chroma();
    Beside beside_macroblock(bool (&left)[2]) const;
    void set_qp(int qp);
    Step after(bool good);

    Picture& picture_;
    InterPrediction& inter_;
    Slice slice_;
    Motion motion_;
    PayloadReader bits_;
    Cabac cabac_;
    Residual residual_;
    unsigned number_;
    unsigned address_;
    int qp_;
    bool after_delta_ = false;   ///< the last macroblock had a mb_qp_delta that is not 0
    bool last_skipped_ = false;  ///< prevMbSkipped
    bool skip_known_ = false;    ///< the bottom macroblock's mb_skip_flag was read with the top one's
    bool next_skipped_ = false;
    bool field_known_ = false;  ///< the pair's field flag was read already
    unsigned run_ = 0;          ///< mb_skip_run that is left
    bool run_known_ = false;
};

}  // namespace svp::vpu::h264
