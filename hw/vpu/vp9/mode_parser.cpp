// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/mode_parser.hpp"

#include <algorithm>

namespace svp::vpu::vp9 {

namespace {

// Trees as section 9.3.1 lays them out: positive entries lead on, the others are leaves.
constexpr std::int8_t intra_mode_tree[] = {-dc_pred,  2,  -tm_pred,  4,  -v_pred,    6,
                                           8,         12, -h_pred,   10, -d135_pred, -d117_pred,
                                           -d45_pred, 14, -d63_pred, 16, -d153_pred, -d207_pred};
constexpr std::int8_t interp_filter_tree[] = {-eighttap, 2, -eighttap_smooth, -eighttap_sharp};
constexpr std::int8_t segment_tree[] = {2, 4, 6, 8, 10, 12, -0, -1, -2, -3, -4, -5, -6, -7};

constexpr TxSize largest_of_mode[] = {tx_4x4, tx_8x8, tx_16x16, tx_32x32, tx_32x32};

/** Blocks by size, where probabilities of luma's modes depend on it (size_group_lookup). */
constexpr std::uint8_t size_groups[block_sizes] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3};

/** Lets @p read(part) give each part of a block below 8x8 its value, and @p copy(to, from) the 4x4 that a
 * part covers beside its first. */
template <typename Read, typename Copy>
bool each_part(BlockSize size, const Read& read, const Copy& copy) {
    const unsigned width = 1u << width_log2_4x4[size], height = 1u << height_log2_4x4[size];
    for (unsigned y = 0; y < 2; y += height) {
        for (unsigned x = 0; x < 2; x += width) {
            const unsigned part = 2 * y + x;
            if (!read(part)) {
                return false;
            }
            for (unsigned i = part; i < 4; ++i) {
                if (i / 2 < y + height && i % 2 >= x && i % 2 < x + width) {
                    copy(i, part);
                }
            }
        }
    }
    return true;
}

/** Mode of a 4x4 of a neighbour, where it counts for a block's probabilities. */
Mode intra_mode_of(const Block* block, unsigned part) {
    return block == nullptr || block->inter() ? dc_pred : block->submodes[part];
}

}  // namespace

Neighbours ModeParser::neighbours(const TileColumns& tile, const Block& block) const {
    return {block.row > 0 ? &frame_.at(block.column, block.row - 1u) : nullptr,
            block.column > tile.first ? &frame_.at(block.column - 1u, block.row) : nullptr};
}

bool ModeParser::parse(BoolDecoder& decoder, const TileColumns& tile, Block& block) {
    const Neighbours around = neighbours(tile, block);
    if (parameters_.intra_only) {
        intra_frame_mode_info(decoder, around, block);
        return true;
    }
    return inter_frame_mode_info(decoder, tile, around, block);
}

/** Section 6.4.6. */
void ModeParser::intra_frame_mode_info(BoolDecoder& decoder, const Neighbours& around, Block& block) {
    if (parameters_.segmentation && parameters_.update_segment_map) {
        block.segment = static_cast<std::uint8_t>(read_segment(decoder));
        segments_.set(block, block.segment);
    }
    skip(decoder, around, block);
    tx_size(decoder, around, true, block);
    const auto read = [&](unsigned part) {
        const Mode above = part < 2 ? intra_mode_of(around.above, part + 2) : block.submodes[part - 2];
        const Mode left = part % 2 == 0 ? intra_mode_of(around.left, part + 1) : block.submodes[part - 1];
        block.mode =
            static_cast<Mode>(decoder.tree(intra_mode_tree, probabilities_.default_intra_mode[above][left]));
        block.submodes[part] = block.mode;
        return true;
    };
    if (block.below_8x8()) {
        each_part(block.size, read,
                  [&](unsigned to, unsigned from) { block.submodes[to] = block.submodes[from]; });
    } else {
        read(0);
        block.submodes.fill(block.mode);
    }
    block.uv_mode =
        static_cast<Mode>(decoder.tree(intra_mode_tree, probabilities_.default_uv_mode[block.mode]));
}

/** Section 6.4.11. */
bool ModeParser::inter_frame_mode_info(BoolDecoder& decoder, const TileColumns& tile,
                                       const Neighbours& around, Block& block) {
    segment(decoder, around, block);
    skip(decoder, around, block);
    const bool inter = is_inter(decoder, around, block);
    tx_size(decoder, around, !block.skip || !inter, block);
    if (inter) {
        return inter_block_mode_info(decoder, tile, around, block);
    }
    intra_block_mode_info(decoder, block);
    return true;
}

/** Section 6.4.12. */
void ModeParser::segment(BoolDecoder& decoder, const Neighbours& around, Block& block) {
    if (!parameters_.segmentation) {
        return;
    }
    unsigned number = 0;
    if (!parameters_.update_segment_map) {
        number = segments_.predicted(block);
    } else {
        if (parameters_.temporal_segment_map) {
            const unsigned context = (around.above != nullptr && around.above->segment_predicted ? 1u : 0u) +
                                     (around.left != nullptr && around.left->segment_predicted ? 1u : 0u);
            block.segment_predicted = decoder.decode(probabilities_.segment_predicted[context]);
        }
        number = block.segment_predicted ? segments_.predicted(block) : read_segment(decoder);
        segments_.set(block, number);
    }
    block.segment = static_cast<std::uint8_t>(number);
}

unsigned ModeParser::read_segment(BoolDecoder& decoder) const {
    return decoder.tree(segment_tree, probabilities_.segment_tree);
}

void ModeParser::skip(BoolDecoder& decoder, const Neighbours& around, Block& block) {
    if (parameters_.segmentation && parameters_.segments[block.segment].skip) {
        block.skip = true;
        return;
    }
    const unsigned context = (around.above != nullptr && around.above->skip ? 1u : 0u) +
                             (around.left != nullptr && around.left->skip ? 1u : 0u);
    block.skip = decoder.decode(probabilities_.skip[context]);
    ++counts_.skip[context][block.skip ? 1 : 0];
}

bool ModeParser::is_inter(BoolDecoder& decoder, const Neighbours& around, const Block& block) {
    const Segment& segment = parameters_.segments[block.segment];
    if (parameters_.segmentation && segment.has_reference) {
        return segment.reference != intra_frame;
    }
    const unsigned context = is_inter_context(around);
    const bool inter = decoder.decode(probabilities_.is_inter[context]);
    ++counts_.is_inter[context][inter ? 1 : 0];
    return inter;
}

/** Section 6.4.10; the size of chroma's transform follows from it (get_uv_tx_size). */
void ModeParser::tx_size(BoolDecoder& decoder, const Neighbours& around, bool choice, Block& block) {
    const TxSize largest = max_tx_size[block.size];
    if (choice && parameters_.tx_mode == tx_mode_select && !block.below_8x8()) {
        const auto size_of = [largest](const Block* other) {
            return other != nullptr && !other->skip ? other->tx_size : largest;
        };
        unsigned above = size_of(around.above), left = size_of(around.left);
        left = around.left == nullptr ? above : left;
        above = around.above == nullptr ? left : above;
        const unsigned context = above + left > largest ? 1 : 0;
        const std::uint8_t* p = largest == tx_8x8     ? probabilities_.tx_8x8[context]
                                : largest == tx_16x16 ? probabilities_.tx_16x16[context]
                                                      : probabilities_.tx_32x32[context];
        unsigned size = 0;
        while (size < largest && decoder.decode(p[size])) {
            ++size;
        }
        std::uint32_t* count = largest == tx_8x8     ? counts_.tx_8x8[context]
                               : largest == tx_16x16 ? counts_.tx_16x16[context]
                                                     : counts_.tx_32x32[context];
        ++count[size];
        block.tx_size = static_cast<TxSize>(size);
    } else {
        block.tx_size = std::min(largest, largest_of_mode[parameters_.tx_mode]);
    }
    const unsigned shorter = std::min(width_log2_4x4[block.size], height_log2_4x4[block.size]);
    block.uv_tx_size = std::min(block.tx_size, static_cast<TxSize>(shorter == 0 ? 0 : shorter - 1));
}

/** Section 6.4.14. */
void ModeParser::intra_block_mode_info(BoolDecoder& decoder, Block& block) {
    const unsigned group = size_groups[block.size];
    const auto read = [&](unsigned part) {
        block.mode = static_cast<Mode>(decoder.tree(intra_mode_tree, probabilities_.y_mode[group]));
        ++counts_.y_mode[group][block.mode];
        block.submodes[part] = block.mode;
        return true;
    };
    if (block.below_8x8()) {
        each_part(block.size, read,
                  [&](unsigned to, unsigned from) { block.submodes[to] = block.submodes[from]; });
    } else {
        read(0);
        block.submodes.fill(block.mode);
    }
    block.uv_mode = static_cast<Mode>(decoder.tree(intra_mode_tree, probabilities_.uv_mode[block.mode]));
    ++counts_.uv_mode[block.mode][block.uv_mode];
}

/** Section 6.4.16. */
bool ModeParser::inter_block_mode_info(BoolDecoder& decoder, const TileColumns& tile,
                                       const Neighbours& around, Block& block) {
    ref_frames(decoder, around, block);
    const unsigned context = candidates_.mode_context(block, tile);
    if (parameters_.segmentation && parameters_.segments[block.segment].skip) {
        block.mode = zero_mv;
        if (block.below_8x8()) {
            return false;
        }
    } else if (!block.below_8x8()) {
        block.mode = inter_mode(decoder, context);
    }
    interp_filter(decoder, around, block);
    return block.below_8x8() ? vectors_of_parts(decoder, tile, context, block)
                             : whole_vectors(decoder, tile, block);
}

/** Section 6.4.18. */
void ModeParser::ref_frames(BoolDecoder& decoder, const Neighbours& around, Block& block) {
    const Segment& segment = parameters_.segments[block.segment];
    if (parameters_.segmentation && segment.has_reference) {
        block.reference[0] = segment.reference;
        return;
    }
    bool compound = parameters_.reference_mode == compound_reference;
    if (parameters_.reference_mode == reference_mode_select) {
        const unsigned context = comp_mode_context(parameters_, around);
        compound = decoder.decode(probabilities_.comp_mode[context]);
        ++counts_.comp_mode[context][compound ? 1 : 0];
    }
    if (compound) {
        const unsigned fixed = parameters_.fixed_reference;
        const unsigned index = parameters_.sign_bias[fixed] ? 1 : 0;
        const unsigned context = comp_ref_context(parameters_, around);
        const unsigned second = decoder.decode(probabilities_.comp_ref[context]) ? 1 : 0;
        ++counts_.comp_ref[context][second];
        block.reference[index] = static_cast<std::uint8_t>(fixed);
        block.reference[1 - index] = parameters_.variable_reference[second];
        return;
    }
    block.reference[0] = last_frame;
    const unsigned context = single_ref_p1_context(around);
    const bool not_last = decoder.decode(probabilities_.single_ref[context][0]);
    ++counts_.single_ref[context][0][not_last ? 1 : 0];
    if (not_last) {
        const unsigned other_context = single_ref_p2_context(around);
        const bool altref = decoder.decode(probabilities_.single_ref[other_context][1]);
        ++counts_.single_ref[other_context][1][altref ? 1 : 0];
        block.reference[0] = altref ? altref_frame : golden_frame;
    }
}

void ModeParser::interp_filter(BoolDecoder& decoder, const Neighbours& around, Block& block) {
    if (parameters_.filter != switchable) {
        block.filter = parameters_.filter;
        return;
    }
    const unsigned left = around.left != nullptr ? around.left->filter : no_filter;
    const unsigned above = around.above != nullptr ? around.above->filter : no_filter;
    const unsigned context = left == above        ? left
                             : left == no_filter  ? above
                             : above == no_filter ? left
                                                  : no_filter;
    block.filter =
        static_cast<std::uint8_t>(decoder.tree(interp_filter_tree, probabilities_.interp_filter[context]));
    ++counts_.interp_filter[context][block.filter];
}

/** Zero, nearest, near, new: a decision for each. */
Mode ModeParser::inter_mode(BoolDecoder& decoder, unsigned context) {
    constexpr Mode modes[] = {zero_mv, nearest_mv, near_mv, new_mv};
    unsigned node = 0;
    bool other = true;
    while (node < 3 && other) {
        other = decoder.decode(probabilities_.inter_mode[context][node]);
        ++counts_.inter_mode[context][node][other ? 1 : 0];
        ++node;
    }
    return modes[other ? 3 : node - 1];
}

bool ModeParser::whole_vectors(BoolDecoder& decoder, const TileColumns& tile, Block& block) {
    VectorPair best{}, vectors{};
    if (block.mode != zero_mv) {
        for (unsigned i = 0; i < (block.compound() ? 2u : 1u); ++i) {
            const VectorPair found = candidates_.find(block, tile, block.reference[i], -1);
            best[i] = candidates_.usable(found[block.mode == near_mv ? 1 : 0]);
        }
    }
    const bool legal = assign(decoder, block.mode, block.compound(), best, best, vectors);
    block.vectors.fill(vectors);
    return legal;
}

bool ModeParser::vectors_of_parts(BoolDecoder& decoder, const TileColumns& tile, unsigned context,
                                  Block& block) {
    const unsigned references = block.compound() ? 2 : 1;
    VectorPair best{};
    bool best_known = false;
    const auto read = [&](unsigned part) {
        block.mode = inter_mode(decoder, context);
        VectorPair near{};
        for (unsigned i = 0; i < references; ++i) {
            if (block.mode == nearest_mv || block.mode == near_mv) {
                near[i] = candidates_.find_for_part(block, tile, i, part)[block.mode == near_mv ? 1 : 0];
            } else if (block.mode == new_mv && !best_known) {
                best[i] = candidates_.usable(candidates_.find(block, tile, block.reference[i], -1)[0]);
            }
        }
        best_known = best_known || block.mode == new_mv;
        return assign(decoder, block.mode, block.compound(), best, near, block.vectors[part]);
    };
    return each_part(block.size, read,
                     [&](unsigned to, unsigned from) { block.vectors[to] = block.vectors[from]; });
}

/** Section 6.4.19. */
bool ModeParser::assign(BoolDecoder& decoder, Mode mode, bool compound, const VectorPair& best,
                        const VectorPair& near, VectorPair& vectors) {
    constexpr int limit = 1 << 14;
    if (mode != new_mv) {
        vectors = mode == zero_mv ? VectorPair{} : near;
        return true;
    }
    bool legal = true;
    vectors = {};
    for (unsigned i = 0; i < (compound ? 2u : 1u); ++i) {
        vectors[i] = read_vector(decoder, best[i]);
        legal = legal && vectors[i].row > -limit && vectors[i].row < limit - 1 &&
                vectors[i].column > -limit && vectors[i].column < limit - 1;
    }
    return legal;
}

/** Section 6.4.20. */
MotionVector ModeParser::read_vector(BoolDecoder& decoder, MotionVector best) {
    constexpr std::int8_t joint_tree[] = {-0, 2, -1, 4, -2, -3};
    const bool precise = candidates_.precise(best);
    const unsigned joint = decoder.tree(joint_tree, probabilities_.vectors.joint);
    ++counts_.joint[joint];
    const int row = (joint & 2) != 0 ? read_component(decoder, 0, precise) : 0;
    const int column = (joint & 1) != 0 ? read_component(decoder, 1, precise) : 0;
    return {static_cast<std::int16_t>(best.row + row), static_cast<std::int16_t>(best.column + column)};
}

/** Section 6.4.21. What is not in the stream of the last bit counts as 1, as it is taken. */
int ModeParser::read_component(BoolDecoder& decoder, unsigned which, bool precise) {
    constexpr std::int8_t class_tree[] = {-0, 2,  -1, 4,  6,  8,  -2, -3, 10, 12,
                                          -4, -5, -6, 14, 16, 18, -7, -8, -9, -10};
    constexpr std::int8_t fraction_tree[] = {-0, 2, -1, 4, -2, -3};
    const VectorProbabilities& p = probabilities_.vectors;
    const bool sign = decoder.decode(p.sign[which]);
    ++counts_.sign[which][sign ? 1 : 0];
    const unsigned size = decoder.tree(class_tree, p.classes[which]);
    ++counts_.classes[which][size];
    unsigned whole = 0, fraction = 0, last = 1;
    if (size == 0) {
        whole = decoder.decode(p.class0[which]) ? 1 : 0;
        ++counts_.class0[which][whole];
        fraction = decoder.tree(fraction_tree, p.class0_fraction[which][whole]);
        ++counts_.class0_fraction[which][whole][fraction];
        last = precise && !decoder.decode(p.class0_high_precision[which]) ? 0 : 1;
        ++counts_.class0_high_precision[which][last];
    } else {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned bit = decoder.decode(p.bits[which][i]) ? 1 : 0;
            ++counts_.bits[which][i][bit];
            whole |= bit << i;
        }
        fraction = decoder.tree(fraction_tree, p.fraction[which]);
        ++counts_.fraction[which][fraction];
        last = precise && !decoder.decode(p.high_precision[which]) ? 0 : 1;
        ++counts_.high_precision[which][last];
        whole += 1u << size;
    }
    const int magnitude = static_cast<int>(whole << 3 | fraction << 1 | last) + 1;
    return sign ? -magnitude : magnitude;
}

}  // namespace svp::vpu::vp9
