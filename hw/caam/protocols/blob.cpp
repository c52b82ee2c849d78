// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Blobs: data that only this chip can read again, in the same state of security and with the same key
 * modifier.
 *
 * A blob is 32 bytes of blob key, encrypted (AES-256-ECB) with a key that is made of the master key, the
 * modifier in class 2's key register, the world of the ring and what the blob is (of secure memory also
 * SMAPR, SMAG1 and SMAG2 of its partition); the data, encrypted with the blob key (AES-256-CCM); 16 bytes of
 * MAC. So a blob of a black key never opens as plain data. A black key in memory is longer than the sequence
 * says: its length there is that of the key.
 *
 * What the silicon makes the key of is not public; blobs of this model open on this model only. The
 * verification value of the master key (MSTR) is made for that purpose alone.
 */
#include <nettle/ccm.h>

#include <algorithm>

#include "caam/engines/aes_key.hpp"
#include "caam/memory/secure_memory.hpp"
#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t of_master_key = 1u << 1;
constexpr std::uint32_t of_black_key = 1u << 2;
constexpr std::uint32_t of_secure_memory = 1u << 3;
constexpr std::uint32_t black_key_ccm = 1u << 8;
constexpr std::size_t blob_key_bytes = 32;
constexpr std::size_t blob_mac_bytes = 16;
constexpr std::size_t overhead = blob_key_bytes + blob_mac_bytes;
constexpr std::size_t modifier_bytes = 32;
constexpr std::size_t most_plain = 65536 - overhead;
constexpr std::uint8_t purpose_verification = 0x80;

void start_ccm(ccm_aes256_ctx& ccm, std::span<const std::uint8_t> key, std::size_t size) {
    const std::array<std::uint8_t, 13> nonce{};  // the key is used once
    ccm_aes256_set_key(&ccm, key.data());
    ccm_aes256_set_nonce(&ccm, nonce.size(), nonce.data(), 0, size, blob_mac_bytes);
}

}  // namespace

/** The data to be put into a blob, or the blob. */
Protocols::Bytes Protocols::blob_input(std::uint32_t word, bool encapsulates, std::size_t plain) {
    Sequence& in = deco_.in_;
    const std::size_t size = in.length;
    in.length = 0;
    if (!encapsulates) {
        return deco_.fetch_bytes(in.cursor.take(deco_.port_, deco_.budget_, size));
    }
    if ((word & of_black_key) != 0) {
        const Wrapping wrapping = (word & black_key_ccm) != 0 ? Wrapping::ccm : Wrapping::ecb;
        const std::uint32_t black = black_size(wrapping, static_cast<std::uint32_t>(plain));
        return deco_.engine_.keys.unwrap(
            Kek::job, wrapping,
            deco_.fetch_bytes(in.cursor.take(deco_.port_, deco_.budget_, black), Purpose::key), plain);
    }
    if ((word & of_secure_memory) == 0) {
        return deco_.fetch_bytes(in.cursor.take(deco_.port_, deco_.budget_, size));
    }
    Bytes data(size);
    bool permitted = false;
    const std::uint64_t address = in.cursor.address();
    deco_.port_.host().exclusive([&] {
        permitted = deco_.port_.secure_memory().blob_read(deco_.port_.owner(), address, data);
        if (!permitted) {
            deco_.port_.refused(address, data.size(), Direction::read);
        }
    });
    if (!permitted) {
        throw JobError(DecoError::blob_memory_mode);
    }
    return data;
}

void Protocols::blob_output(std::uint32_t word, bool encapsulates, std::span<const std::uint8_t> bytes) {
    Sequence& out = deco_.out_;
    const std::uint64_t address = out.cursor.address();
    if (out.length < bytes.size()) {
        throw JobError(DecoError::blob_size);
    }
    if (!encapsulates && (word & of_secure_memory) != 0) {
        bool permitted = false;
        deco_.port_.host().exclusive([&] {
            permitted = deco_.port_.secure_memory().blob_write(deco_.port_.owner(), address, bytes);
            if (!permitted) {
                deco_.port_.refused(address, bytes.size(), Direction::write);
            }
        });
        if (!permitted) {
            throw JobError(DecoError::blob_memory_mode);
        }
        return;
    }
    Bytes black;
    if (!encapsulates && (word & of_black_key) != 0) {
        black = deco_.engine_.keys.wrap(Kek::job, (word & black_key_ccm) != 0 ? Wrapping::ccm : Wrapping::ecb,
                                        bytes, deco_.engine_.rng);
        bytes = black;
    }
    out.length = 0;
    deco_.sequence_output_ += static_cast<std::uint32_t>(bytes.size());
    Transfer target = out.cursor.take(deco_.port_, deco_.budget_, bytes.size());
    deco_.port_.set_harmless(encapsulates || !black.empty());
    target.write(deco_.port_, bytes);
    deco_.port_.set_harmless(false);
}

void Protocols::blob(std::uint32_t word, bool encapsulates) {
    Engine& engine = deco_.engine_;
    if (engine.mode == SecurityMode::failed) {
        throw JobError(DecoError::blob_mode);
    }
    count(Work::blob);
    const auto key_register =
        std::span<const std::uint8_t>(deco_.ccb_.registers(2).key).first(modifier_bytes);
    Bytes modifier(key_register.begin(), key_register.end());
    modifier.push_back(deco_.port_.owner().world == World::secure ? 1 : 0);
    if ((word & of_master_key) != 0) {
        if (!encapsulates) {
            throw JobError(DecoError::blob_mode);
        }
        const auto value =
            engine.keys.derive(engine.mode, purpose_verification | engine.blob_privilege, modifier);
        return blob_output(word, true, value);
    }
    const bool black = (word & of_black_key) != 0;
    const bool memory = (word & of_secure_memory) != 0;
    if (black && memory) {
        throw JobError(DecoError::blob_black_key);
    }
    const std::size_t size = deco_.in_.length;
    const std::size_t plain = encapsulates ? size : size - overhead;
    if ((!encapsulates && size < overhead) || plain > most_plain ||
        (black && (plain == 0 || plain > key_bytes * 4))) {
        throw JobError(DecoError::blob_size);
    }
    const auto kind = static_cast<std::uint8_t>((black ? 4 | ((word & black_key_ccm) != 0 ? 16 : 0) : 0) |
                                                (memory ? 8 : 0) | engine.blob_privilege);
    if (memory) {
        const std::uint64_t at = encapsulates ? deco_.in_.cursor.address() : deco_.out_.cursor.address();
        deco_.port_.host().exclusive([&] {
            const auto binding = deco_.port_.secure_memory().blob_binding(at);
            modifier.insert(modifier.end(), binding.begin(), binding.end());
        });
    }
    const Keys::Secret wrapping_key = engine.keys.derive(engine.mode, kind, modifier);
    AesKey aes;
    aes.set(wrapping_key);
    Keys::Secret blob_key;
    ccm_aes256_ctx ccm;
    Bytes input = blob_input(word, encapsulates, plain);
    engine.counters[Work::blob].bytes += plain;
    if (encapsulates) {
        Bytes output(plain + overhead);
        // The data is a part of it: one key for two data, should a seed bring the same numbers again, would
        // tell both.
        engine.rng.fill(blob_key);
        const auto made = hmac(DigestKind::sha256, blob_key, input);
        std::copy_n(made.begin(), blob_key.size(), blob_key.begin());
        aes.encrypt(blob_key.size(), output.data(), blob_key.data());
        start_ccm(ccm, blob_key, plain);
        ccm_aes256_encrypt(&ccm, plain, output.data() + blob_key_bytes, input.data());
        ccm_aes256_digest(&ccm, blob_mac_bytes, output.data() + blob_key_bytes + plain);
        std::fill(input.begin(), input.end(), std::uint8_t{0});
        return blob_output(word, true, output);
    }
    Bytes output(plain);
    std::array<std::uint8_t, blob_mac_bytes> mac;
    aes.decrypt(blob_key.size(), blob_key.data(), input.data());
    start_ccm(ccm, blob_key, plain);
    ccm_aes256_decrypt(&ccm, plain, output.data(), input.data() + blob_key_bytes);
    ccm_aes256_digest(&ccm, mac.size(), mac.data());
    if (!std::equal(mac.begin(), mac.end(), input.end() - static_cast<std::ptrdiff_t>(mac.size()))) {
        throw JobError(ChaId::aes, ChaError::icv);
    }
    blob_output(word, false, output);
    std::fill(output.begin(), output.end(), std::uint8_t{0});
}

}  // namespace svp::caam
