// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/aes_mac.hpp"

#include "caam/engines/aes_key.hpp"
#include "caam/engines/icv.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint16_t aai_cmac = 0x60;
constexpr std::size_t second_at = 16;
constexpr std::size_t third_at = 32;

using Block = std::array<std::uint8_t, aes_block>;

/** Doubles a number of GF(2^128) that begins with its highest coefficient. */
Block twice(const Block& value) {
    Block result;
    std::uint8_t carry = 0;
    for (std::size_t i = value.size(); i-- > 0;) {
        result[i] = static_cast<std::uint8_t>(value[i] << 1 | carry);
        carry = value[i] >> 7;
    }
    result.back() = static_cast<std::uint8_t>(result.back() ^ (carry != 0 ? 0x87 : 0));
    return result;
}

class AesMac final : public Cha {
 public:
    AesMac(ClassRegisters& registers, Operation operation) : registers_(registers), operation_(operation) {}

    void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue&) override {
        if (kind == DataKind::icv) {
            icv_.add(data);
            return;
        }
        if (kind != DataKind::message) {
            throw JobError(ChaId::aes, ChaError::out_of_sequence);
        }
        begin();
        // The last block is treated in a way of its own, so one block always waits.
        while (!data.empty()) {
            if (held_ == aes_block) {
                absorb(hold_.data());
                held_ = 0;
            }
            for (; held_ == 0 && data.size() > aes_block; data = data.subspan(aes_block)) {
                absorb(data.data());
            }
            const std::size_t part = std::min(data.size(), aes_block - held_);
            std::memcpy(hold_.data() + held_, data.data(), part);
            held_ += part;
            data = data.subspan(part);
        }
    }

    void last(ByteQueue&) override {
        begin();
        if (!operation_.finishes()) {
            if (held_ == aes_block) {
                absorb(hold_.data());
            } else if (held_ > 0) {
                throw JobError(ChaId::aes, ChaError::data_size);
            }
            return;
        }
        const bool whole = held_ == aes_block;
        if (!whole) {
            hold_[held_] = 0x80;
            std::fill(hold_.begin() + static_cast<std::ptrdiff_t>(held_) + 1, hold_.end(), std::uint8_t{0});
        }
        const Block mask = final_mask(whole);
        for (std::size_t i = 0; i < aes_block; ++i) {
            hold_[i] = static_cast<std::uint8_t>(hold_[i] ^ mask[i]);
        }
        absorb(hold_.data());
        if (operation_.checks_icv()) {
            icv_.check(std::span(registers_.context).first(aes_block), ChaId::aes);
        }
    }

    void exchange(Archive& archive) override {
        archive.value(started_);
        key_.exchange(archive);
        icv_.exchange(archive);
        archive.value(held_, aes_block);
        archive.bytes(std::as_writable_bytes(std::span(hold_)));
        if (started_ && !key_.ready()) {
            archive.fail("the stream holds an AES engine without a key");
        }
    }

 private:
    bool is_cmac() const { return (operation_.aai() & 0xff) == aai_cmac; }

    Block context_block(std::size_t at) const {
        Block block;
        std::memcpy(block.data(), registers_.context.data() + at, aes_block);
        return block;
    }

    Block final_mask(bool whole) const {
        if (is_cmac()) {
            const Block once = twice(context_block(second_at));
            return whole ? once : twice(once);
        }
        return context_block(whole ? second_at : third_at);
    }

    void begin() {
        if (started_) {
            return;
        }
        started_ = true;
        if (!key_.set(std::span(registers_.key).first(registers_.key_size))) {
            throw JobError(ChaId::aes, ChaError::key_size);
        }
        if (operation_.initialises()) {
            is_cmac() ? begin_cmac() : begin_xcbc();
        }
    }

    void begin_cmac() {
        Block zero{};
        std::memset(registers_.context.data(), 0, aes_block);
        key_.encrypt(aes_block, registers_.context.data() + second_at, zero.data());
    }

    void begin_xcbc() {
        if (registers_.key_size != aes_block) {
            throw JobError(ChaId::aes, ChaError::key_size);
        }
        std::array<Block, 3> derived;
        for (std::size_t i = 0; i < derived.size(); ++i) {
            derived[i].fill(static_cast<std::uint8_t>(i + 1));
            key_.encrypt(aes_block, derived[i].data(), derived[i].data());
        }
        std::memset(registers_.context.data(), 0, aes_block);
        std::memcpy(registers_.context.data() + second_at, derived[1].data(), aes_block);
        std::memcpy(registers_.context.data() + third_at, derived[2].data(), aes_block);
        std::memcpy(registers_.key.data(), derived[0].data(), aes_block);
        key_.set(derived[0]);
    }

    void absorb(const std::uint8_t* block) {
        std::uint8_t* state = registers_.context.data();
        for (std::size_t i = 0; i < aes_block; ++i) {
            state[i] = static_cast<std::uint8_t>(state[i] ^ block[i]);
        }
        key_.encrypt(aes_block, state, state);
    }

    ClassRegisters& registers_;
    Operation operation_;
    AesKey key_;
    Icv icv_;
    bool started_ = false;
    std::size_t held_ = 0;
    Block hold_{};
};

}  // namespace

std::unique_ptr<Cha> make_aes_mac(ClassRegisters& registers, Operation operation) {
    return std::make_unique<AesMac>(registers, operation);
}

}  // namespace svp::caam
