// SPDX-License-Identifier: GPL-2.0-or-later
/** What the engine has done since its reset: the proof that work was not done elsewhere. */
#pragma once

#include <array>
#include <cstdint>

#include "svp/archive.hpp"

namespace svp::caam {

enum class Work : std::uint8_t {
    aes_ecb,
    aes_cbc,
    aes_ctr,
    aes_feedback,
    aes_xts,
    aes_mac,
    aes_ccm,
    aes_gcm,
    des,
    hash,
    hmac,
    derived_key,
    rng,
    pkha,
    rsa,
    dsa,
    ecc,
    dh,
    blob,
    black_key,
    manufacturing,
};
constexpr std::size_t work_kinds = static_cast<std::size_t>(Work::manufacturing) + 1;

struct Counters {
    struct Row {
        std::uint64_t operations = 0;
        std::uint64_t bytes = 0;  ///< fed to the engine
    };
    std::array<Row, work_kinds> work{};
    std::uint64_t jobs = 0;             ///< taken from a ring or run by DECO's direct control
    std::uint64_t failed_jobs = 0;      ///< ended with an error
    std::uint64_t encryptions = 0;      ///< PC_OB_ENC_REQ
    std::uint64_t decryptions = 0;      ///< PC_IB_DEC_REQ
    std::uint64_t encrypted = 0;        ///< bytes, PC_OB_ENCRYPT
    std::uint64_t protected_bytes = 0;  ///< bytes under a MAC to be sent, PC_OB_PROTECT
    std::uint64_t decrypted = 0;        ///< bytes, PC_IB_DECRYPT
    std::uint64_t validated = 0;        ///< bytes under a MAC that was received, PC_IB_VALIDATED

    Row& operator[](Work kind) { return work[static_cast<std::size_t>(kind)]; }
    const Row& operator[](Work kind) const { return work[static_cast<std::size_t>(kind)]; }

    void exchange(Archive& archive) {
        for (Row& row : work) {
            archive.value(row.operations);
            archive.value(row.bytes);
        }
        for (std::uint64_t* number : {&jobs, &failed_jobs, &encryptions, &decryptions, &encrypted,
                                      &protected_bytes, &decrypted, &validated}) {
            archive.value(*number);
        }
    }
};

}  // namespace svp::caam
