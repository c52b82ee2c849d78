// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Block cipher modes that turn a message into one of the same length: AES ECB, CBC, CTR, CFB, OFB, XTS and
 * DES and triple DES in ECB, CBC, CFB, OFB.
 *
 * Whole blocks are handed to the library in one call; only what is left of a block is kept. The context holds
 * the chaining value at 0 (CTR: the counter at 16, one big-endian number of 128 bits; XTS: tweak at 0x20 and
 * 0x30, sector size at 0x28), and is brought up to date whatever the state bits of the operation say, as
 * Linux's vectors want it.
 *
 * Not modelled: counters of less than 128 bits.
 */
#pragma once

#include <memory>

#include "caam/engines/cha.hpp"

namespace svp::caam {

class BlockStream : public Cha {
 public:
    void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue& output) final;
    void last(ByteQueue& output) final;
    std::size_t transform_unit() final;
    void transform(std::size_t size, std::uint8_t* to, const std::uint8_t* from) final;
    void exchange(Archive& archive) final;

 protected:
    BlockStream(ClassRegisters& registers, Operation operation, std::size_t block)
        : registers_(registers), operation_(operation), block_(block) {}

    /** Takes key and context from the registers. */
    virtual void start() = 0;
    /** Whole blocks; in order. */
    virtual void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) = 0;
    /** The end of the message, if it is no whole block or was kept back; throws if there may be none. */
    virtual void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) = 0;
    /** Writes the context back. */
    virtual void stop() = 0;
    /** crypt() is as Cha::transform() must be. */
    virtual bool transforms() const { return false; }
    /** Keys and the like that start() has made, which it has if @p started. */
    virtual void exchange_keys(Archive& archive, bool started) = 0;
    /** Bytes that must stay for finish() while more may come: 0, or one block. */
    virtual std::size_t kept() const { return 0; }

    std::span<const std::uint8_t> key() const { return std::span(registers_.key).first(registers_.key_size); }
    ClassRegisters& registers() { return registers_; }
    Operation operation() const { return operation_; }

 private:
    void begin();

    ClassRegisters& registers_;
    Operation operation_;
    std::size_t block_;
    bool started_ = false;
    std::size_t held_ = 0;
    std::array<std::uint8_t, 64> hold_{};
};

/** The engine for an AES mode with AAI 0x00 to 0x50. Throws JobError (mode) if there is none. */
std::unique_ptr<Cha> make_aes_stream(ClassRegisters& registers, Operation operation, bool has_xts);

/** The engine for DES or triple DES. */
std::unique_ptr<Cha> make_des_stream(ClassRegisters& registers, Operation operation);

}  // namespace svp::caam
