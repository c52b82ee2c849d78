// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A file of encrypted samples with all that is needed to decrypt them.
 *
 * All numbers are 32 bits, little endian:
 *
 *     "SVPENC1\0"  header size  scheme  crypt blocks  skip blocks  vector size  blob size  samples  0
 *     the key's blob
 *     for each sample: its size, number of its sub-samples, 16 bytes of initialization vector,
 *                      and for each sub-sample: clear bytes, encrypted bytes
 *
 * The samples follow at offset "header size", one after the other. Schemes are numbered as in svp_decrypt.h.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "session.hpp"

namespace svp::decrypt {

struct Container {
    struct Sample {
        SampleDescription description;
        std::uint64_t size;  ///< bytes
    };

    std::vector<std::uint8_t> blob;
    std::vector<Sample> samples;
    std::uint64_t data_offset = 0;  ///< where the first sample is in the file
    std::uint64_t data_size = 0;    ///< bytes of all samples

    static constexpr std::size_t magic_size = 8;
    static constexpr std::size_t fixed_size = magic_size + 8 * sizeof(std::uint32_t);
    static constexpr std::size_t max_header = 16 << 20;

    static bool is_container(std::span<const std::uint8_t> beginning);

    /** Size of the header of a container, from its first fixed_size bytes. */
    static Result<std::size_t> header_size(std::span<const std::uint8_t> beginning);

    /** `header`: header_size() bytes. The samples are described, not yet checked. */
    static Result<Container> parse(std::span<const std::uint8_t> header);
};

}  // namespace svp::decrypt
