// SPDX-License-Identifier: GPL-2.0-or-later
/** Syntax elements by context-adaptive binary arithmetic codes (clause 9.3). */
#pragma once

#include <span>

#include "vpu/entropy/cabac_decoder.hpp"
#include "vpu/h264/levels.hpp"
#include "vpu/h264/neighbours.hpp"

namespace svp::vpu::h264 {

class Cabac {
 public:
    /** Begins a slice: @p table is 0 for I slices, else 1 + cabac_init_idc; @p qp is SliceQPY. */
    void start(std::span<const std::uint8_t> data, const Tables& tables, unsigned table, int qp);
    /** Goes on behind raw samples. */
    void resume(std::span<const std::uint8_t> data) { decoder_.start(data); }

    bool skip_flag(const Neighbours& where, bool b_slice);
    bool field_flag(const Neighbours& where);
    unsigned mb_type_i(const Neighbours& where);
    unsigned mb_type_p();                         ///< 5 and more: intra
    unsigned mb_type_b(const Neighbours& where);  ///< 23 and more: intra
    unsigned sub_mb_type_p();
    unsigned sub_mb_type_b();
    bool transform_8x8_flag(const Neighbours& where);
    /** Intra prediction mode: -1 the predicted one, else rem_intra4x4_pred_mode. */
    int intra_mode();
    unsigned chroma_mode(const Neighbours& where);
    std::uint8_t pattern(const Neighbours& where, bool monochrome);
    /** mb_qp_delta, once the last macroblock had one (@p after_delta) or not. */
    int qp_delta(bool after_delta);
    unsigned ref_idx(const Neighbours& where, unsigned list, unsigned part);
    /** A component (0: x, 1: y) of a vector's difference, for neighbours' magnitudes @p sum. */
    int mvd(unsigned component, unsigned sum);
    /** coded_block_flag in context @p increment, 0 to 3. */
    bool coded_block(Category category, unsigned increment);
    /** A block of @p size coefficients that has some. */
    void block(Category category, unsigned size, bool field, Levels& levels);
    bool end() { return decoder_.terminate(); }
    std::size_t position() const { return decoder_.end(); }

    /** The stream has ended, or held what no stream has. */
    bool failed() const { return failed_ || decoder_.exhausted(); }

 private:
    unsigned bin(unsigned context) { return decoder_.decode(contexts_[context]); }
    unsigned intra_type(unsigned context, bool i_slice);
    unsigned exp_golomb(unsigned k);
    template <bool is_8x8>
    [[gnu::always_inline]] inline unsigned significance(CabacDecoder& decoder, Category category,
                                                        unsigned size, unsigned field,
                                                        std::uint8_t* positions);

    CabacDecoder decoder_;
    CabacContext contexts_[context_count];
    bool failed_ = false;
};

}  // namespace svp::vpu::h264
