// SPDX-License-Identifier: GPL-2.0-or-later
/** Vectors that a block's own are predicted from (VP9 specification, section 6.4.22 and its processes). */
#pragma once

#include "vpu/vp9/frame.hpp"
#include "vpu/vp9/motion_store.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

class MotionCandidates {
 public:
    MotionCandidates(const Parameters& parameters, const Frame& frame, const MotionStore& store)
        : parameters_(parameters), frame_(frame), store_(store) {}

    /** The nearest and the near vector of @p block into @p reference; for its part @p part of 4x4 if that is
     * not negative. */
    VectorPair find(const Block& block, const TileColumns& tile, unsigned reference, int part) const;

    /** The nearest and the near vector of a part of a block below 8x8, into its reference @p index; earlier
     * parts have theirs already. */
    VectorPair find_for_part(const Block& block, const TileColumns& tile, unsigned index,
                             unsigned part) const;

    /** Context of the block's inter modes. */
    unsigned mode_context(const Block& block, const TileColumns& tile) const;

    /** Drops the last bit of a vector unless it may have one. */
    MotionVector usable(MotionVector vector) const;

    /** Whether vectors near @p vector have eighths of a sample. */
    bool precise(MotionVector vector) const;

 private:
    class List;
    struct Position;

    /** The block there, if it lies in the tile. */
    const Block* neighbour(const Block& block, const TileColumns& tile, unsigned index) const;
    void search(const Block& block, const TileColumns& tile, unsigned reference, int part, List& list) const;
    void add_others(const std::uint8_t (&references)[2], const VectorPair& vectors, unsigned reference,
                    List& list) const;
    MotionVector clamp(const Block& block, MotionVector vector) const;

    const Parameters& parameters_;
    const Frame& frame_;
    const MotionStore& store_;
};

}  // namespace svp::vpu::vp9
