// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes of a stream cut into AES blocks, for modes whose end of a stream the caller gives by itself. */
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "caam/engines/aes_key.hpp"

namespace svp::caam {

class BlockBuffer {
 public:
    /** Hands whole blocks to @p take, in order and as many at once as there are; keeps what is left of one.
     */
    template <typename Take>
    void add(std::span<const std::uint8_t> data, Take take) {
        if (held_ > 0) {
            const std::size_t part = std::min(data.size(), aes_block - held_);
            std::copy_n(data.begin(), part, hold_.begin() + static_cast<std::ptrdiff_t>(held_));
            held_ += part;
            data = data.subspan(part);
            if (held_ < aes_block) {
                return;
            }
            held_ = 0;
            take(std::span<const std::uint8_t>(hold_));
        }
        const std::size_t bulk = data.size() / aes_block * aes_block;
        if (bulk > 0) {
            take(data.first(bulk));
            data = data.subspan(bulk);
        }
        std::copy(data.begin(), data.end(), hold_.begin());
        held_ = data.size();
    }

    /** Hands what is left of a block to @p take, if anything is. */
    template <typename Take>
    void flush(Take take) {
        if (held_ > 0) {
            take(std::span<const std::uint8_t>(hold_).first(std::exchange(held_, 0)));
        }
    }

    bool empty() const { return held_ == 0; }

    void exchange(Archive& archive) {
        archive.value(held_, aes_block - 1);
        archive.bytes(std::as_writable_bytes(std::span(hold_)));
    }

 private:
    std::size_t held_ = 0;
    std::array<std::uint8_t, aes_block> hold_{};
};

}  // namespace svp::caam
