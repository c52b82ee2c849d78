// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/mdha.hpp"

#include "caam/byte_order.hpp"
#include "caam/engines/digest.hpp"
#include "caam/engines/icv.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint16_t aai_hash = 0;
constexpr std::uint16_t aai_hmac = 1;
constexpr std::uint16_t aai_hmac_precomputed = 4;

class Mdha final : public Cha {
 public:
    Mdha(ClassRegisters& registers, Operation operation, DigestKind kind)
        : registers_(registers), operation_(operation), kind_(kind), digest_(kind) {}

    void feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue&) override {
        if (kind == DataKind::icv) {
            icv_.add(data);
            return;
        }
        // Any other kind is data to the digest; AAD is how the descriptor calls it for the other class.
        begin();
        bytes_ += data.size();
        digest_.update(data);
    }

    void last(ByteQueue&) override {
        begin();
        std::uint8_t* context = registers_.context.data();
        const std::size_t state = digest_state_size(kind_);
        if (!operation_.finishes()) {
            if (bytes_ % digest_block_size(kind_) != 0) {
                throw JobError(ChaId::md, ChaError::data_size);
            }
            digest_.save(context);
            store_be64(context + state, bytes_);
            return;
        }
        std::array<std::uint8_t, context_bytes> result;
        digest_.finish(result.data());
        if (is_hmac()) {
            Digest outer(kind_);
            outer.restore(registers_.key.data() + state, digest_block_size(kind_));
            outer.update(std::span(result).first(digest_size(kind_)));
            outer.finish(result.data());
        }
        std::memcpy(context, result.data(), digest_size(kind_));
        if (operation_.checks_icv()) {
            icv_.check(std::span(result).first(digest_size(kind_)), ChaId::md);
        }
    }

    void exchange(Archive& archive) override {
        digest_.exchange(archive);
        icv_.exchange(archive);
        archive.value(bytes_);
        archive.value(started_);
    }

 private:
    bool is_hmac() const { return operation_.aai() != aai_hash; }

    void begin() {
        if (started_) {
            return;
        }
        started_ = true;
        const std::size_t state = digest_state_size(kind_);
        if (is_hmac()) {
            prepare_key();
        }
        if (!operation_.initialises()) {
            bytes_ = load_be64(registers_.context.data() + state);
            digest_.restore(registers_.context.data(), bytes_);
        } else if (is_hmac()) {
            bytes_ = digest_block_size(kind_);
            digest_.restore(registers_.key.data(), bytes_);
        }
    }

    void prepare_key() {
        const std::size_t halves = 2 * digest_state_size(kind_);
        if (operation_.aai() == aai_hmac && !registers_.key_split) {
            if (registers_.key_size > digest_block_size(kind_)) {
                throw JobError(ChaId::md, ChaError::key_size);
            }
            std::array<std::uint8_t, key_bytes> split{};
            split_key(kind_, std::span(registers_.key).first(registers_.key_size), split.data());
            registers_.key = split;
            registers_.key_size = static_cast<std::uint32_t>(halves);
            registers_.key_split = true;
        } else if (registers_.key_size < halves) {
            throw JobError(ChaId::md, ChaError::key_size);
        }
    }

    ClassRegisters& registers_;
    Operation operation_;
    DigestKind kind_;
    Digest digest_;
    Icv icv_;
    std::uint64_t bytes_ = 0;
    bool started_ = false;
};

}  // namespace

std::unique_ptr<Cha> make_mdha(ClassRegisters& registers, Operation operation, bool with_sha512) {
    const auto kind = digest_of_algorithm(operation.algorithm());
    if (!kind) {
        throw JobError(ChaId::md, ChaError::mode);
    }
    const bool wide = digest_block_size(*kind) > 64;
    const std::uint16_t aai = operation.aai();
    if ((wide && !with_sha512) || (aai != aai_hash && aai != aai_hmac && aai != aai_hmac_precomputed)) {
        throw JobError(ChaId::md, ChaError::mode);
    }
    return std::make_unique<Mdha>(registers, operation, *kind);
}

}  // namespace svp::caam
