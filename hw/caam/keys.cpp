// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/keys.hpp"

#include <nettle/ccm.h>

#include <cstring>

#include "caam/aes_key.hpp"
#include "caam/byte_order.hpp"
#include "caam/digest.hpp"
#include "caam/icv.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

/** CCM needs 7 bytes of nonce; the seventh is zero. */
void begin_ccm(ccm_aes256_ctx& ccm, std::span<const std::uint8_t> key, std::span<const std::uint8_t> nonce,
               std::size_t size) {
    std::array<std::uint8_t, CCM_MIN_NONCE_SIZE> padded{};
    std::memcpy(padded.data(), nonce.data(), std::min(nonce.size(), ccm_nonce_bytes));
    ccm_aes256_set_key(&ccm, key.data());
    ccm_aes256_set_nonce(&ccm, padded.size(), padded.data(), 0, size, ccm_mac_bytes);
}

constexpr std::size_t whole_blocks(std::size_t size) {
    return size - size % aes_block;
}

}  // namespace

void Keys::reset() {
    loaded_ = false;
    master_gone_ = false;
    jdkek_.fill(0);
    tdkek_.fill(0);
    tdsk_.fill(0);
}

void Keys::zeroise() {
    reset();
    master_gone_ = true;
}

void Keys::load(Rng& rng) {
    if (loaded_) {
        throw JobError(RngError::secure_keys);
    }
    rng.fill(jdkek_);
    rng.fill(tdkek_);
    rng.fill(tdsk_);
    loaded_ = true;
}

const Keys::Secret& Keys::kek(Kek which) const {
    if (!loaded_) {
        throw JobError(DecoError::key_not_loaded);
    }
    return which == Kek::job ? jdkek_ : tdkek_;
}

std::vector<std::uint8_t> Keys::wrap(Kek which, Wrapping wrapping, std::span<const std::uint8_t> plain,
                                     Rng& rng) const {
    const Secret& key = kek(which);
    std::vector<std::uint8_t> black(black_size(wrapping, static_cast<std::uint32_t>(plain.size())));
    if (wrapping != Wrapping::ccm) {
        std::copy(plain.begin(), plain.end(), black.begin());
        AesKey aes;
        aes.set(key);
        aes.encrypt(whole_blocks(black.size()), black.data(), black.data());
        if (whole_blocks(black.size()) != black.size()) {
            std::uint8_t* const last = black.data() + black.size() - aes_block;
            aes.encrypt(aes_block, last, last);
        }
        return black;
    }
    const auto whole = std::span(black);
    const auto nonce = whole.first(ccm_nonce_bytes);
    const auto cipher = whole.subspan(ccm_nonce_bytes, whole.size() - ccm_nonce_bytes - ccm_mac_bytes);
    rng.fill(nonce);
    std::vector<std::uint8_t> padded(cipher.size());
    std::copy(plain.begin(), plain.end(), padded.begin());
    black_ccm_encrypt(key, nonce, padded, cipher.data(), whole.last(ccm_mac_bytes).data());
    return black;
}

std::vector<std::uint8_t> Keys::unwrap(Kek which, Wrapping wrapping, std::span<const std::uint8_t> black,
                                       std::size_t plain) const {
    const Secret& key = kek(which);
    std::vector<std::uint8_t> result;
    if (wrapping != Wrapping::ccm) {
        result.assign(black.begin(), black.end());
        AesKey aes;
        aes.set(key);
        if (whole_blocks(result.size()) != result.size()) {
            std::uint8_t* const last = result.data() + result.size() - aes_block;
            aes.decrypt(aes_block, last, last);
        }
        aes.decrypt(whole_blocks(result.size()), result.data(), result.data());
        result.resize(plain);
        return result;
    }
    const auto nonce = black.first(ccm_nonce_bytes);
    const auto cipher = black.subspan(ccm_nonce_bytes, black.size() - ccm_nonce_bytes - ccm_mac_bytes);
    result.resize(cipher.size());
    ccm_aes256_ctx ccm;
    begin_ccm(ccm, key, nonce, cipher.size());
    ccm_aes256_decrypt(&ccm, cipher.size(), result.data(), cipher.data());
    std::array<std::uint8_t, ccm_mac_bytes> mac;
    ccm_aes256_digest(&ccm, mac.size(), mac.data());
    Icv given;
    given.add(black.last(ccm_mac_bytes));
    given.check(mac, ChaId::aes);
    result.resize(plain);
    return result;
}

Keys::Secret Keys::derive(SecurityMode mode, std::uint8_t purpose,
                          std::span<const std::uint8_t> modifier) const {
    Secret master{};
    const bool real = mode == SecurityMode::secure || mode == SecurityMode::trusted;
    if (real && !master_gone_) {
        std::array<std::uint8_t, 9> seed{0x4d};
        store_be64(seed.data() + 1, master_seed_);
        const auto made = digest(DigestKind::sha256, seed);
        std::memcpy(master.data(), made.data(), master.size());
    }
    std::vector<std::uint8_t> input{static_cast<std::uint8_t>(mode), purpose};
    input.insert(input.end(), modifier.begin(), modifier.end());
    const auto made = hmac(DigestKind::sha256, master, input);
    Secret result;
    std::memcpy(result.data(), made.data(), result.size());
    return result;
}

void Keys::exchange(Archive& archive) {
    archive.value(master_gone_);
    archive.value(loaded_);
    for (Secret* secret : {&jdkek_, &tdkek_, &tdsk_}) {
        for (std::uint8_t& byte : *secret) {
            archive.value(byte);
        }
    }
}

void black_ccm_encrypt(std::span<const std::uint8_t> key, std::span<const std::uint8_t> nonce,
                       std::span<const std::uint8_t> plain, std::uint8_t* cipher, std::uint8_t* mac) {
    ccm_aes256_ctx ccm;
    begin_ccm(ccm, key, nonce, plain.size());
    ccm_aes256_encrypt(&ccm, plain.size(), cipher, plain.data());
    ccm_aes256_digest(&ccm, ccm_mac_bytes, mac);
}

}  // namespace svp::caam
