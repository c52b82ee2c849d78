// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is done with every sample of a line, without a decision about a single one.
 *
 * Where it says so, a kernel goes on to the end of a block of Row::block samples.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dcss/filter.hpp"
#include "dcss/row.hpp"

namespace svp::dcss {

/** Up to Filter::taps lines with their weights. */
struct WeightedLines {
    std::array<const Sample*, Filter::taps> lines;
    std::array<std::int16_t, Filter::taps> weights;
    unsigned count = 0;
};

/** The weighted sum of lines, rounded and clamped to ten bits; to the end of a block. */
void add_lines(const WeightedLines& from, Sample* to, std::size_t count);

/** For each of @p count outputs: the sum of eight samples from @p first on, weighted, rounded and clamped. */
void filter_along(const Sample* from, const std::int32_t* first, const Filter::Taps* const* taps, Sample* to,
                  std::size_t count);

/** For each of @p count outputs, the sample that it is. */
void pick(const Sample* from, const std::int32_t* which, Sample* to, std::size_t count);

/** @p above over @p below, with one alpha of 0 to 1023 for all. */
void blend(const Sample* above, std::int32_t alpha, Sample* below, std::size_t count);

/** The same with an alpha for each of them. */
void blend(const Sample* above, const Sample* alphas, Sample* below, std::size_t count);

/** Words 0x00RRGGBB of the upper eight of ten bits. */
void pack(const Sample* red, const Sample* green, const Sample* blue, std::uint32_t* to, std::size_t count);

}  // namespace svp::dcss
