// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/cabac.hpp"

namespace svp::vpu::h264 {

namespace {

constexpr unsigned mb_type_intra_in_p = 17;
constexpr unsigned mb_type_intra_in_b = 32;
constexpr unsigned first_p_intra = 5;
constexpr unsigned first_b_intra = 23;
constexpr unsigned type_pcm = 25;
constexpr unsigned max_qp_delta = 103;
constexpr unsigned max_exponent = 20;

// First contexts of residual blocks by Category, tables 9-34 and 9-40; significant_coeff_flag of frames and
// of fields.
constexpr unsigned coded_block_context[5] = {85, 89, 93, 97, 101};
constexpr unsigned significant_context[2][6] = {{105, 120, 134, 149, 152, 402},
                                                {277, 292, 306, 321, 324, 436}};
// From there to the context of last_significant_coeff_flag.
constexpr unsigned last_distance = 61;
constexpr unsigned last_distance_8x8 = 15;
constexpr unsigned level_context[6] = {227, 237, 247, 257, 266, 426};

// ctxIdxInc in 8x8 blocks, table 9-43: significant_coeff_flag of frames and fields, and the last one.
constexpr std::uint8_t significant_8x8[2][63] = {
    {0,  1,  2, 3, 4, 5,  5,  4,  4,  3, 3, 4,  4,  4,  5,  5,  4,  4,  4,  4,  3,
     3,  6,  7, 7, 7, 8,  9,  10, 9,  8, 7, 7,  6,  11, 12, 13, 11, 6,  7,  8,  9,
     14, 10, 9, 8, 6, 11, 12, 13, 11, 6, 9, 14, 10, 9,  11, 12, 13, 11, 14, 10, 12},
    {0,  1,  1,  2,  2,  3,  3,  4,  5,  6,  7,  7,  7, 8,  4,  5,  6,  9,  10, 10, 8,
     11, 12, 11, 9,  9,  10, 10, 8,  11, 12, 11, 9,  9, 10, 10, 8,  11, 12, 11, 9,  9,
     10, 10, 8,  13, 13, 9,  9,  10, 10, 8,  13, 13, 9, 9,  10, 10, 14, 14, 14, 14, 14},
};
constexpr std::uint8_t last_8x8[63] = {
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8,
};
// In others it is the coefficient's number, as DC of chroma has no more than 4 of them.

// What was read of a block's levels, from the last one on: 0 to 3 counts those of 1 while there are no
// others, 4 to 7 those that are larger (clause 9.3.3.1.3).
struct LevelStep {
    std::uint8_t first;      ///< ctxIdxInc of the first bin of coeff_abs_level_minus1
    std::uint8_t others;     ///< of its other bins
    std::uint8_t others_dc;  ///< of these in DC of chroma
    std::uint8_t after_one;  ///< what comes after a level of 1, and after a larger one
    std::uint8_t after_more;
};
constexpr LevelStep level_steps[8] = {{1, 5, 5, 1, 4}, {2, 5, 5, 2, 4}, {3, 5, 5, 3, 4}, {4, 5, 5, 3, 4},
                                      {0, 6, 6, 4, 5}, {0, 7, 7, 5, 6}, {0, 8, 8, 6, 7}, {0, 9, 8, 7, 7}};

/** Without a branch: signs cannot be foreseen. */
int with_sign(unsigned magnitude, unsigned negative) {
    return static_cast<int>((magnitude ^ (0 - negative)) + negative);
}

}  // namespace

void Cabac::start(std::span<const std::uint8_t> data, const Tables& tables, unsigned table, int qp) {
    for (unsigned i = 0; i < context_count; ++i) {
        contexts_[i].start(tables.contexts[table][i][0], tables.contexts[table][i][1], qp);
    }
    failed_ = false;
    decoder_.start(data);
}

bool Cabac::skip_flag(const Neighbours& where, bool b_slice) {
    const Macroblock* left = where.left();
    const Macroblock* above = where.above();
    const unsigned increment =
        (left != nullptr && !left->skipped ? 1u : 0u) + (above != nullptr && !above->skipped ? 1u : 0u);
    return bin((b_slice ? 24 : 11) + increment) != 0;
}

bool Cabac::field_flag(const Neighbours& where) {
    const Macroblock* left = where.left_pair();
    const Macroblock* above = where.above_pair();
    return bin(70 + (left != nullptr && left->field ? 1u : 0u) +
               (above != nullptr && above->field ? 1u : 0u)) != 0;
}

/** Table 9-36, behind the bin that tells I_NxN from others. */
unsigned Cabac::intra_type(unsigned context, bool i_slice) {
    if (decoder_.terminate()) {
        return type_pcm;
    }
    const unsigned more = i_slice ? 1 : 0;
    unsigned type = 1 + 12 * bin(context + 1);
    if (bin(context + 2) != 0) {
        type += 4 + 4 * bin(context + 2 + more);
    }
    type += 2 * bin(context + 3 + more);
    return type + bin(context + 3 + 2 * more);
}

unsigned Cabac::mb_type_i(const Neighbours& where) {
    const auto other = [](const Macroblock* mb) {
        return mb != nullptr && mb->kind != Kind::intra_4x4 && mb->kind != Kind::intra_8x8 ? 1u : 0u;
    };
    return bin(3 + other(where.left()) + other(where.above())) == 0 ? 0 : intra_type(5, true);
}

unsigned Cabac::mb_type_p() {
    if (bin(14) == 0) {
        return bin(15) == 0 ? 3 * bin(16) : 2 - bin(17);
    }
    return first_p_intra + (bin(mb_type_intra_in_p) == 0 ? 0 : intra_type(mb_type_intra_in_p, false));
}

unsigned Cabac::mb_type_b(const Neighbours& where) {
    const auto other = [](const Macroblock* mb) { return mb != nullptr && !mb->direct ? 1u : 0u; };
    if (bin(27 + other(where.left()) + other(where.above())) == 0) {
        return 0;
    }
    if (bin(30) == 0) {
        return 1 + bin(32);
    }
    unsigned bits = bin(31) << 3;
    bits |= bin(32) << 2;
    bits |= bin(32) << 1;
    bits |= bin(32);
    if (bits < 8) {
        return bits + 3;
    }
    switch (bits) {
        case 13:
            return first_b_intra + (bin(mb_type_intra_in_b) == 0 ? 0 : intra_type(mb_type_intra_in_b, false));
        case 14:
            return 11;
        case 15:
            return 22;
        default:
            return (bits << 1 | bin(32)) - 4;
    }
}

unsigned Cabac::sub_mb_type_p() {
    if (bin(21) != 0) {
        return 0;
    }
    return bin(22) == 0 ? 1 : bin(23) != 0 ? 2 : 3;
}

unsigned Cabac::sub_mb_type_b() {
    if (bin(36) == 0) {
        return 0;
    }
    if (bin(37) == 0) {
        return 1 + bin(39);
    }
    unsigned type = 3;
    if (bin(38) != 0) {
        if (bin(39) != 0) {
            return 11 + bin(39);
        }
        type += 4;
    }
    type += 2 * bin(39);
    return type + bin(39);
}

bool Cabac::transform_8x8_flag(const Neighbours& where) {
    const Macroblock* left = where.left();
    const Macroblock* above = where.above();
    return bin(399 + (left != nullptr && left->transform_8x8 ? 1u : 0u) +
               (above != nullptr && above->transform_8x8 ? 1u : 0u)) != 0;
}

int Cabac::intra_mode() {
    if (bin(68) != 0) {
        return -1;
    }
    unsigned mode = bin(69);
    mode |= bin(69) << 1;
    mode |= bin(69) << 2;
    return static_cast<int>(mode);
}

unsigned Cabac::chroma_mode(const Neighbours& where) {
    const auto other = [](const Macroblock* mb) {
        return mb != nullptr && mb->intra() && mb->kind != Kind::pcm && mb->chroma_mode != 0 ? 1u : 0u;
    };
    if (bin(64 + other(where.left()) + other(where.above())) == 0) {
        return 0;
    }
    return bin(67) == 0 ? 1 : bin(67) == 0 ? 2 : 3;
}

std::uint8_t Cabac::pattern(const Neighbours& where, bool monochrome) {
    Macroblock& mb = where.current();
    mb.pattern = 0;
    for (unsigned part = 0; part < 4; ++part) {
        const int x = static_cast<int>(part % 2 * 8), y = static_cast<int>(part / 2 * 8);
        const auto empty = [](const Neighbours::Place& place) {
            return place && (place.mb->pattern >> place.part() & 1) == 0 ? 1u : 0u;
        };
        const unsigned increment = empty(where.at(x - 1, y)) + 2 * empty(where.at(x, y - 1));
        mb.pattern |= static_cast<std::uint8_t>(bin(73 + increment) << part);
    }
    if (!monochrome) {
        const Macroblock* left = where.left();
        const Macroblock* above = where.above();
        const auto chroma = [](const Macroblock* mb_beside) {
            return mb_beside != nullptr ? mb_beside->pattern >> 4 : 0;
        };
        if (bin(77 + (chroma(left) != 0 ? 1u : 0u) + (chroma(above) != 0 ? 2u : 0u)) != 0) {
            const unsigned both = bin(81 + (chroma(left) == 2 ? 1u : 0u) + (chroma(above) == 2 ? 2u : 0u));
            mb.pattern |= static_cast<std::uint8_t>((1 + both) << 4);
        }
    }
    return mb.pattern;
}

int Cabac::qp_delta(bool after_delta) {
    unsigned value = 0;
    for (unsigned context = after_delta ? 1 : 0; bin(60 + context) != 0; context = 2 + context / 2) {
        if (++value > max_qp_delta) {
            failed_ = true;
            return 0;
        }
    }
    const auto magnitude = static_cast<int>((value + 1) / 2);
    return value % 2 != 0 ? magnitude : -magnitude;
}

unsigned Cabac::ref_idx(const Neighbours& where, unsigned list, unsigned part) {
    const int x = static_cast<int>(part % 2 * 8), y = static_cast<int>(part / 2 * 8);
    const bool field = where.current().field;
    const auto above_zero = [&](const Neighbours::Place& place) {
        if (!place || place.mb->intra() || place.mb->skipped ||
            (place.mb->direct_parts >> place.part() & 1) != 0) {
            return 0u;
        }
        const int limit = !field && place.mb->field ? 1 : 0;
        return place.mb->ref[list][place.part()] > limit ? 1u : 0u;
    };
    unsigned context = above_zero(where.at(x - 1, y)) + 2 * above_zero(where.at(x, y - 1));
    unsigned index = 0;
    while (bin(54 + context) != 0) {
        context = context / 4 + 4;
        if (++index >= 2 * 32) {
            failed_ = true;
            break;
        }
    }
    return index;
}

/** Suffix of UEGk, clause 9.3.2.3. */
unsigned Cabac::exp_golomb(unsigned k) {
    unsigned value = 0;
    while (decoder_.bypass() != 0) {
        value += 1u << k;
        if (++k > max_exponent) {
            failed_ = true;
            return 0;
        }
    }
    while (k-- != 0) {
        value += decoder_.bypass() << k;
    }
    return value;
}

int Cabac::mvd(unsigned component, unsigned sum) {
    constexpr unsigned prefix = 9;
    unsigned context = component == 0 ? 40 : 47;
    if (bin(context + (sum < 3 ? 0 : sum > 32 ? 2 : 1)) == 0) {
        return 0;
    }
    context += 3;
    unsigned value = 1;
    while (value < prefix && bin(context) != 0) {
        context += value < 4 ? 1 : 0;
        ++value;
    }
    if (value == prefix) {
        value += exp_golomb(3);
    }
    return with_sign(value, decoder_.bypass());
}

bool Cabac::coded_block(Category category, unsigned increment) {
    return bin(coded_block_context[static_cast<unsigned>(category)] + increment) != 0;
}

/** Significance map: which of @p size coefficients are not 0. */
template <bool is_8x8>
unsigned Cabac::significance(CabacDecoder& decoder, Category category, unsigned size, unsigned field,
                             std::uint8_t* positions) {
    const auto kind = static_cast<unsigned>(category);
    CabacContext* const significant = contexts_ + significant_context[field][kind];
    CabacContext* const last = significant + (is_8x8 ? last_distance_8x8 : last_distance);
    unsigned count = 0;
    unsigned i = 0;
    for (; i + 1 < size; ++i) {
        if (decoder.decode(significant[is_8x8 ? significant_8x8[field][i] : i]) == 0) {
            continue;
        }
        positions[count++] = static_cast<std::uint8_t>(i);
        if (decoder.decode(last[is_8x8 ? last_8x8[i] : i]) != 0) {
            return count;
        }
    }
    positions[count++] = static_cast<std::uint8_t>(i);
    return count;
}

void Cabac::block(Category category, unsigned size, bool field, Levels& levels) {
    // A copy, which contexts and levels are known not to overlap, stays in registers.
    CabacDecoder decoder = decoder_;
    levels.count = category == Category::luma_8x8
                       ? significance<true>(decoder, category, 64, field ? 1 : 0, levels.position)
                       : significance<false>(decoder, category, size, field ? 1 : 0, levels.position);
    constexpr unsigned prefix = 14;
    CabacContext* const contexts = contexts_ + level_context[static_cast<unsigned>(category)];
    const bool chroma_dc = category == Category::chroma_dc;
    unsigned step = 0;
    for (unsigned i = levels.count; i-- != 0;) {
        const LevelStep& now = level_steps[step];
        unsigned value = 1;
        if (decoder.decode(contexts[now.first]) == 0) {
            step = now.after_one;
        } else {
            CabacContext& context = contexts[chroma_dc ? now.others_dc : now.others];
            step = now.after_more;
            ++value;
            while (value <= prefix && decoder.decode(context) != 0) {
                ++value;
            }
            if (value > prefix) {
                decoder_ = decoder;
                value += exp_golomb(0);
                decoder = decoder_;
            }
        }
        levels.level[i] = with_sign(value, decoder.bypass());
    }
    decoder_ = decoder;
}

}  // namespace svp::vpu::h264
