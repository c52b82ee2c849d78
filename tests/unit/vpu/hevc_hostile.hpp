// SPDX-License-Identifier: GPL-2.0-or-later
/** Runs an HEVC job of any registers on memory of any content, and watches what it reaches. */
#pragma once

#include "hostile_port.hpp"
#include "vpu/g2/hevc_job.hpp"
#include "vpu/hevc/decoder.hpp"

namespace svp::test {

using G2Words = std::array<std::uint32_t, vpu::g2::register_count>;

class HostileHevcPort final : public HostilePort {
 public:
    HostileHevcPort(std::span<const std::uint8_t> bytes, const vpu::hevc::Parameters& job)
        : HostilePort(bytes), job_(job) {}

 private:
    bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const override {
        const std::uint64_t luma = std::uint64_t{job_.width} * job_.height * job_.bit_depth / 8;
        const std::uint64_t motion = std::uint64_t{(job_.width + 15) / 16} * ((job_.height + 15) / 16) * 12;
        const std::uint64_t wide =
            std::uint64_t{(job_.width + 15) / 16 * 16} * (job_.raster.eight_bits ? 1 : 2);
        const std::uint64_t lines =
            (job_.height + 63) / 64 * 64 * std::uint64_t{job_.tile_columns} * job_.bit_depth / 8;
        const auto in = [&](std::uint32_t base, std::uint64_t room) {
            return inside(address, size, base, room);
        };
        const auto any = [&](const auto& part) {
            return std::any_of(job_.references.begin(), job_.references.end(), part);
        };
        switch (stream) {
            case vpu::Stream::bitstream:
                return in(job_.stream, job_.stream_length);
            case vpu::Stream::table:
                return (job_.scaling_list && in(job_.scaling_lists, vpu::hevc::ScalingLists::table_size)) ||
                       (job_.tiles && in(job_.tile_sizes, 20 * 22 * 4));
            case vpu::Stream::picture:
                return in(job_.output.luma, luma) || in(job_.output.chroma, luma / 2) ||
                       (job_.raster.wanted && (in(job_.raster.luma, wide * job_.height) ||
                                               in(job_.raster.chroma, wide * job_.height / 2)));
            case vpu::Stream::reference:
                return any(
                    [&](const auto& each) { return in(each.luma, luma) || in(each.chroma, luma / 2); });
            case vpu::Stream::motion:
                return in(job_.motion, motion) ||
                       any([&](const auto& each) { return in(each.motion, motion); });
            case vpu::Stream::edge:
                return job_.tile_columns > 1 &&
                       (in(job_.tile_filter, 8 * lines) || in(job_.tile_sao, 48 * lines) ||
                        in(job_.tile_bsd, 4 * lines));
            default:
                return false;
        }
    }

    const vpu::hevc::Parameters& job_;
};

/** @p registers over memory that repeats @p bytes. */
inline HostileEnd run_hostile_hevc(const G2Words& registers, std::span<const std::uint8_t> bytes) {
    const vpu::hevc::Parameters job = vpu::g2::hevc_parameters(registers);
    HostileHevcPort port(bytes, job);
    vpu::hevc::Decoder decoder(job, port);
    const vpu::Result result = decoder.decode();
    const std::uint64_t blocks = (std::uint64_t{job.width} / 16 + 1) * (std::uint64_t{job.height} / 16 + 1);
    const std::uint64_t stream = std::min<std::uint64_t>(job.stream_length, 2048 * blocks + (1u << 16));
    // Picture, references and motion, each once; edges of tiles there and back.
    const bool bounded = port.moved <= stream + 20 * 1024 * blocks +
                                           200 * std::uint64_t{job.tile_columns} * (job.height + 64) + 4096;
    return {result, port.strays, bounded};
}

/** The registers that HEVC has a use for, in the order in which bytes fill them. */
inline constexpr unsigned hevc_register_numbers[] = {
    4,  5,  7,  8,  12, 13,  10,  9,   3,   6,   14,  15,  16,  17,  18,  19,  46,  47,  48, 49,
    65, 67, 69, 71, 99, 101, 103, 133, 135, 137, 167, 169, 171, 175, 177, 179, 181, 183, 259};

/** Makes the registers those of a picture that there may be, of up to @p side smallest blocks a side: sizes
 * of blocks, depths and counts are brought into their ranges. */
inline void make_possible(G2Words& registers, std::uint32_t side) {
    const auto set = [&registers](unsigned number, std::uint32_t mask, std::uint32_t value) {
        registers[number] = (registers[number] & ~mask) | value;
    };
    const std::uint32_t log2_ctb = 4 + (registers[12] >> 10) % 3, depth = (registers[8] >> 6) % 2 * 2;
    const std::uint32_t log2_max_tb = 2 + (registers[13] >> 10) % (std::min(log2_ctb, 5u) - 1);
    set(4, 0xffffffff,
        (1 + (registers[4] >> 19) % side) << 19 | (1 + (registers[4] >> 6) % side) << 6 |
            (1 + registers[4] % 16));
    set(5, 0x3f << 5, (registers[5] >> 5) % (log2_ctb - 2) << 5);
    set(6, 0xffff0000, 0);
    set(8, 0xfff0, 8u << 12 | 8u << 8 | depth << 6 | depth << 4);
    set(9, 0xffffffff,
        (1 + (registers[9] >> 19) % 16) << 19 | (1 + (registers[9] >> 14) % 16) << 14 | registers[9] % 8);
    set(10, 0x7f << 24, (registers[10] >> 24) % 52 << 24);
    set(12, 0xfff0, 3u << 13 | log2_ctb << 10 | 3u << 7 | 4u << 4);
    set(13, 0xffff,
        2u << 13 | log2_max_tb << 10 | (registers[13] >> 7) % 5 << 7 | (registers[13] >> 4) % 5 << 4 |
            (2 + registers[13] % 3));
    set(259, 0xffffffff, 0);
}

}  // namespace svp::test
