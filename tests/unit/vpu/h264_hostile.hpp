// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An H.264 job of the G1 with any registers over any memory: it ends, it ends soon, and it reaches nothing
 * but what the registers name.
 */
#pragma once

#include <cstdint>
#include <span>

#include "hostile_port.hpp"
#include "vpu/g1/h264_job.hpp"
#include "vpu/h264/decoder.hpp"

namespace svp::test {

class HostileH264Port final : public HostilePort {
 public:
    HostileH264Port(const vpu::h264::Parameters& job, std::span<const std::uint8_t> bytes)
        : HostilePort(bytes), job_(job) {}

 private:
    bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const override {
        const std::uint64_t macroblocks = std::uint64_t{job_.mb_width} * job_.mb_height;
        const auto picture = static_cast<std::uint32_t>(macroblocks * (job_.monochrome ? 256 : 384));
        const std::uint64_t motion = macroblocks * vpu::h264::motion_size;
        bool found = false;
        switch (stream) {
            case vpu::Stream::bitstream:
                found = inside(address, size, job_.stream, job_.stream_length);
                break;
            case vpu::Stream::table:
                found = inside(address, size, job_.tables, vpu::h264::Tables::size);
                break;
            case vpu::Stream::picture:
                found = inside(address, size, job_.output, picture);
                break;
            case vpu::Stream::reference:
            case vpu::Stream::motion:
                found = stream == vpu::Stream::motion && job_.write_motion &&
                        inside(address, size, job_.motion, motion);
                for (const vpu::h264::Slot& slot : job_.slots) {
                    found = found || (stream == vpu::Stream::reference
                                          ? inside(address, size, slot.address, picture)
                                          : inside(address, size, slot.address + picture, motion));
                }
                break;
            case vpu::Stream::none:
            case vpu::Stream::segment_map:
            case vpu::Stream::edge:
            case vpu::Stream::counts:
                break;
        }
        return found;
    }

    const vpu::h264::Parameters& job_;
};

/** Registers from the first bytes of @p input, little endian; memory from the others. */
inline HostileEnd run_hostile_h264(std::span<const std::uint8_t> input) {
    const G1Registers registers = take_registers(input);
    const vpu::h264::Parameters job = vpu::g1::h264_parameters(registers);
    HostileH264Port port(job, input);
    vpu::h264::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // Sixteen references and the picture, with their motion; a table; the stream's limit.
    const std::uint64_t macroblocks = std::uint64_t{job.mb_width} * job.mb_height;
    const std::uint64_t limit = macroblocks * (17 * (384 + 64) + 1024) + (1u << 16) + 4096;
    return {result, port.strays, port.moved <= limit};
}

}  // namespace svp::test
