// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/tile_edges.hpp"

#include <algorithm>

#include "vpu/picture/tiled_format.hpp"

namespace svp::vpu::vp9 {

template <typename Sample>
std::uint32_t TileEdges<Sample>::address(std::size_t boundary, unsigned row) const {
    const auto before = static_cast<std::uint32_t>(boundary) * parameters_.superblock_rows() + row;
    return parameters_.tile_edge + before * superblock_bytes;
}

template <typename Sample>
template <typename Visit>
void TileEdges<Sample>::each_four(unsigned column, unsigned row, const Planes<Sample>& planes,
                                  const Visit& visit) {
    constexpr unsigned width = 8;
    std::uint8_t* bytes = bytes_.data();
    for (unsigned plane = 0; plane < 3; ++plane) {
        const unsigned lines = plane == 0 ? 64 : 32, first = plane == 0 ? 8 * column : 4 * column;
        for (unsigned y = 0; y < lines; ++y) {
            Sample* samples = planes.samples[plane] +
                              static_cast<std::ptrdiff_t>(lines * row + y) * planes.stride[plane] + first -
                              width;
            for (unsigned x = 0; x < width; x += 4, bytes += tile_line_bytes<Sample>) {
                visit(samples + x, bytes);
            }
        }
    }
}

template <typename Sample>
Response TileEdges<Sample>::write_row(const std::vector<TileColumns>& tiles, unsigned row,
                                      const Planes<Sample>& planes) {
    Response worst = Response::okay;
    bytes_.resize(superblock_bytes);
    for (std::size_t i = 1; i < tiles.size(); ++i) {
        each_four(tiles[i].first, row, planes,
                  [](const Sample* samples, std::uint8_t* bytes) { pack_tile_line(samples, bytes); });
        worst = std::max(worst, port_.write(Stream::edge, address(i - 1, row), bytes_));
    }
    return worst;
}

template <typename Sample>
Response TileEdges<Sample>::read_row(const std::vector<TileColumns>& tiles, unsigned row,
                                     const Planes<Sample>& planes) {
    Response worst = Response::okay;
    bytes_.resize(superblock_bytes);
    for (std::size_t i = 1; i < tiles.size(); ++i) {
        worst = std::max(worst, port_.read(Stream::edge, address(i - 1, row), bytes_));
        each_four(tiles[i].first, row, planes,
                  [](Sample* samples, const std::uint8_t* bytes) { unpack_tile_line(bytes, samples); });
    }
    return worst;
}

template class TileEdges<std::uint8_t>;
template class TileEdges<std::uint16_t>;

}  // namespace svp::vpu::vp9
