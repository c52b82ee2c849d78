// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * MD5, SHA-1 and SHA-2 with a state that can be taken out between blocks and put back.
 *
 * The state is what the MDHA's context and split keys are made of: 16, 20, 32 (also SHA-224) or 64 bytes
 * (also SHA-384), the words as the digest writes them.
 */
#pragma once

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "svp/archive.hpp"

namespace svp::caam {

enum class DigestKind : std::uint8_t { md5, sha1, sha224, sha256, sha384, sha512, sha512_224, sha512_256 };

/** The digest that ALG 0x40 to 0x47 means. */
std::optional<DigestKind> digest_of_algorithm(std::uint8_t algorithm);

std::size_t digest_size(DigestKind kind);
std::size_t digest_block_size(DigestKind kind);
std::size_t digest_state_size(DigestKind kind);

class Digest {
 public:
    explicit Digest(DigestKind kind);

    void update(std::span<const std::uint8_t> data);

    /** Writes the digest; the object is spent afterwards. */
    void finish(std::uint8_t* digest);

    /** State after whole blocks, digest_state_size() bytes. */
    void save(std::uint8_t* state) const;

    /** Goes on from a saved state, @p bytes of message (whole blocks) into it. */
    void restore(const std::uint8_t* state, std::uint64_t bytes);

    /** All of it, also in the middle of a block. */
    void exchange(Archive& archive);

 private:
    DigestKind kind_;
    union {
        md5_ctx md5;
        sha1_ctx sha1;
        sha256_ctx sha256;
        sha512_ctx sha512;
    } context_;
};

/** Digest of one piece of data. */
std::vector<std::uint8_t> digest(DigestKind kind, std::span<const std::uint8_t> data);

/** The two halves of a split key: states after the inner and the outer pad. 2 * digest_state_size() bytes. */
void split_key(DigestKind kind, std::span<const std::uint8_t> key, std::uint8_t* halves);

std::vector<std::uint8_t> hmac(DigestKind kind, std::span<const std::uint8_t> key,
                               std::span<const std::uint8_t> data);

}  // namespace svp::caam
