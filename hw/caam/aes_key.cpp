// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/aes_key.hpp"

#include <nettle/cbc.h>
#include <nettle/version.h>

#include <cstring>

namespace svp::caam {

namespace {

template <typename Key, void (*function)(const Key*, std::size_t, std::uint8_t*, const std::uint8_t*)>
void run(const void* key, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
    function(static_cast<const Key*>(key), size, to, from);
}

}  // namespace

AesKey::~AesKey() {
    std::memset(&encrypt_, 0, sizeof encrypt_);
    std::memset(&decrypt_, 0, sizeof decrypt_);
}

bool AesKey::set(std::span<const std::uint8_t> key) {
    decrypt_ready_ = false;
    size_ = key.size();
    switch (key.size()) {
        case AES128_KEY_SIZE:
            aes128_set_encrypt_key(&encrypt_.aes128, key.data());
            encrypt_function_ = run<aes128_ctx, aes128_encrypt>;
            decrypt_function_ = run<aes128_ctx, aes128_decrypt>;
            return true;
        case AES192_KEY_SIZE:
            aes192_set_encrypt_key(&encrypt_.aes192, key.data());
            encrypt_function_ = run<aes192_ctx, aes192_encrypt>;
            decrypt_function_ = run<aes192_ctx, aes192_decrypt>;
            return true;
        case AES256_KEY_SIZE:
            aes256_set_encrypt_key(&encrypt_.aes256, key.data());
            encrypt_function_ = run<aes256_ctx, aes256_encrypt>;
            decrypt_function_ = run<aes256_ctx, aes256_decrypt>;
            return true;
        default:
            return false;
    }
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
    nettle_cbc_decrypt(&decrypt_, decrypt_function_, aes_block, iv, size, to, from);
}

}  // namespace svp::caam
