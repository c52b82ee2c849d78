// SPDX-License-Identifier: GPL-2.0-or-later
/** Loop filter: which edges are filtered, and how (VP9 specification, section 8.8). */
#pragma once

#include <array>

#include "vpu/vp9/edge_filters.hpp"
#include "vpu/vp9/frame.hpp"
#include "vpu/vp9/inter_prediction.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

class LoopFilter {
 public:
    explicit LoopFilter(const Parameters& parameters);

    /** Level of a block, 0 to 63 (section 8.8.1). */
    std::uint8_t level_of(const Block& block) const;

    /** Filters the 64x64 block in @p column and @p row of such. They have to be filtered in their order. */
    template <typename Sample>
    void filter(const Frame& frame, unsigned column, unsigned row, const Planes<Sample>& planes) const;

 private:
    /** Edges of 8x8 samples of a plane. */
    struct Unit {
        EdgeWidth left = EdgeWidth::none;
        EdgeWidth above = EdgeWidth::none;
        bool inner_columns = false;  ///< in the middle, from above to below
        bool inner_rows = false;
        std::uint8_t level = 0;
    };
    /** By line and column of a 64x64 block. */
    using Units = std::array<std::array<Unit, 8>, 8>;

    Unit luma_unit(const Block& block, unsigned x, unsigned y) const;
    Unit chroma_unit(const Frame& frame, const Block& block, unsigned x, unsigned y) const;
    template <typename Sample>
    void filter_plane(const Units& units, unsigned columns, unsigned rows, Sample* samples,
                      std::ptrdiff_t stride) const;

    const Parameters& parameters_;
    std::array<EdgeLimits, 64> limits_;  ///< by level
};

}  // namespace svp::vpu::vp9
