// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Motion of a picture in memory, which direct prediction of later pictures reads (co-located motion).
 *
 * Behind each picture: 64 bytes for each macroblock, in raster order of a frame's macroblocks; of a field
 * pair first those of the top field, then those of the bottom one. 16 bytes hold a part of 8x8 samples: four
 * vectors, 14 bits of x and 12 of y, and 24 bits of what they refer to. The layout is this model's own;
 * software sees none of it. Bytes of 0 are intra prediction, so that denied reads have a meaning.
 */
#pragma once

#include <cstdint>
#include <vector>

#include "vpu/h264/macroblock.hpp"
#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::h264 {

/** What was coded at a block of another picture. */
struct Colocated {
    bool intra = true;
    bool index_0 = false;   ///< refIdxCol is 0
    std::uint8_t slot = 0;  ///< what it referred to
    Structure structure = no_field;
    Vector mv;
};

/** Bytes that one macroblock's motion takes. */
inline constexpr std::uint32_t motion_size = 64;

/** Writes the motion of all macroblocks of @p picture to its place. */
Response write_motion(MemoryPort& port, const Picture& picture);

/** Motion of a reference of the current picture, fetched when it is asked for. */
class MotionStore {
 public:
    enum class Coding : std::uint8_t { frame, field_macroblock, field_picture };

    MotionStore(MemoryPort& port, const Parameters& job) : port_(port), job_(job) {}

    /** How macroblock @p index (see above) of the picture in @p slot was coded. */
    Coding coding(unsigned slot, unsigned index);
    /** What 4x4 block @p block of a macroblock, raster order, was predicted from. */
    Colocated at(unsigned slot, unsigned index, unsigned block);

    Response answer() const { return answer_; }

 private:
    const std::uint8_t* fetch(unsigned slot, unsigned index);

    MemoryPort& port_;
    const Parameters& job_;
    JobVector<std::uint8_t> rows_[slot_count];
    std::vector<std::uint8_t> fetched_[slot_count];
    Response answer_ = Response::okay;
};

}  // namespace svp::vpu::h264
