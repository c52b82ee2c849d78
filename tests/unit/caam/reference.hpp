// SPDX-License-Identifier: GPL-2.0-or-later
/** What CAAM's results must be, by nettle and GMP called directly: nothing of the model is used. */
#pragma once

#include <gmp.h>
#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/ccm.h>
#include <nettle/cmac.h>
#include <nettle/ctr.h>
#include <nettle/des.h>
#include <nettle/gcm.h>
#include <nettle/nettle-meta.h>
#include <nettle/xts.h>

#include "program.hpp"

namespace svp::test::reference {

/** AES with any of its keys, in both directions. */
class Aes {
 public:
    explicit Aes(const Bytes& key)
        : cipher_(key.size() == 16   ? nettle_aes128
                  : key.size() == 24 ? nettle_aes192
                                     : nettle_aes256),
          encrypting_(cipher_.context_size / 8 + 1),
          decrypting_(cipher_.context_size / 8 + 1) {
        cipher_.set_encrypt_key(encrypting_.data(), key.data());
        cipher_.set_decrypt_key(decrypting_.data(), key.data());
    }
    const void* context() const { return encrypting_.data(); }
    nettle_cipher_func* function() const { return cipher_.encrypt; }

    Bytes ecb(bool encrypts, const Bytes& data) const {
        Bytes out(data.size());
        encrypts ? cipher_.encrypt(encrypting_.data(), data.size(), out.data(), data.data())
                 : cipher_.decrypt(decrypting_.data(), data.size(), out.data(), data.data());
        return out;
    }
    /** @p iv is moved on. */
    Bytes cbc(bool encrypts, Bytes& iv, const Bytes& data) const {
        Bytes out(data.size());
        encrypts ? nettle_cbc_encrypt(encrypting_.data(), cipher_.encrypt, 16, iv.data(), data.size(),
                                      out.data(), data.data())
                 : nettle_cbc_decrypt(decrypting_.data(), cipher_.decrypt, 16, iv.data(), data.size(),
                                      out.data(), data.data());
        return out;
    }
    Bytes ctr(Bytes& counter, const Bytes& data) const {
        Bytes out(data.size());
        nettle_ctr_crypt(encrypting_.data(), cipher_.encrypt, 16, counter.data(), data.size(), out.data(),
                         data.data());
        return out;
    }
    /** Ciphertext and tag. */
    Bytes gcm(const Bytes& iv, const Bytes& aad, const Bytes& clear) const {
        gcm_key key;
        gcm_ctx gcm;
        Bytes out(clear.size()), tag(16);
        gcm_set_key(&key, context(), function());
        gcm_set_iv(&gcm, &key, iv.size(), iv.data());
        gcm_update(&gcm, &key, aad.size(), aad.data());
        gcm_encrypt(&gcm, &key, context(), function(), clear.size(), out.data(), clear.data());
        gcm_digest(&gcm, &key, context(), function(), 16, tag.data());
        return join({out, tag});
    }
    Bytes ccm(const Bytes& nonce, const Bytes& aad, const Bytes& clear, std::size_t tag) const {
        Bytes out(clear.size() + tag);
        ccm_encrypt_message(context(), function(), nonce.size(), nonce.data(), aad.size(), aad.data(), tag,
                            out.size(), out.data(), clear.data());
        return out;
    }

 private:
    const nettle_cipher& cipher_;
    std::vector<std::uint64_t> encrypting_, decrypting_;
};

inline Bytes cmac(const Bytes& key, const Bytes& data) {
    cmac_aes128_ctx context;
    Bytes out(16);
    cmac_aes128_set_key(&context, key.data());
    cmac_aes128_update(&context, data.size(), data.data());
    cmac_aes128_digest(&context, 16, out.data());
    return out;
}

inline Bytes mixed(const Bytes& one, const Bytes& other) {
    Bytes out(one.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<std::uint8_t>(one[i] ^ other[i]);
    }
    return out;
}

inline Bytes part(const Bytes& data, std::size_t first, std::size_t size) {
    return {data.begin() + static_cast<std::ptrdiff_t>(first),
            data.begin() + static_cast<std::ptrdiff_t>(first + size)};
}

/** AES-XCBC-MAC (RFC 3566), not cut. */
inline Bytes xcbc(const Bytes& key, const Bytes& data) {
    const Aes outer(key);
    const Aes inner(outer.ecb(true, Bytes(16, 1)));
    Bytes state(16);
    std::size_t at = 0;
    for (; data.size() - at > 16; at += 16) {
        state = inner.ecb(true, mixed(state, part(data, at, 16)));
    }
    Bytes last = part(data, at, data.size() - at);
    const bool whole = last.size() == 16;
    if (!whole) {
        last.push_back(0x80);
        last.resize(16);
    }
    return inner.ecb(true, mixed(mixed(state, last), outer.ecb(true, Bytes(16, whole ? 2 : 3))));
}

inline Bytes xts(bool encrypts, const Bytes& key, const Bytes& tweak, const Bytes& data) {
    xts_aes128_key expanded;
    Bytes out(data.size());
    encrypts ? xts_aes128_set_encrypt_key(&expanded, key.data())
             : xts_aes128_set_decrypt_key(&expanded, key.data());
    (encrypts ? xts_aes128_encrypt_message : xts_aes128_decrypt_message)(&expanded, tweak.data(), data.size(),
                                                                         out.data(), data.data());
    return out;
}

/** Triple DES with three keys. */
inline Bytes des3_cbc(bool encrypts, const Bytes& key, Bytes& iv, const Bytes& data) {
    des3_ctx context;
    Bytes out(data.size());
    static_cast<void>(des3_set_key(&context, key.data()));
    const auto forward = reinterpret_cast<nettle_cipher_func*>(des3_encrypt);
    const auto back = reinterpret_cast<nettle_cipher_func*>(des3_decrypt);
    encrypts ? nettle_cbc_encrypt(&context, forward, 8, iv.data(), data.size(), out.data(), data.data())
             : nettle_cbc_decrypt(&context, back, 8, iv.data(), data.size(), out.data(), data.data());
    return out;
}

inline Bytes digest_of(const nettle_hash& algorithm, const Bytes& data) {
    std::vector<std::uint64_t> context(algorithm.context_size / 8 + 1);
    Bytes out(algorithm.digest_size);
    algorithm.init(context.data());
    algorithm.update(context.data(), data.size(), data.data());
    algorithm.digest(context.data(), out.size(), out.data());
    return out;
}

/** RFC 2104. */
inline Bytes hmac_of(const nettle_hash& algorithm, Bytes key, const Bytes& data) {
    if (key.size() > algorithm.block_size) {
        key = digest_of(algorithm, key);
    }
    key.resize(algorithm.block_size);
    return digest_of(algorithm,
                     join({mixed(key, Bytes(key.size(), 0x5c)),
                           digest_of(algorithm, join({mixed(key, Bytes(key.size(), 0x36)), data}))}));
}

/** A big number; bytes begin with the most significant one. */
class Big {
 public:
    Big() { mpz_init(value); }
    explicit Big(const Bytes& bytes) : Big() { mpz_import(value, bytes.size(), 1, 1, 1, 0, bytes.data()); }
    explicit Big(unsigned long number) : Big() { mpz_set_ui(value, number); }
    Big(const Big& other) : Big() { mpz_set(value, other.value); }
    Big& operator=(const Big& other) {
        mpz_set(value, other.value);
        return *this;
    }
    ~Big() { mpz_clear(value); }
    Bytes bytes(std::size_t size) const {
        Bytes out(size);
        const std::size_t used = (mpz_sizeinbase(value, 2) + 7) / 8;
        if (mpz_sgn(value) != 0) {
            mpz_export(out.data() + (size - used), nullptr, 1, 1, 1, 0, value);
        }
        return out;
    }
    mpz_t value;
};

inline Bytes power(const Bytes& base, const Bytes& exponent, const Bytes& modulus) {
    Big result;
    mpz_powm(result.value, Big(base).value, Big(exponent).value, Big(modulus).value);
    return result.bytes(modulus.size());
}

/** An RSA key with primes of @p size bytes, made here. */
struct RsaKey {
    Bytes p, q, n, e = hex("010001"), d, dp, dq, qinv;

    RsaKey(const Bytes& seed_p, const Bytes& seed_q) {
        const std::size_t size = seed_p.size();
        Big big_p(top(seed_p)), big_q(top(seed_q)), big_e(65537), one(1), less_p, less_q, phi, result;
        prime(big_p, big_e);
        prime(big_q, big_e);
        if (mpz_cmp(big_p.value, big_q.value) < 0) {
            mpz_swap(big_p.value, big_q.value);
        }
        mpz_sub_ui(less_p.value, big_p.value, 1);
        mpz_sub_ui(less_q.value, big_q.value, 1);
        mpz_mul(phi.value, less_p.value, less_q.value);
        p = big_p.bytes(size);
        q = big_q.bytes(size);
        mpz_mul(result.value, big_p.value, big_q.value);
        n = result.bytes(2 * size);
        mpz_invert(result.value, big_e.value, phi.value);
        d = result.bytes(2 * size);
        mpz_invert(result.value, big_e.value, less_p.value);
        dp = result.bytes(size);
        mpz_invert(result.value, big_e.value, less_q.value);
        dq = result.bytes(size);
        mpz_invert(result.value, big_q.value, big_p.value);
        qinv = result.bytes(size);
    }

 private:
    static Bytes top(Bytes seed) {
        seed[0] |= 0xc0;
        return seed;
    }
    static void prime(Big& number, const Big& e) {
        Big less, gcd;
        do {
            mpz_nextprime(number.value, number.value);
            mpz_sub_ui(less.value, number.value, 1);
            mpz_gcd(gcd.value, less.value, e.value);
        } while (mpz_cmp_ui(gcd.value, 1) != 0);
    }
};

}  // namespace svp::test::reference
