// SPDX-License-Identifier: GPL-2.0-or-later
/** Tokens of transform blocks: reads coefficients, counts what comes (VP9 specification, section 6.4.24). */
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "vpu/entropy/bool_decoder.hpp"
#include "vpu/vp9/counts.hpp"
#include "vpu/vp9/parameters.hpp"
#include "vpu/vp9/probabilities.hpp"

namespace svp::vpu::vp9 {

/** Directions in which a transform is a sine one: section 8.6.2 and mode2txfm_map. */
enum TxType : std::uint8_t { dct_dct, adst_dct, dct_adst, adst_adst };

/** Of luma that is predicted by @p mode within the picture. */
TxType tx_type_of(Mode mode);

/** A coefficient times its factor; with 8 bits all of a legal stream have 16. */
template <typename Sample>
using Coefficient = std::conditional_t<sizeof(Sample) == 1, std::int16_t, std::int32_t>;

template <typename Sample>
class ResidualParser {
 public:
    ResidualParser(const Parameters& parameters, const Probabilities& probabilities, Counts& counts);

    /** What a block of coefficients is. */
    struct Where {
        TxSize size;
        TxType type;     ///< of the scan
        unsigned plane;  ///< 0 luma, 1 chroma
        bool inter;
        unsigned segment;
        unsigned context;  ///< neighbours that have coefficients, 0 to 2
    };

    /** Number of coefficients up to the last one. They are in coefficients() then. */
    unsigned parse(BoolDecoder& decoder, const Where& where);

    /** Column by column, and zero where nothing was read. Its user clears what parse() has set. */
    Coefficient<Sample>* coefficients() { return coefficients_.data(); }

    /** Of what parse() read last: rows and columns that may hold something but zeros. */
    unsigned rows() const { return rows_; }
    unsigned columns() const { return columns_; }

 private:
    /** Of the first coefficient, of others. */
    using Factors = std::array<int, 2>;

    const Probabilities& probabilities_;
    Counts& counts_;
    std::array<std::array<Factors, 2>, max_segments> factors_;  ///< [segment][luma, chroma]
    unsigned rows_ = 0;
    unsigned columns_ = 0;
    std::array<Coefficient<Sample>, 32 * 32> coefficients_{};
};

}  // namespace svp::vpu::vp9
