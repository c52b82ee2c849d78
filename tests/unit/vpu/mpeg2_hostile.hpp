// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An MPEG-2 job of the G1 with any registers over any memory: it ends, it ends soon, and it reaches nothing
 * but what the registers name.
 */
#pragma once

#include <cstdint>
#include <span>

#include "hostile_port.hpp"
#include "vpu/g1/mpeg2_job.hpp"
#include "vpu/mpeg2/decoder.hpp"

namespace svp::test {

class HostileMpeg2Port final : public HostilePort {
 public:
    HostileMpeg2Port(const vpu::mpeg2::Parameters& job, std::span<const std::uint8_t> bytes)
        : HostilePort(bytes), job_(job) {}

 private:
    bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const override {
        const std::uint64_t frame = std::uint64_t{job_.mb_width} * job_.mb_height * 384;
        bool found = false;
        switch (stream) {
            case vpu::Stream::bitstream:
                found = inside(address, size, job_.stream, job_.stream_length);
                break;
            case vpu::Stream::table:
                found = inside(address, size, job_.tables, vpu::mpeg2::Matrices::size);
                break;
            case vpu::Stream::picture:
                found = inside(address, size, job_.output, frame);
                break;
            case vpu::Stream::reference:
                for (const auto& direction : job_.reference) {
                    for (const std::uint32_t reference : direction) {
                        found = found || inside(address, size, reference, frame);
                    }
                }
                break;
            default:
                break;
        }
        return found;
    }

    const vpu::mpeg2::Parameters& job_;
};

/** @p job over memory that repeats @p bytes. */
inline HostileEnd run_hostile_mpeg2(const vpu::mpeg2::Parameters& job, std::span<const std::uint8_t> bytes) {
    HostileMpeg2Port port(job, bytes);
    vpu::mpeg2::Decoder decoder(job, port);
    const auto result = decoder.decode();
    // A stream that a picture of this size can have; four references by parity, and the picture.
    const std::uint64_t macroblocks = std::uint64_t{job.mb_width} * job.mb_height;
    const std::uint64_t stream = std::min<std::uint64_t>(
        job.stream_length, macroblocks * vpu::mpeg2::max_macroblock_bytes + vpu::mpeg2::max_stuffing_bytes);
    return {result, port.strays, port.moved <= stream + vpu::mpeg2::Matrices::size + 6 * 384 * macroblocks};
}

/** The registers that MPEG-2 has a use for, in the order in which bytes fill them. */
inline constexpr unsigned mpeg2_register_numbers[] = {4, 3, 5, 18, 6, 12, 13, 14, 15, 16, 17, 40};

/** Makes the registers those of a picture that there may be, of up to @p side macroblocks a side. */
inline void make_possible(G1Registers& registers, std::uint32_t side) {
    const std::uint32_t width = 1 + (registers[4] >> 23) % side, height = 1 + (registers[4] >> 11) % side;
    const bool field = (registers[3] >> 22 & 1) != 0;
    registers[4] = width << 23 | (field ? (height + 1) / 2 * 2 : height) << 11 | (registers[4] & 0x7ff);
    registers[6] &= 0xff000fff;  // bytes of stream
}

}  // namespace svp::test
