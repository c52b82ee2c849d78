// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One-dimensional inverse transforms (VP9 specification, section 8.7.1), in place: coefficients in, samples
 * out.
 *
 * @p V is an unsigned integer or a GCC vector of such; it has two's complements, and wraps around where a
 * stream is not legal. Legal ones never need more than 32 bits with samples of 8 bits, 64 otherwise.
 */
#pragma once

#include <cstdint>

namespace svp::vpu::vp9 {

/** cos(k * pi / 64), 14 bits of fraction. */
inline constexpr int cosines[32] = {16384, 16364, 16305, 16207, 16069, 15893, 15679, 15426,
                                    15137, 14811, 14449, 14053, 13623, 13160, 12665, 12140,
                                    11585, 11003, 10394, 9760,  9102,  8423,  7723,  7005,
                                    6270,  5520,  4756,  3981,  3196,  2404,  1606,  804};
/** sin(k * pi / 9) * sqrt(2) * 2 / 3, likewise. */
inline constexpr int sines[5] = {0, 5283, 9929, 13377, 15212};

/** Four at a time. */
using FourWords = std::uint32_t __attribute__((vector_size(16)));
using FourSignedWords = std::int32_t __attribute__((vector_size(16)));

/** @p value, taken as a number with a sign, by @p bits to the right. */
inline FourWords shifted(FourWords value, int bits) {
    return reinterpret_cast<FourWords>(reinterpret_cast<FourSignedWords>(value) >> bits);
}
inline std::uint64_t shifted(std::uint64_t value, int bits) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> bits);
}

template <typename V>
V rounded(V value) {
    return shifted(value + 8192, 14);
}

/** @p value times cosine @p k. */
template <typename V>
V times(V value, unsigned k) {
    return value * static_cast<std::uint32_t>(cosines[k]);
}

/** Turns (a, b) by an angle: @p k of its cosine, 32 - k of its sine. */
template <typename V>
void rotate(V& a, V& b, unsigned k) {
    const V first = rounded(times(a, k) - times(b, 32 - k));
    b = rounded(times(a, 32 - k) + times(b, k));
    a = first;
}

/** (a, b) become their sum and their difference. */
template <typename V>
void add_and_subtract(V& a, V& b) {
    const V difference = a - b;
    a = a + b;
    b = difference;
}
/** (a, b) become b - a and their sum. */
template <typename V>
void subtract_and_add(V& a, V& b) {
    const V sum = a + b;
    a = b - a;
    b = sum;
}

/** (a, b) become (b - a) and (a + b), each times cos(pi / 4). */
template <typename V>
void half_turn(V& a, V& b) {
    const V first = rounded(times(b - a, 16)), second = rounded(times(a + b, 16));
    a = first;
    b = second;
}

/** Coefficients @p x[0], @p x[step] and so on are transformed to @p out. */
template <typename V>
void inverse_dct_4(const V* x, unsigned step, V* out) {
    V a = rounded(times(x[0] + x[2 * step], 16)), b = rounded(times(x[0] - x[2 * step], 16));
    V c = x[step], d = x[3 * step];
    rotate(c, d, 24);
    out[0] = a + d;
    out[1] = b + c;
    out[2] = b - c;
    out[3] = a - d;
}

/** @p even, size / 2 of them, and @p odd in their turn are added to @p out. */
template <unsigned size, typename V>
void join(const V* even, const V* odd, V* out) {
    for (unsigned i = 0; i < size / 2; ++i) {
        out[i] = even[i] + odd[size / 2 - 1 - i];
        out[size - 1 - i] = even[i] - odd[size / 2 - 1 - i];
    }
}

template <typename V>
void inverse_dct_8(const V* x, unsigned step, V* out) {
    V even[4];
    inverse_dct_4(x, 2 * step, even);
    V odd[4] = {x[step], x[5 * step], x[3 * step], x[7 * step]};
    rotate(odd[0], odd[3], 28);
    rotate(odd[1], odd[2], 12);
    add_and_subtract(odd[0], odd[1]);
    subtract_and_add(odd[2], odd[3]);
    half_turn(odd[1], odd[2]);
    join<8>(even, odd, out);
}

/** Turns (a, b) the other way: to (b cos - a sin, a cos + b sin), @p k of the cosine. */
template <typename V>
void rotate_crossed(V& a, V& b, unsigned k) {
    const V first = rounded(times(b, k) - times(a, 32 - k));
    b = rounded(times(a, k) + times(b, 32 - k));
    a = first;
}
/** To (-a cos - b sin, b cos - a sin). */
template <typename V>
void rotate_negative(V& a, V& b, unsigned k) {
    const V first = rounded(V{} - times(a, k) - times(b, 32 - k));
    b = rounded(times(b, k) - times(a, 32 - k));
    a = first;
}

template <typename V>
void inverse_dct_16(const V* x, unsigned step, V* out) {
    V even[8];
    inverse_dct_8(x, 2 * step, even);
    V o[8] = {x[step],     x[9 * step],  x[5 * step], x[13 * step],
              x[3 * step], x[11 * step], x[7 * step], x[15 * step]};
    rotate(o[0], o[7], 30);
    rotate(o[1], o[6], 14);
    rotate(o[2], o[5], 22);
    rotate(o[3], o[4], 6);
    add_and_subtract(o[0], o[1]);
    subtract_and_add(o[2], o[3]);
    add_and_subtract(o[4], o[5]);
    subtract_and_add(o[6], o[7]);
    rotate_crossed(o[1], o[6], 24);
    rotate_negative(o[2], o[5], 24);
    add_and_subtract(o[0], o[3]);
    add_and_subtract(o[1], o[2]);
    subtract_and_add(o[4], o[7]);
    subtract_and_add(o[5], o[6]);
    half_turn(o[2], o[5]);
    half_turn(o[3], o[4]);
    join<16>(even, o, out);
}

/** The odd coefficients of 32; their number is the place in @p o. */
template <typename V>
void odd_part_of_32(V* o) {
    rotate(o[0], o[15], 31);
    rotate(o[1], o[14], 15);
    rotate(o[2], o[13], 23);
    rotate(o[3], o[12], 7);
    rotate(o[4], o[11], 27);
    rotate(o[5], o[10], 11);
    rotate(o[6], o[9], 19);
    rotate(o[7], o[8], 3);
    for (unsigned i = 0; i < 16; i += 4) {
        add_and_subtract(o[i], o[i + 1]);
        subtract_and_add(o[i + 2], o[i + 3]);
    }
    rotate_crossed(o[1], o[14], 28);
    rotate_negative(o[2], o[13], 28);
    rotate_crossed(o[5], o[10], 12);
    rotate_negative(o[6], o[9], 12);
    for (unsigned i = 0; i < 16; i += 8) {
        add_and_subtract(o[i], o[i + 3]);
        add_and_subtract(o[i + 1], o[i + 2]);
        subtract_and_add(o[i + 4], o[i + 7]);
        subtract_and_add(o[i + 5], o[i + 6]);
    }
    rotate_crossed(o[2], o[13], 24);
    rotate_crossed(o[3], o[12], 24);
    rotate_negative(o[4], o[11], 24);
    rotate_negative(o[5], o[10], 24);
    for (unsigned i = 0; i < 4; ++i) {
        add_and_subtract(o[i], o[7 - i]);
        subtract_and_add(o[8 + i], o[15 - i]);
    }
    for (unsigned i = 4; i < 8; ++i) {
        half_turn(o[i], o[15 - i]);
    }
}

template <typename V>
void inverse_dct_32(const V* x, V* out) {
    V even[16];
    inverse_dct_16(x, 2, even);
    V odd[16] = {x[1], x[17], x[9],  x[25], x[5], x[21], x[13], x[29],
                 x[3], x[19], x[11], x[27], x[7], x[23], x[15], x[31]};
    odd_part_of_32(odd);
    join<32>(even, odd, out);
}

template <typename V>
void inverse_adst_4(const V* x, V* out) {
    const auto sine = [](V value, unsigned k) { return value * static_cast<std::uint32_t>(sines[k]); };
    const V a = sine(x[0], 1) + sine(x[2], 4) + sine(x[3], 2);
    const V b = sine(x[0], 2) - sine(x[2], 1) - sine(x[3], 4);
    const V c = sine(x[1], 3);
    out[0] = rounded(a + c);
    out[1] = rounded(b + c);
    out[2] = rounded(sine(x[0] - x[2] + x[3], 3));
    out[3] = rounded(a + b - c);
}

/** Two rotations and their sum and difference: (a, b) by the cosine @p k, (c, d) by the cosine @p l. */
template <typename V>
void rotate_pairs(V& a, V& b, V& c, V& d, unsigned k, unsigned l) {
    const V s0 = times(a, k) + times(b, 32 - k), s1 = times(a, 32 - k) - times(b, k);
    const V s2 = times(c, l) + times(d, 32 - l), s3 = times(c, 32 - l) - times(d, l);
    a = rounded(s0 + s2);
    b = rounded(s1 + s3);
    c = rounded(s0 - s2);
    d = rounded(s1 - s3);
}
/** The same, with (c, d) turned the other way by the cosine @p k. */
template <typename V>
void rotate_pairs_crossed(V& a, V& b, V& c, V& d, unsigned k) {
    const V s0 = times(a, k) + times(b, 32 - k), s1 = times(a, 32 - k) - times(b, k);
    const V s2 = times(d, k) - times(c, 32 - k), s3 = times(c, k) + times(d, 32 - k);
    a = rounded(s0 + s2);
    b = rounded(s1 + s3);
    c = rounded(s0 - s2);
    d = rounded(s1 - s3);
}

template <typename V>
void inverse_adst_8(const V* x, V* out) {
    V s[8] = {x[7], x[0], x[5], x[2], x[3], x[4], x[1], x[6]};
    rotate_pairs(s[0], s[1], s[4], s[5], 2, 18);
    rotate_pairs(s[2], s[3], s[6], s[7], 10, 26);
    add_and_subtract(s[0], s[2]);
    add_and_subtract(s[1], s[3]);
    rotate_pairs_crossed(s[4], s[5], s[6], s[7], 8);
    out[0] = s[0];
    out[1] = V{} - s[4];
    out[2] = rounded(times(s[6] + s[7], 16));
    out[3] = V{} - rounded(times(s[2] + s[3], 16));
    out[4] = rounded(times(s[2] - s[3], 16));
    out[5] = V{} - rounded(times(s[6] - s[7], 16));
    out[6] = s[5];
    out[7] = V{} - s[1];
}

template <typename V>
void inverse_adst_16(const V* x, V* out) {
    V s[16] = {x[15], x[0], x[13], x[2],  x[11], x[4],  x[9], x[6],
               x[7],  x[8], x[5],  x[10], x[3],  x[12], x[1], x[14]};
    for (unsigned i = 0; i < 4; ++i) {
        rotate_pairs(s[2 * i], s[2 * i + 1], s[2 * i + 8], s[2 * i + 9], 4 * i + 1, 4 * i + 17);
    }
    for (unsigned i = 0; i < 4; ++i) {
        add_and_subtract(s[i], s[i + 4]);
    }
    rotate_pairs_crossed(s[8], s[9], s[12], s[13], 4);
    rotate_pairs_crossed(s[10], s[11], s[14], s[15], 20);
    for (unsigned i = 0; i < 16; i += 8) {
        add_and_subtract(s[i], s[i + 2]);
        add_and_subtract(s[i + 1], s[i + 3]);
        rotate_pairs_crossed(s[i + 4], s[i + 5], s[i + 6], s[i + 7], 8);
    }
    out[0] = s[0];
    out[1] = V{} - s[8];
    out[2] = s[12];
    out[3] = V{} - s[4];
    out[4] = rounded(times(s[6] + s[7], 16));
    out[5] = rounded(V{} - times(s[14] + s[15], 16));
    out[6] = rounded(times(s[10] + s[11], 16));
    out[7] = rounded(V{} - times(s[2] + s[3], 16));
    out[8] = rounded(times(s[2] - s[3], 16));
    out[9] = rounded(times(s[11] - s[10], 16));
    out[10] = rounded(times(s[14] - s[15], 16));
    out[11] = rounded(times(s[7] - s[6], 16));
    out[12] = s[5];
    out[13] = V{} - s[13];
    out[14] = s[9];
    out[15] = V{} - s[1];
}

}  // namespace svp::vpu::vp9
