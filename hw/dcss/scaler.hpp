// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Lines of a source, scaled.
 *
 * Filters vertically first. Each direction takes seven samples around a position, of which those outside of
 * the picture are its border's; the sum is rounded, to the nearest, and clamped to ten bits. These are
 * choices of this model where no description is public; 1:1 leaves samples as they are.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dcss/filter.hpp"
#include "dcss/kernels.hpp"
#include "dcss/row.hpp"
#include "dcss/source.hpp"

namespace svp::dcss {

/** Scales the components of a group that are wanted. */
class Scaler {
 public:
    /** Lines of @p source, of size @p size, become lines of @p width samples. */
    void set(Source::Group group, const std::vector<unsigned>& components, const Filter& vertical,
             const Filter& horizontal, Size size, std::uint32_t width);

    /** Forgets lines of the source: it is read again. */
    void forget();

    /** True if line @p y depends on what changed in @p source. */
    bool changed(const Source& source, std::uint32_t y) const;

    /** The components of line @p y; they stay until the next call. Others of @p to are left alone. */
    void line(Source& source, std::uint32_t y, SampleRows& to);

 private:
    static constexpr std::size_t kept = 8;  ///< lines of the source that are at hand, more than taps

    std::uint32_t inside(std::int64_t y) const;
    const RowSet& source_line(Source& source, std::uint32_t y);
    const RowSet& vertical_line(Source& source, std::uint32_t y);

    Source::Group group_ = Source::Group::all;
    std::vector<unsigned> components_;
    Filter vertical_;
    Size size_;
    std::uint32_t width_ = 0;
    bool is_identity_ = false;  ///< horizontally
    bool picks_ = false;

    Filter horizontal_;
    Along along_;  ///< by x of the result; the first sample is the only one where it picks

    std::array<RowSet, kept> lines_;
    std::array<std::int64_t, kept> numbers_{};  ///< which ones they are
    RowSet sums_;
    RowSet result_;
};

}  // namespace svp::dcss
