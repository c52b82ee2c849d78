// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Manufacturing protection: an ECDSA key made of the chip's secret and a passphrase of the manufacturer. It
 * stays inside; software gets the public key, and signatures over the register MPMR and a message. Each world
 * has a key of its own, so that no job signs with the secure world's.
 */
#include <algorithm>

#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t public_key_table = 1u << 31;
constexpr std::uint32_t message_table = 1u << 31;
constexpr std::uint32_t first_half_table = 1u << 29;
constexpr std::uint32_t second_half_table = 1u << 28;
constexpr unsigned p256_selector = 3;
constexpr unsigned p256_number = 2;
constexpr std::uint8_t purpose_manufacturing = 0x40;
constexpr std::uint8_t purpose_manufacturing_secure = 0x41;

}  // namespace

/** P-256 is the only curve whose digest this engine has. */
Curve Protocols::manufacturing_curve(std::uint32_t head) {
    if ((head >> 17 & 0xf) != p256_selector) {
        throw JobError(DecoError::bad_pdb);
    }
    return *nist_curve(p256_number);
}

void Protocols::manufacturing_private_key() {
    const std::uint32_t head = pdb_word();
    const std::uint64_t passphrase_at = pdb_pointer();
    const std::size_t size = pdb_word() & 0xffff;
    const Curve curve = manufacturing_curve(head);
    Engine& engine = deco_.engine_;
    const Bytes passphrase = fetch(passphrase_at, false, size);
    count(Work::manufacturing);
    const World world = deco_.port_.owner().world;
    const std::uint8_t purpose =
        world == World::secure ? purpose_manufacturing_secure : purpose_manufacturing;
    const auto secret = engine.keys.derive(engine.mode, purpose, passphrase);
    const Number key = Number(secret) % (curve.order - Number(1)) + Number(1);
    engine.mp_private_key[static_cast<std::size_t>(world)] = key.bytes(curve.bytes);
}

Number Protocols::manufacturing_key(const Curve& curve) const {
    const auto world = static_cast<std::size_t>(deco_.port_.owner().world);
    const Bytes& key = deco_.engine_.mp_private_key[world];
    const Number number(key);
    if (number.zero() || !(number < curve.order)) {
        throw JobError(DecoError::key_not_loaded);
    }
    return number;
}

void Protocols::manufacturing_public_key() {
    const std::uint32_t head = pdb_word();
    const std::uint64_t at = pdb_pointer();
    const Curve curve = manufacturing_curve(head);
    // OP-TEE gives the length of its buffer, U-Boot's block ends here.
    const std::size_t size = pdb_ < deco_.command_ ? pdb_word() & 0xffff : 2 * curve.bytes;
    if (size < 2 * curve.bytes) {
        throw JobError(DecoError::protocol_size);
    }
    count(Work::manufacturing);
    charge(curve.bytes, 750 * 8 * curve.bytes);
    const Point point = curve.multiply(manufacturing_key(curve), curve.generator);
    put(at, (head & public_key_table) != 0, curve.encode(point));
}

void Protocols::manufacturing_sign() {
    const std::uint32_t head = pdb_word();
    const std::uint64_t message_at = pdb_pointer(), digest_at = pdb_pointer();
    const std::uint64_t first_at = pdb_pointer(), second_at = pdb_pointer();
    const std::size_t size = pdb_word() & 0xffff;
    Group group;
    group.curve = manufacturing_curve(head);
    group.element = group.scalar = group.curve->bytes;
    const Number key = manufacturing_key(*group.curve);
    const Bytes message = fetch(message_at, (head & message_table) != 0, size);
    const auto& prefix = deco_.engine_.mp_message;
    Bytes input(prefix.begin(), prefix.end());
    input.insert(input.end(), message.begin(), message.end());
    const Bytes hashed = digest(DigestKind::sha256, input);
    count(Work::manufacturing);
    const auto [r, s] = signature(group, Number(hashed) % group.scalars(), key);
    put(digest_at, false, hashed);
    put(first_at, (head & first_half_table) != 0, r.bytes(group.scalar));
    put(second_at, (head & second_half_table) != 0, s.bytes(group.scalar));
}

}  // namespace svp::caam
