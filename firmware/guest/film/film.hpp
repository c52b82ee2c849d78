// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A film: what an MP4 file says of its one video track, and how its samples are encrypted.
 *
 * Both layouts are read: tables in `moov`, and fragments (`moof`). Of encryption: schemes cenc and cbcs with
 * one key, tables `senc` or `saiz` with `saio`, and the key's blob in a `pssh` of this project.
 *
 * Reference: ISO/IEC 14496-12 (boxes), 14496-15 (H.264 in MP4), 23001-7 (common encryption).
 * Not read: edit lists (time begins with the first picture), sound, key rotation (`seig`).
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../decrypt/result.hpp"

namespace svp::film {

enum class Scheme : std::uint8_t { none, cenc, cbcs };

/** Bytes of a sample: clear ones, then encrypted ones. */
struct Subsample {
    std::uint32_t clear;
    std::uint32_t encrypted;
};

struct Sample {
    std::uint64_t offset = 0;  ///< in the file, bytes
    std::uint32_t size = 0;
    std::uint32_t duration = 0;  ///< units of Film::timescale
    std::int64_t time = 0;       ///< when it is shown, in the same; 0: the film's first picture
    bool sync = false;           ///< decoding can begin here
    std::array<std::uint8_t, 16> iv{};
    std::size_t first_subsample = 0;  ///< in Film::subsamples
    std::size_t subsamples = 0;
};

struct Film {
    std::array<char, 4> codec{};  ///< name of the sample entry before encryption: avc1, hvc1, vp09, ...
    unsigned width = 0;           ///< pixels
    unsigned height = 0;
    std::span<const std::uint8_t> configuration;  ///< body of avcC, hvcC, vpcC; of the file
    std::uint32_t timescale = 0;                  ///< units of a second

    Scheme scheme = Scheme::none;
    unsigned crypt_blocks = 0;  ///< pattern of cbcs
    unsigned skip_blocks = 0;
    unsigned iv_size = 0;  ///< bytes of each sample's vector: 8 or 16
    std::array<std::uint8_t, 16> key_number{};
    std::vector<std::uint8_t> blob;  ///< of the key, for OP-TEE; empty: the film has none of ours

    std::vector<Sample> samples;  ///< in decoding order
    std::vector<Subsample> subsamples;

    std::span<const Subsample> parts(const Sample& sample) const {
        return std::span(subsamples).subspan(sample.first_subsample, sample.subsamples);
    }
    /** Seconds from the first picture. */
    double seconds(std::int64_t time) const {
        return static_cast<double>(time) / static_cast<double>(timescale);
    }

    /** @p file must outlive the film; every sample lies in it. */
    static decrypt::Result<Film> parse(std::span<const std::uint8_t> file);
};

}  // namespace svp::film
