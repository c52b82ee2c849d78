// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A job of the G1 with any registers over any memory: it ends, it ends soon, and it reaches nothing but what
 * the registers name.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "../../tools/players/g1_vp8_driver.hpp"
#include "vpu/g1/vp8_job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/vp8/decoder.hpp"

namespace svp::test {

/** Memory that repeats a few bytes everywhere, keeps nothing that is written, and judges each access. */
class HostilePort : public vpu::MemoryPort {
 public:
    HostilePort(const vpu::vp8::Parameters& job, std::span<const std::uint8_t> bytes)
        : job_(job), bytes_(bytes) {}

    Response read(vpu::Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        judge(stream, address, data.size());
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = bytes_.empty() ? std::uint8_t{0} : bytes_[(address + i) % bytes_.size()];
        }
        return Response::okay;
    }
    Response write(vpu::Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        judge(stream, address, data.size());
        return Response::okay;
    }

    std::uint64_t moved = 0;   ///< bytes
    std::uint64_t strays = 0;  ///< accesses outside of what the job names for their stream

 private:
    /** Offsets from a base count modulo 2^32, as the addresses do. */
    static bool inside(std::uint32_t address, std::size_t size, std::uint32_t base, std::uint64_t room) {
        const std::uint64_t offset = address - base;
        return size <= room && offset <= room - size;
    }
    void judge(vpu::Stream stream, std::uint32_t address, std::size_t size) {
        moved += size;
        const std::uint64_t macroblocks = std::uint64_t{job_.mb_width} * job_.mb_height;
        const std::uint64_t picture = macroblocks * 384;
        bool named = false;
        switch (stream) {
            case vpu::Stream::bitstream:
                named = inside(address, size, job_.control.address, job_.control.length);
                for (const vpu::StreamRange& range : job_.coefficients) {
                    named = named || inside(address, size, range.address, range.length);
                }
                break;
            case vpu::Stream::table:
                named = inside(address, size, job_.probabilities, vpu::vp8::Probabilities::size);
                break;
            case vpu::Stream::segment_map:
                named = inside(address, size, job_.segment_map, (macroblocks + 3) / 4);
                break;
            case vpu::Stream::picture:
                named = inside(address, size, job_.output, picture);
                break;
            case vpu::Stream::reference:
                for (const std::uint32_t reference : job_.reference) {
                    named = named || inside(address, size, reference, picture);
                }
                break;
            case vpu::Stream::none:
            case vpu::Stream::motion:
                break;
        }
        strays += named ? 0 : 1;
    }

    const vpu::vp8::Parameters& job_;
    std::span<const std::uint8_t> bytes_;
};

struct HostileEnd {
    vpu::vp8::Result result;
    std::uint64_t strays;
    bool bounded;  ///< no more was moved than a picture of this size can need
};

/** Registers from the first bytes of @p input, little endian; memory from the others. */
inline HostileEnd run_hostile_vp8(std::span<const std::uint8_t> input) {
    G1Registers registers{};
    const std::size_t length = std::min(input.size(), sizeof registers);
    for (std::size_t i = 0; i < length; ++i) {
        registers[i / 4] |= std::uint32_t{input[i]} << i % 4 * 8;
    }
    const vpu::vp8::Parameters job = vpu::g1::vp8_parameters(registers);
    HostilePort port(job, input.subspan(length));
    vpu::vp8::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // Three references, the picture, a table, a map; tokens of a macroblock take less than 2 KiB.
    const std::uint64_t macroblocks = std::uint64_t{job.mb_width} * job.mb_height;
    const std::uint64_t limit = macroblocks * (4 * 384 + 4096) + 64 * 1024;
    return {result, port.strays, port.moved <= limit};
}

}  // namespace svp::test
