// SPDX-License-Identifier: GPL-2.0-or-later
/** What the engine has done since its reset: the proof that work was not done elsewhere. */
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "svp/archive.hpp"
#include "svp/device.hpp"

namespace svp::caam {

/** Digests and HMACs each stand in the order of their ALG codes. */
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
    md5,
    sha1,
    sha224,
    sha256,
    sha384,
    sha512,
    hmac_md5,
    hmac_sha1,
    hmac_sha224,
    hmac_sha256,
    hmac_sha384,
    hmac_sha512,
    derived_key,
    rng,
    pkha,
    rsa,
    key_pair,
    ec_key_pair,
    dsa,
    ecdsa,
    dh,
    ecdh,
    blob,
    black_key,
    manufacturing,
};

/** Names as in hw/qemu/svp-counters.json, in the order of Work. */
inline constexpr std::string_view work_names[] = {
    "aes-ecb",     "aes-cbc",  "aes-ctr",   "aes-feedback", "aes-xts",     "aes-mac",       "aes-ccm",
    "aes-gcm",     "des",      "md5",       "sha1",         "sha224",      "sha256",        "sha384",
    "sha512",      "hmac-md5", "hmac-sha1", "hmac-sha224",  "hmac-sha256", "hmac-sha384",   "hmac-sha512",
    "derived-key", "rng",      "pkha",      "rsa",          "key-pair",    "ec-key-pair",   "dsa",
    "ecdsa",       "dh",       "ecdh",      "blob",         "black-key",   "manufacturing",
};
constexpr std::size_t work_kinds = std::size(work_names);
static_assert(static_cast<std::size_t>(Work::manufacturing) + 1 == work_kinds);

/** Where jobs come from: three rings, and DECO's direct control. */
constexpr std::size_t job_sources = 4;

struct Counters {
    struct Row {
        std::uint64_t operations = 0;
        std::uint64_t bytes = 0;  ///< fed to the engine, or (rng) taken from it
    };
    struct Source {
        std::uint64_t jobs = 0;    ///< that have ended
        std::uint64_t failed = 0;  ///< of them, those that ended with an error
    };
    std::array<Row, work_kinds> work{};
    std::array<Source, job_sources> sources{};
    std::uint64_t read = 0;             ///< bytes of memory, descriptors and tables among them
    std::uint64_t written = 0;          ///< bytes of memory, without the rings' results
    std::uint64_t encryptions = 0;      ///< PC_OB_ENC_REQ
    std::uint64_t decryptions = 0;      ///< PC_IB_DEC_REQ
    std::uint64_t encrypted = 0;        ///< bytes, PC_OB_ENCRYPT
    std::uint64_t protected_bytes = 0;  ///< bytes under a MAC to be sent, PC_OB_PROTECT
    std::uint64_t decrypted = 0;        ///< bytes, PC_IB_DECRYPT
    std::uint64_t validated = 0;        ///< bytes under a MAC that was received, PC_IB_VALIDATED

    Row& operator[](Work kind) { return work[static_cast<std::size_t>(kind)]; }
    const Row& operator[](Work kind) const { return work[static_cast<std::size_t>(kind)]; }

    std::uint64_t jobs() const {
        std::uint64_t sum = 0;
        for (const Source& source : sources) {
            sum += source.jobs;
        }
        return sum;
    }

    /** For an observer, in the shape of CaamInfo (hw/qemu/svp-counters.json). */
    std::vector<Counter> told() const {
        std::vector<Counter> list;
        for (std::size_t number = 0; number < job_sources; ++number) {
            const std::string from =
                number + 1 < job_sources ? "rings." + std::to_string(number) : std::string("direct");
            list.push_back({from + ".jobs", sources[number].jobs});
            list.push_back({from + ".failed", sources[number].failed});
        }
        list.push_back({"bytes-read", read});
        list.push_back({"bytes-written", written});
        for (std::size_t number = 0; number < work_kinds; ++number) {
            const std::string kind = "work." + std::to_string(number);
            list.push_back({kind + ".kind", std::string(work_names[number])});
            list.push_back({kind + ".operations", work[number].operations});
            list.push_back({kind + ".bytes", work[number].bytes});
        }
        return list;
    }

    void exchange(Archive& archive) {
        for (Row& row : work) {
            archive.value(row.operations);
            archive.value(row.bytes);
        }
        for (Source& source : sources) {
            archive.value(source.jobs);
            archive.value(source.failed);
        }
        for (std::uint64_t* number : {&read, &written, &encryptions, &decryptions, &encrypted,
                                      &protected_bytes, &decrypted, &validated}) {
            archive.value(*number);
        }
    }
};

}  // namespace svp::caam
