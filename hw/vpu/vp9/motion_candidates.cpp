// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/motion_candidates.hpp"

#include <algorithm>
#include <cstdlib>

namespace svp::vpu::vp9 {

/** Of a neighbour, from the block's first 8x8, in units of 8x8. */
struct MotionCandidates::Position {
    std::int8_t row;
    std::int8_t column;
};

namespace {

constexpr unsigned neighbour_count = 8;

/** How far a candidate may lead a block out of the picture: 16 samples. */
constexpr int border = 16 * 8;

/** Vectors of up to so many samples have eighths. */
constexpr int precise_samples = 8;

/** Part of a neighbour below 8x8 that lies beside a part; [part][to the left: 0, above: 1]. */
constexpr std::uint8_t part_beside[4][2] = {{1, 2}, {1, 3}, {3, 2}, {3, 3}};

/** Section 9.3.2, counter_to_context: of what the modes of two neighbours add up to. */
constexpr std::uint8_t contexts_of_sums[19] = {2, 3, 4, 1, 3, 0, 0, 0, 0, 5, 5, 0, 5, 0, 0, 0, 0, 0, 6};

unsigned weight_of(Mode mode) {
    switch (mode) {
        case nearest_mv:
        case near_mv:
            return 0;
        case new_mv:
            return 1;
        case zero_mv:
            return 3;
        default:
            return 9;
    }
}

MotionVector negated(MotionVector vector) {
    return {static_cast<std::int16_t>(-vector.row), static_cast<std::int16_t>(-vector.column)};
}

}  // namespace

/** Up to two different vectors. */
class MotionCandidates::List {
 public:
    void add(MotionVector vector) {
        if (count_ == 0 || (count_ == 1 && vector != vectors[0])) {
            vectors[count_++] = vector;
        }
    }
    bool full() const { return count_ == 2; }

    VectorPair vectors{};

 private:
    unsigned count_ = 0;
};

const Block* MotionCandidates::neighbour(const Block& block, const TileColumns& tile, unsigned index) const {
    static constexpr Position positions[block_sizes][neighbour_count] = {
        {{-1, 0}, {0, -1}, {-1, -1}, {-2, 0}, {0, -2}, {-2, -1}, {-1, -2}, {-2, -2}},
        {{-1, 0}, {0, -1}, {-1, -1}, {-2, 0}, {0, -2}, {-2, -1}, {-1, -2}, {-2, -2}},
        {{-1, 0}, {0, -1}, {-1, -1}, {-2, 0}, {0, -2}, {-2, -1}, {-1, -2}, {-2, -2}},
        {{-1, 0}, {0, -1}, {-1, -1}, {-2, 0}, {0, -2}, {-2, -1}, {-1, -2}, {-2, -2}},
        {{0, -1}, {-1, 0}, {1, -1}, {-1, -1}, {0, -2}, {-2, 0}, {-2, -1}, {-1, -2}},
        {{-1, 0}, {0, -1}, {-1, 1}, {-1, -1}, {-2, 0}, {0, -2}, {-1, -2}, {-2, -1}},
        {{-1, 0}, {0, -1}, {-1, 1}, {1, -1}, {-1, -1}, {-3, 0}, {0, -3}, {-3, -3}},
        {{0, -1}, {-1, 0}, {2, -1}, {-1, -1}, {-1, 1}, {0, -3}, {-3, 0}, {-3, -3}},
        {{-1, 0}, {0, -1}, {-1, 2}, {-1, -1}, {1, -1}, {-3, 0}, {0, -3}, {-3, -3}},
        {{-1, 1}, {1, -1}, {-1, 2}, {2, -1}, {-1, -1}, {-3, 0}, {0, -3}, {-3, -3}},
        {{0, -1}, {-1, 0}, {4, -1}, {-1, 2}, {-1, -1}, {0, -3}, {-3, 0}, {2, -1}},
        {{-1, 0}, {0, -1}, {-1, 4}, {2, -1}, {-1, -1}, {-3, 0}, {0, -3}, {-1, 2}},
        {{-1, 3}, {3, -1}, {-1, 4}, {4, -1}, {-1, -1}, {-1, 0}, {0, -1}, {-1, 6}},
    };
    const Position& position = positions[block.size][index];
    const int column = block.column + position.column, row = block.row + position.row;
    if (row < 0 || row >= static_cast<int>(frame_.rows()) || column < static_cast<int>(tile.first) ||
        column >= static_cast<int>(tile.end)) {
        return nullptr;
    }
    return &frame_.at(static_cast<unsigned>(column), static_cast<unsigned>(row));
}

/** Vectors into other pictures, turned round if those lie on the other side in time. */
void MotionCandidates::add_others(const std::uint8_t (&references)[2], const VectorPair& vectors,
                                  unsigned reference, List& list) const {
    for (unsigned i = 0; i < 2; ++i) {
        const unsigned other = references[i];
        if (other == intra_frame || other == reference || (i == 1 && vectors[1] == vectors[0])) {
            continue;
        }
        const bool turned = parameters_.sign_bias[other] != parameters_.sign_bias[reference];
        list.add(turned ? negated(vectors[i]) : vectors[i]);
    }
}

void MotionCandidates::search(const Block& block, const TileColumns& tile, unsigned reference, int part,
                              List& list) const {
    const Block* around[neighbour_count];
    for (unsigned i = 0; i < neighbour_count; ++i) {
        around[i] = neighbour(block, tile, i);
    }
    for (unsigned i = 0; i < neighbour_count; ++i) {
        if (around[i] == nullptr) {
            continue;
        }
        const Block& other = *around[i];
        unsigned part_there = 3;
        if (part >= 0 && i < 2 && other.below_8x8()) {
            // The first two of a block of this size lie above and to the left.
            part_there = part_beside[part][other.column < block.column ? 0 : 1];
        }
        if (other.reference[0] == reference) {
            list.add(other.vectors[part_there][0]);
        } else if (other.reference[1] == reference) {
            list.add(other.vectors[part_there][1]);
        }
        if (list.full()) {
            return;
        }
    }
    const StoredMotion* previous = store_.previous(block.column, block.row);
    if (previous != nullptr) {
        if (previous->reference[0] == reference) {
            list.add(previous->vectors[0]);
        } else if (previous->reference[1] == reference) {
            list.add(previous->vectors[1]);
        }
    }
    for (unsigned i = 0; i < neighbour_count && !list.full(); ++i) {
        if (around[i] != nullptr) {
            add_others(around[i]->reference, around[i]->vector(), reference, list);
        }
    }
    if (previous != nullptr) {
        add_others(previous->reference, previous->vectors, reference, list);
    }
}

MotionVector MotionCandidates::clamp(const Block& block, MotionVector vector) const {
    const int left = -8 * 8 * block.column, above = -8 * 8 * block.row;
    const int right =
        8 * 8 * (static_cast<int>(frame_.columns()) - static_cast<int>(width_8x8(block.size)) - block.column);
    const int below =
        8 * 8 * (static_cast<int>(frame_.rows()) - static_cast<int>(height_8x8(block.size)) - block.row);
    return {static_cast<std::int16_t>(std::clamp<int>(vector.row, above - border, below + border)),
            static_cast<std::int16_t>(std::clamp<int>(vector.column, left - border, right + border))};
}

VectorPair MotionCandidates::find(const Block& block, const TileColumns& tile, unsigned reference,
                                  int part) const {
    List list;
    search(block, tile, reference, part, list);
    return {clamp(block, list.vectors[0]), clamp(block, list.vectors[1])};
}

VectorPair MotionCandidates::find_for_part(const Block& block, const TileColumns& tile, unsigned index,
                                           unsigned part) const {
    const VectorPair found = find(block, tile, block.reference[index], static_cast<int>(part));
    const auto vector_of = [&](unsigned other) { return block.vectors[other][index]; };
    if (part == 0) {
        return found;
    }
    // The first one of these that is not the nearest.
    const MotionVector nearest = vector_of(part == 3 ? 2 : 0);
    const MotionVector all[] = {part == 3 ? vector_of(1) : nearest, part == 3 ? vector_of(0) : nearest,
                                found[0], found[1]};
    const auto* near = std::ranges::find_if(all, [&](MotionVector vector) { return vector != nearest; });
    return {nearest, near != std::end(all) ? *near : MotionVector{}};
}

unsigned MotionCandidates::mode_context(const Block& block, const TileColumns& tile) const {
    unsigned sum = 0;
    for (unsigned i = 0; i < 2; ++i) {
        const Block* other = neighbour(block, tile, i);
        sum += other != nullptr ? weight_of(other->mode) : 0;
    }
    return contexts_of_sums[sum];
}

bool MotionCandidates::precise(MotionVector vector) const {
    return parameters_.high_precision && std::abs(vector.row) >> 3 < precise_samples &&
           std::abs(vector.column) >> 3 < precise_samples;
}

MotionVector MotionCandidates::usable(MotionVector vector) const {
    if (precise(vector)) {
        return vector;
    }
    const auto even = [](std::int16_t value) {
        return static_cast<std::int16_t>(value % 2 == 0 ? value : value > 0 ? value - 1 : value + 1);
    };
    return {even(vector.row), even(vector.column)};
}

}  // namespace svp::vpu::vp9
