// SPDX-License-Identifier: GPL-2.0-or-later
#include <nettle/gcm.h>

#include <vector>

#include "caam/byte_order.hpp"
#include "caam/engines/aes_aead.hpp"
#include "caam/engines/aes_key.hpp"
#include "caam/engines/block_buffer.hpp"
#include "caam/engines/icv.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::size_t counter_at = 16;
constexpr std::size_t first_counter_at = 32;
constexpr std::size_t aad_bits_at = 48;
constexpr std::size_t message_bits_at = 56;
constexpr std::size_t longest_iv = 512;

class AesGcm final : public Cha {
 public:
    AesGcm(ClassRegisters& registers, Operation operation) : registers_(registers), operation_(operation) {}

    void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue& output) override {
        begin();
        if (kind != kind_ && !buffer_.empty()) {
            flush(output);
        }
        if (kind_ == DataKind::iv && kind != DataKind::iv) {
            end_iv();
        }
        kind_ = kind;
        switch (kind) {
            case DataKind::iv:
                add_iv(data);
                return;
            case DataKind::icv:
                icv_.add(data);
                return;
            case DataKind::aad:
                aad_bytes_ += data.size();
                break;
            case DataKind::message:
                message_bytes_ += data.size();
                break;
            default:
                throw JobError(ChaId::aes, ChaError::out_of_sequence);
        }
        buffer_.add(data, [&](auto whole) { blocks(whole, output); });
    }

    void flush(ByteQueue& output) override {
        begin();
        if (kind_ == DataKind::iv) {
            end_iv();
        }
        buffer_.flush([&](auto rest) { blocks(rest, output); });
    }

    void last(ByteQueue& output) override {
        flush(output);
        if (!operation_.finishes()) {
            save();
            return;
        }
        std::array<std::uint8_t, aes_block> tag;
        state_.auth_size = aad_bytes_;
        state_.data_size = message_bytes_;
        gcm_digest(&state_, &hash_key_, key_.encrypt_context(), key_.encrypt_function(), tag.size(),
                   tag.data());
        save();
        std::memcpy(registers_.context.data(), tag.data(), tag.size());
        if (operation_.checks_icv()) {
            icv_.check(tag, ChaId::aes);
        }
    }

    void exchange(Archive& archive) override {
        archive.value(started_);
        key_.exchange(archive);
        icv_.exchange(archive);
        archive.list(iv_, longest_iv);
        archive.value(kind_, static_cast<std::uint64_t>(DataKind::message));
        archive.value(aad_bytes_);
        archive.value(message_bytes_);
        buffer_.exchange(archive);
        for (nettle_block16* block : {&state_.x, &state_.ctr, &state_.iv}) {
            archive.bytes(std::as_writable_bytes(std::span(block->b)));
        }
        if (started_ && !key_.ready()) {
            archive.fail("the stream holds an AES engine without a key");
        }
        if (started_ && !archive.writing() && archive.ok()) {
            gcm_set_key(&hash_key_, key_.encrypt_context(), key_.encrypt_function());
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
        gcm_set_key(&hash_key_, key_.encrypt_context(), key_.encrypt_function());
        state_ = {};
        if (operation_.initialises()) {
            return;
        }
        const std::uint8_t* context = registers_.context.data();
        std::memcpy(state_.x.b, context, aes_block);
        std::memcpy(state_.ctr.b, context + counter_at, aes_block);
        std::memcpy(state_.iv.b, context + first_counter_at, aes_block);
        move_counter(1);
        aad_bytes_ = load_be64(context + aad_bits_at) / 8;
        message_bytes_ = load_be64(context + message_bits_at) / 8;
    }

    /** The library holds the counter to use next, the context the one used last. */
    void move_counter(std::uint32_t by) {
        std::uint8_t* low = state_.ctr.b + 12;
        store_be32(low, load_be32(low) + by);
    }

    void save() {
        std::uint8_t* context = registers_.context.data();
        std::memcpy(context, state_.x.b, aes_block);
        std::memcpy(context + first_counter_at, state_.iv.b, aes_block);
        move_counter(UINT32_MAX);
        std::memcpy(context + counter_at, state_.ctr.b, aes_block);
        move_counter(1);
        store_be64(context + aad_bits_at, aad_bytes_ * 8);
        store_be64(context + message_bits_at, message_bytes_ * 8);
    }

    void add_iv(std::span<const std::uint8_t> data) {
        if (iv_.size() + data.size() > longest_iv) {
            throw JobError(ChaId::aes, ChaError::data_size);
        }
        iv_.insert(iv_.end(), data.begin(), data.end());
    }

    void end_iv() {
        kind_ = DataKind::skip;
        if (iv_.empty()) {
            return;
        }
        gcm_set_iv(&state_, &hash_key_, iv_.size(), iv_.data());
        iv_.clear();
    }

    /** Whole blocks, or the end of one kind of data, which the library pads. */
    void blocks(std::span<const std::uint8_t> data, ByteQueue& output) {
        state_.auth_size = 0;
        state_.data_size = 0;
        if (kind_ == DataKind::aad) {
            gcm_update(&state_, &hash_key_, data.size(), data.data());
            return;
        }
        std::uint8_t* to = output.grow(data.size()).data();
        (operation_.encrypts() ? gcm_encrypt : gcm_decrypt)(&state_, &hash_key_, key_.encrypt_context(),
                                                            key_.encrypt_function(), data.size(), to,
                                                            data.data());
    }

    ClassRegisters& registers_;
    Operation operation_;
    AesKey key_;
    gcm_key hash_key_{};
    gcm_ctx state_{};
    Icv icv_;
    std::vector<std::uint8_t> iv_;
    DataKind kind_ = DataKind::skip;
    std::uint64_t aad_bytes_ = 0;
    std::uint64_t message_bytes_ = 0;
    bool started_ = false;
    BlockBuffer buffer_;
};

}  // namespace

std::unique_ptr<Cha> make_aes_gcm(ClassRegisters& registers, Operation operation) {
    return std::make_unique<AesGcm>(registers, operation);
}

}  // namespace svp::caam
