// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Vectors of whole pictures in memory: those of the previous one, and the current one's for the next.
 *
 * 16 bytes for each 8x8, by blocks of 64x64 (of which there are whole ones only), in them line by line: row
 * and column of the first vector and of the second one, 16 bits each, then both references in a byte each.
 * Zeros (a denied read) are a block without vectors. The layout is our own.
 */
#pragma once

#include <vector>

#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/vp9/frame.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

/** What the next picture learns of an 8x8. */
struct StoredMotion {
    VectorPair vectors{};
    std::uint8_t reference[2] = {intra_frame, intra_frame};
};

class MotionStore {
 public:
    static constexpr std::uint32_t block_bytes = 16;
    static constexpr std::uint32_t superblock_bytes = 64 * block_bytes;

    MotionStore(const Parameters& parameters, MemoryPort& port) : parameters_(parameters), port_(port) {}

    /** Fetches what the previous picture has in row @p row of 64x64 blocks, if it is wanted. */
    Response read_row(unsigned row);
    /** Writes what @p frame has there, if it is wanted. */
    Response write_row(const Frame& frame, unsigned row);

    /** Motion of the previous picture in a place of the row that was read; null if it is not wanted. */
    const StoredMotion* previous(unsigned column, unsigned row) const {
        return parameters_.previous_motion ? &previous_[column * 8 + row % 8] : nullptr;
    }

 private:
    const Parameters& parameters_;
    MemoryPort& port_;
    JobVector<StoredMotion> previous_;  ///< by columns of eight
    JobVector<std::uint8_t> bytes_;     ///< on their way from or to memory
};

}  // namespace svp::vpu::vp9
