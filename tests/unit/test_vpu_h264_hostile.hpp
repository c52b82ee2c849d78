// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An H.264 job of the G1 with any registers over any memory: it ends, it ends soon, and it reaches nothing
 * but what the registers name.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "../../tools/players/g1_vp8_driver.hpp"
#include "vpu/g1/h264_job.hpp"
#include "vpu/h264/decoder.hpp"

namespace svp::test {

/** Memory that repeats a few bytes everywhere, keeps nothing that is written, and judges each access. */
class HostileH264Port : public vpu::MemoryPort {
 public:
    HostileH264Port(const vpu::h264::Parameters& job, std::span<const std::uint8_t> bytes)
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
        const auto picture = static_cast<std::uint32_t>(macroblocks * (job_.monochrome ? 256 : 384));
        const std::uint64_t motion = macroblocks * vpu::h264::motion_size;
        bool named = false;
        switch (stream) {
            case vpu::Stream::bitstream:
                named = inside(address, size, job_.stream, job_.stream_length);
                break;
            case vpu::Stream::table:
                named = inside(address, size, job_.tables, vpu::h264::Tables::size);
                break;
            case vpu::Stream::picture:
                named = inside(address, size, job_.output, picture);
                break;
            case vpu::Stream::reference:
            case vpu::Stream::motion:
                named = stream == vpu::Stream::motion && job_.write_motion &&
                        inside(address, size, job_.motion, motion);
                for (const vpu::h264::Slot& slot : job_.slots) {
                    named = named || (stream == vpu::Stream::reference
                                          ? inside(address, size, slot.address, picture)
                                          : inside(address, size, slot.address + picture, motion));
                }
                break;
            case vpu::Stream::none:
            case vpu::Stream::segment_map:
                break;
        }
        strays += named ? 0 : 1;
    }

    const vpu::h264::Parameters& job_;
    std::span<const std::uint8_t> bytes_;
};

struct HostileH264End {
    vpu::h264::Result result;
    std::uint64_t strays;
    bool bounded;  ///< no more was moved than a picture of this size can need
};

/** Registers from the first bytes of @p input, little endian; memory from the others. */
inline HostileH264End run_hostile_h264(std::span<const std::uint8_t> input) {
    G1Registers registers{};
    const std::size_t length = std::min(input.size(), sizeof registers);
    for (std::size_t i = 0; i < length; ++i) {
        registers[i / 4] |= std::uint32_t{input[i]} << i % 4 * 8;
    }
    const vpu::h264::Parameters job = vpu::g1::h264_parameters(registers);
    HostileH264Port port(job, input.subspan(length));
    vpu::h264::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // Sixteen references and the picture, with their motion; a table; the stream's limit.
    const std::uint64_t macroblocks = std::uint64_t{job.mb_width} * job.mb_height;
    const std::uint64_t limit = macroblocks * (17 * (384 + 64) + 1024) + (1u << 16) + 4096;
    return {result, port.strays, port.moved <= limit};
}

}  // namespace svp::test
