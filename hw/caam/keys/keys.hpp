// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The keys that never leave the block: job and trusted descriptor key encryption keys (JDKEK, TDKEK), trusted
 * descriptor signing key (TDSK), master key; and the black keys that the KEKs wrap.
 *
 * A black key has the length of AES-ECB over the key padded with zeros to whole blocks, or is AES-CCM: 6
 * bytes of nonce, the key padded to 8 bytes and encrypted, 6 bytes of MAC. The KEKs are random and loaded by
 * the generator once after a reset.
 *
 * Both forms are bound to the key's exact length, and the ECB form is one permutation of all bytes instead of
 * one for each block: with plain ECB, whoever may load a key could load its beginning, or put blocks of a key
 * that is known in front of the last one, and guess a key byte by byte. No software sees the difference
 * otherwise, since nobody has the KEKs.
 *
 * A split key in the ECB form takes no byte more than it has, although that of SHA-1 (40 bytes) is no whole
 * number of blocks: drivers copy it with its own length, and leave ten words for it in a descriptor.
 *
 * The master key of this model is a test value made from a property, not a device's secret. Which key blobs
 * are made with follows from the mode of operation (CSTA.MOO): secure and trusted use the master key, all
 * others a key that is the same everywhere.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "caam/keys/rng.hpp"
#include "svp/archive.hpp"

namespace svp::caam {

/** CSTA.MOO. */
enum class SecurityMode : std::uint8_t { non_secure = 0, secure = 1, trusted = 2, failed = 3 };

/** How a key is wrapped; split_ecb: a split key that is not in the CCM form. */
enum class Wrapping : std::uint8_t { ecb, ccm, split_ecb };

/** Which key encryption key. */
enum class Kek : std::uint8_t { job, trusted };

constexpr std::size_t kek_bytes = 32;
constexpr std::size_t ccm_nonce_bytes = 6;
constexpr std::size_t ccm_mac_bytes = 6;

/** Bytes that a wrapped key of @p plain bytes takes. */
constexpr std::uint32_t black_size(Wrapping wrapping, std::uint32_t plain) {
    if (wrapping == Wrapping::ccm) {
        return (plain + 7) / 8 * 8 + static_cast<std::uint32_t>(ccm_nonce_bytes + ccm_mac_bytes);
    }
    return wrapping == Wrapping::split_ecb && plain > 16 ? plain : (plain + 15) / 16 * 16;
}

class Keys {
 public:
    using Secret = std::array<std::uint8_t, kek_bytes>;

    void reset();

    /** Clears all keys after a security violation; the master key is gone until the next reset. */
    void zeroise();

    /** Takes over fresh random keys. Throws JobError if that was done before. */
    void load(Rng& rng);
    bool loaded() const { return loaded_; }

    void set_master_seed(std::uint64_t seed) { master_seed_ = seed; }

    /** Throw JobError (0x24) before load(), or an ICV error for a black key that was tampered with. */
    std::vector<std::uint8_t> wrap(Kek kek, Wrapping wrapping, std::span<const std::uint8_t> plain,
                                   Rng& rng) const;
    std::vector<std::uint8_t> unwrap(Kek kek, Wrapping wrapping, std::span<const std::uint8_t> black,
                                     std::size_t plain) const;

    /**
     * A 32-byte key made from the master key, a number that tells purposes apart, and a modifier.
     */
    Secret derive(SecurityMode mode, std::uint8_t purpose, std::span<const std::uint8_t> modifier) const;

    const Secret& secret(unsigned which) const { return which == 0 ? jdkek_ : which == 1 ? tdkek_ : tdsk_; }

    void exchange(Archive& archive);

 private:
    const Secret& kek(Kek which) const;
    Secret wrapping_key(Kek which, Wrapping wrapping, std::size_t plain) const;

    std::uint64_t master_seed_ = 0;
    bool master_gone_ = false;
    bool loaded_ = false;
    Secret jdkek_{};
    Secret tdkek_{};
    Secret tdsk_{};
};

/** AES-CCM with a nonce of 6 bytes and a MAC of 6: the form of black keys. @p mac is written. */
void black_ccm_encrypt(std::span<const std::uint8_t> key, std::span<const std::uint8_t> nonce,
                       std::span<const std::uint8_t> plain, std::uint8_t* cipher, std::uint8_t* mac);

}  // namespace svp::caam
