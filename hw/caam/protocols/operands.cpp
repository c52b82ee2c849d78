// SPDX-License-Identifier: GPL-2.0-or-later
/** Where operands of protocols come from and go to; see protocols.hpp. */
#include <algorithm>

#include "caam/protocols/protocols.hpp"

namespace svp::caam {

std::uint32_t Protocols::pdb_word() {
    if (pdb_ >= descriptor_words) {
        throw JobError(DecoError::bad_pdb);
    }
    return deco_.buffer_[pdb_++];
}

Protocols::Bytes Protocols::fetch(std::uint64_t address, bool table, std::size_t size, Purpose purpose) {
    if (size > 65536) {
        throw JobError(DecoError::protocol_size);
    }
    return deco_.fetch_bytes(deco_.from_memory(address, table, size), purpose);
}

Number Protocols::fetch_number(std::uint64_t address, std::size_t size) {
    if (size > pk_bytes) {
        throw JobError(DecoError::protocol_size);
    }
    return Number(fetch(address, false, size));
}

Protocols::Bytes Protocols::fetch_secret(std::uint64_t address, std::size_t size, MaybeWrapping wrapping) {
    if (size > pk_bytes) {
        throw JobError(DecoError::protocol_size);
    }
    if (!wrapping) {
        return fetch(address, false, size, Purpose::key);
    }
    count(Work::black_key);
    return deco_.engine_.keys.unwrap(
        Kek::job, *wrapping,
        fetch(address, false, black_size(*wrapping, static_cast<std::uint32_t>(size)), Purpose::key), size);
}

void Protocols::put(std::uint64_t address, bool table, std::span<const std::uint8_t> bytes) {
    deco_.from_memory(address, table, bytes.size()).write(deco_.port_, bytes);
}

void Protocols::put_secret(std::uint64_t address, std::span<const std::uint8_t> bytes,
                           MaybeWrapping wrapping) {
    if (!wrapping) {
        return put(address, false, bytes);
    }
    count(Work::black_key);
    put(address, false, deco_.engine_.keys.wrap(Kek::job, *wrapping, bytes, deco_.engine_.rng));
}

/** Time of @p steps multiplications, for the limit of a job. */
void Protocols::charge(std::size_t modulus_bytes, std::size_t steps) {
    const std::uint64_t words = modulus_bytes / 8 + 1;
    deco_.ccb_.pkha().charge(1000 + steps * (2 * words * words + 50));
}

Protocols::MaybeWrapping Protocols::key_wrapping(std::uint32_t word, unsigned enable_bit, unsigned ccm_bit) {
    if ((word >> enable_bit & 1) == 0) {
        return std::nullopt;
    }
    return (word >> ccm_bit & 1) != 0 ? Wrapping::ccm : Wrapping::ecb;
}

}  // namespace svp::caam
