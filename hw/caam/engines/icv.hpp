// SPDX-License-Identifier: GPL-2.0-or-later
/** The integrity check value that comes with a message, and its comparison with the computed one. */
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "caam/job_status.hpp"

namespace svp::caam {

class Icv {
 public:
    /** Adds what the descriptor loads; what is longer than any ICV can never be right. */
    void add(std::span<const std::uint8_t> data) {
        for (const std::uint8_t byte : data) {
            if (size_ < bytes_.size()) {
                bytes_[size_] = byte;
            }
            ++size_;
        }
    }

    /** Throws JobError unless the value given is the beginning of @p computed. None given is wrong, too. */
    void check(std::span<const std::uint8_t> computed, ChaId cha) const {
        std::uint8_t difference = size_ == 0 || size_ > computed.size() ? 1 : 0;
        for (std::size_t i = 0; i < size_ && i < computed.size(); ++i) {
            difference = static_cast<std::uint8_t>(difference | (bytes_[i] ^ computed[i]));
        }
        if (difference != 0) {
            throw JobError(cha, ChaError::icv);
        }
    }

    void exchange(Archive& archive) {
        archive.bytes(std::as_writable_bytes(std::span(bytes_)));
        archive.value(size_);
    }

    std::span<const std::uint8_t> bytes() const {
        return std::span(bytes_).first(size_ < bytes_.size() ? size_ : bytes_.size());
    }

 private:
    std::array<std::uint8_t, 64> bytes_{};
    std::size_t size_ = 0;
};

}  // namespace svp::caam
