// SPDX-License-Identifier: GPL-2.0-or-later
/** Kernels for processors with AVX2: sixteen samples at once, sums by pairs of products. */
#include "dcss/colour.hpp"
#include "dcss/kernels.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define SVP_AVX2 __attribute__((target("avx2")))
#endif

namespace svp::dcss::wide {

#ifdef SVP_AVX2

namespace {

constexpr std::size_t block = Row::block;
constexpr int weight_bits = 10;

SVP_AVX2 inline __m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
SVP_AVX2 inline void store(void* to, __m256i value) {
    _mm256_storeu_si256(static_cast<__m256i*>(to), value);
}
SVP_AVX2 inline __m256i all16(int value) {
    return _mm256_set1_epi16(static_cast<std::int16_t>(value));
}
/** Two weights of 16 bits, over and over. */
SVP_AVX2 inline __m256i pair_of(int first, int second) {
    return _mm256_set1_epi32(static_cast<std::int32_t>(static_cast<std::uint32_t>(first & 0xffff) |
                                                       static_cast<std::uint32_t>(second & 0xffff) << 16));
}

/** Sixteen samples as pairs with sixteen others: the first and the second four of each half. */
struct Pairs {
    __m256i low, high;
};
SVP_AVX2 inline Pairs pairs(__m256i a, __m256i b) {
    return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
}
SVP_AVX2 inline __m256i joined(__m256i low, __m256i high) {
    return _mm256_packs_epi32(low, high);
}

/** A sum of products with alphas over 1023, to the nearest. */
SVP_AVX2 inline __m256i divided(__m256i sum) {
    sum = _mm256_add_epi32(sum, _mm256_set1_epi32(sample_max / 2));
    const __m256i more = _mm256_add_epi32(_mm256_srai_epi32(sum, 10), _mm256_srai_epi32(sum, 20));
    sum = _mm256_add_epi32(_mm256_add_epi32(sum, more), _mm256_set1_epi32(1));
    return _mm256_srai_epi32(sum, 10);
}
SVP_AVX2 inline __m256i mixed(__m256i above, __m256i below, const Pairs& weights) {
    const Pairs both = pairs(above, below);
    return joined(divided(_mm256_madd_epi16(both.low, weights.low)),
                  divided(_mm256_madd_epi16(both.high, weights.high)));
}

SVP_AVX2 inline __m256i limited(__m256i value, __m256i low, __m256i high) {
    return _mm256_min_epi16(_mm256_max_epi16(value, low), high);
}

/** One output of a CSC, for eight pixels. */
SVP_AVX2 inline __m256i weighted(__m256i first, __m256i third, __m256i first_weights, __m256i third_weights,
                                 __m256i half, __m128i norm, __m256i offset) {
    const __m256i sum =
        _mm256_add_epi32(_mm256_madd_epi16(first, first_weights), _mm256_madd_epi16(third, third_weights));
    return _mm256_add_epi32(_mm256_sra_epi32(_mm256_add_epi32(sum, half), norm), offset);
}

SVP_AVX2 inline __m128i samples_at(const Sample* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

}  // namespace

bool usable() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

SVP_AVX2 void add_lines(const WeightedLines& from, Sample* to, std::size_t count) {
    // By twos; a line without another one goes with itself, and a weight of 0.
    __m256i weights[(Filter::taps + 1) / 2];
    const Sample* lines[Filter::taps + 1];
    const unsigned twos = (from.count + 1) / 2;
    for (unsigned two = 0; two < twos; ++two) {
        const bool both = 2 * two + 1 < from.count;
        lines[2 * two] = from.lines[2 * two];
        lines[2 * two + 1] = both ? from.lines[2 * two + 1] : from.lines[2 * two];
        weights[two] = pair_of(from.weights[2 * two], both ? from.weights[2 * two + 1] : 0);
    }
    const __m256i half = _mm256_set1_epi32(1 << (weight_bits - 1));
    for (std::size_t x = 0; x < count; x += block) {
        Pairs sum = {half, half};
        for (unsigned two = 0; two < twos; ++two) {
            const Pairs samples = pairs(load(lines[2 * two] + x), load(lines[2 * two + 1] + x));
            sum.low = _mm256_add_epi32(sum.low, _mm256_madd_epi16(samples.low, weights[two]));
            sum.high = _mm256_add_epi32(sum.high, _mm256_madd_epi16(samples.high, weights[two]));
        }
        const __m256i result =
            joined(_mm256_srai_epi32(sum.low, weight_bits), _mm256_srai_epi32(sum.high, weight_bits));
        store(to + x, limited(result, _mm256_setzero_si256(), all16(sample_max)));
    }
}

SVP_AVX2 void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count) {
    const __m128i top = _mm_set1_epi16(sample_max);
    for (std::size_t x = 0; x < count; x += 8) {
        const Along::Block& eight = along.blocks[x / 8];
        const Sample* first = from + eight.first[0];
        const Sample* second = from + eight.first[1];
        const __m256i bytes = load(eight.bytes.data());
        __m256i sum = _mm256_set1_epi32(1 << (weight_bits - 1));
        for (unsigned two = 0; two < along.pairs; ++two) {
            const __m256i samples =
                _mm256_set_m128i(samples_at(second + 2 * two), samples_at(first + 2 * two));
            sum = _mm256_add_epi32(
                sum, _mm256_madd_epi16(_mm256_shuffle_epi8(samples, bytes), load(eight.weights[two].data())));
        }
        sum = _mm256_srai_epi32(sum, weight_bits);
        const __m128i result = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + x),
                         _mm_min_epi16(_mm_max_epi16(result, _mm_setzero_si128()), top));
    }
}

SVP_AVX2 void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count) {
    const __m256i weights = pair_of(alpha, sample_max - alpha);
    std::size_t x = 0;
    for (; x + block <= count; x += block) {
        store(below + x, mixed(load(above + x), load(below + x), {weights, weights}));
    }
    plain::blend(above + x, alpha, below + x, count - x);
}

SVP_AVX2 void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count) {
    const __m256i most = all16(sample_max);
    std::size_t x = 0;
    for (; x + block <= count; x += block) {
        const __m256i alpha = load(alphas + x);
        if (_mm256_testz_si256(alpha, alpha) != 0) {
            continue;
        }
        const __m256i rest = _mm256_sub_epi16(most, alpha);
        if (_mm256_testz_si256(rest, rest) != 0) {
            store(below + x, load(above + x));
            continue;
        }
        store(below + x, mixed(load(above + x), load(below + x), pairs(alpha, rest)));
    }
    plain::blend(above + x, alphas + x, below + x, count - x);
}

SVP_AVX2 void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to,
                   std::size_t count) {
    const __m256i most = all16(sample_max);
    std::size_t x = 0;
    for (; x + block <= count; x += block) {
        const __m256i r = _mm256_srli_epi16(_mm256_min_epi16(load(red + x), most), 2);
        const __m256i g = _mm256_srli_epi16(_mm256_min_epi16(load(green + x), most), 2);
        const __m256i b = _mm256_srli_epi16(_mm256_min_epi16(load(blue + x), most), 2);
        const Pairs words = pairs(_mm256_or_si256(_mm256_slli_epi16(g, 8), b), r);
        store(to + x, _mm256_permute2x128_si256(words.low, words.high, 0x20));
        store(to + x + block / 2, _mm256_permute2x128_si256(words.low, words.high, 0x31));
    }
    plain::pack(red + x, green + x, blue + x, to + x, count - x);
}

SVP_AVX2 void unpack_component(const std::uint8_t* bytes, std::size_t count, unsigned which, Sample* to) {
    // The byte of each of four words, as a word of 16 bits; 0x80 gives zeros.
    const __m256i chosen = _mm256_add_epi8(
        _mm256_set_epi8(-128, -128, -128, -128, -128, -128, -128, -128, -128, 12, -128, 8, -128, 4, -128, 0,
                        -128, -128, -128, -128, -128, -128, -128, -128, -128, 12, -128, 8, -128, 4, -128, 0),
        _mm256_set1_epi8(static_cast<char>(which)));
    for (std::size_t x = 0; x < count; x += block) {
        const __m256i first = _mm256_shuffle_epi8(load(bytes + 4 * x), chosen);
        const __m256i second = _mm256_shuffle_epi8(load(bytes + 4 * x + 32), chosen);
        // By fours: 0, 2, 1, 3.
        const __m256i eight = _mm256_permute4x64_epi64(_mm256_unpacklo_epi64(first, second), 0xd8);
        store(to + x, _mm256_or_si256(_mm256_slli_epi16(eight, 2), _mm256_srli_epi16(eight, 6)));
    }
}

SVP_AVX2 void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
                      std::size_t count) {
    const __m256i half = _mm256_set1_epi32(matrix.norm == 0 ? 0 : std::int32_t{1} << (matrix.norm - 1));
    const __m128i norm = _mm_cvtsi32_si128(static_cast<int>(matrix.norm));
    __m256i offset[3], low[3], high[3], first_weights[3], third_weights[3], post[3], post_low[3],
        post_high[3];
    for (unsigned i = 0; i < 3; ++i) {
        offset[i] = all16(matrix.pre_offset[i]);
        low[i] = all16(matrix.pre_min[i]);
        high[i] = all16(matrix.pre_max[i]);
        first_weights[i] = pair_of(matrix.coefficients[i][0], matrix.coefficients[i][1]);
        third_weights[i] = pair_of(matrix.coefficients[i][2], 0);
        post[i] = _mm256_set1_epi32(matrix.post_offset[i]);
        post_low[i] = all16(matrix.post_min[i]);
        post_high[i] = all16(matrix.post_max[i]);
    }
    for (std::size_t x = 0; x < count; x += block) {
        __m256i input[3];
        for (unsigned i = 0; i < 3; ++i) {
            input[i] = limited(_mm256_add_epi16(load(from[i] + x), offset[i]), low[i], high[i]);
        }
        const Pairs first = pairs(input[0], input[1]), third = pairs(input[2], _mm256_setzero_si256());
        for (unsigned i = 0; i < 3; ++i) {
            const __m256i result = joined(
                weighted(first.low, third.low, first_weights[i], third_weights[i], half, norm, post[i]),
                weighted(first.high, third.high, first_weights[i], third_weights[i], half, norm, post[i]));
            store(to[i] + x, limited(result, post_low[i], post_high[i]));
        }
    }
}

#else

bool usable() {
    return false;
}
void add_lines(const WeightedLines& from, Sample* to, std::size_t count) {
    plain::add_lines(from, to, count);
}
void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count) {
    plain::filter_along(from, along, to, count);
}
void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count) {
    plain::blend(above, alpha, below, count);
}
void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count) {
    plain::blend(above, alphas, below, count);
}
void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to, std::size_t count) {
    plain::pack(red, green, blue, to, count);
}
void unpack_component(const std::uint8_t* bytes, std::size_t count, unsigned which, Sample* to) {
    plain::unpack_component(bytes, count, which, to);
}
void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
             std::size_t count) {
    plain::convert(matrix, from, to, count);
}

#endif

}  // namespace svp::dcss::wide
