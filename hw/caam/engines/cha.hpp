// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the data flow knows of an engine that turns a stream of typed data into output, a context or both.
 *
 * An engine is made by an OPERATION command, gets data when there is some, and is done when the data marked
 * as last has been fed. It reads key and context from the registers of its class at its first data, not
 * before: descriptors load them in any order. Everything it throws is a JobError.
 */
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "caam/engines/byte_queue.hpp"

namespace svp::caam {

/** Sort of data, by the codes of an information FIFO entry. */
enum class DataKind : std::uint8_t {
    aad = 0x1,
    iv = 0x2,
    sad = 0x3,
    icv = 0xa,
    poly = 0xb,
    skip = 0xe,
    message = 0xf,
};

constexpr std::size_t context_bytes = 128;
constexpr std::size_t key_bytes = 128;

/** The registers of class 1 or class 2. */
struct ClassRegisters {
    std::array<std::uint8_t, key_bytes> key{};
    std::array<std::uint8_t, context_bytes> context{};
    std::uint32_t mode = 0;  ///< low half of the OPERATION command, type included; 0: none
    std::uint32_t key_size = 0;
    std::uint32_t data_size = 0;
    std::uint32_t icv_size = 0;
    /** The register holds a whole key and is locked: CLRW clears it, KEY replaces it, nothing changes it. */
    bool key_loaded = false;
    bool key_split = false;    ///< the key register holds the two halves of a split key
    bool key_locked = false;   ///< KEY with NWB: the key never leaves, not even encrypted
    bool plain_store = false;  ///< KEY with PTS
    bool done = false;

    void exchange(Archive& archive);
};

/** Fields of an OPERATION command for class 1 or 2. */
struct Operation {
    std::uint32_t word;

    std::uint8_t algorithm() const { return static_cast<std::uint8_t>(word >> 16); }
    std::uint16_t aai() const { return static_cast<std::uint16_t>(word >> 4 & 0x1ff); }
    bool initialises() const { return (word & 0x4) != 0; }
    bool finishes() const { return (word & 0x8) != 0; }
    bool checks_icv() const { return (word & 0x2) != 0; }
    bool encrypts() const { return (word & 0x1) != 0; }
};

class Cha {
 public:
    virtual ~Cha() = default;

    /** Takes all of @p data. Output goes to @p output, at most data.size() + output_slack bytes. */
    virtual void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue& output) = 0;

    /** What was fed is complete as far as its kind goes: pad it. */
    virtual void flush(ByteQueue& output) { static_cast<void>(output); }

    /** There is no more data: bring the context up to date and check an ICV. Called once. */
    virtual void last(ByteQueue& output) = 0;

    /** What an engine in the middle of its data holds beyond the registers. */
    virtual void exchange(Archive& archive) = 0;

    /** The next bytes of a message, which are there, may go to transform() in multiples of so many; 0: they
     * may not. */
    virtual std::size_t transform_unit() { return 0; }

    /**
     * As feed() with @p size bytes of message, whose output are the @p size bytes at @p to. @p from and @p to
     * may be memory that others see, and are the same or apart: @p to is never read, and written once with
     * what is to stay there. For engines that do a gigabyte in a second. Throws nothing.
     */
    virtual void transform(std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
        static_cast<void>(size);
        static_cast<void>(to);
        static_cast<void>(from);
    }

    /** Output beyond the data fed that a call may give: what was held back before. */
    static constexpr std::size_t output_slack = 64;
};

}  // namespace svp::caam
