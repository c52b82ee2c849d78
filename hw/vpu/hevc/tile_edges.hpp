// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is kept in memory at the right edge of a tile until its neighbour is there: samples and properties of
 * blocks that filters across the edge need. It goes through three buffers, each with a part for every edge
 * between columns of tiles, and comes back from there: what a firewall denies is zeros in the picture.
 *
 * Hardware: bytes for a line of luma as the chip's driver provides for them; contents and their order are our
 * own. The deblocking buffer (8 bytes, 10 with 10 bits) has the last four samples of luma and, with every
 * second line, two of Cb and of Cr; the buffer for sample offsets (48 or 60 bytes) has the same again once
 * they are deblocked; the control buffer (4 bytes) has 16 bytes for the last block of 4x4 samples.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/plane.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::hevc {

class TileEdges {
 public:
    TileEdges(Picture& picture, MemoryPort& port) : picture_(picture), port_(port) {}

    /** Blocks beside the edges, and their samples before filters. */
    template <typename Sample>
    void before_deblocking(std::array<Plane<Sample>, 3>& planes);
    /** Samples of row @p row of coding tree blocks behind deblocking. */
    template <typename Sample>
    void before_offsets(std::array<Plane<Sample>, 3>& planes, unsigned row);

    Response answer() const { return answer_; }

 private:
    bool wanted() const {
        return picture_.job.loop_filter_across_tiles && !picture_.tiles.inner_columns().empty();
    }
    void pass(std::uint32_t address);
    void pass_blocks(unsigned column, std::uint32_t address);
    template <typename Sample>
    void pass_samples(std::array<Plane<Sample>, 3>& planes, unsigned column, std::uint32_t address,
                      unsigned line_samples, unsigned first, unsigned count);
    /** Lines of a buffer for each edge. */
    unsigned lines() const { return (picture_.job.height + 63) / 64 * 64; }

    Picture& picture_;
    MemoryPort& port_;
    std::vector<std::uint8_t> bytes_;  ///< on their way to memory and back
    Response answer_ = Response::okay;
};

}  // namespace svp::vpu::hevc
