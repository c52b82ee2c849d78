// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * RSA: encryption with the public key, decryption with three forms of the private key (n and d; p, q and d;
 * with the remainders' parts), and the completion of a key from its primes. Optionally with the padding of
 * PKCS #1 v1.5 for encryption; after a decryption MATH0 then has the length of the message.
 *
 * Not modelled: the temporary buffers that the silicon uses in memory are not written.
 */
#include <algorithm>

#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t size_field = 0xfff;
constexpr std::uint32_t first_table = 1u << 31;
constexpr std::uint32_t second_table = 1u << 30;
constexpr std::uint32_t padded_format = 1u << 12;
/** Padding of PKCS #1 v1.5: 00 02, at least 8 bytes of random, 00. */
constexpr std::size_t padding_bytes = 11;

std::size_t checked(std::uint32_t size) {
    if (size == 0 || size > pk_bytes) {
        throw JobError(DecoError::protocol_size);
    }
    return size;
}

}  // namespace

Protocols::Bytes Protocols::pad_message(std::span<const std::uint8_t> message, std::size_t size) {
    if (message.size() + padding_bytes > size) {
        throw JobError(DecoError::protocol_size);
    }
    Bytes padded(size);
    const std::size_t random = size - message.size() - 3;
    padded[1] = 2;
    const auto filler = std::span(padded).subspan(2, random);
    deco_.engine_.rng.fill(filler);
    std::replace(filler.begin(), filler.end(), std::uint8_t{0}, std::uint8_t{0x5a});
    std::copy(message.begin(), message.end(), padded.end() - static_cast<std::ptrdiff_t>(message.size()));
    return padded;
}

void Protocols::rsa_encrypt(std::uint32_t word) {
    const std::uint32_t head = pdb_word();
    const std::uint64_t f = pdb_pointer(), g = pdb_pointer(), n_at = pdb_pointer(), e_at = pdb_pointer();
    const std::size_t f_size = pdb_word() & size_field;
    const std::size_t n_size = checked(head & size_field);
    const std::size_t e_size = checked(head >> 12 & size_field);
    if (f_size > n_size) {
        throw JobError(DecoError::protocol_size);
    }
    const Number n = fetch_number(n_at, n_size);
    const Number e = fetch_number(e_at, e_size);
    Bytes message = fetch(f, (head & first_table) != 0, f_size);
    if ((word & padded_format) != 0) {
        message = pad_message(message, n_size);
    }
    const Number input(message);
    if (!n.odd() || n.one()) {
        throw JobError(ChaId::pk, ChaError::pk_modulus_even);
    }
    if (!(input < n)) {
        throw JobError(DecoError::protocol_size);
    }
    charge(n_size, 2 * e.bits());
    count(Work::rsa);
    put(g, (head & second_table) != 0, power(input, e, n).bytes(n_size));
}

/** The private operation. The PDB stands behind the pointers to input and output. */
Number Protocols::rsa_private(unsigned form, const Number& input, std::uint32_t head,
                              MaybeWrapping wrapping) {
    const auto require = [](bool condition) {
        if (!condition) {
            throw JobError(ChaId::pk, ChaError::pk_modulus_even);
        }
    };
    const std::size_t d_size = head >> 12 & size_field;
    if (form == 0) {
        const std::size_t n_size = checked(head & size_field);
        const Number n = fetch_number(pdb_pointer(), n_size);
        const Number d(fetch_secret(pdb_pointer(), checked(static_cast<std::uint32_t>(d_size)), wrapping));
        require(n.odd() && !n.one());
        if (!(input < n)) {
            throw JobError(DecoError::protocol_size);
        }
        charge(n_size, 2 * d.bits());
        return power(input, d, n);
    }
    const std::uint64_t first = pdb_pointer(), p_at = pdb_pointer(), q_at = pdb_pointer();
    const std::uint64_t dp_at = form == 2 ? pdb_pointer() : 0, dq_at = form == 2 ? pdb_pointer() : 0;
    pdb_ += 2;  // temporary buffers
    const std::uint32_t sizes = pdb_word();
    const std::size_t p_size = checked(sizes & size_field), q_size = checked(sizes >> 12 & size_field);
    const Number p(fetch_secret(p_at, p_size, wrapping));
    const Number q(fetch_secret(q_at, q_size, wrapping));
    require(p.odd() && q.odd() && !p.one() && !q.one());
    if (!(input < p * q)) {
        throw JobError(DecoError::protocol_size);
    }
    Number dp, dq, inverse;
    if (form == 1) {
        const Number d(fetch_secret(first, checked(static_cast<std::uint32_t>(d_size)), wrapping));
        dp = d % (p - Number(1));
        dq = d % (q - Number(1));
        if (!invert(inverse, q % p, p)) {
            throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
        }
    } else {
        inverse = Number(fetch_secret(first, p_size, wrapping));
        dp = Number(fetch_secret(dp_at, p_size, wrapping));
        dq = Number(fetch_secret(dq_at, q_size, wrapping));
    }
    charge(p_size, 2 * dp.bits());
    charge(q_size, 2 * dq.bits());
    const Number of_p = power(input % p, dp, p);
    const Number of_q = power(input % q, dq, q);
    return of_q + (of_p - of_q) * inverse % p * q;
}

void Protocols::rsa_decrypt(std::uint32_t word) {
    const unsigned form = word & 3;
    const unsigned protection = word >> 8 & 3;
    if (form == 3 || protection == 2) {
        throw JobError(DecoError::undefined_protocol);
    }
    const MaybeWrapping wrapping = protection == 0   ? MaybeWrapping()
                                   : protection == 1 ? MaybeWrapping(Wrapping::ecb)
                                                     : MaybeWrapping(Wrapping::ccm);
    const std::uint32_t head = pdb_word();
    const std::uint64_t g = pdb_pointer(), f = pdb_pointer();
    const std::size_t n_size = checked(head & size_field);
    const Number input(fetch(g, (head & first_table) != 0, n_size));
    count(Work::rsa);
    const Bytes output = rsa_private(form, input, head, wrapping).bytes(n_size);
    const bool to_table = (head & second_table) != 0;
    if ((word & padded_format) == 0) {
        return put(f, to_table, output);
    }
    if (n_size < padding_bytes) {
        throw JobError(DecoError::protocol_format);
    }
    const auto end = std::find(output.begin() + 2, output.end(), std::uint8_t{0});
    if (output[0] != 0 || output[1] != 2 || end == output.end() ||
        end - output.begin() < static_cast<std::ptrdiff_t>(padding_bytes) - 1) {
        throw JobError(DecoError::protocol_format);
    }
    const Bytes message(end + 1, output.end());
    put(f, to_table, message);
    deco_.set_math_register(0, message.size());
}

void Protocols::rsa_finish_key(std::uint32_t word) {
    const unsigned what = word & 3;
    const MaybeWrapping wrapping = key_wrapping(word, 6, 4);
    static_cast<void>(pdb_word());
    const std::size_t p_size = checked(pdb_word() & 0x1ff);
    const std::uint32_t sizes = pdb_word();
    const std::size_t n_size = checked(sizes >> 16 & 0x3ff), e_size = checked(sizes & 0x3ff);
    const Number p = fetch_number(pdb_pointer(), p_size);
    const Number q = fetch_number(pdb_pointer(), p_size);
    const Number e = fetch_number(pdb_pointer(), e_size);
    const std::uint64_t n_at = pdb_pointer(), d_at = pdb_pointer(), d_size_at = pdb_pointer();
    if (p.bits() < 2 || q.bits() < 2 || n_size > 2 * p_size) {
        throw JobError(DecoError::protocol_size);
    }
    const Number p_less = p - Number(1), q_less = q - Number(1);
    Number common;
    mpz_lcm(common.get(), p_less.get(), q_less.get());
    Number d, inverse;
    charge(n_size, 3000);
    count(Work::rsa);
    if (!invert(d, e, common) || !invert(inverse, q % p, p)) {
        throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
    }
    const std::size_t d_size = (d.bits() + 7) / 8;
    put(n_at, false, (p * q).bytes(n_size));
    put_secret(d_at, d.bytes(d_size), wrapping);
    const std::uint8_t d_size_word[] = {static_cast<std::uint8_t>(d_size),
                                        static_cast<std::uint8_t>(d_size >> 8), 0, 0};
    put(d_size_at, false, d_size_word);
    if (what == 0) {
        const std::uint64_t dp_at = pdb_pointer(), dq_at = pdb_pointer(), inverse_at = pdb_pointer();
        put_secret(dp_at, (d % p_less).bytes(p_size), wrapping);
        put_secret(dq_at, (d % q_less).bytes(p_size), wrapping);
        put_secret(inverse_at, inverse.bytes(p_size), wrapping);
    }
}

}  // namespace svp::caam
