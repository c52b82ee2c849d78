// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A job of a decoder with all that it depends on and all that it has done, as bytes: to be run again where
 * there is no board.
 *
 * Format, version 1, numbers little endian:
 *
 *     "SVP-JOB\n"                          8 bytes
 *     version                              32 bits: 1
 *     decoder                              32 bits: 1 for G1, 2 for G2
 *     number of registers                  32 bits; 128 for G1, 512 for G2
 *     registers                            32 bits each, as they were at the job's start
 *     accesses to memory, in their order, each of them
 *         kind                             8 bits: 1 read, 2 write
 *         stream                           8 bits: svp::Stream
 *         answer                           8 bits: svp::Response
 *         0                                8 bits
 *         base, stride, width, height      32 bits each: lines of `width` bytes, one every `stride` bytes
 *         data                             width * height bytes, line by line, as they were read or written
 *     end
 *         kind                             8 bits: 3
 *         0, 0, 0                          8 bits each
 *         status                           32 bits: what the job ended with, bits of the interrupt register
 *
 * Nothing follows. Data of a denied read are the zeros that the decoder got; a write is there whether it
 * reached memory or not.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "svp/transaction.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

enum class DecoderKind : std::uint32_t { g1 = 1, g2 = 2 };

struct JobRecord {
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t max_registers = 1024;
    /** Bytes of a whole record; a job that needs more is not recorded. */
    static constexpr std::size_t max_size = 64u << 20;

    struct Access {
        Direction direction = Direction::read;
        Stream stream = Stream::none;
        Response answer = Response::okay;
        Rectangle lines;
        std::span<const std::uint8_t> data;  ///< into the bytes that the record was read from
    };

    DecoderKind decoder = DecoderKind::g1;
    std::vector<std::uint32_t> registers;
    std::vector<Access> accesses;
    std::uint32_t status = 0;

    /** The record in @p bytes, which must outlive it; otherwise @p problem says in a line what is wrong. */
    static std::optional<JobRecord> parse(std::span<const std::uint8_t> bytes, std::string& problem);
};

/** Writes a record as the job goes on. */
class JobRecordWriter {
 public:
    JobRecordWriter(DecoderKind decoder, std::span<const std::uint32_t> registers);

    void access(Direction direction, Stream stream, Response answer, const Rectangle& lines,
                std::span<const std::uint8_t> data);
    /** The whole record; empty if it would have been larger than max_size. */
    std::vector<std::uint8_t> end(std::uint32_t status);

 private:
    void byte(std::uint8_t value) { bytes_.push_back(value); }
    void word(std::uint32_t value);

    std::vector<std::uint8_t> bytes_;
    bool too_large_ = false;
};

/** A port that writes down what goes through it. */
class RecordingPort : public MemoryPort {
 public:
    RecordingPort(MemoryPort& inner, JobRecordWriter& writer) : inner_(inner), writer_(writer) {}

    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        const Response answer = inner_.read(stream, address, data);
        writer_.access(Direction::read, stream, answer, line(address, data.size()), data);
        return answer;
    }
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        const Response answer = inner_.write(stream, address, data);
        writer_.access(Direction::write, stream, answer, line(address, data.size()), data);
        return answer;
    }
    Response read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) override {
        const Response answer = inner_.read_rows(stream, lines, data);
        writer_.access(Direction::read, stream, answer, lines, data);
        return answer;
    }
    Response write_rows(Stream stream, const Rectangle& lines, std::span<const std::uint8_t> data) override {
        const Response answer = inner_.write_rows(stream, lines, data);
        writer_.access(Direction::write, stream, answer, lines, data);
        return answer;
    }

 private:
    static Rectangle line(std::uint32_t address, std::size_t size) {
        const auto length = static_cast<std::uint32_t>(size);
        return {address, length, length, 1};
    }

    MemoryPort& inner_;
    JobRecordWriter& writer_;
};

}  // namespace svp::vpu
