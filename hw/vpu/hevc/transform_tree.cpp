// SPDX-License-Identifier: GPL-2.0-or-later
/* The transform tree of a coding unit, its quantizers, and prediction within the picture (clauses 7.3.8.8,
 * 7.3.8.10, 7.3.8.14 and 8.6.1). */
#include <algorithm>

#include "vpu/hevc/slice_decoder.hpp"

namespace svp::vpu::hevc {

namespace {

/** QpC as a function of qPi, table 8-10. */
int chroma_qp(int index) {
    constexpr std::int8_t table[13] = {29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37};
    return index < 30 ? index : index >= 43 ? index - 6 : table[index - 30];
}

}  // namespace

bool SliceDecoder::transform_tree(const Unit& unit, const Block& block) {
    const bool inter_split = job_.max_depth_inter == 0 && !unit.intra && !unit.whole && block.depth == 0;
    const bool intra_split = unit.split_intra && block.depth == 0;
    bool split = block.log2_size > job_.log2_max_tb || intra_split || inter_split;
    if (block.log2_size <= job_.log2_max_tb && block.log2_size > job_.log2_min_tb &&
        block.depth < unit.max_depth && !intra_split) {
        split = bin(context::split_transform + 5 - block.log2_size);
    }
    if (block.log2_size <= 2 && split) {
        return false;
    }
    bool cbf_cb = block.cbf_cb, cbf_cr = block.cbf_cr;
    if (block.log2_size > 2) {
        cbf_cb = cbf_cb && bin(context::cbf_chroma + block.depth);
        cbf_cr = cbf_cr && bin(context::cbf_chroma + block.depth);
    }
    if (split) {
        const unsigned half = 1u << (block.log2_size - 1);
        for (unsigned i = 0; i < 4; ++i) {
            if (!transform_tree(unit, {.x = block.x + i % 2 * half,
                                       .y = block.y + i / 2 * half,
                                       .base_x = block.x,
                                       .base_y = block.y,
                                       .log2_size = block.log2_size - 1,
                                       .depth = block.depth + 1,
                                       .index = i,
                                       .cbf_cb = cbf_cb,
                                       .cbf_cr = cbf_cr})) {
                return false;
            }
        }
        return true;
    }
    Block leaf = block;
    leaf.cbf_cb = cbf_cb;
    leaf.cbf_cr = cbf_cr;
    const bool cbf_luma = (!unit.intra && block.depth == 0 && !cbf_cb && !cbf_cr) ||
                          bin(context::cbf_luma + (block.depth == 0 ? 1 : 0));
    return transform_unit(unit, leaf, cbf_luma);
}

bool SliceDecoder::transform_unit(const Unit& unit, const Block& block, bool cbf_luma) {
    const unsigned size = 1u << block.log2_size;
    picture_.mark(block.x, block.y, size, size, Edge::transform);
    if ((cbf_luma || block.cbf_cb || block.cbf_cr) && job_.cu_qp_delta && !qp_delta_coded_ && !delta_qp()) {
        return false;
    }
    // Chroma of four blocks of 4x4 luma is with the last one.
    const bool chroma = block.log2_size > 2 || block.index == 3;
    const unsigned log2_chroma = std::max(block.log2_size - 1, 2u);
    const unsigned chroma_x = (block.log2_size > 2 ? block.x : block.base_x) / 2;
    const unsigned chroma_y = (block.log2_size > 2 ? block.y : block.base_y) / 2;
    const unsigned mode = unit.intra ? unit.intra_mode[unit.split_intra ? part_of(unit, block) : 0] : 0;
    if (unit.intra) {
        predict(0, block.x, block.y, block.log2_size, mode);
    }
    if (cbf_luma) {
        std::uint8_t* kind = &picture_.kind[picture_.unit(block.x, block.y)];
        for (unsigned y = 0; y < size / 4; ++y) {
            for (unsigned x = 0; x < size / 4; ++x) {
                kind[std::size_t{y} * picture_.columns + x] |= block::coded;
            }
        }
        if (!residual(unit, 0, block.x, block.y, block.log2_size, mode)) {
            return false;
        }
    }
    for (unsigned component = 1; chroma && component < 3; ++component) {
        if (unit.intra) {
            predict(component, chroma_x, chroma_y, log2_chroma, unit.chroma_mode);
        }
        if ((component == 1 ? block.cbf_cb : block.cbf_cr) &&
            !residual(unit, component, chroma_x, chroma_y, log2_chroma, unit.chroma_mode)) {
            return false;
        }
    }
    return !failed_;
}

/** Which of a unit's four prediction blocks a block is in. */
unsigned SliceDecoder::part_of(const Unit& unit, const Block& block) {
    const unsigned half = 1u << (unit.log2_size - 1);
    return (block.x >= unit.x + half ? 1u : 0u) + (block.y >= unit.y + half ? 2u : 0u);
}

/** cu_qp_delta_abs and its sign. */
bool SliceDecoder::delta_qp() {
    int value = 0;
    while (value < 5 && bin(context::cu_qp_delta + (value == 0 ? 0 : 1))) {
        ++value;
    }
    if (value == 5) {
        value += static_cast<int>(exp_golomb(0));
    }
    if (value != 0 && cabac_.bypass() != 0) {
        value = -value;
    }
    const int offset = 6 * (static_cast<int>(job_.bit_depth) - 8);
    if (failed_ || value < -(26 + offset / 2) || value > 25 + offset / 2) {
        return false;
    }
    qp_delta_coded_ = true;
    qp_delta_ = value;
    qp_ = (predicted_qp_ + value + 52 + 2 * offset) % (52 + offset) - offset;
    set_quantizers(qp_);
    return true;
}

/** qPY_PRED of a quantization group that begins. */
void SliceDecoder::predict_quantizer() {
    const unsigned mask = (1u << job_.log2_ctb) - 1;
    const int left = (group_x_ & mask) != 0 ? picture_.qp[picture_.unit(group_x_ - 1, group_y_)] : last_qp_;
    const int above = (group_y_ & mask) != 0 ? picture_.qp[picture_.unit(group_x_, group_y_ - 1)] : last_qp_;
    predicted_qp_ = (left + above + 1) >> 1;
    qp_ = predicted_qp_;
    set_quantizers(qp_);
}

void SliceDecoder::set_quantizers(int qp) {
    const int offset = 6 * (static_cast<int>(job_.bit_depth) - 8);
    quantizer_[0] = qp + offset;
    for (unsigned i = 0; i < 2; ++i) {
        quantizer_[1 + i] = chroma_qp(std::clamp(qp + slice_.chroma_qp_offset[i], -offset, 57)) + offset;
    }
}

/** Units of 4 luma samples beside a block, from @p x, @p y on, that prediction may use. */
std::uint32_t SliceDecoder::usable(unsigned from_x, unsigned from_y, int x, int y, bool down,
                                   unsigned units) const {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < units; ++i) {
        const int at_x = x + (down ? 0 : 4 * static_cast<int>(i)),
                  at_y = y + (down ? 4 * static_cast<int>(i) : 0);
        if (available_(from_x, from_y, at_x, at_y) &&
            (!job_.constrained_intra ||
             (picture_.kind[picture_.unit(static_cast<unsigned>(at_x), static_cast<unsigned>(at_y))] &
              block::intra) != 0)) {
            bits |= 1u << i;
        }
    }
    return bits;
}

/** Predicts a block from what lies beside it; place and size in samples of the component. */
void SliceDecoder::predict(unsigned component, unsigned x, unsigned y, unsigned log2_size, unsigned mode) {
    const unsigned scale = component == 0 ? 1 : 2;
    const unsigned luma_x = x * scale, luma_y = y * scale, units = 2 * (scale << log2_size) / 4;
    const int left = static_cast<int>(luma_x) - 1, above = static_cast<int>(luma_y) - 1;
    IntraBlock block{.component = component, .x = x, .y = y, .log2_size = log2_size, .mode = mode};
    block.left = usable(luma_x, luma_y, left, above + 1, true, units);
    block.top = usable(luma_x, luma_y, left + 1, above, false, units);
    block.corner = usable(luma_x, luma_y, left, above, true, 1) != 0;
    block.strong = job_.strong_intra_smoothing;
    reconstruction_.intra(block);
}

}  // namespace svp::vpu::hevc
