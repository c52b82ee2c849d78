// SPDX-License-Identifier: GPL-2.0-or-later
/* Coding units: how they are predicted (clauses 7.3.8.5 to 7.3.8.7 and 7.3.8.9). */
#include <algorithm>

#include "vpu/hevc/slice_decoder.hpp"

namespace svp::vpu::hevc {

bool SliceDecoder::coding_unit(unsigned x, unsigned y, unsigned log2_size, unsigned depth) {
    const unsigned size = 1u << log2_size;
    Unit unit{.x = x, .y = y, .log2_size = log2_size};
    unit.bypass = job_.transquant_bypass && bin(context::transquant_bypass);
    const bool inter_slice = slice_.type != slice_i;
    bool skipped = false;
    if (inter_slice) {
        const auto skips = [&](int at_x, int at_y) {
            return available_(x, y, at_x, at_y) &&
                           (picture_.kind[picture_.unit(static_cast<unsigned>(at_x),
                                                        static_cast<unsigned>(at_y))] &
                            block::skipped) != 0
                       ? 1u
                       : 0u;
        };
        skipped = bin(context::cu_skip + skips(static_cast<int>(x) - 1, static_cast<int>(y)) +
                      skips(static_cast<int>(x), static_cast<int>(y) - 1));
    }
    unit.intra = !skipped && (!inter_slice || bin(context::pred_mode));
    const auto kind =
        static_cast<std::uint8_t>((skipped ? block::skipped : 0) | (unit.intra ? block::intra : 0) |
                                  (unit.bypass ? block::unfiltered : 0));
    const Part part =
        skipped || (unit.intra && log2_size != job_.log2_min_cb) ? Part::whole : part_mode(unit);
    unit.whole = part == Part::whole;
    unit.split_intra = unit.intra && part == Part::four;
    picture_.fill(picture_.depth, x, y, size, size, static_cast<std::uint8_t>(depth));
    picture_.fill(picture_.kind, x, y, size, size, kind);
    picture_.mark(x, y, size, size, Edge::transform);
    bool residual = !skipped;
    if (unit.intra) {
        picture_.fill(picture_.motion, x, y, size, size, Motion{});
        if (unit.whole && job_.pcm && log2_size >= job_.log2_min_pcm && log2_size <= job_.log2_max_pcm &&
            cabac_.terminate()) {
            if (job_.pcm_loop_filter_disabled) {
                picture_.fill(picture_.kind, x, y, size, size,
                              static_cast<std::uint8_t>(kind | block::unfiltered));
            }
            picture_.fill(picture_.intra_mode, x, y, size, size, static_cast<std::uint8_t>(intra_dc));
            if (!pcm(unit)) {
                return false;
            }
            residual = false;
        } else {
            intra_modes(unit);
        }
        unit.max_depth = job_.max_depth_intra + (unit.split_intra ? 1 : 0);
    } else {
        picture_.fill(picture_.intra_mode, x, y, size, size, static_cast<std::uint8_t>(intra_dc));
        if (!inter(unit, part, skipped, depth)) {
            return false;
        }
        unit.max_depth = job_.max_depth_inter;
        // A merged block of a whole unit that had no residual would have been skipped.
        residual = residual && (merged_whole_ || bin(context::rqt_root_cbf));
    }
    if (residual && !transform_tree(unit, {.x = x,
                                           .y = y,
                                           .base_x = x,
                                           .base_y = y,
                                           .log2_size = log2_size,
                                           .depth = 0,
                                           .index = 0,
                                           .cbf_cb = true,
                                           .cbf_cr = true})) {
        return false;
    }
    store_qp(unit);
    return !failed_;
}

void SliceDecoder::store_qp(const Unit& unit) {
    const unsigned size = 1u << unit.log2_size;
    picture_.fill(picture_.qp, unit.x, unit.y, size, size, static_cast<std::int8_t>(qp_));
    last_qp_ = qp_;
}

SliceDecoder::Part SliceDecoder::part_mode(const Unit& unit) {
    if (bin(context::part_mode)) {
        return Part::whole;
    }
    const bool smallest = unit.log2_size == job_.log2_min_cb;
    if (unit.intra) {
        return Part::four;
    }
    const bool rows = bin(context::part_mode + 1);
    if (smallest) {
        if (rows) {
            return Part::two_rows;
        }
        return unit.log2_size == 3 || bin(context::part_mode + 2) ? Part::two_columns : Part::four;
    }
    if (!job_.amp || bin(context::part_mode + 3)) {
        return rows ? Part::two_rows : Part::two_columns;
    }
    const bool second = cabac_.bypass() != 0;
    return rows ? (second ? Part::down : Part::up) : (second ? Part::right : Part::left);
}

/** pcm_sample(), clause 7.3.8.7. */
bool SliceDecoder::pcm(const Unit& unit) {
    const std::size_t start = cabac_.end();
    const unsigned size = 1u << unit.log2_size;
    const std::size_t length = (std::size_t{size} * size * job_.pcm_bit_depth +
                                std::size_t{size} * size / 2 * job_.pcm_chroma_bit_depth + 7) /
                               8;
    if (start + length >= data_.size()) {
        return false;
    }
    PayloadReader bits(data_.subspan(start, length));
    reconstruction_.raw(0, unit.x, unit.y, size, bits, job_.pcm_bit_depth);
    reconstruction_.raw(1, unit.x / 2, unit.y / 2, size / 2, bits, job_.pcm_chroma_bit_depth);
    reconstruction_.raw(2, unit.x / 2, unit.y / 2, size / 2, bits, job_.pcm_chroma_bit_depth);
    data_ = data_.subspan(start + length);
    cabac_.start(data_);
    return true;
}

/** Clause 8.4.2: candIntraPredModeX. */
unsigned SliceDecoder::candidate_mode(unsigned x, unsigned y, int neighbour_x, int neighbour_y) const {
    if (!available_(x, y, neighbour_x, neighbour_y)) {
        return intra_dc;
    }
    return picture_
        .intra_mode[picture_.unit(static_cast<unsigned>(neighbour_x), static_cast<unsigned>(neighbour_y))];
}

void SliceDecoder::intra_modes(Unit& unit) {
    const unsigned parts = unit.split_intra ? 4 : 1,
                   size = (1u << unit.log2_size) / (unit.split_intra ? 2 : 1);
    bool predicted[4];
    for (unsigned i = 0; i < parts; ++i) {
        predicted[i] = bin(context::prev_intra_luma);
    }
    for (unsigned i = 0; i < parts; ++i) {
        const unsigned x = unit.x + i % 2 * size, y = unit.y + i / 2 * size;
        const unsigned a = candidate_mode(x, y, static_cast<int>(x) - 1, static_cast<int>(y));
        const unsigned b = y % (1u << job_.log2_ctb) == 0
                               ? intra_dc
                               : candidate_mode(x, y, static_cast<int>(x), static_cast<int>(y) - 1);
        unsigned candidates[3];
        if (a == b && a < 2) {
            candidates[0] = intra_planar;
            candidates[1] = intra_dc;
            candidates[2] = intra_vertical;
        } else if (a == b) {
            candidates[0] = a;
            candidates[1] = 2 + (a + 29) % 32;
            candidates[2] = 2 + (a - 2 + 1) % 32;
        } else {
            candidates[0] = a;
            candidates[1] = b;
            candidates[2] = a != intra_planar && b != intra_planar ? intra_planar
                            : a != intra_dc && b != intra_dc       ? intra_dc
                                                                   : intra_vertical;
        }
        unsigned mode;
        if (predicted[i]) {
            mode = candidates[cabac_.bypass() == 0 ? 0 : cabac_.bypass() == 0 ? 1 : 2];
        } else {
            std::sort(candidates, candidates + 3);
            mode = bypass_bits(5);
            for (const unsigned candidate : candidates) {
                mode += mode >= candidate ? 1 : 0;
            }
        }
        unit.intra_mode[i] = mode;
        picture_.fill(picture_.intra_mode, x, y, size, size, static_cast<std::uint8_t>(mode));
    }
    unit.chroma_mode = unit.intra_mode[0];
    if (bin(context::intra_chroma)) {
        constexpr unsigned modes[4] = {intra_planar, intra_vertical, intra_horizontal, intra_dc};
        const unsigned mode = modes[bypass_bits(2)];
        unit.chroma_mode = mode == unit.intra_mode[0] ? 34 : mode;
    }
}

bool SliceDecoder::inter(Unit& unit, Part part, bool skipped, unsigned depth) {
    const unsigned size = 1u << unit.log2_size, half = size / 2, quarter = size / 4;
    PredictionBlock block{.coding_x = unit.x,
                          .coding_y = unit.y,
                          .coding_size = size,
                          .x = unit.x,
                          .y = unit.y,
                          .width = size,
                          .height = size,
                          .part = 0};
    const auto rows = [&](unsigned first) {
        block.two_rows = true;
        block.height = first;
        bool good = prediction_unit(block, skipped, depth);
        block.part = 1;
        block.y += first;
        block.height = size - first;
        return good && prediction_unit(block, skipped, depth);
    };
    const auto columns = [&](unsigned first) {
        block.two_columns = true;
        block.width = first;
        bool good = prediction_unit(block, skipped, depth);
        block.part = 1;
        block.x += first;
        block.width = size - first;
        return good && prediction_unit(block, skipped, depth);
    };
    bool good = true;
    switch (part) {
        case Part::whole:
            good = prediction_unit(block, skipped, depth);
            merged_whole_ = merged_;
            return good;
        case Part::two_rows:
            good = rows(half);
            break;
        case Part::two_columns:
            good = columns(half);
            break;
        case Part::up:
            good = rows(quarter);
            break;
        case Part::down:
            good = rows(size - quarter);
            break;
        case Part::left:
            good = columns(quarter);
            break;
        case Part::right:
            good = columns(size - quarter);
            break;
        case Part::four:
            block.width = block.height = half;
            for (unsigned i = 0; i < 4 && good; ++i) {
                block.part = i;
                block.x = unit.x + i % 2 * half;
                block.y = unit.y + i / 2 * half;
                good = prediction_unit(block, skipped, depth);
            }
            break;
    }
    merged_whole_ = false;
    return good;
}

/** prediction_unit(), and the prediction that it says. */
bool SliceDecoder::prediction_unit(const PredictionBlock& block, bool skipped, unsigned depth) {
    Motion motion;
    merged_ = skipped || bin(context::merge_flag);
    if (merged_) {
        unsigned index = 0;
        if (slice_.max_merge_candidates > 1 && bin(context::merge_idx)) {
            index = 1;
            while (index < slice_.max_merge_candidates - 1 && cabac_.bypass() != 0) {
                ++index;
            }
        }
        motion = motion_.merge(block, slice_, index);
    } else if (!parse_motion(block, depth, motion)) {
        return false;
    }
    picture_.fill(picture_.motion, block.x, block.y, block.width, block.height, motion);
    if (block.part > 0) {
        picture_.mark(block.x, block.y, block.width, block.height, Edge::prediction);
    }
    reconstruction_.inter(block.x, block.y, block.width, block.height, motion, slice_);
    return true;
}

bool SliceDecoder::parse_motion(const PredictionBlock& block, unsigned depth, Motion& motion) {
    bool uses[2] = {true, false};
    if (slice_.type == slice_b) {
        if (block.width + block.height != 12 && bin(context::inter_pred_idc + depth)) {
            uses[1] = true;
        } else if (bin(context::inter_pred_idc + 4)) {
            uses[0] = false;
            uses[1] = true;
        }
    }
    bool flags[2] = {};
    for (unsigned list = 0; list < 2; ++list) {
        if (!uses[list]) {
            continue;
        }
        const unsigned ref_idx = parse_ref_idx(slice_.ref_idx_active[list]);
        motion.ref_idx[list] = static_cast<std::int8_t>(ref_idx);
        motion.picture[list] = slice_.list[list][ref_idx];
        if (list == 0 || !slice_.mvd_l1_zero || !uses[0]) {
            motion.mv[list] = parse_mvd();
        }
        flags[list] = bin(context::mvp_flag);
    }
    for (unsigned list = 0; list < 2; ++list) {
        if (uses[list]) {
            const Vector from = motion_.predict(block, slice_, list,
                                                static_cast<unsigned>(motion.ref_idx[list]), flags[list]);
            motion.mv[list] = {static_cast<std::int16_t>(motion.mv[list].x + from.x),
                               static_cast<std::int16_t>(motion.mv[list].y + from.y)};
        }
    }
    return !failed_;
}

unsigned SliceDecoder::parse_ref_idx(unsigned active) {
    unsigned value = 0;
    while (value + 1 < active && (value < 2 ? bin(context::ref_idx + value) : cabac_.bypass() != 0)) {
        ++value;
    }
    return value;
}

/** mvd_coding(), clause 7.3.8.9. */
Vector SliceDecoder::parse_mvd() {
    const bool any[2] = {bin(context::mvd_greater0), bin(context::mvd_greater0)};
    bool more[2] = {};
    for (unsigned i = 0; i < 2; ++i) {
        more[i] = any[i] && bin(context::mvd_greater1);
    }
    int value[2] = {};
    for (unsigned i = 0; i < 2; ++i) {
        if (any[i]) {
            value[i] = more[i] ? static_cast<int>(exp_golomb(1)) + 2 : 1;
            value[i] = cabac_.bypass() != 0 ? -value[i] : value[i];
        }
    }
    return {static_cast<std::int16_t>(value[0]), static_cast<std::int16_t>(value[1])};
}

}  // namespace svp::vpu::hevc
