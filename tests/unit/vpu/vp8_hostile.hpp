// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A job of the G1 with any registers over any memory: it ends, it ends soon, and it reaches nothing but what
 * the registers name.
 */
#pragma once

#include <cstdint>
#include <span>

#include "hostile_port.hpp"
#include "vpu/g1/vp8_job.hpp"
#include "vpu/vp8/decoder.hpp"

namespace svp::test {

class HostileVp8Port final : public HostilePort {
 public:
    HostileVp8Port(const vpu::vp8::Parameters& job, std::span<const std::uint8_t> bytes)
        : HostilePort(bytes), job_(job) {}

 private:
    bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const override {
        const std::uint64_t macroblocks = std::uint64_t{job_.mb_width} * job_.mb_height;
        const std::uint64_t picture = macroblocks * 384;
        bool found = false;
        switch (stream) {
            case vpu::Stream::bitstream:
                found = inside(address, size, job_.control.address, job_.control.length);
                for (const vpu::StreamRange& range : job_.coefficients) {
                    found = found || inside(address, size, range.address, range.length);
                }
                break;
            case vpu::Stream::table:
                found = inside(address, size, job_.probabilities, vpu::vp8::Probabilities::size);
                break;
            case vpu::Stream::segment_map:
                found = inside(address, size, job_.segment_map, (macroblocks + 3) / 4);
                break;
            case vpu::Stream::picture:
                found = inside(address, size, job_.output, picture);
                break;
            case vpu::Stream::reference:
                for (const std::uint32_t reference : job_.reference) {
                    found = found || inside(address, size, reference, picture);
                }
                break;
            case vpu::Stream::none:
            case vpu::Stream::motion:
            case vpu::Stream::edge:
            case vpu::Stream::counts:
                break;
        }
        return found;
    }

    const vpu::vp8::Parameters& job_;
};

/** Registers from the first bytes of @p input, little endian; memory from the others. */
inline HostileEnd run_hostile_vp8(std::span<const std::uint8_t> input) {
    const G1Registers registers = take_registers(input);
    const vpu::vp8::Parameters job = vpu::g1::vp8_parameters(registers);
    HostileVp8Port port(job, input);
    vpu::vp8::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // Three references, the picture, a table, a map; tokens of a macroblock take less than 2 KiB.
    const std::uint64_t macroblocks = std::uint64_t{job.mb_width} * job.mb_height;
    const std::uint64_t limit = macroblocks * (4 * 384 + 4096) + 64 * 1024;
    return {result, port.strays, port.moved <= limit};
}

}  // namespace svp::test
