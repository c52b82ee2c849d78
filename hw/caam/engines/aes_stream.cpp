// SPDX-License-Identifier: GPL-2.0-or-later
/** The streaming modes of AES; see block_stream.hpp. */
#include <nettle/cfb.h>

#include "caam/byte_order.hpp"
#include "caam/engines/aes_key.hpp"
#include "caam/engines/block_stream.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint16_t aai_mode = 0xf0;
constexpr std::uint16_t aai_counter_width = 0x0f;
constexpr std::size_t counter_at = 16;

class AesStream : public BlockStream {
 public:
    AesStream(ClassRegisters& registers, Operation operation)
        : BlockStream(registers, operation, aes_block) {}

 protected:
    void start() override {
        if (!key_.set(key())) {
            throw JobError(ChaId::aes, ChaError::key_size);
        }
    }
    void finish(std::size_t, std::uint8_t*, const std::uint8_t*) override {
        throw JobError(ChaId::aes, ChaError::data_size);
    }
    void stop() override {}
    void exchange_keys(Archive& archive, bool started) override {
        key_.exchange(archive);
        require(archive, !started || key_.ready());
    }
    static void require(Archive& archive, bool condition) {
        if (!condition) {
            archive.fail("the stream holds an AES engine without a key");
        }
    }

    AesKey key_;
};

class AesEcb final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    bool transforms() const override { return true; }
    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        operation().encrypts() ? key_.encrypt(size, to, from) : key_.decrypt(size, to, from);
    }
};

class AesCbc final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    /** Encryption is too slow to lock others out meanwhile. */
    bool transforms() const override { return !operation().encrypts(); }
    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        std::uint8_t* iv = registers().context.data();
        operation().encrypts() ? key_.encrypt_chain(iv, size, to, from)
                               : key_.decrypt_chain(iv, size, to, from);
    }
};

class AesCtr final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    bool transforms() const override { return true; }
    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        key_.crypt_counter(registers().context.data() + counter_at, size, to, from);
    }
    /** A part of a block uses up a counter value like a whole one. */
    void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        crypt(size, to, from);
    }
};

class AesCfb final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        (operation().encrypts() ? nettle_cfb_encrypt : nettle_cfb_decrypt)(
            key_.encrypt_context(), key_.encrypt_function(), aes_block, registers().context.data(), size, to,
            from);
    }
    void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        crypt(size, to, from);
    }
};

class AesOfb final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        std::uint8_t* feedback = registers().context.data();
        for (std::size_t done = 0; done < size; ++done) {
            if (done % aes_block == 0) {
                key_.encrypt(aes_block, feedback, feedback);
            }
            to[done] = static_cast<std::uint8_t>(from[done] ^ feedback[done % aes_block]);
        }
    }
    void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        crypt(size, to, from);
    }
};

/** A 128-bit tweak as the little-endian number that XTS doubles. */
struct Tweak {
    std::array<std::uint8_t, aes_block> bytes;

    void twice() {
        std::uint8_t carry = 0;
        for (std::uint8_t& byte : bytes) {
            const std::uint8_t next = byte >> 7;
            byte = static_cast<std::uint8_t>(byte << 1 | carry);
            carry = next;
        }
        bytes[0] = static_cast<std::uint8_t>(bytes[0] ^ (carry != 0 ? 0x87 : 0));
    }
};

/**
 * The tweak of a sector is its number, 16 bytes: the lower 8 lie at 0x20 of the context, the upper ones at
 * 0x30. After as many bytes as the sector size says the next sector begins.
 */
class AesXts final : public AesStream {
 public:
    using AesStream::AesStream;

 private:
    static constexpr std::size_t index_at = 0x20;
    static constexpr std::size_t sector_size_at = 0x28;
    static constexpr std::size_t upper_at = 0x30;

    void start() override {
        const auto both = key();
        if ((both.size() != 32 && both.size() != 64) || !key_.set(both.first(both.size() / 2)) ||
            !tweak_key_.set(both.subspan(both.size() / 2))) {
            throw JobError(ChaId::aes, ChaError::key_size);
        }
        sector_size_ = load_be64(registers().context.data() + sector_size_at);
        begin_sector();
    }

    void exchange_keys(Archive& archive, bool started) override {
        AesStream::exchange_keys(archive, started);
        tweak_key_.exchange(archive);
        require(archive, !started || tweak_key_.ready());
        archive.bytes(std::as_writable_bytes(std::span(tweak_.bytes)));
        archive.value(sector_size_);
        archive.value(in_sector_);
    }

    void begin_sector() {
        std::memcpy(tweak_.bytes.data(), registers().context.data() + index_at, 8);
        std::memcpy(tweak_.bytes.data() + 8, registers().context.data() + upper_at, 8);
        tweak_key_.encrypt(aes_block, tweak_.bytes.data(), tweak_.bytes.data());
        in_sector_ = 0;
    }

    void next_sector() {
        std::uint8_t* index = registers().context.data() + index_at;
        for (unsigned i = 0; i < 8 && ++index[i] == 0; ++i) {
        }
        begin_sector();
    }

    void block(std::uint8_t* to, const std::uint8_t* from, const Tweak& tweak) {
        std::array<std::uint8_t, aes_block> mixed;
        for (std::size_t i = 0; i < aes_block; ++i) {
            mixed[i] = static_cast<std::uint8_t>(from[i] ^ tweak.bytes[i]);
        }
        operation().encrypts() ? key_.encrypt(aes_block, mixed.data(), mixed.data())
                               : key_.decrypt(aes_block, mixed.data(), mixed.data());
        for (std::size_t i = 0; i < aes_block; ++i) {
            to[i] = static_cast<std::uint8_t>(mixed[i] ^ tweak.bytes[i]);
        }
    }

    void crypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        for (std::size_t done = 0; done < size; done += aes_block) {
            if (sector_size_ >= aes_block && in_sector_ + aes_block > sector_size_) {
                next_sector();
            }
            block(to + done, from + done, tweak_);
            tweak_.twice();
            in_sector_ += aes_block;
        }
    }

    std::size_t kept() const override { return aes_block; }

    /** The last 16 bytes, or the 17 to 31 that swap their ends (ciphertext stealing). */
    void finish(std::size_t size, std::uint8_t* to, const std::uint8_t* from) override {
        if (size < aes_block) {
            throw JobError(ChaId::aes, ChaError::data_size);
        }
        if (size == aes_block) {
            crypt(size, to, from);
            return;
        }
        const Tweak first = tweak_;
        Tweak second = tweak_;
        second.twice();
        const std::size_t rest = size - aes_block;
        std::array<std::uint8_t, aes_block> whole;
        block(whole.data(), from, operation().encrypts() ? first : second);
        std::memcpy(to + aes_block, whole.data(), rest);
        std::memcpy(whole.data(), from + aes_block, rest);
        block(to, whole.data(), operation().encrypts() ? second : first);
    }

    AesKey tweak_key_;
    Tweak tweak_{};
    std::uint64_t sector_size_ = 0;
    std::uint64_t in_sector_ = 0;
};

}  // namespace

std::unique_ptr<Cha> make_aes_stream(ClassRegisters& registers, Operation operation, bool has_xts) {
    const std::uint16_t aai = operation.aai() & 0xff;
    if (aai == 0) {
        return std::make_unique<AesCtr>(registers, operation);
    }
    switch ((aai & aai_counter_width) == 0 ? aai & aai_mode : 0) {
        case 0x10:
            return std::make_unique<AesCbc>(registers, operation);
        case 0x20:
            return std::make_unique<AesEcb>(registers, operation);
        case 0x30:
            return std::make_unique<AesCfb>(registers, operation);
        case 0x40:
            return std::make_unique<AesOfb>(registers, operation);
        case 0x50:
            if (has_xts) {
                return std::make_unique<AesXts>(registers, operation);
            }
            break;
        default:
            break;
    }
    throw JobError(ChaId::aes, ChaError::mode);
}

}  // namespace svp::caam
