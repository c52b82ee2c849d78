// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Protocols: what one OPERATION command does as a whole, with a block of parameters (PDB) behind the header,
 * or the sequences, for its operands.
 *
 * Operands of public key protocols have at most 512 bytes. Private keys may be black in memory, wrapped with
 * the JDKEK, and new ones are stored in that form if the command says so.
 *
 * Not modelled: the formats of IPsec and other network protocols, curves over GF(2^m), messages that the
 * engine hashes itself for DSA.
 */
#pragma once

#include <optional>

#include "caam/descriptor/deco.hpp"
#include "caam/engines/curve.hpp"
#include "caam/engines/digest.hpp"

namespace svp::caam {

class Protocols {
 public:
    explicit Protocols(Deco& deco) : deco_(deco) {}

    /** Derived key protocol: an HMAC key becomes a split key. */
    void derived_key(std::uint32_t word);

    void rsa_encrypt(std::uint32_t word);
    void rsa_decrypt(std::uint32_t word);
    /** The rest of an RSA key from its primes and its public exponent. */
    void rsa_finish_key(std::uint32_t word);

    /** DH, DSA, ECDH and ECDSA. */
    void key_pair(std::uint32_t word);
    void sign(std::uint32_t word);
    void verify(std::uint32_t word);
    void shared_secret(std::uint32_t word);

    void blob(std::uint32_t word, bool encapsulates);

    /** Manufacturing protection: a key that the chip makes of its secret and a number of the manufacturer. */
    void manufacturing_private_key();
    void manufacturing_public_key();
    void manufacturing_sign();

 private:
    /** Where a key comes from, or goes to. */
    enum class Form : std::uint8_t { immediate, sequence, pointer, table };
    using Bytes = std::vector<std::uint8_t>;
    using MaybeWrapping = std::optional<Wrapping>;

    /** The multiplicative group of a field, or the points of a curve: what DSA and DH work in. */
    struct Group {
        std::optional<Curve> curve;
        Number p, order, generator;  ///< without a curve
        std::size_t element = 0;     ///< bytes of an element (a point: of a coordinate)
        std::size_t scalar = 0;      ///< bytes of a private key or half of a signature

        const Number& scalars() const { return curve ? curve->order : order; }
    };

    // The parameter block
    std::uint32_t pdb_word();
    std::uint64_t pdb_pointer() { return pdb_word(); }

    Bytes fetch(std::uint64_t address, bool table, std::size_t size, Purpose purpose = Purpose::data);
    Number fetch_number(std::uint64_t address, std::size_t size);
    Bytes fetch_secret(std::uint64_t address, std::size_t size, MaybeWrapping wrapping);
    void put(std::uint64_t address, bool table, std::span<const std::uint8_t> bytes);
    void put_secret(std::uint64_t address, std::span<const std::uint8_t> bytes, MaybeWrapping wrapping);
    void charge(std::size_t modulus_bytes, std::size_t steps);
    void count(Work work) { ++deco_.engine_.counters[work].operations; }
    static MaybeWrapping key_wrapping(std::uint32_t word, unsigned enable_bit, unsigned ccm_bit);

    void write_derived(Form target, Form source, unsigned at, unsigned operand);
    Bytes pad_message(std::span<const std::uint8_t> message, std::size_t size);
    Number rsa_private(unsigned form, const Number& input, std::uint32_t head, MaybeWrapping wrapping);
    Group read_group(std::uint32_t word, std::uint32_t head, unsigned predefined_bit, bool with_generator);
    void count_group(const Group& group, Work finite_field, Work curve);
    Number message_number(std::uint32_t word, const Bytes& message, const Group& group);
    Number random_scalar(const Number& order);
    std::pair<Number, Number> signature(const Group& group, const Number& message, const Number& key);
    bool signature_fits(const Group& group, const Number& message, const Number& r, const Number& s,
                        std::span<const std::uint8_t> public_key);
    Number generator_power(const Group& group, const Number& exponent, Point* point);
    Curve manufacturing_curve(std::uint32_t head);
    Number manufacturing_key(const Curve& curve) const;

    Bytes blob_input(std::uint32_t word, bool encapsulates, std::size_t plain);
    void blob_output(std::uint32_t word, bool encapsulates, std::span<const std::uint8_t> bytes);

    Deco& deco_;
    unsigned pdb_ = 1;
};

}  // namespace svp::caam
