// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/residual.hpp"

#include <algorithm>
#include <span>

#include "vpu/vp9/pareto_table.hpp"
#include "vpu/vp9/quantizer_tables.hpp"
#include "vpu/vp9/scan_tables.hpp"

namespace svp::vpu::vp9 {

namespace {

/** Bands of coefficients by their number; later ones are in the last band. */
constexpr std::uint8_t bands_4x4[16] = {0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5};
constexpr std::uint8_t bands_larger[21] = {0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
constexpr unsigned last_band = 5;

/** First value of each category, and probabilities of its extra bits (section 10.3). */
struct Category {
    int base;
    unsigned bits;
    std::uint8_t probabilities[16];
};
constexpr Category categories[] = {
    {5, 1, {159}},
    {7, 2, {165, 145}},
    {11, 3, {173, 148, 140}},
    {19, 4, {176, 155, 140, 135}},
    {35, 5, {180, 157, 141, 134, 130}},
    {67, 16, {255, 255, 254, 254, 254, 252, 249, 243, 230, 196, 177, 153, 140, 133, 130, 129}},
};

enum Token : unsigned { zero_token, one_token, two_token, end_token };

/** Probabilities of the tokens above one, by the probability that there is one. */
struct ParetoRows {
    std::uint8_t rows[256][8];

    ParetoRows() {
        for (unsigned probability = 0; probability < 256; ++probability) {
            const unsigned at = std::max(probability, 1u) - 1;
            const std::uint8_t(&first)[8] = pareto_table[at / 2];
            const std::uint8_t(&second)[8] = pareto_table[std::min((at + 1) / 2, 127u)];
            for (unsigned i = 0; i < 8; ++i) {
                rows[probability][i] = static_cast<std::uint8_t>((first[i] + second[i]) >> 1);
            }
        }
    }
};
const ParetoRows pareto;

enum class Direction : std::uint8_t { both, columns, rows };

/** Positions in the order in which they come, and for each two whose tokens are its context. */
struct Scan {
    static constexpr unsigned largest = 32 * 32;
    struct Step {
        std::uint16_t position;  ///< line by line
        std::uint16_t stored;    ///< column by column
        std::uint16_t first;     ///< neighbours, line by line
        std::uint16_t second;
    };
    Step steps[largest];

    Scan(std::span<const std::uint16_t> order, unsigned size, Direction direction) {
        for (unsigned i = 0; i < order.size(); ++i) {
            const unsigned position = order[i], row = position / size, column = position % size;
            unsigned first = position, second = position;
            if (row > 0 && column > 0) {
                first = direction == Direction::rows ? position - 1 : position - size;
                second = direction == Direction::columns ? position - size : position - 1;
            } else if (position > 0) {
                first = second = row > 0 ? position - size : position - 1;
            }
            steps[i] = {static_cast<std::uint16_t>(position), static_cast<std::uint16_t>(column * size + row),
                        static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second)};
        }
    }
};

/** By size and type. */
const Scan& scan_of(TxSize size, TxType type) {
    static const Scan scans[] = {
        {default_scan_4x4, 4, Direction::both},    {row_scan_4x4, 4, Direction::rows},
        {col_scan_4x4, 4, Direction::columns},     {default_scan_8x8, 8, Direction::both},
        {row_scan_8x8, 8, Direction::rows},        {col_scan_8x8, 8, Direction::columns},
        {default_scan_16x16, 16, Direction::both}, {row_scan_16x16, 16, Direction::rows},
        {col_scan_16x16, 16, Direction::columns},  {default_scan_32x32, 32, Direction::both},
    };
    return scans[size == tx_32x32 ? 9u : 3u * size + (type == adst_adst ? 0u : unsigned{type})];
}

int category_value(BoolDecoder& decoder, unsigned number, unsigned skipped_bits) {
    const Category& category = categories[number];
    int extra = 0;
    for (unsigned i = skipped_bits; i < category.bits; ++i) {
        extra = 2 * extra + (decoder.decode(category.probabilities[i]) ? 1 : 0);
    }
    return category.base + extra;
}

/** Value of a token above one, and what it counts for the contexts of others. */
template <typename Sample>
int large_value(BoolDecoder& decoder, const std::uint8_t (&p)[8], std::uint8_t& energy) {
    // With 8 bits, values are shorter by two bits.
    constexpr unsigned unused = sizeof(Sample) == 1 ? 2 : 0;
    if (!decoder.decode(p[0])) {
        if (!decoder.decode(p[1])) {
            energy = 2;
            return 2;
        }
        energy = 3;
        return decoder.decode(p[2]) ? 4 : 3;
    }
    if (!decoder.decode(p[3])) {
        energy = 4;
        return category_value(decoder, decoder.decode(p[4]) ? 1 : 0, 0);
    }
    energy = 5;
    if (!decoder.decode(p[5])) {
        return category_value(decoder, decoder.decode(p[6]) ? 3 : 2, 0);
    }
    return decoder.decode(p[7]) ? category_value(decoder, 5, unused) : category_value(decoder, 4, 0);
}

int clamped_index(int index) {
    return std::clamp(index, 0, 255);
}

}  // namespace

TxType tx_type_of(Mode mode) {
    switch (mode) {
        case v_pred:
        case d117_pred:
        case d63_pred:
            return adst_dct;
        case h_pred:
        case d153_pred:
        case d207_pred:
            return dct_adst;
        case d135_pred:
        case tm_pred:
            return adst_adst;
        default:
            return dct_dct;
    }
}

template <typename Sample>
ResidualParser<Sample>::ResidualParser(const Parameters& parameters, const Probabilities& probabilities,
                                       Counts& counts)
    : probabilities_(probabilities), counts_(counts), factors_{} {
    const auto& dc = dc_factors[sizeof(Sample) - 1];
    const auto& ac = ac_factors[sizeof(Sample) - 1];
    for (unsigned i = 0; i < max_segments; ++i) {
        const int index = parameters.segments[parameters.segmentation ? i : 0].quantizer;
        factors_[i][0] = {dc[clamped_index(index + parameters.y_dc_delta)], ac[index]};
        factors_[i][1] = {dc[clamped_index(index + parameters.uv_dc_delta)],
                          ac[clamped_index(index + parameters.uv_ac_delta)]};
    }
}

template <typename Sample>
unsigned ResidualParser<Sample>::parse(BoolDecoder& decoder, const Where& where) {
    const Scan::Step* const steps = scan_of(where.size, where.type).steps;
    const CoefficientProbabilities& probabilities =
        probabilities_.coefficients[where.size][where.plane][where.inter ? 1 : 0];
    auto& counts = counts_.coefficients[where.size][where.plane][where.inter ? 1 : 0];
    auto& more = counts_.more_coefficients[where.size][where.plane][where.inter ? 1 : 0];
    const Factors& factors = factors_[where.segment][where.plane];
    const std::uint8_t* const bands = where.size == tx_4x4 ? bands_4x4 : bands_larger;
    const unsigned end = 16u << 2 * where.size, known_bands = where.size == tx_4x4 ? 16 : 21;
    const int halves = where.size == tx_32x32 ? 1 : 0;
    std::uint8_t energies[Scan::largest];
    unsigned context = where.context, extent = 0, i = 0;
    bool may_end = true;
    while (i < end) {
        const unsigned band = i < known_bands ? bands[i] : last_band;
        const std::uint8_t(&p)[4] = probabilities[band][context];
        const Scan::Step& step = steps[i];
        if (may_end) {
            ++more[band][context];
            if (!decoder.decode(p[0])) {
                ++counts[band][context][end_token];
                break;
            }
        }
        may_end = decoder.decode(p[1]);
        if (!may_end) {
            ++counts[band][context][zero_token];
            energies[step.position] = 0;
        } else {
            std::uint8_t energy = 1;
            int value = 1;
            if (decoder.decode(p[2])) {
                ++counts[band][context][two_token];
                value = large_value<Sample>(decoder, pareto.rows[p[2]], energy);
            } else {
                ++counts[band][context][one_token];
            }
            energies[step.position] = energy;
            const auto product = static_cast<int>(std::int64_t{value} * factors[i == 0 ? 0 : 1]) >> halves;
            coefficients_[step.stored] =
                static_cast<Coefficient<Sample>>(decoder.decode(128) ? -product : product);
            extent |= step.position;
        }
        ++i;
        if (i < end) {
            context = (1u + energies[steps[i].first] + energies[steps[i].second]) >> 1;
        }
    }
    const unsigned size_log2 = where.size + 2u;
    rows_ = (extent >> size_log2) + 1;
    columns_ = (extent & ((1u << size_log2) - 1)) + 1;
    return i;
}

template class ResidualParser<std::uint8_t>;
template class ResidualParser<std::uint16_t>;

}  // namespace svp::vpu::vp9
