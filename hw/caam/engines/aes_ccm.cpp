// SPDX-License-Identifier: GPL-2.0-or-later
#include <nettle/ctr.h>

#include "caam/engines/aes_aead.hpp"
#include "caam/engines/aes_key.hpp"
#include "caam/engines/block_buffer.hpp"
#include "caam/engines/icv.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::size_t counter_at = 16;
constexpr std::size_t encrypted_mac_at = 32;
constexpr std::size_t piece = 4096;

class AesCcm final : public Cha {
 public:
    AesCcm(ClassRegisters& registers, Operation operation) : registers_(registers), operation_(operation) {}

    void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue& output) override {
        begin();
        if (kind == DataKind::icv) {
            icv_.add(data);
            return;
        }
        if (kind != DataKind::aad && kind != DataKind::message) {
            throw JobError(ChaId::aes, ChaError::out_of_sequence);
        }
        if (kind != kind_) {
            flush(output);
        }
        kind_ = kind;
        buffer_.add(data, [&](auto whole) { blocks(whole, output); });
    }

    void flush(ByteQueue& output) override {
        begin();
        buffer_.flush([&](auto rest) { blocks(rest, output); });
    }

    void last(ByteQueue& output) override {
        flush(output);
        if (!operation_.finishes()) {
            return;
        }
        std::uint8_t* mac = registers_.context.data();
        std::uint8_t* encrypted = mac + encrypted_mac_at;
        const auto given = icv_.bytes();
        for (std::size_t i = 0; i < aes_block; ++i) {
            const std::uint8_t mask = operation_.encrypts() ? mac[i] : i < given.size() ? given[i] : 0;
            encrypted[i] = static_cast<std::uint8_t>(encrypted[i] ^ mask);
        }
        if (operation_.checks_icv()) {
            Icv decrypted;
            decrypted.add(std::span(encrypted, std::min(given.size(), aes_block)));
            decrypted.check(std::span(mac, aes_block), ChaId::aes);
        }
    }

    void exchange(Archive& archive) override {
        archive.value(started_);
        key_.exchange(archive);
        icv_.exchange(archive);
        archive.value(kind_, static_cast<std::uint64_t>(DataKind::message));
        buffer_.exchange(archive);
        if (started_ && !key_.ready()) {
            archive.fail("the stream holds an AES engine without a key");
        }
    }

 private:
    void begin() {
        if (started_) {
            return;
        }
        started_ = true;
        if (!key_.set(std::span(registers_.key).first(registers_.key_size))) {
            throw JobError(ChaId::aes, ChaError::key_size);
        }
        if (operation_.initialises()) {
            std::uint8_t* context = registers_.context.data();
            key_.encrypt(aes_block, context, context);
            key_.encrypt(aes_block, context + encrypted_mac_at, context + counter_at);
        }
    }

    void blocks(std::span<const std::uint8_t> data, ByteQueue& output) {
        if (kind_ == DataKind::aad) {
            authenticate(data);
            return;
        }
        std::uint8_t* to = output.grow(data.size()).data();
        if (operation_.encrypts()) {
            authenticate(data);
        }
        crypt(to, data);
        if (!operation_.encrypts()) {
            authenticate({to, data.size()});
        }
    }

    /** The context has the counter used last, the library wants the next one. */
    void crypt(std::uint8_t* to, std::span<const std::uint8_t> data) {
        std::array<std::uint8_t, aes_block> next;
        std::memcpy(next.data(), registers_.context.data() + counter_at, aes_block);
        for (std::size_t i = aes_block; i-- > 0 && ++next[i] == 0;) {
        }
        nettle_ctr_crypt(key_.encrypt_context(), key_.encrypt_function(), aes_block, next.data(), data.size(),
                         to, data.data());
        for (std::size_t i = aes_block; i-- > 0 && next[i]-- == 0;) {
        }
        std::memcpy(registers_.context.data() + counter_at, next.data(), aes_block);
    }

    /** CBC-MAC; the end of a kind of data is padded with zeros. */
    void authenticate(std::span<const std::uint8_t> data) {
        std::array<std::uint8_t, piece> waste;
        std::uint8_t* mac = registers_.context.data();
        while (data.size() >= aes_block) {
            const std::size_t part = std::min(piece, data.size() / aes_block * aes_block);
            key_.encrypt_chain(mac, part, waste.data(), data.data());
            data = data.subspan(part);
        }
        if (!data.empty()) {
            std::array<std::uint8_t, aes_block> padded{};
            std::memcpy(padded.data(), data.data(), data.size());
            key_.encrypt_chain(mac, aes_block, waste.data(), padded.data());
        }
    }

    ClassRegisters& registers_;
    Operation operation_;
    AesKey key_;
    Icv icv_;
    DataKind kind_ = DataKind::aad;
    bool started_ = false;
    BlockBuffer buffer_;
};

}  // namespace

std::unique_ptr<Cha> make_aes_ccm(ClassRegisters& registers, Operation operation) {
    return std::make_unique<AesCcm>(registers, operation);
}

}  // namespace svp::caam
