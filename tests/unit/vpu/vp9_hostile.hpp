// SPDX-License-Identifier: GPL-2.0-or-later
/** A job of VP9 with any registers over any memory: it ends, it ends soon, and it reaches nothing but what
 * the registers name. */
#pragma once

#include "../../../tools/players/g2_vp9_driver.hpp"
#include "hostile_port.hpp"
#include "vpu/g2/vp9_job.hpp"
#include "vpu/vp9/decoder.hpp"
#include "vpu/vp9/motion_store.hpp"
#include "vpu/vp9/segment_map.hpp"
#include "vpu/vp9/tile_edges.hpp"

namespace svp::test {

class HostileVp9Port final : public HostilePort {
 public:
    HostileVp9Port(const vpu::vp9::Parameters& job, std::span<const std::uint8_t> bytes)
        : HostilePort(bytes), job_(job) {}

 private:
    static std::uint64_t tiled_size(const vpu::TiledPicture& picture, unsigned bit_depth) {
        const std::uint64_t width = (picture.width + 7) / 8 * 8, height = (picture.height + 7) / 8 * 8;
        return width * height * (bit_depth == 8 ? 4 : 5) / 4;
    }
    bool in_picture(const vpu::TiledPicture& picture, std::uint32_t address, std::size_t size) const {
        const std::uint64_t luma = tiled_size(picture, job_.bit_depth);
        return inside(address, size, picture.luma, luma) || inside(address, size, picture.chroma, luma / 2);
    }
    bool in_raster(std::uint32_t address, std::size_t size) const {
        const std::uint64_t luma =
            std::uint64_t{(job_.width + 15) / 16 * 16} * job_.height * (job_.raster.eight_bits ? 1 : 2);
        return job_.raster.wanted && (inside(address, size, job_.raster.luma, luma) ||
                                      inside(address, size, job_.raster.chroma, luma / 2));
    }
    bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const override {
        const std::uint64_t superblocks = std::uint64_t{job_.superblock_columns()} * job_.superblock_rows();
        const std::uint64_t motion = superblocks * vpu::vp9::MotionStore::superblock_bytes;
        const std::uint64_t map = superblocks * vpu::vp9::SegmentMap::superblock_bytes;
        switch (stream) {
            case vpu::Stream::bitstream:
                return inside(address, size, job_.stream.address, job_.stream.length);
            case vpu::Stream::table:
                return inside(address, size, job_.probabilities, vpu::vp9::Probabilities::size) ||
                       inside(address, size, job_.tile_sizes,
                              std::uint64_t{4} * job_.tile_columns * job_.tile_rows);
            case vpu::Stream::segment_map:
                return inside(address, size, job_.segment_map_in, map) ||
                       inside(address, size, job_.segment_map_out, map);
            case vpu::Stream::motion:
                return (job_.previous_motion && inside(address, size, job_.motion_in, motion)) ||
                       (job_.write_motion && inside(address, size, job_.motion_out, motion));
            case vpu::Stream::reference:
                return std::ranges::any_of(job_.references, [&](const auto& reference) {
                    return in_picture(reference.picture, address, size);
                });
            case vpu::Stream::picture:
                return in_picture(job_.output, address, size) || in_raster(address, size);
            case vpu::Stream::counts:
                return inside(address, size, job_.counts, vpu::vp9::Counts::size);
            case vpu::Stream::edge:
                return inside(address, size, job_.tile_edge,
                              std::uint64_t{job_.tile_columns} * job_.superblock_rows() *
                                  vpu::vp9::TileEdges<std::uint8_t>::superblock_bytes);
            case vpu::Stream::none:
                break;
        }
        return false;
    }

    const vpu::vp9::Parameters& job_;
};

/** Registers from the first bytes of @p input, little endian, by number; memory from the others. */
inline HostileEnd run_hostile_vp9(const G2Registers& registers, std::span<const std::uint8_t> memory) {
    const vpu::vp9::Parameters job = vpu::g2::vp9_parameters(registers);
    HostileVp9Port port(job, memory);
    vpu::vp9::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // Three references of up to twice the size on both sides, the picture twice, motion, edges of tiles,
    // tables; the stream in pieces of the decoders' windows. A sample takes two bytes at most.
    const std::uint64_t samples = std::uint64_t{job.superblock_columns()} * job.superblock_rows() * 64 * 64;
    const std::uint64_t limit = samples * 2 * (3 * 4 + 3) * 3 / 2 + samples * 8 + 256 * 1024;
    return {result, port.strays, port.moved <= limit};
}

/** The registers that VP9 has a use for, in the order in which bytes fill them. */
inline constexpr unsigned vp9_register_numbers[] = {
    4,  3,  5,  6,  8,  10, 11, 13, 14,  15,  16,  17,  18,  19,  31,  32,  33,  34,  35,  36,  37,  38, 46,
    47, 65, 67, 75, 77, 79, 81, 99, 101, 109, 111, 133, 135, 167, 169, 171, 173, 175, 177, 179, 258, 259};

/** Such registers from the first bytes of @p input, little endian; what is left of it is memory. */
inline G2Registers take_vp9_registers(std::span<const std::uint8_t>& input) {
    auto registers = take_registers<G2Registers>(input, vp9_register_numbers);
    // Pictures of up to 255 samples a side: what is larger does the same more often.
    registers[4] &= 31u << 19 | 31u << 6;
    return registers;
}

}  // namespace svp::test
