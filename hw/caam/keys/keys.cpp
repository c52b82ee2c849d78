// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/keys/keys.hpp"

#include <nettle/ccm.h>

#include <algorithm>
#include <cstring>

#include "caam/byte_order.hpp"
#include "caam/engines/aes_key.hpp"
#include "caam/engines/digest.hpp"
#include "caam/engines/icv.hpp"
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

/** Adds to @p half what round @p round makes of @p other. */
void mix_half(std::span<const std::uint8_t> key, std::uint8_t round, std::span<std::uint8_t> half,
              std::span<const std::uint8_t> other) {
    std::vector<std::uint8_t> input{round, 0};
    input.insert(input.end(), other.begin(), other.end());
    for (std::size_t at = 0; at < half.size(); ++input[1]) {
        for (const std::uint8_t byte : hmac(DigestKind::sha256, key, input)) {
            if (at == half.size()) {
                break;
            }
            half[at] = static_cast<std::uint8_t>(half[at] ^ byte);
            ++at;
        }
    }
    std::fill(input.begin(), input.end(), std::uint8_t{0});
}

/** A permutation of all of @p bytes (four rounds of Feistel): no part of it has a meaning of its own. */
void permute(std::span<const std::uint8_t> key, std::span<std::uint8_t> bytes, bool forwards) {
    constexpr std::uint8_t rounds = 4;
    const auto left = bytes.first(bytes.size() / 2), right = bytes.subspan(bytes.size() / 2);
    for (std::uint8_t i = 0; i < rounds; ++i) {
        const auto round = static_cast<std::uint8_t>(forwards ? i : rounds - 1 - i);
        round % 2 == 0 ? mix_half(key, round, right, left) : mix_half(key, round, left, right);
    }
}

/** Also if the generator's numbers came again, as they do with a seed, a nonce would not for another key. */
void fill_nonce(std::span<std::uint8_t> nonce, std::span<const std::uint8_t> key,
                std::span<const std::uint8_t> plain, Rng& rng) {
    rng.fill(nonce);
    std::vector<std::uint8_t> input(nonce.begin(), nonce.end());
    input.insert(input.end(), plain.begin(), plain.end());
    const auto made = hmac(DigestKind::sha256, key, input);
    std::copy_n(made.begin(), nonce.size(), nonce.begin());
    std::fill(input.begin(), input.end(), std::uint8_t{0});
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

/**
 * What wraps a key of that form and length, and no other: a key that is loaded with another length than it
 * was stored with does not come out shorter, but as another key.
 */
Keys::Secret Keys::wrapping_key(Kek which, Wrapping wrapping, std::size_t plain) const {
    const std::uint8_t form[] = {static_cast<std::uint8_t>(wrapping), static_cast<std::uint8_t>(plain >> 8),
                                 static_cast<std::uint8_t>(plain)};
    const auto made = hmac(DigestKind::sha256, kek(which), form);
    Secret key;
    std::memcpy(key.data(), made.data(), key.size());
    return key;
}

std::vector<std::uint8_t> Keys::wrap(Kek which, Wrapping wrapping, std::span<const std::uint8_t> plain,
                                     Rng& rng) const {
    const Secret key = wrapping_key(which, wrapping, plain.size());
    std::vector<std::uint8_t> black(black_size(wrapping, static_cast<std::uint32_t>(plain.size())));
    if (wrapping != Wrapping::ccm) {
        std::copy(plain.begin(), plain.end(), black.begin());
        permute(key, black, true);
        return black;
    }
    const auto whole = std::span(black);
    const auto nonce = whole.first(ccm_nonce_bytes);
    const auto cipher = whole.subspan(ccm_nonce_bytes, whole.size() - ccm_nonce_bytes - ccm_mac_bytes);
    fill_nonce(nonce, key, plain, rng);
    std::vector<std::uint8_t> padded(cipher.size());
    std::copy(plain.begin(), plain.end(), padded.begin());
    black_ccm_encrypt(key, nonce, padded, cipher.data(), whole.last(ccm_mac_bytes).data());
    std::fill(padded.begin(), padded.end(), std::uint8_t{0});
    return black;
}

std::vector<std::uint8_t> Keys::unwrap(Kek which, Wrapping wrapping, std::span<const std::uint8_t> black,
                                       std::size_t plain) const {
    const Secret key = wrapping_key(which, wrapping, plain);
    std::vector<std::uint8_t> result;
    if (wrapping != Wrapping::ccm) {
        result.assign(black.begin(), black.end());
        permute(key, result, false);
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
