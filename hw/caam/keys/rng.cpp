// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/keys/rng.hpp"

#include <nettle/ctr.h>

#include <cstring>

#include "caam/engines/aes_key.hpp"
#include "caam/engines/digest.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

void Rng::reset(std::span<const std::uint8_t, entropy_bytes> entropy) {
    const auto key = digest(DigestKind::sha256, entropy);
    std::memcpy(key_.data(), key.data(), key_.size());
    counter_.fill(0);
    forget();
}

void Rng::forget() {
    rekey();
    instantiated_.fill(false);
    resistant_.fill(false);
    made_by_.fill(World::secure);
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

void Rng::instantiate(unsigned handle, bool prediction_resistance, World by) {
    if (handle >= handles) {
        throw JobError(ChaId::rng, ChaError::mode);
    }
    if (instantiated_[handle]) {
        throw JobError(RngError::instantiate);
    }
    instantiated_[handle] = true;
    resistant_[handle] = prediction_resistance;
    made_by_[handle] = by;
}

bool Rng::may_uninstantiate(unsigned handle, World by) const {
    require(handle);
    return made_by_[handle] == World::non_secure || by == World::secure;
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
        archive.value(made_by_[handle], static_cast<std::uint64_t>(World::non_secure));
    }
}

}  // namespace svp::caam
