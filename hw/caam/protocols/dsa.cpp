// SPDX-License-Identifier: GPL-2.0-or-later
/** DSA and ECDSA (FIPS 186-4), Diffie-Hellman in both kinds of group, and keys for them. */
#include <algorithm>

#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t curve_bit = 1u << 1;
constexpr std::uint32_t over_gf2_bit = 1u << 0;
constexpr unsigned message_kind_at = 10;
constexpr unsigned message_representative = 0;
constexpr unsigned message_hashed = 2;
constexpr unsigned generation_predefined = 25;
constexpr unsigned signature_predefined = 22;

// Tables instead of pointers, for signatures.
constexpr std::uint32_t message_table = 1u << 27;
constexpr std::uint32_t first_half_table = 1u << 26;
constexpr std::uint32_t second_half_table = 1u << 25;
constexpr std::uint32_t secret_table = 1u << 27;

}  // namespace

/** Reads what the PDB says of the group; its next pointer is the first behind it. */
Protocols::Group Protocols::read_group(std::uint32_t word, std::uint32_t head, unsigned predefined_bit,
                                       bool with_generator) {
    Group group;
    if ((word & over_gf2_bit) != 0) {
        deco_.unimplemented("curves over GF(2^m)", DecoError::undefined_protocol);
    }
    const bool on_curve = (word & curve_bit) != 0;
    if (on_curve && (head >> predefined_bit & 1) != 0) {
        group.curve = nist_curve(head >> 7 & 0x7f);
        if (!group.curve) {
            throw JobError(DecoError::bad_pdb);
        }
        group.element = group.scalar = group.curve->bytes;
        return group;
    }
    group.element = head >> 7 & 0x3ff;
    group.scalar = head & 0x7f;
    if (group.element == 0 || group.scalar == 0 || group.element > pk_bytes) {
        throw JobError(DecoError::bad_pdb);
    }
    if (on_curve) {
        deco_.unimplemented("curves that are given by their parameters", DecoError::undefined_protocol);
    }
    group.p = fetch_number(pdb_pointer(), group.element);
    const std::uint64_t order = pdb_pointer();
    // A shared secret needs no order, and OP-TEE gives none.
    group.order = with_generator ? fetch_number(order, group.scalar) : Number(1);
    if (with_generator) {
        group.generator = fetch_number(pdb_pointer(), group.element);
    }
    if (!group.p.odd() || group.p.one()) {
        throw JobError(ChaId::pk, ChaError::pk_modulus_even);
    }
    if (with_generator && group.order.bits() < 2) {
        throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
    }
    return group;
}

void Protocols::count_group(const Group& group, Work finite_field, Work curve) {
    count(group.curve ? curve : finite_field);
}

Number Protocols::random_scalar(const Number& order) {
    // 64 bits more than needed make the remainder even (FIPS 186-4, B.1.1).
    Bytes bytes((order.bits() + 7) / 8 + 8);
    deco_.engine_.rng.fill(bytes);
    return Number(bytes) % (order - Number(1)) + Number(1);
}

/** Generator to the power of @p exponent, or that multiple of it: x. */
Number Protocols::generator_power(const Group& group, const Number& exponent, Point* point) {
    if (!group.curve) {
        charge(group.element, 2 * exponent.bits());
        return power(group.generator, exponent, group.p);
    }
    charge(group.element, 750 * exponent.bits());
    const Point result = group.curve->multiply(exponent, group.curve->generator);
    if (point != nullptr) {
        *point = result;
    }
    return result.x;
}

void Protocols::key_pair(std::uint32_t word) {
    const std::uint32_t head = pdb_word();
    const MaybeWrapping wrapping = key_wrapping(word, 2, 4);
    const Group group = read_group(word, head, generation_predefined, true);
    const std::uint64_t secret_at = pdb_pointer(), public_at = pdb_pointer();
    count_group(group, Work::key_pair, Work::ec_key_pair);
    const Number secret = random_scalar(group.scalars());
    Point point;
    const Number element = generator_power(group, secret, &point);
    put_secret(secret_at, secret.bytes(group.scalar), wrapping);
    put(public_at, false, group.curve ? group.curve->encode(point) : element.bytes(group.element));
}

/** The number to sign: the leftmost bits of a digest, as many as the order has. */
Number Protocols::message_number(std::uint32_t word, const Bytes& message, const Group& group) {
    Number number(message);
    const std::size_t bits = 8 * message.size(), wanted = group.scalars().bits();
    if ((word >> message_kind_at & 3) == message_hashed && bits > wanted) {
        number = shifted_right(number, bits - wanted);
    }
    return number % group.scalars();
}

std::pair<Number, Number> Protocols::signature(const Group& group, const Number& message, const Number& key) {
    const Number& order = group.scalars();
    for (int tries = 0; tries < 8; ++tries) {
        const Number k = random_scalar(order);
        Number inverse;
        if (!invert(inverse, k, order)) {
            continue;
        }
        const Number r = generator_power(group, k, nullptr) % order;
        const Number s = inverse * (message + key * r) % order;
        if (!r.zero() && !s.zero()) {
            return {r, s};
        }
    }
    throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);  // the order is no prime
}

void Protocols::sign(std::uint32_t word) {
    const std::uint32_t head = pdb_word();
    const unsigned kind = word >> message_kind_at & 3;
    const Group group = read_group(word, head, signature_predefined, true);
    const std::uint64_t key_at = pdb_pointer(), message_at = pdb_pointer();
    const std::uint64_t first_at = pdb_pointer(), second_at = pdb_pointer();
    if (kind != message_representative && kind != message_hashed) {
        deco_.unimplemented("messages that are not hashed yet", DecoError::undefined_protocol);
    }
    const std::size_t size = kind == message_hashed ? pdb_word() & 0xffff : group.scalar;
    const Bytes message = fetch(message_at, (head & message_table) != 0, size);
    const Number key(fetch_secret(key_at, group.scalar, key_wrapping(word, 2, 4)));
    count_group(group, Work::dsa, Work::ecdsa);
    const auto [r, s] = signature(group, message_number(word, message, group), key);
    put(first_at, (head & first_half_table) != 0, r.bytes(group.scalar));
    put(second_at, (head & second_half_table) != 0, s.bytes(group.scalar));
}

bool Protocols::signature_fits(const Group& group, const Number& message, const Number& r, const Number& s,
                               std::span<const std::uint8_t> public_key) {
    const Number& order = group.scalars();
    Number inverse;
    if (r.zero() || s.zero() || !(r < order) || !(s < order) || !invert(inverse, s, order)) {
        return false;
    }
    const Number u1 = message * inverse % order, u2 = r * inverse % order;
    if (!group.curve) {
        charge(group.element, 2 * (u1.bits() + u2.bits()));
        const Number v =
            power(group.generator, u1, group.p) * power(Number(public_key), u2, group.p) % group.p % order;
        return v == r;
    }
    const Curve& curve = *group.curve;
    const Point point = curve.decode(public_key);
    if (!curve.contains(point)) {
        return false;
    }
    charge(group.element, 750 * (u1.bits() + u2.bits()));
    const Point sum = curve.add(curve.multiply(u1, curve.generator), curve.multiply(u2, point));
    return !sum.infinity && sum.x % order == r;
}

void Protocols::verify(std::uint32_t word) {
    const std::uint32_t head = pdb_word();
    const unsigned kind = word >> message_kind_at & 3;
    const Group group = read_group(word, head, signature_predefined, true);
    const std::uint64_t key_at = pdb_pointer(), message_at = pdb_pointer();
    const std::uint64_t first_at = pdb_pointer(), second_at = pdb_pointer();
    static_cast<void>(pdb_pointer());  // temporary buffer
    if (kind != message_representative && kind != message_hashed) {
        deco_.unimplemented("messages that are not hashed yet", DecoError::undefined_protocol);
    }
    const std::size_t size = kind == message_hashed ? pdb_word() & 0xffff : group.scalar;
    const Bytes message = fetch(message_at, (head & message_table) != 0, size);
    const Number r(fetch(first_at, (head & first_half_table) != 0, group.scalar));
    const Number s(fetch(second_at, (head & second_half_table) != 0, group.scalar));
    const Bytes public_key = fetch(key_at, false, group.curve ? 2 * group.element : group.element);
    count_group(group, Work::dsa, Work::ecdsa);
    if (!signature_fits(group, message_number(word, message, group), r, s, public_key)) {
        throw JobError(DecoError::invalid_signature);
    }
}

void Protocols::shared_secret(std::uint32_t word) {
    const std::uint32_t head = pdb_word();
    const Group group = read_group(word, head, generation_predefined, false);
    const std::uint64_t public_at = pdb_pointer(), secret_at = pdb_pointer(), result_at = pdb_pointer();
    const Bytes public_key = fetch(public_at, false, group.curve ? 2 * group.element : group.element);
    const Number secret(fetch_secret(secret_at, group.scalar, key_wrapping(word, 2, 4)));
    count_group(group, Work::dh, Work::ecdh);
    Number shared;
    if (group.curve) {
        const Point point = group.curve->decode(public_key);
        charge(group.element, 750 * secret.bits());
        const Point result = group.curve->contains(point) ? group.curve->multiply(secret, point) : Point();
        if (result.infinity) {
            throw JobError(ChaId::pk, ChaError::pk_divide_by_zero);
        }
        shared = result.x;
    } else {
        charge(group.element, 2 * secret.bits());
        shared = power(Number(public_key), secret, group.p);
    }
    put(result_at, (head & secret_table) != 0, shared.bytes(group.element));
}

}  // namespace svp::caam
