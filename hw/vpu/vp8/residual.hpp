// SPDX-License-Identifier: GPL-2.0-or-later
/** Coefficients of macroblocks: tokens, factors, inverse transforms (RFC 6386, sections 13 and 14). */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vpu/entropy/bool_decoder.hpp"
#include "vpu/vp8/macroblock.hpp"
#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::vp8 {

/** What is to be added to the prediction of a macroblock. */
class Residual {
 public:
    static constexpr unsigned luma_blocks = 16;
    static constexpr unsigned blocks = 24;  ///< luma in raster order, four of Cb, four of Cr

    /** What a block of 4x4 samples needs. */
    enum class Kind : std::uint8_t { none, dc_only, full };

    Kind kind(unsigned block) const { return kinds_[block]; }

    /** Transforms block @p block and adds it to the 4x4 samples at @p samples. */
    void add(unsigned block, std::uint8_t* samples, std::ptrdiff_t stride) const;

 private:
    friend class ResidualParser;
    std::array<std::array<std::int16_t, 16>, blocks> coefficients_{};  ///< with their factors, raster order
    std::array<Kind, blocks> kinds_{};
};

class ResidualParser {
 public:
    ResidualParser(const Parameters& parameters, const Probabilities& probabilities);

    /** The next macroblock is the first one of a row. */
    void begin_row() { left_ = {}; }

    /**
     * Reads the coefficients of the macroblock in column @p x, or takes none if it is skipped; sets
     * @p mb.has_coefficients, and @p residual if it has any.
     */
    void parse(BoolDecoder& decoder, unsigned x, Macroblock& mb, Residual& residual);

 private:
    /** Blocks around that have coefficients, 0 or 1 each: the contexts of the first token. */
    struct Context {
        std::uint8_t luma[4] = {};
        std::uint8_t chroma[2][2] = {};
        std::uint8_t y2 = 0;
    };
    struct Factors {
        int dc;
        int ac;
    };
    struct SegmentFactors {
        Factors y;
        Factors y2;
        Factors uv;
    };

    using BlockProbabilities = std::uint8_t[8][3][11];

    static unsigned block(BoolDecoder& decoder, const BlockProbabilities& probabilities, unsigned context,
                          unsigned first, Factors factors, std::int16_t* out);

    const Probabilities& probabilities_;
    std::array<SegmentFactors, max_segments> factors_;
    std::vector<Context> above_;
    Context left_;
};

}  // namespace svp::vpu::vp8
