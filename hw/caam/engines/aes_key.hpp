// SPDX-License-Identifier: GPL-2.0-or-later
/** An expanded AES key of any of the three lengths, as nettle wants it. */
#pragma once

#include <nettle/aes.h>
#include <nettle/nettle-types.h>

#include <array>
#include <cstdint>
#include <span>

#include "svp/archive.hpp"

namespace svp::caam {

constexpr std::size_t aes_block = 16;

class AesKey {
 public:
    AesKey() = default;
    ~AesKey();
    AesKey(const AesKey&) = default;
    AesKey& operator=(const AesKey&) = default;

    /** False if @p key has not 16, 24 or 32 bytes. */
    bool set(std::span<const std::uint8_t> key);

    /** A key was set. */
    bool ready() const { return size_ > 0; }

    void exchange(Archive& archive);

    /** ECB over @p size bytes, a multiple of the block; in place is fine. */
    void encrypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) const {
        encrypt_function_(&encrypt_, size, to, from);
    }
    void decrypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) const;

    /** CBC over whole blocks; @p iv is moved on. */
    void encrypt_chain(std::uint8_t* iv, std::size_t size, std::uint8_t* to, const std::uint8_t* from) const;

    /**
     * As above, and CTR with a big-endian counter of 128 bits over any size. Unlike the library's, these
     * never read @p to, and write every byte there once: what others may see in it is never a key stream. @p
     * from and @p to are the same or apart. Pieces that the innermost cache holds make them no slower.
     */
    void decrypt_chain(std::uint8_t* iv, std::size_t size, std::uint8_t* to, const std::uint8_t* from) const;
    void crypt_counter(std::uint8_t* counter, std::size_t size, std::uint8_t* to,
                       const std::uint8_t* from) const;

    /** Bytes that decrypt_chain() and crypt_counter() work on at once. */
    static constexpr std::size_t piece = 2048;

    const void* encrypt_context() const { return &encrypt_; }
    nettle_cipher_func* encrypt_function() const { return encrypt_function_; }

 private:
    union Context {
        aes128_ctx aes128;
        aes192_ctx aes192;
        aes256_ctx aes256;
    };
    void prepare_decrypt() const;
    void decrypt_piece(std::uint8_t* iv, std::size_t size, std::uint8_t* to, const std::uint8_t* from) const;

    Context encrypt_{};
    mutable Context decrypt_{};
    mutable bool decrypt_ready_ = false;
    std::array<std::uint8_t, AES256_KEY_SIZE> bytes_{};
    std::size_t size_ = 0;
    nettle_cipher_func* encrypt_function_ = nullptr;
    nettle_cipher_func* decrypt_function_ = nullptr;
};

}  // namespace svp::caam
