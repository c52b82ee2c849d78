// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/motion_prediction.hpp"

#include <algorithm>
#include <cstdlib>

namespace svp::vpu::hevc {

namespace {

std::int16_t wrapped(int value) {
    return static_cast<std::int16_t>(value);
}

/** Clause 8.5.3.2.7: @p vector over @p from pictures, for @p to pictures. */
Vector scaled_vector(Vector vector, int from, int to) {
    const int td = std::clamp(from, -128, 127), tb = std::clamp(to, -128, 127);
    if (td == 0) {
        return vector;  // which no legal stream has
    }
    const int tx = (16384 + std::abs(td) / 2) / td;
    const int factor = std::clamp((tb * tx + 32) >> 6, -4096, 4095);
    const auto scaled = [factor](int component) {
        const int product = factor * component;
        const int magnitude = (std::abs(product) + 127) >> 8;
        return wrapped(std::clamp(product < 0 ? -magnitude : magnitude, -32768, 32767));
    };
    return {scaled(vector.x), scaled(vector.y)};
}

bool same_region(int a_x, int a_y, int b_x, int b_y, unsigned log2_size) {
    return a_x >> log2_size == b_x >> log2_size && a_y >> log2_size == b_y >> log2_size;
}

}  // namespace

/** Motion at @p x, @p y if that may be used for @p block (6.4.2) and has any. */
const Motion* MotionPredictor::neighbour(const PredictionBlock& block, int x, int y) const {
    const int left = static_cast<int>(block.coding_x), top = static_cast<int>(block.coding_y),
              size = static_cast<int>(block.coding_size);
    if (x >= left && x < left + size && y >= top && y < top + size) {
        // In the same coding block: the second of four cannot see the third.
        if (2 * block.width == block.coding_size && 2 * block.height == block.coding_size &&
            block.part == 1 && y >= top + static_cast<int>(block.height) &&
            x < left + static_cast<int>(block.width)) {
            return nullptr;
        }
    } else if (!available_(block.x, block.y, x, y)) {
        return nullptr;
    }
    const Motion& motion = picture_.motion[picture_.unit(static_cast<unsigned>(x), static_cast<unsigned>(y))];
    return motion.inter() ? &motion : nullptr;
}

Motion MotionPredictor::merge(const PredictionBlock& coded, const SliceHeader& slice, unsigned index) {
    PredictionBlock block = coded;
    const unsigned level = picture_.job.log2_parallel_merge;
    if (level > 2 && block.coding_size == 8) {
        block.x = block.coding_x;
        block.y = block.coding_y;
        block.width = block.height = 8;
        block.part = 0;
        block.two_columns = block.two_rows = false;
    }
    const int x = static_cast<int>(block.x), y = static_cast<int>(block.y),
              right = x + static_cast<int>(block.width), bottom = y + static_cast<int>(block.height);
    const auto spatial = [&](int from_x, int from_y) -> const Motion* {
        return same_region(x, y, from_x, from_y, level) ? nullptr : neighbour(block, from_x, from_y);
    };
    Motion list[6];
    unsigned count = 0;
    const auto add = [&](const Motion* motion) {
        if (motion != nullptr) {
            list[count++] = *motion;
        }
    };
    const auto differs = [](const Motion* a, const Motion* b) {
        return a == nullptr || b == nullptr || !(*a == *b);
    };

    const Motion* a1 = block.two_columns && block.part == 1 ? nullptr : spatial(x - 1, bottom - 1);
    add(a1);
    const Motion* b1 = block.two_rows && block.part == 1 ? nullptr : spatial(right - 1, y - 1);
    add(differs(a1, b1) ? b1 : nullptr);
    const Motion* b0 = spatial(right, y - 1);
    add(differs(b1, b0) ? b0 : nullptr);
    const Motion* a0 = spatial(x - 1, bottom);
    add(differs(a1, a0) ? a0 : nullptr);
    if (count < 4) {
        const Motion* b2 = spatial(x - 1, y - 1);
        add(differs(a1, b2) && differs(b1, b2) ? b2 : nullptr);
    }
    if (count <= index && count < slice.max_merge_candidates && slice.temporal_mvp) {
        Motion motion;
        for (unsigned i = 0; i < (slice.type == slice_b ? 2u : 1u); ++i) {
            if (temporal(block, slice, i, 0, motion.mv[i])) {
                motion.ref_idx[i] = 0;
                motion.picture[i] = slice.list[i][0];
            }
        }
        add(motion.inter() ? &motion : nullptr);
    }
    if (count <= index) {
        combine(slice, list, count, index);
    }
    Motion motion = list[index];
    if (coded.width + coded.height == 12 && motion.uses(0) && motion.uses(1)) {
        motion.ref_idx[1] = -1;
        motion.mv[1] = {};
        motion.picture[1] = 0;
    }
    return motion;
}

/** Candidates made of others, and then of nothing, until there is one at @p wanted (8.5.3.2.4, 8.5.3.2.5). */
void MotionPredictor::combine(const SliceHeader& slice, Motion* list, unsigned& count,
                              unsigned wanted) const {
    static constexpr std::uint8_t pairs[12][2] = {{0, 1}, {1, 0}, {0, 2}, {2, 0}, {1, 2}, {2, 1},
                                                  {0, 3}, {3, 0}, {1, 3}, {3, 1}, {2, 3}, {3, 2}};
    if (slice.type == slice_b && count > 1) {
        const unsigned original = count;
        for (unsigned i = 0; i < original * (original - 1) && count < slice.max_merge_candidates; ++i) {
            const Motion &a = list[pairs[i][0]], &b = list[pairs[i][1]];
            if (a.uses(0) && b.uses(1) && (a.picture[0] != b.picture[1] || !(a.mv[0] == b.mv[1]))) {
                Motion& both = list[count++];
                both.mv[0] = a.mv[0];
                both.ref_idx[0] = a.ref_idx[0];
                both.picture[0] = a.picture[0];
                both.mv[1] = b.mv[1];
                both.ref_idx[1] = b.ref_idx[1];
                both.picture[1] = b.picture[1];
            }
        }
    }
    const unsigned references = slice.type == slice_b
                                    ? std::min(slice.ref_idx_active[0], slice.ref_idx_active[1])
                                    : slice.ref_idx_active[0];
    for (unsigned zero = 0; count <= wanted; ++zero) {
        const unsigned ref_idx = zero < references ? zero : 0;
        Motion& none = list[count++];
        none = {};
        for (unsigned i = 0; i < (slice.type == slice_b ? 2u : 1u); ++i) {
            none.ref_idx[i] = static_cast<std::int8_t>(ref_idx);
            none.picture[i] = slice.list[i][ref_idx];
        }
    }
}

/** Clause 8.5.3.2.8. */
bool MotionPredictor::temporal(const PredictionBlock& block, const SliceHeader& slice, unsigned list,
                               unsigned ref_idx, Vector& vector) {
    const unsigned right = block.x + block.width, bottom = block.y + block.height;
    if (block.y >> picture_.job.log2_ctb == bottom >> picture_.job.log2_ctb && bottom < picture_.job.height &&
        right < picture_.job.width &&
        temporal_from(right & ~15u, bottom & ~15u, slice, list, ref_idx, vector)) {
        return true;
    }
    return temporal_from((block.x + block.width / 2) & ~15u, (block.y + block.height / 2) & ~15u, slice, list,
                         ref_idx, vector);
}

bool MotionPredictor::temporal_from(unsigned x, unsigned y, const SliceHeader& slice, unsigned list,
                                    unsigned ref_idx, Vector& vector) {
    const unsigned collocated = slice.list[slice.collocated_from_l0 ? 0 : 1][slice.collocated_ref_idx];
    const StoredMotion motion = store_.at(collocated, x, y);
    if (!motion.used[0] && !motion.used[1]) {
        return false;
    }
    unsigned from = motion.used[0] ? 0 : 1;
    if (motion.used[0] && motion.used[1]) {
        bool backward = false;  // some reference comes later
        for (unsigned i = 0; i < 2; ++i) {
            for (unsigned entry = 0; entry < slice.ref_idx_active[i]; ++entry) {
                backward = backward || reference(slice, i, entry).distance < 0;
            }
        }
        from = backward ? (slice.collocated_from_l0 ? 1 : 0) : list;
    }
    const Reference& target = reference(slice, list, ref_idx);
    if (target.long_term != motion.long_term[from]) {
        return false;
    }
    vector = motion.mv[from];
    if (!target.long_term && motion.distance[from] != target.distance) {
        vector = scaled_vector(vector, motion.distance[from], target.distance);
    }
    return true;
}

/** The vector that @p from has for a reference: the very picture if not @p scaled, or any other one. */
bool MotionPredictor::spatial(const Motion& from, const SliceHeader& slice, unsigned list, unsigned ref_idx,
                              bool scaled, Vector& vector) const {
    const unsigned wanted = slice.list[list][ref_idx];
    const Reference& target = picture_.job.references[wanted];
    for (const unsigned i : {list, 1 - list}) {
        if (!from.uses(i)) {
            continue;
        }
        if (!scaled) {
            if (from.picture[i] == wanted) {
                vector = from.mv[i];
                return true;
            }
            continue;
        }
        const Reference& other = picture_.job.references[from.picture[i]];
        if (other.long_term == target.long_term) {
            vector =
                target.long_term ? from.mv[i] : scaled_vector(from.mv[i], other.distance, target.distance);
            return true;
        }
    }
    return false;
}

Vector MotionPredictor::predict(const PredictionBlock& block, const SliceHeader& slice, unsigned list,
                                unsigned ref_idx, bool flag) {
    const int x = static_cast<int>(block.x), y = static_cast<int>(block.y),
              right = x + static_cast<int>(block.width), bottom = y + static_cast<int>(block.height);
    const Motion* a[2] = {neighbour(block, x - 1, bottom), neighbour(block, x - 1, bottom - 1)};
    const Motion* b[3] = {neighbour(block, right, y - 1), neighbour(block, right - 1, y - 1),
                          neighbour(block, x - 1, y - 1)};
    const auto any = [&](std::span<const Motion* const> from, bool scaled, Vector& vector) {
        return std::any_of(from.begin(), from.end(), [&](const Motion* motion) {
            return motion != nullptr && spatial(*motion, slice, list, ref_idx, scaled, vector);
        });
    };
    Vector from_a, from_b;
    const bool beside = a[0] != nullptr || a[1] != nullptr;  // isScaledFlag
    bool has_a = any(a, false, from_a) || any(a, true, from_a);
    bool has_b = any(b, false, from_b);
    if (!beside) {
        if (has_b) {
            has_a = true;
            from_a = from_b;
        }
        has_b = any(b, true, from_b);
    }
    Vector candidates[3];
    unsigned count = 0;
    if (has_a) {
        candidates[count++] = from_a;
    }
    if (has_b && !(has_a && from_a == from_b)) {
        candidates[count++] = from_b;
    }
    if (count <= (flag ? 1u : 0u) && count < 2 && slice.temporal_mvp &&
        temporal(block, slice, list, ref_idx, candidates[count])) {
        ++count;
    }
    return candidates[flag ? 1 : 0];
}

}  // namespace svp::vpu::hevc
