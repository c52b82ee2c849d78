// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/segment_map.hpp"

#include <algorithm>

namespace svp::vpu::vp9 {

/** Calls @p visit with the byte of each 8x8 of @p block, and the shift of its number there. */
template <typename Visit>
void SegmentMap::each_place(const Block& block, const Visit& visit) const {
    const unsigned right = std::min(block.column + width_8x8(block.size), parameters_.columns());
    const unsigned below = std::min(block.row + height_8x8(block.size), parameters_.rows());
    for (unsigned y = block.row; y < below; ++y) {
        for (unsigned x = block.column; x < right; ++x) {
            const std::size_t superblock = std::size_t{y / 8} * parameters_.superblock_columns() + x / 8;
            visit(superblock * superblock_bytes + y % 8 * 4 + x % 8 / 2, x % 2 * 4);
        }
    }
}

Response SegmentMap::read() {
    if (!parameters_.segmentation) {
        return Response::okay;
    }
    old_.resize(bytes());
    new_.resize(parameters_.update_segment_map ? bytes() : 0);
    return port_.read(Stream::segment_map, parameters_.segment_map_in, old_);
}

Response SegmentMap::write() {
    if (new_.empty()) {
        return Response::okay;
    }
    return port_.write(Stream::segment_map, parameters_.segment_map_out, new_);
}

unsigned SegmentMap::predicted(const Block& block) const {
    unsigned least = max_segments - 1;
    each_place(block, [&](std::size_t at, unsigned shift) {
        least = std::min(least, unsigned{old_[at]} >> shift & (max_segments - 1));
    });
    return least;
}

void SegmentMap::set(const Block& block, unsigned segment) {
    each_place(block, [&](std::size_t at, unsigned shift) {
        new_[at] = static_cast<std::uint8_t>((new_[at] & ~(15u << shift)) | segment << shift);
    });
}

}  // namespace svp::vpu::vp9
