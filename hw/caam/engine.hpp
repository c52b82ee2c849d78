// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What outlives a job: generator, keys, counters, and what this CAAM is able to do.
 *
 * Only the thread that runs jobs touches it; others see what Caam publishes after a job.
 */
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "caam/counters.hpp"
#include "caam/keys/keys.hpp"
#include "caam/keys/rng.hpp"

namespace svp::caam {

/** Which message digest engine there is: CHAVID's MD field. */
enum class MdClass : std::uint8_t { lp256 = 0, lp512 = 1, hp = 2 };

/** Which AES engine there is: CHAVID's AES field. */
enum class AesClass : std::uint8_t { low_power = 3, high_performance = 4 };

/** How much one job may do before the watchdog ends it; no driver comes near. */
struct JobLimits {
    std::uint32_t commands = 1u << 20;             ///< loops of real descriptors run some ten thousand
    std::uint32_t table_entries = 1u << 20;        ///< scatter/gather
    std::uint64_t bytes = std::uint64_t{1} << 33;  ///< read and written
    std::uint64_t public_key_ns = 30'000'000'000;  ///< about; a search for an RSA prime takes seconds
    /** About; a job in which public keys have taken longer is put back when work must end, if it can be. */
    std::uint64_t put_back_ns = 50'000'000;
    /** About; what a job may still do, when it must end, to come to its end. Then it stands still. */
    std::uint64_t grace_ns = 30'000'000;
    /** About; work between two questions whether it must end. */
    std::uint64_t question_ns = 100'000;
};

struct Engine {
    JobLimits limits;
    MdClass md_class = MdClass::lp256;
    AesClass aes_class = AesClass::low_power;
    SecurityMode mode = SecurityMode::trusted;
    Rng rng;
    Keys keys;
    Counters counters;
    /** Manufacturing protection: the private key of each world, once it was made. */
    std::array<std::vector<std::uint8_t>, 2> mp_private_key;
    /** MPMR, which goes into the signature. */
    std::array<std::uint8_t, 32> mp_message{};

    /** SCFGR.PRIBLOB: blobs made under one value do not open under another. */
    std::uint8_t blob_privilege = 0;
    /** A security violation was reported: the job at hand ends, all keys go. Set from other threads. */
    std::atomic<bool> violated{false};

    bool knows_sha512() const { return md_class != MdClass::lp256; }
};

}  // namespace svp::caam
