// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/tile_edges.hpp"

#include <algorithm>

#include "vpu/picture/tiled_format.hpp"

namespace svp::vpu::hevc {

namespace {

constexpr unsigned filter_samples = 8;  // of a line, in the deblocking buffer
constexpr unsigned offset_samples = 48;
constexpr unsigned block_bytes = 16;
constexpr std::uint8_t uses_first = 1, uses_second = 2;

void put_block(const Picture& picture, std::size_t unit, std::uint8_t* to) {
    const Motion& motion = picture.motion[unit];
    to[0] = picture.kind[unit];
    to[1] = static_cast<std::uint8_t>(picture.qp[unit]);
    to[2] = static_cast<std::uint8_t>((motion.uses(0) ? uses_first : 0) | (motion.uses(1) ? uses_second : 0));
    to[3] = static_cast<std::uint8_t>(motion.picture[0] | motion.picture[1] << 4);
    for (unsigned list = 0; list < 2; ++list) {
        const std::int16_t parts[2] = {motion.mv[list].x, motion.mv[list].y};
        for (unsigned i = 0; i < 2; ++i) {
            to[4 + 4 * list + 2 * i] = static_cast<std::uint8_t>(parts[i]);
            to[5 + 4 * list + 2 * i] = static_cast<std::uint8_t>(parts[i] >> 8);
        }
    }
}

/** Takes a block from memory, whatever is there. */
void take_block(Picture& picture, std::size_t unit, const std::uint8_t* from) {
    const int lowest = -6 * (static_cast<int>(picture.job.bit_depth) - 8);
    picture.kind[unit] = from[0] & (block::skipped | block::unfiltered | block::intra | block::coded);
    picture.qp[unit] =
        static_cast<std::int8_t>(std::clamp<int>(static_cast<std::int8_t>(from[1]), lowest, 51));
    Motion& motion = picture.motion[unit];
    for (unsigned list = 0; list < 2; ++list) {
        const std::uint8_t* part = from + 4 + 4 * list;
        const bool used = (from[2] & (list == 0 ? uses_first : uses_second)) != 0;
        motion.ref_idx[list] = used ? 0 : -1;
        motion.picture[list] = static_cast<std::uint8_t>(from[3] >> 4 * list & 15);
        motion.mv[list] = {static_cast<std::int16_t>(part[0] | part[1] << 8),
                           static_cast<std::int16_t>(part[2] | part[3] << 8)};
    }
}

}  // namespace

/** To memory, and back from there. */
void TileEdges::pass(std::uint32_t address) {
    answer_ = std::max(answer_, port_.write(Stream::edge, address, bytes_));
    answer_ = std::max(answer_, port_.read(Stream::edge, address, bytes_));
}

void TileEdges::pass_blocks(unsigned column, std::uint32_t address) {
    const unsigned x = (column << picture_.job.log2_ctb) - 4;
    bytes_.assign(std::size_t{picture_.lines} * block_bytes, 0);
    for (unsigned i = 0; i < picture_.lines; ++i) {
        put_block(picture_, picture_.unit(x, 4 * i), bytes_.data() + std::size_t{i} * block_bytes);
    }
    pass(address);
    for (unsigned i = 0; i < picture_.lines; ++i) {
        take_block(picture_, picture_.unit(x, 4 * i), bytes_.data() + std::size_t{i} * block_bytes);
    }
}

/** The last samples before @p column of ctb, of @p count lines of luma from line @p first on. */
template <typename Sample>
void TileEdges::pass_samples(std::array<Plane<Sample>, 3>& planes, unsigned column, std::uint32_t address,
                             unsigned line_samples, unsigned first, unsigned count) {
    const unsigned line_bytes = line_samples * depth_of<Sample> / 8;
    const unsigned x = column << picture_.job.log2_ctb;
    bytes_.assign(std::size_t{count} * line_bytes, 0);
    for (unsigned y = 0; y < count; ++y) {
        std::uint8_t* to = bytes_.data() + std::size_t{y} * line_bytes;
        pack_tile_line(planes[0].at(x - 4, first + y), to);
        if (y % 2 == 0) {
            const Sample* cb = planes[1].at(x / 2 - 2, (first + y) / 2);
            const Sample* cr = planes[2].at(x / 2 - 2, (first + y) / 2);
            const Sample four[4] = {cb[0], cb[1], cr[0], cr[1]};
            pack_tile_line(four, to + tile_line_bytes<Sample>);
        }
    }
    pass(address + first * line_bytes);
    for (unsigned y = 0; y < count; ++y) {
        const std::uint8_t* from = bytes_.data() + std::size_t{y} * line_bytes;
        unpack_tile_line(from, planes[0].at(x - 4, first + y));
        if (y % 2 == 0) {
            Sample four[4];
            unpack_tile_line(from + tile_line_bytes<Sample>, four);
            std::copy_n(four, 2, planes[1].at(x / 2 - 2, (first + y) / 2));
            std::copy_n(four + 2, 2, planes[2].at(x / 2 - 2, (first + y) / 2));
        }
    }
}

template <typename Sample>
void TileEdges::before_deblocking(std::array<Plane<Sample>, 3>& planes) {
    if (!wanted()) {
        return;
    }
    const Parameters& job = picture_.job;
    std::uint32_t edge = 0;
    for (const unsigned column : picture_.tiles.inner_columns()) {
        pass_blocks(column, job.tile_bsd + edge * lines() * (block_bytes / 4));
        pass_samples(planes, column, job.tile_filter + edge * lines() * filter_samples * depth_of<Sample> / 8,
                     filter_samples, 0, job.height);
        ++edge;
    }
}

template <typename Sample>
void TileEdges::before_offsets(std::array<Plane<Sample>, 3>& planes, unsigned row) {
    const Parameters& job = picture_.job;
    if (!wanted() || !job.sao) {
        return;
    }
    const unsigned first = row << job.log2_ctb, count = std::min(1u << job.log2_ctb, job.height - first);
    std::uint32_t edge = 0;
    for (const unsigned column : picture_.tiles.inner_columns()) {
        pass_samples(planes, column, job.tile_sao + edge * lines() * offset_samples * depth_of<Sample> / 8,
                     offset_samples, first, count);
        ++edge;
    }
}

template void TileEdges::before_deblocking(std::array<Plane<std::uint8_t>, 3>& planes);
template void TileEdges::before_deblocking(std::array<Plane<std::uint16_t>, 3>& planes);
template void TileEdges::before_offsets(std::array<Plane<std::uint8_t>, 3>& planes, unsigned row);
template void TileEdges::before_offsets(std::array<Plane<std::uint16_t>, 3>& planes, unsigned row);

}  // namespace svp::vpu::hevc
