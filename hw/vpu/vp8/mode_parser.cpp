// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/mode_parser.hpp"

#include <algorithm>
#include <utility>

#include "vpu/vp8/tables.hpp"

namespace svp::vpu::vp8 {

namespace {

template <typename Enum>
constexpr std::int8_t leaf(Enum value) {
    return static_cast<std::int8_t>(-static_cast<int>(value));
}

// Trees as section 8.1 lays them out: positive entries lead on, the others are leaves.
constexpr std::int8_t segment_tree[] = {2, 4, -0, -1, -2, -3};
constexpr std::int8_t key_frame_luma_tree[] = {
    leaf(Mode::b_pred), 2, 4, 6, leaf(Mode::dc_pred), leaf(Mode::v_pred), leaf(Mode::h_pred),
    leaf(Mode::tm_pred)};
constexpr std::int8_t luma_tree[] = {
    leaf(Mode::dc_pred), 2, 4, 6, leaf(Mode::v_pred), leaf(Mode::h_pred), leaf(Mode::tm_pred),
    leaf(Mode::b_pred)};
constexpr std::int8_t chroma_tree[] = {leaf(Mode::dc_pred), 2, leaf(Mode::v_pred), 4, leaf(Mode::h_pred),
                                       leaf(Mode::tm_pred)};
constexpr std::int8_t subblock_tree[] = {
    leaf(SubblockMode::b_dc_pred),
    2,
    leaf(SubblockMode::b_tm_pred),
    4,
    leaf(SubblockMode::b_ve_pred),
    6,
    8,
    12,
    leaf(SubblockMode::b_he_pred),
    10,
    leaf(SubblockMode::b_rd_pred),
    leaf(SubblockMode::b_vr_pred),
    leaf(SubblockMode::b_ld_pred),
    14,
    leaf(SubblockMode::b_vl_pred),
    16,
    leaf(SubblockMode::b_hd_pred),
    leaf(SubblockMode::b_hu_pred),
};
constexpr std::int8_t inter_mode_tree[] = {leaf(Mode::zero), 2, leaf(Mode::nearest),    4,
                                           leaf(Mode::near), 6, leaf(Mode::new_vector), leaf(Mode::split)};
constexpr std::int8_t split_tree[] = {
    leaf(Split::sixteen), 2, leaf(Split::quarters), 4, leaf(Split::top_bottom), leaf(Split::left_right)};
constexpr std::int8_t short_vector_tree[] = {2, 8, 4, 6, -0, -1, -2, -3, 10, 12, -4, -5, -6, -7};

/** Where a part of a split macroblock has its vector from. */
enum class SubVector : std::uint8_t { left, above, zero, fresh };
constexpr std::int8_t sub_vector_tree[] = {
    leaf(SubVector::left), 2, leaf(SubVector::above), 4, leaf(SubVector::zero), leaf(SubVector::fresh)};

/** Part that each subblock belongs to, by Split. */
constexpr std::uint8_t split_parts[4][16] = {
    {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1},
    {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
};
constexpr unsigned split_counts[4] = {2, 2, 4, 16};

constexpr int long_vector_bits = 10;
/** How far a predicted vector may lead a macroblock out of the frame, quarters of a pixel. */
constexpr int vector_margin = 16 * 4;
constexpr int mb_quarters = 16 * 4;

SubblockMode implied(Mode mode) {
    switch (mode) {
        case Mode::v_pred:
            return SubblockMode::b_ve_pred;
        case Mode::h_pred:
            return SubblockMode::b_he_pred;
        case Mode::tm_pred:
            return SubblockMode::b_tm_pred;
        default:
            return SubblockMode::b_dc_pred;
    }
}

/** Section 16.4: which probabilities the choice of a subblock's vector has. */
unsigned sub_vector_context(MotionVector left, MotionVector above) {
    if (left == above) {
        return left.is_zero() ? 4 : 3;
    }
    return above.is_zero() ? 2 : left.is_zero() ? 1 : 0;
}

MotionVector sum(MotionVector a, int row, int column) {
    return {static_cast<std::int16_t>(a.row + row), static_cast<std::int16_t>(a.column + column)};
}

}  // namespace

/** Section 16.3: vectors of the neighbours, and how much speaks for each choice. */
struct ModeParser::Candidates {
    enum : unsigned { zero, nearest, near, split };
    std::array<MotionVector, 4> vector{};
    std::array<unsigned, 4> census{};
};

void ModeParser::parse(BoolDecoder& decoder, unsigned x, unsigned y, const Neighbours& around,
                       Macroblock& mb) const {
    if (parameters_.update_segment_map) {
        mb.segment = static_cast<std::uint8_t>(decoder.tree(segment_tree, probabilities_.segment.data()));
    }
    mb.skipped = parameters_.skip_flags && decoder.decode(probabilities_.skip_false);
    if (!parameters_.key_frame && decoder.decode(probabilities_.intra)) {
        inter_modes(decoder, x, y, around, mb);
    } else {
        intra_modes(decoder, around, mb);
    }
}

void ModeParser::intra_modes(BoolDecoder& decoder, const Neighbours& around, Macroblock& mb) const {
    mb.reference = Reference::current;
    mb.vector = {};
    mb.vectors.fill({});
    const bool key = parameters_.key_frame;
    mb.mode = static_cast<Mode>(key ? decoder.tree(key_frame_luma_tree, key_frame_luma_mode_probabilities)
                                    : decoder.tree(luma_tree, probabilities_.luma_mode.data()));
    if (mb.mode != Mode::b_pred) {
        mb.submodes.fill(implied(mb.mode));
    } else {
        for (unsigned i = 0; i < 16; ++i) {
            const std::uint8_t* probabilities = subblock_mode_probabilities;
            if (key) {
                const SubblockMode above = i < 4 ? around.above.submodes[i + 12] : mb.submodes[i - 4];
                const SubblockMode left = i % 4 == 0 ? around.left.submodes[i + 3] : mb.submodes[i - 1];
                probabilities = key_frame_subblock_mode_probabilities[static_cast<unsigned>(above)]
                                                                     [static_cast<unsigned>(left)];
            }
            mb.submodes[i] = static_cast<SubblockMode>(decoder.tree(subblock_tree, probabilities));
        }
    }
    mb.chroma_mode = static_cast<Mode>(decoder.tree(
        chroma_tree, key ? key_frame_chroma_mode_probabilities : probabilities_.chroma_mode.data()));
}

ModeParser::Candidates ModeParser::find_candidates(const Neighbours& around, Reference reference) const {
    Candidates found;
    unsigned last = 0;  // the latest vector that was found
    const auto survey = [&](const Macroblock& mb, unsigned weight) {
        if (!mb.inter()) {
            return;
        }
        if (mb.vector.is_zero()) {
            found.census[Candidates::zero] += weight;
            return;
        }
        MotionVector vector = mb.vector;
        if (parameters_.sign_bias[static_cast<unsigned>(mb.reference)] !=
            parameters_.sign_bias[static_cast<unsigned>(reference)]) {
            vector = {static_cast<std::int16_t>(-vector.row), static_cast<std::int16_t>(-vector.column)};
        }
        if (last == 0 || vector != found.vector[last]) {
            found.vector[++last] = vector;
        }
        found.census[last] += weight;
    };
    survey(around.above, 2);
    survey(around.left, 2);
    survey(around.above_left, 1);

    // Three different ones: the third may be the first again.
    if (found.census[Candidates::split] != 0 && found.vector[last] == found.vector[Candidates::nearest]) {
        ++found.census[Candidates::nearest];
    }
    const auto is_split = [](const Macroblock& mb) { return mb.mode == Mode::split ? 1u : 0u; };
    found.census[Candidates::split] =
        2 * (is_split(around.above) + is_split(around.left)) + is_split(around.above_left);
    if (found.census[Candidates::near] > found.census[Candidates::nearest]) {
        std::swap(found.census[Candidates::near], found.census[Candidates::nearest]);
        std::swap(found.vector[Candidates::near], found.vector[Candidates::nearest]);
    }
    if (found.census[Candidates::nearest] >= found.census[Candidates::zero]) {
        found.vector[Candidates::zero] = found.vector[Candidates::nearest];
    }
    return found;
}

MotionVector ModeParser::clamp(MotionVector vector, unsigned x, unsigned y) const {
    const auto limit = [](int component, unsigned position, unsigned count) {
        const int first = -static_cast<int>(position) * mb_quarters - vector_margin;
        const int last = static_cast<int>(count - 1 - position) * mb_quarters + vector_margin;
        return static_cast<std::int16_t>(std::clamp(component, first, last));
    };
    return {limit(vector.row, y, parameters_.mb_height), limit(vector.column, x, parameters_.mb_width)};
}

void ModeParser::inter_modes(BoolDecoder& decoder, unsigned x, unsigned y, const Neighbours& around,
                             Macroblock& mb) const {
    mb.reference = Reference::last;
    if (decoder.decode(probabilities_.last)) {
        mb.reference = decoder.decode(probabilities_.golden) ? Reference::altref : Reference::golden;
    }
    const Candidates found = find_candidates(around, mb.reference);
    std::uint8_t probabilities[4];
    for (unsigned i = 0; i < 4; ++i) {
        probabilities[i] = inter_mode_contexts[found.census[i]][i];
    }
    mb.mode = static_cast<Mode>(decoder.tree(inter_mode_tree, probabilities));
    const MotionVector best = clamp(found.vector[Candidates::zero], x, y);
    switch (mb.mode) {
        case Mode::nearest:
            mb.vector = clamp(found.vector[Candidates::nearest], x, y);
            break;
        case Mode::near:
            mb.vector = clamp(found.vector[Candidates::near], x, y);
            break;
        case Mode::new_vector:
            mb.vector = read_vector(decoder, best);
            break;
        case Mode::split:
            split_vectors(decoder, around, best, mb);
            mb.vector = mb.vectors[15];
            return;
        default:
            mb.vector = {};
    }
    mb.vectors.fill(mb.vector);
}

void ModeParser::split_vectors(BoolDecoder& decoder, const Neighbours& around, MotionVector best,
                               Macroblock& mb) const {
    mb.split = static_cast<Split>(decoder.tree(split_tree, split_probabilities));
    const std::uint8_t(&part_of)[16] = split_parts[static_cast<unsigned>(mb.split)];
    for (unsigned part = 0; part < split_counts[static_cast<unsigned>(mb.split)]; ++part) {
        const auto first = static_cast<unsigned>(std::find(part_of, part_of + 16, part) - part_of);
        const MotionVector left = first % 4 == 0 ? around.left.vectors[first + 3] : mb.vectors[first - 1];
        const MotionVector above = first < 4 ? around.above.vectors[first + 12] : mb.vectors[first - 4];
        MotionVector vector;
        switch (static_cast<SubVector>(
            decoder.tree(sub_vector_tree, sub_vector_probabilities[sub_vector_context(left, above)]))) {
            case SubVector::left:
                vector = left;
                break;
            case SubVector::above:
                vector = above;
                break;
            case SubVector::zero:
                break;
            case SubVector::fresh:
                vector = read_vector(decoder, best);
                break;
        }
        for (unsigned i = first; i < 16; ++i) {
            mb.vectors[i] = part_of[i] == part ? vector : mb.vectors[i];
        }
    }
}

MotionVector ModeParser::read_vector(BoolDecoder& decoder, MotionVector base) const {
    const int row = read_component(decoder, 0);
    const int column = read_component(decoder, 1);
    return sum(base, row, column);
}

/** Section 17.1. */
int ModeParser::read_component(BoolDecoder& decoder, unsigned which) const {
    int magnitude = 0;
    if (decoder.decode(probabilities_.vector_is_short[which])) {
        const std::uint8_t(&bit)[long_vector_bits] = probabilities_.vector_long[which];
        for (int i = 0; i < 3; ++i) {
            magnitude |= decoder.decode(bit[i]) ? 1 << i : 0;
        }
        for (int i = long_vector_bits - 1; i > 3; --i) {
            magnitude |= decoder.decode(bit[i]) ? 1 << i : 0;
        }
        // A long one is 8 at least: without higher bits, bit 3 is set and not coded.
        if ((magnitude & ~0xf) == 0 || decoder.decode(bit[3])) {
            magnitude |= 1 << 3;
        }
    } else {
        magnitude = static_cast<int>(decoder.tree(short_vector_tree, probabilities_.vector_short[which]));
    }
    return magnitude != 0 && decoder.decode(probabilities_.vector_sign[which]) ? -magnitude : magnitude;
}

}  // namespace svp::vpu::vp8
