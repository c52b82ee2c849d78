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

/** Eight lines of eight samples each, by columns and back. */
struct SampleSquare {
    static SampleSquare load(const std::uint8_t* from, std::ptrdiff_t stride) {
        SampleSquare square;
        for (int i = 0; i < 4; ++i) {
            std::memcpy(&square.part[i], from + 2 * i * stride, 8);
            std::memcpy(reinterpret_cast<std::uint8_t*>(&square.part[i]) + 8, from + (2 * i + 1) * stride, 8);
        }
        square.transpose();
        return square;
    }
    void store(std::uint8_t* to, std::ptrdiff_t stride) {
        transpose();
        for (int i = 0; i < 4; ++i) {
            std::memcpy(to + 2 * i * stride, &part[i], 8);
            std::memcpy(to + (2 * i + 1) * stride, reinterpret_cast<const std::uint8_t*>(&part[i]) + 8, 8);
        }
    }

    Lanes column(unsigned number) const {
        return load_samples(reinterpret_cast<const std::uint8_t*>(&part[number / 2]) + number % 2 * 8);
    }
    void set_column(unsigned number, Lanes samples) {
        store_samples(reinterpret_cast<std::uint8_t*>(&part[number / 2]) + number % 2 * 8, samples);
    }

    Bytes16 part[4];  ///< two lines, or two columns, each

 private:
    /** Each step moves one bit of a sample's place from the column to the line. */
    void transpose() {
        for (int step = 0; step < 3; ++step) {
            const Bytes16 old[4] = {part[0], part[1], part[2], part[3]};
            part[0] = interleaved_low(old[0], old[2]);
            part[1] = interleaved_high(old[0], old[2]);
            part[2] = interleaved_low(old[1], old[3]);
            part[3] = interleaved_high(old[1], old[3]);
        }
    }
};

/** Four columns of eight lines. */
struct SampleStrip {
    static SampleStrip load(const std::uint8_t* from, std::ptrdiff_t stride) {
        SampleStrip strip;
        for (int i = 0; i < 8; ++i) {
            std::memcpy(reinterpret_cast<std::uint8_t*>(&strip.part) + 4 * i, from + i * stride, 4);
        }
        strip.turn();
        strip.turn();
        strip.turn();
        return strip;
    }
    void store(std::uint8_t* to, std::ptrdiff_t stride) {
        turn();
        turn();
        for (int i = 0; i < 8; ++i) {
            std::memcpy(to + i * stride, reinterpret_cast<const std::uint8_t*>(&part) + 4 * i, 4);
        }
    }

    Lanes column(unsigned number) const {
        return load_samples(reinterpret_cast<const std::uint8_t*>(&part) + 8 * number);
    }
    void set_column(unsigned number, Lanes samples) {
        store_samples(reinterpret_cast<std::uint8_t*>(&part) + 8 * number, samples);
    }

    Bytes16 part[2];

 private:
    void turn() {
        const Bytes16 first = part[0], second = part[1];
        part[0] = interleaved_low(first, second);
        part[1] = interleaved_high(first, second);
    }
};

}  // namespace svp::vpu
