// SPDX-License-Identifier: GPL-2.0-or-later
/** OPERATION with a protocol: which one, and what all of them share. */
#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

enum class Protocol : std::uint8_t {
    blob = 0x0d,
    key_pair = 0x14,  ///< of manufacturing protection in the forms "encapsulation" and "decapsulation"
    dsa_sign = 0x15,  ///< the same
    dsa_verify = 0x16,
    shared_secret = 0x17,
    rsa_encrypt = 0x18,
    rsa_decrypt = 0x19,
    rsa_finish_key = 0x1a,
};

constexpr std::uint8_t first_derived_key = 0x20;
constexpr std::uint8_t last_derived_key = 0x25;
constexpr unsigned type_unidirectional = 0;
constexpr unsigned type_encapsulation = 7;

}  // namespace

void Deco::protocol(std::uint32_t word) {
    const auto identifier = static_cast<std::uint8_t>(word >> 16);
    Protocols protocols(*this);
    if (identifier >= first_derived_key && identifier <= last_derived_key) {
        return protocols.derived_key(word);
    }
    const unsigned type = word >> 24 & 7;
    const bool encapsulates = type == type_encapsulation;
    const bool unidirectional = type == type_unidirectional;
    switch (static_cast<Protocol>(identifier)) {
        case Protocol::blob:
            if (!unidirectional) {
                return protocols.blob(word, encapsulates);
            }
            break;
        case Protocol::key_pair:
            return unidirectional ? protocols.key_pair(word)
                   : encapsulates ? protocols.manufacturing_private_key()
                                  : protocols.manufacturing_public_key();
        case Protocol::dsa_sign:
            if (!encapsulates) {
                return unidirectional ? protocols.sign(word) : protocols.manufacturing_sign();
            }
            break;
        case Protocol::dsa_verify:
            return protocols.verify(word);
        case Protocol::shared_secret:
            return protocols.shared_secret(word);
        case Protocol::rsa_encrypt:
            return protocols.rsa_encrypt(word);
        case Protocol::rsa_decrypt:
            return protocols.rsa_decrypt(word);
        case Protocol::rsa_finish_key:
            return protocols.rsa_finish_key(word);
    }
    unimplemented("this protocol", DecoError::undefined_protocol);
}

}  // namespace svp::caam
