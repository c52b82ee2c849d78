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

/** Registers from the first bytes of @p input, little endian; memory from the others. */
inline HostileEnd run_hostile_hevc(std::span<const std::uint8_t> input) {
    const auto registers = take_registers<G2Words>(input);
    const vpu::hevc::Parameters job = vpu::g2::hevc_parameters(registers);
    HostileHevcPort port(input, job);
    vpu::hevc::Decoder decoder(job, port);
    const vpu::Result result = decoder.decode();
    const std::uint64_t blocks = (std::uint64_t{job.width} / 16 + 1) * (std::uint64_t{job.height} / 16 + 1);
    const std::uint64_t stream = std::min<std::uint64_t>(job.stream_length, 2048 * blocks + (1u << 16));
    // Picture, references and motion, each once; edges of tiles there and back.
    const bool bounded = port.moved <= stream + 20 * 1024 * blocks +
                                           200 * std::uint64_t{job.tile_columns} * (job.height + 64) + 4096;
    return {result, port.strays, bounded};
}

}  // namespace svp::test
