// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/rng.hpp"

#include <nettle/ctr.h>

#include <cstring>
#include <random>

#include "caam/aes_key.hpp"
#include "caam/byte_order.hpp"
#include "caam/digest.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

void Rng::reset(std::uint64_t seed) {
    std::array<std::uint8_t, 48> entropy{};
    if (seed != 0) {
        store_be64(entropy.data(), seed);
    } else {
        std::random_device host;
        for (std::size_t i = 0; i < entropy.size(); i += 4) {
            store_be32(entropy.data() + i, host());
        }
    }
    const auto key = digest(DigestKind::sha256, entropy);
    std::memcpy(key_.data(), key.data(), key_.size());
    counter_.fill(0);
    instantiated_.fill(false);
    resistant_.fill(false);
}

void Rng::fill(std::span<std::uint8_t> bytes) {
    AesKey key;
    key.set(key_);
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
    nettle_ctr_crypt(key.encrypt_context(), key.encrypt_function(), aes_block, counter_.data(), bytes.size(),
                     bytes.data(), bytes.data());
    rekey();
}

/** What was given out cannot be computed from the state that is left. */
void Rng::rekey() {
    AesKey key;
    key.set(key_);
    std::array<std::uint8_t, 32> next{};
    nettle_ctr_crypt(key.encrypt_context(), key.encrypt_function(), aes_block, counter_.data(), next.size(),
                     next.data(), next.data());
    key_ = next;
}

void Rng::require(unsigned handle) const {
    if (handle >= handles || !instantiated_[handle]) {
        throw JobError(RngError::not_instantiated);
    }
}

void Rng::instantiate(unsigned handle, bool prediction_resistance) {
    if (handle >= handles) {
        throw JobError(ChaId::rng, ChaError::mode);
    }
    if (instantiated_[handle]) {
        throw JobError(RngError::instantiate);
    }
    instantiated_[handle] = true;
    resistant_[handle] = prediction_resistance;
}

void Rng::uninstantiate(unsigned handle) {
    require(handle);
    instantiated_[handle] = false;
    resistant_[handle] = false;
}

void Rng::reseed(unsigned handle) const {
    require(handle);
}

void Rng::generate(unsigned handle, std::span<std::uint8_t> bytes) {
    require(handle);
    fill(bytes);
}

std::uint32_t Rng::status() const {
    std::uint32_t bits = 0;
    for (unsigned handle = 0; handle < handles; ++handle) {
        bits |= (instantiated_[handle] ? 0x01u : 0) << handle;
        bits |= (resistant_[handle] ? 0x10u : 0) << handle;
    }
    return bits;
}

void Rng::exchange(Archive& archive) {
    for (std::uint8_t& byte : key_) {
        archive.value(byte);
    }
    for (std::uint8_t& byte : counter_) {
        archive.value(byte);
    }
    for (unsigned handle = 0; handle < handles; ++handle) {
        archive.value(instantiated_[handle]);
        archive.value(resistant_[handle]);
    }
}

}  // namespace svp::caam
