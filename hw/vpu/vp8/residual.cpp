// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/residual.hpp"

#include <algorithm>

#include "vpu/vp8/tables.hpp"

namespace svp::vpu::vp8 {

namespace {

/** Kinds of blocks that have probabilities of their own (section 13.3). */
enum BlockType : unsigned { luma_without_dc, y2_block, chroma_block, luma_with_dc };

/** Section 13.2: the first value of each category, and the probabilities of its extra bits, 0 behind the
 * last. */
struct Category {
    int base;
    std::uint8_t probabilities[12];
};
constexpr Category categories[] = {
    {5, {159}},
    {7, {165, 145}},
    {11, {173, 148, 140}},
    {19, {176, 155, 140, 135}},
    {35, {180, 157, 141, 134, 130}},
    {67, {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}},
};

int category_value(BoolDecoder& decoder, unsigned number) {
    int extra = 0;
    for (const std::uint8_t* p = categories[number].probabilities; *p != 0; ++p) {
        extra = 2 * extra + (decoder.decode(*p) ? 1 : 0);
    }
    return categories[number].base + extra;
}

/** Value of a token that is neither end of block, 0 nor 1. */
int large_value(BoolDecoder& decoder, const std::uint8_t* p) {
    if (!decoder.decode(p[3])) {
        if (!decoder.decode(p[4])) {
            return 2;
        }
        return decoder.decode(p[5]) ? 4 : 3;
    }
    if (!decoder.decode(p[6])) {
        return category_value(decoder, decoder.decode(p[7]) ? 1 : 0);
    }
    const bool upper = decoder.decode(p[8]);
    return category_value(
        decoder, upper ? 4 + (decoder.decode(p[10]) ? 1u : 0u) : 2 + (decoder.decode(p[9]) ? 1u : 0u));
}

std::uint8_t clip(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/** The standard computes with 16 bits. */
std::int16_t short_of(int value) {
    return static_cast<std::int16_t>(value);
}

/** Section 14.4: products with sqrt(2) * cos(pi / 8) and sqrt(2) * sin(pi / 8), in 16 bits of fraction. */
int times_cos(int value) {
    return value + (value * 20091 >> 16);
}
int times_sin(int value) {
    return value * 35468 >> 16;
}

void inverse_dct(const std::int16_t* in, std::uint8_t* samples, std::ptrdiff_t stride) {
    std::int16_t columns[16];
    for (unsigned i = 0; i < 4; ++i) {
        const int even = in[i] + in[8 + i], odd = in[i] - in[8 + i];
        const int c = times_sin(in[4 + i]) - times_cos(in[12 + i]);
        const int d = times_cos(in[4 + i]) + times_sin(in[12 + i]);
        columns[i] = short_of(even + d);
        columns[4 + i] = short_of(odd + c);
        columns[8 + i] = short_of(odd - c);
        columns[12 + i] = short_of(even - d);
    }
    for (unsigned row = 0; row < 4; ++row, samples += stride) {
        const std::int16_t* line = columns + 4 * row;
        const int even = line[0] + line[2], odd = line[0] - line[2];
        const int c = times_sin(line[1]) - times_cos(line[3]);
        const int d = times_cos(line[1]) + times_sin(line[3]);
        samples[0] = clip(samples[0] + ((even + d + 4) >> 3));
        samples[1] = clip(samples[1] + ((odd + c + 4) >> 3));
        samples[2] = clip(samples[2] + ((odd - c + 4) >> 3));
        samples[3] = clip(samples[3] + ((even - d + 4) >> 3));
    }
}

void add_dc(int dc, std::uint8_t* samples, std::ptrdiff_t stride) {
    const int value = (dc + 4) >> 3;
    for (unsigned row = 0; row < 4; ++row, samples += stride) {
        for (unsigned column = 0; column < 4; ++column) {
            samples[column] = clip(samples[column] + value);
        }
    }
}

/** Section 14.3: the first coefficients of the luma blocks from Y2. */
void inverse_wht(const std::int16_t* in, std::int16_t* out) {
    int columns[16];
    for (unsigned i = 0; i < 4; ++i) {
        const int a = in[i] + in[12 + i], b = in[4 + i] + in[8 + i];
        const int c = in[4 + i] - in[8 + i], d = in[i] - in[12 + i];
        columns[i] = a + b;
        columns[4 + i] = c + d;
        columns[8 + i] = a - b;
        columns[12 + i] = d - c;
    }
    for (unsigned row = 0; row < 4; ++row) {
        const int* line = columns + 4 * row;
        const int a = line[0] + line[3], b = line[1] + line[2];
        const int c = line[1] - line[2], d = line[0] - line[3];
        out[4 * row] = short_of((a + b + 3) >> 3);
        out[4 * row + 1] = short_of((c + d + 3) >> 3);
        out[4 * row + 2] = short_of((a - b + 3) >> 3);
        out[4 * row + 3] = short_of((d - c + 3) >> 3);
    }
}

constexpr int min_y2_ac = 8;
constexpr int max_uv_dc = 132;

int dc_factor(int index) {
    return dc_factors[std::clamp(index, 0, static_cast<int>(quantizer_indices) - 1)];
}
int ac_factor(int index) {
    return ac_factors[std::clamp(index, 0, static_cast<int>(quantizer_indices) - 1)];
}

}  // namespace

void Residual::add(unsigned block, std::uint8_t* samples, std::ptrdiff_t stride) const {
    switch (kinds_[block]) {
        case Kind::none:
            break;
        case Kind::dc_only:
            add_dc(coefficients_[block][0], samples, stride);
            break;
        case Kind::full:
            inverse_dct(coefficients_[block].data(), samples, stride);
            break;
    }
}

ResidualParser::ResidualParser(const Parameters& parameters, const Probabilities& probabilities)
    : probabilities_(probabilities), factors_{}, above_(parameters.mb_width) {
    for (unsigned segment = 0; segment < max_segments; ++segment) {
        const int index = parameters.quantizer[segment];
        factors_[segment] = {
            .y = {dc_factor(index + parameters.y_dc_delta), ac_factor(index)},
            .y2 = {dc_factor(index + parameters.y2_dc_delta) * 2,
                   std::max(ac_factor(index + parameters.y2_ac_delta) * 155 / 100, min_y2_ac)},
            .uv = {std::min(dc_factor(index + parameters.uv_dc_delta), max_uv_dc),
                   ac_factor(index + parameters.uv_ac_delta)},
        };
    }
}

/** One block's tokens; the number of positions up to the last one that has a token, @p first if there is
 * none. */
unsigned ResidualParser::block(BoolDecoder& decoder, const BlockProbabilities& probabilities,
                               unsigned context, unsigned first, Factors factors, std::int16_t* out) {
    unsigned position = first;
    const std::uint8_t* p = probabilities[bands[position]][context];
    while (decoder.decode(p[0])) {  // else the end of the block
        while (!decoder.decode(p[1])) {
            // No end of block may follow a zero.
            if (++position == 16) {
                return position;
            }
            p = probabilities[bands[position]][0];
        }
        int value = 1;
        unsigned next = 1;
        if (decoder.decode(p[2])) {
            value = large_value(decoder, p);
            next = 2;
        }
        value = decoder.with_sign(value);
        out[zigzag[position]] = short_of(value * (position == 0 ? factors.dc : factors.ac));
        if (++position == 16) {
            return position;
        }
        p = probabilities[bands[position]][next];
    }
    return position;
}

void ResidualParser::parse(BoolDecoder& decoder, unsigned x, Macroblock& mb, Residual& residual) {
    Context& above = above_[x];
    Context& left = left_;
    mb.has_coefficients = false;
    if (mb.skipped) {
        const std::uint8_t above_y2 = mb.has_y2() ? std::uint8_t{0} : above.y2;
        const std::uint8_t left_y2 = mb.has_y2() ? std::uint8_t{0} : left.y2;
        above = {.y2 = above_y2};
        left = {.y2 = left_y2};
        return;
    }
    residual.coefficients_ = {};
    residual.kinds_ = {};
    const SegmentFactors& factors = factors_[mb.segment];
    bool any = false;

    std::int16_t dc[16] = {};
    const bool y2 = mb.has_y2();
    if (y2) {
        std::int16_t coefficients[16] = {};
        const unsigned end = block(decoder, probabilities_.coefficient[y2_block],
                                   unsigned{above.y2} + left.y2, 0, factors.y2, coefficients);
        above.y2 = left.y2 = end > 0;
        any = end > 0;
        if (any) {
            inverse_wht(coefficients, dc);
        }
    }
    const auto read = [&](unsigned number, unsigned type, unsigned first, Factors which, std::uint8_t& a,
                          std::uint8_t& l) {
        std::int16_t* out = residual.coefficients_[number].data();
        const unsigned end =
            block(decoder, probabilities_.coefficient[type], unsigned{a} + l, first, which, out);
        a = l = end > first;
        any = any || end > first;
        residual.kinds_[number] = end > 1       ? Residual::Kind::full
                                  : end > first ? Residual::Kind::dc_only
                                                : Residual::Kind::none;
    };
    for (unsigned i = 0; i < Residual::luma_blocks; ++i) {
        read(i, y2 ? luma_without_dc : luma_with_dc, y2 ? 1 : 0, factors.y, above.luma[i % 4],
             left.luma[i / 4]);
        if (y2) {
            residual.coefficients_[i][0] = dc[i];
            if (residual.kinds_[i] == Residual::Kind::none && dc[i] != 0) {
                residual.kinds_[i] = Residual::Kind::dc_only;
            }
        }
    }
    for (unsigned i = 0; i < 8; ++i) {
        const unsigned plane = i / 4;
        read(Residual::luma_blocks + i, chroma_block, 0, factors.uv, above.chroma[plane][i % 2],
             left.chroma[plane][i % 4 / 2]);
    }
    mb.has_coefficients = any;
}

}  // namespace svp::vpu::vp8
