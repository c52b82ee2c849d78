// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/aes_key.hpp"

#include <nettle/cbc.h>
#include <nettle/version.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "caam/byte_order.hpp"

namespace svp::caam {

namespace {

template <typename Key, void (*function)(const Key*, std::size_t, std::uint8_t*, const std::uint8_t*)>
void run(const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
    function(static_cast<const Key*>(key), size, to, from);
}

/** Eight bytes at a time, from front to back. */
void mix(std::size_t size, std::uint8_t* to, const std::uint8_t* one, const std::uint8_t* other) {
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t a, b;
        std::memcpy(&a, one + i, 8);
        std::memcpy(&b, other + i, 8);
        a ^= b;
        std::memcpy(to + i, &a, 8);
    }
    for (; i < size; ++i) {
        to[i] = static_cast<std::uint8_t>(one[i] ^ other[i]);
    }
}

}  // namespace

AesKey::~AesKey() {
    std::memset(&encrypt_, 0, sizeof encrypt_);
    std::memset(&decrypt_, 0, sizeof decrypt_);
    bytes_.fill(0);
}

bool AesKey::set(std::span<const std::uint8_t> key) {
    decrypt_ready_ = false;
    size_ = 0;
    switch (key.size()) {
        case AES128_KEY_SIZE:
            aes128_set_encrypt_key(&encrypt_.aes128, key.data());
            encrypt_function_ = run<aes128_ctx, aes128_encrypt>;
            decrypt_function_ = run<aes128_ctx, aes128_decrypt>;
            break;
        case AES192_KEY_SIZE:
            aes192_set_encrypt_key(&encrypt_.aes192, key.data());
            encrypt_function_ = run<aes192_ctx, aes192_encrypt>;
            decrypt_function_ = run<aes192_ctx, aes192_decrypt>;
            break;
        case AES256_KEY_SIZE:
            aes256_set_encrypt_key(&encrypt_.aes256, key.data());
            encrypt_function_ = run<aes256_ctx, aes256_encrypt>;
            decrypt_function_ = run<aes256_ctx, aes256_decrypt>;
            break;
        default:
            return false;
    }
    size_ = key.size();
    std::copy(key.begin(), key.end(), bytes_.begin());
    return true;
}

void AesKey::exchange(Archive& archive) {
    std::uint8_t size = static_cast<std::uint8_t>(size_);
    std::array<std::uint8_t, AES256_KEY_SIZE> key = bytes_;
    archive.value(size, key.size());
    archive.bytes(std::as_writable_bytes(std::span(key).first(archive.ok() ? size : 0)));
    if (!archive.writing() && archive.ok() && !set(std::span(key).first(size)) && size != 0) {
        archive.fail("the stream holds an AES key of " + std::to_string(size) + " bytes");
    }
    key.fill(0);
}

void AesKey::prepare_decrypt() const {
    if (decrypt_ready_) {
        return;
    }
    switch (size_) {
        case AES128_KEY_SIZE:
            aes128_invert_key(&decrypt_.aes128, &encrypt_.aes128);
            break;
        case AES192_KEY_SIZE:
            aes192_invert_key(&decrypt_.aes192, &encrypt_.aes192);
            break;
        default:
            aes256_invert_key(&decrypt_.aes256, &encrypt_.aes256);
            break;
    }
    decrypt_ready_ = true;
}

void AesKey::decrypt(std::size_t size, std::uint8_t* to, const std::uint8_t* from) const {
    prepare_decrypt();
    decrypt_function_(&decrypt_, size, to, from);
}

void AesKey::encrypt_chain(std::uint8_t* iv, std::size_t size, std::uint8_t* to,
                           const std::uint8_t* from) const {
#if NETTLE_VERSION_MAJOR > 3 || (NETTLE_VERSION_MAJOR == 3 && NETTLE_VERSION_MINOR >= 8)
    // These keep the chaining value in a register; the general one is four times slower.
    switch (size_) {
        case AES128_KEY_SIZE:
            cbc_aes128_encrypt(&encrypt_.aes128, iv, size, to, from);
            return;
        case AES192_KEY_SIZE:
            cbc_aes192_encrypt(&encrypt_.aes192, iv, size, to, from);
            return;
        default:
            cbc_aes256_encrypt(&encrypt_.aes256, iv, size, to, from);
            return;
    }
#else
    nettle_cbc_encrypt(&encrypt_, encrypt_function_, aes_block, iv, size, to, from);
#endif
}

void AesKey::decrypt_chain(std::uint8_t* iv, std::size_t size, std::uint8_t* to,
                           const std::uint8_t* from) const {
    prepare_decrypt();
    std::array<std::uint8_t, piece> copy;
    for (std::size_t done = 0; done < size; done += piece) {
        const std::size_t part = std::min(piece, size - done);
        const std::uint8_t* source = from + done;
        if (to == from) {
            std::memcpy(copy.data(), source, part);
            source = copy.data();
        }
        decrypt_piece(iv, part, to + done, source);
    }
}

/** Whole blocks, at most a piece of them, that lie apart. */
void AesKey::decrypt_piece(std::uint8_t* iv, std::size_t size, std::uint8_t* to,
                           const std::uint8_t* from) const {
    std::array<std::uint8_t, piece> plain;
    std::array<std::uint8_t, aes_block> next_iv;
    std::memcpy(next_iv.data(), from + size - aes_block, aes_block);
    decrypt_function_(&decrypt_, size, plain.data(), from);
    mix(aes_block, to, plain.data(), iv);
    mix(size - aes_block, to + aes_block, plain.data() + aes_block, from);
    std::memcpy(iv, next_iv.data(), aes_block);
}

void AesKey::crypt_counter(std::uint8_t* counter, std::size_t size, std::uint8_t* to,
                           const std::uint8_t* from) const {
    std::uint64_t upper = load_be64(counter), lower = load_be64(counter + 8);
    std::array<std::uint8_t, piece> stream;
    for (std::size_t done = 0; done < size; done += piece) {
        const std::size_t part = std::min(piece, size - done);
        std::size_t filled = 0;
        for (; filled < part; filled += aes_block) {
            store_be64(stream.data() + filled, upper);
            store_be64(stream.data() + filled + 8, lower);
            upper += ++lower == 0 ? 1 : 0;
        }
        encrypt_function_(&encrypt_, filled, stream.data(), stream.data());
        mix(part, to + done, stream.data(), from + done);
    }
    store_be64(counter, upper);
    store_be64(counter + 8, lower);
}

}  // namespace svp::caam
