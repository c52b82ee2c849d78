// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Motion of pictures in memory, for temporal prediction from them: 12 bytes for each 16x16 luma samples, line
 * by line, in a layout of our own: vectors of both lists (x, y; 16 bits each), for both lists how far the
 * reference is (order count of the picture less that of its reference, -128 to 127) and what it is. Zeros
 * (a denied read) are intra prediction.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vpu/hevc/picture.hpp"
#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::hevc {

/** Motion of a block of another picture. */
struct StoredMotion {
    Vector mv[2];
    std::int8_t distance[2] = {0, 0};
    bool used[2] = {false, false};
    bool long_term[2] = {false, false};
};

/** Motion of the references that slices take for temporal prediction, fetched line by line. */
class MotionStore {
 public:
    MotionStore(MemoryPort& port, const Parameters& job);

    /** Motion of reference @p reference at the luma sample @p x, @p y, which must be in the picture. */
    StoredMotion at(unsigned reference, unsigned x, unsigned y);

    Response answer() const { return answer_; }

 private:
    struct Kept {
        JobVector<std::uint8_t> bytes;
        std::vector<bool> lines;  ///< those that are here
    };

    MemoryPort& port_;
    const Parameters& job_;
    unsigned columns_;
    unsigned lines_;
    std::array<Kept, picture_count> kept_;
    Response answer_ = Response::okay;
};

/** Writes the motion of a finished picture. */
Response write_motion(MemoryPort& port, const Picture& picture);

}  // namespace svp::vpu::hevc
