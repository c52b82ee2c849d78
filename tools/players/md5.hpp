// SPDX-License-Identifier: GPL-2.0-or-later
/** Checksums of pictures. */
#pragma once

#include <nettle/md5.h>

#include <cstdint>
#include <span>
#include <string>

namespace svp::test {

inline std::string md5_of(std::span<const std::uint8_t> data) {
    md5_ctx context;
    std::uint8_t digest[MD5_DIGEST_SIZE];
    md5_init(&context);
    md5_update(&context, data.size(), data.data());
    md5_digest(&context, sizeof digest, digest);
    std::string text;
    for (const std::uint8_t byte : digest) {
        constexpr char digits[] = "0123456789abcdef";
        text += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

}  // namespace svp::test
