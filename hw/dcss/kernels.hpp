// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is done with every sample of a line, without a decision about a single one.
 *
 * Most kernels exist twice, with the same results: plain, and for processors with AVX2. What has no namespace
 * takes the faster one that the processor has. Where it says so, a kernel goes on to the end of a block of
 * Row::block samples.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dcss/filter.hpp"
#include "dcss/row.hpp"

namespace svp::dcss {

/** Up to Filter::taps lines with their weights. */
struct WeightedLines {
    std::array<const Sample*, Filter::taps> lines;
    std::array<std::int16_t, Filter::taps> weights;
    unsigned count = 0;
};

/** For each of @p count outputs, the sample that it is. */
void pick(const Sample* from, const std::int32_t* which, Sample* to, std::size_t count);

/** A filter along lines: for each output its first sample, and the weights of eight from there on. */
struct Along {
    std::vector<std::int32_t> first;
    std::vector<const Filter::Taps*> taps;

    /** Eight outputs: halves of four, each of which finds its pairs of samples in eight ones. */
    struct Block {
        std::array<std::int32_t, 2> first;
        alignas(32) std::array<std::uint8_t, 32> bytes;  ///< which ones of these, output by output
        alignas(32) std::array<std::array<std::int16_t, 16>, 4> weights;  ///< of each two taps
    };
    std::vector<Block> blocks;  ///< none if outputs are too far apart, or nobody uses them
    unsigned pairs = 0;         ///< of taps: less than four if others are 0 for all outputs

    /** Makes blocks of first and taps. */
    void make_blocks();

 private:
    unsigned first_tap();
};

/** A CSC of the HDR10 block. */
struct ColourMatrix;

namespace plain {

/** The weighted sum of lines, rounded and clamped to ten bits; to the end of a block. */
void add_lines(const WeightedLines& from, Sample* to, std::size_t count);

/** For each of @p count outputs of @p along the weighted sum of samples, rounded and clamped to ten bits. */
void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count);

/** @p above over @p below, with one alpha of 0 to 1023 for all. Samples have up to 14 bits. */
void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count);

/** The same with an alpha for each. */
void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count);

/** The upper eight bits of ten, as 0x00RRGGBB; what is larger than ten bits is the largest of these. */
void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to, std::size_t count);

/** Byte @p which of words, as ten bits; to the end of a block. */
void unpack_component(const std::uint8_t* bytes, std::size_t count, unsigned which, Sample* to);

/** @p matrix of three rows; to the end of a block. */
void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
             std::size_t count);

}  // namespace plain

namespace wide {

/** True if the processor has what these need. */
bool usable();

void add_lines(const WeightedLines& from, Sample* to, std::size_t count);
void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count);
void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count);
void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count);
void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to, std::size_t count);
void unpack_component(const std::uint8_t* bytes, std::size_t count, unsigned which, Sample* to);
void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
             std::size_t count);

}  // namespace wide

inline void add_lines(const WeightedLines& from, Sample* to, std::size_t count) {
    wide::usable() ? wide::add_lines(from, to, count) : plain::add_lines(from, to, count);
}
inline void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count) {
    along.blocks.empty() ? plain::filter_along(from, along, to, count)
                         : wide::filter_along(from, along, to, count);
}
inline void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count) {
    wide::usable() ? wide::blend(above, alpha, below, count) : plain::blend(above, alpha, below, count);
}
inline void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count) {
    wide::usable() ? wide::blend(above, alphas, below, count) : plain::blend(above, alphas, below, count);
}
inline void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to,
                 std::size_t count) {
    wide::usable() ? wide::pack(red, green, blue, to, count) : plain::pack(red, green, blue, to, count);
}
inline void unpack_component(const std::uint8_t* bytes, std::size_t count, unsigned which, Sample* to) {
    wide::usable() ? wide::unpack_component(bytes, count, which, to)
                   : plain::unpack_component(bytes, count, which, to);
}
inline void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
                    std::size_t count) {
    wide::usable() ? wide::convert(matrix, from, to, count) : plain::convert(matrix, from, to, count);
}

}  // namespace svp::dcss
