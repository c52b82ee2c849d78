// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Segment of each 8x8, in memory from picture to picture: one map is read, another one written.
 *
 * 32 bytes for each 64x64, in them line by line 4 bits for each 8x8, the left one of two in the low bits. The
 * layout is our own.
 */
#pragma once

#include <vector>

#include "vpu/memory_port.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

class SegmentMap {
 public:
    static constexpr std::uint32_t superblock_bytes = 32;

    SegmentMap(const Parameters& parameters, MemoryPort& port) : parameters_(parameters), port_(port) {}

    /** Fetches the old map, if there are segments. */
    Response read();
    /** Writes the new one, if there is one. */
    Response write();

    /** Smallest old number of what a block covers (get_segment_id, section 6.4.9). */
    unsigned predicted(const Block& block) const;
    /** The new number of all that a block covers. */
    void set(const Block& block, unsigned segment);

 private:
    std::size_t bytes() const {
        return std::size_t{superblock_bytes} * parameters_.superblock_columns() *
               parameters_.superblock_rows();
    }
    template <typename Visit>
    void each_place(const Block& block, const Visit& visit) const;

    const Parameters& parameters_;
    MemoryPort& port_;
    std::vector<std::uint8_t> old_;  ///< as memory has them
    std::vector<std::uint8_t> new_;
};

}  // namespace svp::vpu::vp9
