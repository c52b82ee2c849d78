// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Samples at the right sides of tiles, by way of memory: the loop filter changes them when the tile beside is
 * there.
 *
 * For each boundary of tiles and each 64 lines 1536 bytes: eight samples of each line of luma, then of Cb,
 * then of Cr, those of 10 bits packed by fours in 5 bytes. What is written comes before the loop filter,
 * which takes what it reads. The layout is our own; the chip's has the same size.
 */
#pragma once

#include <vector>

#include "vpu/memory_port.hpp"
#include "vpu/vp9/frame.hpp"
#include "vpu/vp9/inter_prediction.hpp"

namespace svp::vpu::vp9 {

template <typename Sample>
class TileEdges {
 public:
    static constexpr std::uint32_t superblock_bytes = 24 * 64;

    TileEdges(const Parameters& parameters, MemoryPort& port) : parameters_(parameters), port_(port) {}

    /** Writes what lies left of the boundaries of @p tiles in row @p row of 64x64 blocks. */
    Response write_row(const std::vector<TileColumns>& tiles, unsigned row, const Planes<Sample>& planes);
    /** Puts what memory has there into @p planes. */
    Response read_row(const std::vector<TileColumns>& tiles, unsigned row, const Planes<Sample>& planes);

 private:
    std::uint32_t address(std::size_t boundary, unsigned row) const;
    /** Calls @p visit with each four samples of luma, of Cb, of Cr, and with their bytes. */
    template <typename Visit>
    void each_four(unsigned column, unsigned row, const Planes<Sample>& planes, const Visit& visit);

    const Parameters& parameters_;
    MemoryPort& port_;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace svp::vpu::vp9
