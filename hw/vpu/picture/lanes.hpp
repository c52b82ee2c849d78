// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Eight samples of 8 bits side by side, for filters that do the same to all of them.
 *
 * The vector types are those of GCC and clang, which make of them what the machine has. Comparisons give -1
 * where they hold and 0 elsewhere.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace svp::vpu {

using Lanes = std::int16_t __attribute__((vector_size(16)));
using Bytes8 = std::uint8_t __attribute__((vector_size(8)));
using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

inline Lanes lanes_of(std::int16_t value) {
    return Lanes{} + value;
}
inline Lanes load_lanes(const std::int16_t* from) {
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}
/** Eight samples that lie side by side. */
inline Lanes load_samples(const std::uint8_t* from) {
    Bytes8 bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, Lanes);
}
/** @p samples are 0 to 255. */
inline void store_samples(std::uint8_t* to, Lanes samples) {
    const Bytes8 bytes = __builtin_convertvector(samples, Bytes8);
    std::memcpy(to, &bytes, sizeof bytes);
}

inline Lanes smaller(Lanes a, Lanes b) {
    return a < b ? a : b;
}
inline Lanes larger(Lanes a, Lanes b) {
    return a > b ? a : b;
}
inline Lanes clamped(Lanes value, Lanes low, Lanes high) {
    return smaller(larger(value, low), high);
}
inline Lanes to_samples(Lanes value) {
    return clamped(value, Lanes{}, lanes_of(255));
}
inline Lanes distance(Lanes a, Lanes b) {
    return larger(a - b, b - a);
}
/** @p chosen where @p mask is -1, @p other where it is 0. */
inline Lanes select(Lanes mask, Lanes chosen, Lanes other) {
    return (mask & chosen) | (~mask & other);
}
inline bool any(Lanes mask) {
    std::uint64_t halves[2];
    std::memcpy(halves, &mask, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/** The first halves of two, byte by byte in turn; the second halves. */
inline Bytes16 interleaved_low(Bytes16 a, Bytes16 b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline Bytes16 interleaved_high(Bytes16 a, Bytes16 b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
inline Lanes low_samples(Bytes16 bytes) {
    return __builtin_convertvector(__builtin_shufflevector(bytes, bytes, 0, 1, 2, 3, 4, 5, 6, 7), Lanes);
}
inline Lanes high_samples(Bytes16 bytes) {
    return __builtin_convertvector(__builtin_shufflevector(bytes, bytes, 8, 9, 10, 11, 12, 13, 14, 15),
                                   Lanes);
}
/** Both are 0 to 255. */
inline Bytes16 packed(Lanes low, Lanes high) {
    return __builtin_shufflevector(__builtin_convertvector(low, Bytes8),
                                   __builtin_convertvector(high, Bytes8), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
                                   11, 12, 13, 14, 15);
}

/** Each step moves one bit of a sample's place from the column to the line. */
inline void turn_square(Bytes16 (&part)[4]) {
    for (int step = 0; step < 3; ++step) {
        const Bytes16 a = part[0], b = part[1], c = part[2], d = part[3];
        part[0] = interleaved_low(a, c);
        part[1] = interleaved_high(a, c);
        part[2] = interleaved_low(b, d);
        part[3] = interleaved_high(b, d);
    }
}

/** The columns of eight lines of eight samples. */
inline void load_columns(const std::uint8_t* from, std::ptrdiff_t stride, Lanes (&columns)[8]) {
    Bytes16 part[4];
    for (int i = 0; i < 4; ++i) {
        std::uint8_t lines[16];
        std::memcpy(lines, from + 2 * i * stride, 8);
        std::memcpy(lines + 8, from + (2 * i + 1) * stride, 8);
        std::memcpy(&part[i], lines, 16);
    }
    turn_square(part);
    for (int i = 0; i < 4; ++i) {
        columns[2 * i] = low_samples(part[i]);
        columns[2 * i + 1] = high_samples(part[i]);
    }
}
inline void store_columns(std::uint8_t* to, std::ptrdiff_t stride, const Lanes (&columns)[8]) {
    Bytes16 part[4];
    for (int i = 0; i < 4; ++i) {
        part[i] = packed(columns[2 * i], columns[2 * i + 1]);
    }
    turn_square(part);
    for (int i = 0; i < 4; ++i) {
        std::uint8_t lines[16];
        std::memcpy(lines, &part[i], 16);
        std::memcpy(to + 2 * i * stride, lines, 8);
        std::memcpy(to + (2 * i + 1) * stride, lines + 8, 8);
    }
}

/** The columns of eight lines of four samples. */
inline void load_columns(const std::uint8_t* from, std::ptrdiff_t stride, Lanes (&columns)[4]) {
    std::uint8_t lines[32];
    for (int i = 0; i < 8; ++i) {
        std::memcpy(lines + 4 * i, from + i * stride, 4);
    }
    Bytes16 a, b;
    std::memcpy(&a, lines, 16);
    std::memcpy(&b, lines + 16, 16);
    for (int step = 0; step < 3; ++step) {
        const Bytes16 low = interleaved_low(a, b);
        b = interleaved_high(a, b);
        a = low;
    }
    columns[0] = low_samples(a);
    columns[1] = high_samples(a);
    columns[2] = low_samples(b);
    columns[3] = high_samples(b);
}
inline void store_columns(std::uint8_t* to, std::ptrdiff_t stride, const Lanes (&columns)[4]) {
    Bytes16 a = packed(columns[0], columns[1]), b = packed(columns[2], columns[3]);
    for (int step = 0; step < 2; ++step) {
        const Bytes16 low = interleaved_low(a, b);
        b = interleaved_high(a, b);
        a = low;
    }
    std::uint8_t lines[32];
    std::memcpy(lines, &a, 16);
    std::memcpy(lines + 16, &b, 16);
    for (int i = 0; i < 8; ++i) {
        std::memcpy(to + i * stride, lines + 4 * i, 4);
    }
}

}  // namespace svp::vpu
