// SPDX-License-Identifier: GPL-2.0-or-later
/** Bits of headers, with the codes of H.264 and HEVC. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace svp::play {

class Bits {
 public:
    /** From bit @p first on; what is behind the end reads as 0. */
    Bits(std::span<const std::uint8_t> data, std::size_t first) : data_(data), position_(first) {}

    unsigned bit() {
        const std::size_t byte = position_ / 8;
        const unsigned value = byte < data_.size() ? data_[byte] >> (7 - position_ % 8) & 1u : 0u;
        ++position_;
        return value;
    }
    bool flag() { return bit() != 0; }
    unsigned bits(unsigned count) {
        unsigned value = 0;
        while (count-- != 0) {
            value = value << 1 | bit();
        }
        return value;
    }
    unsigned ue() {
        unsigned zeros = 0;
        while (!overrun() && zeros < 32 && bit() == 0) {
            ++zeros;
        }
        return zeros >= 32 ? 0 : (1u << zeros) - 1 + bits(zeros);
    }
    int se() {
        const unsigned code = ue();
        const auto magnitude = static_cast<int>(code / 2 + code % 2);
        return code % 2 != 0 ? magnitude : -magnitude;
    }
    void skip(std::size_t count) { position_ += count; }
    std::size_t position() const { return position_; }
    bool overrun() const { return position_ > 8 * data_.size(); }
    /** There is more than the stop bit. */
    bool more() const {
        std::size_t last = data_.size();
        while (last > 0 && data_[last - 1] == 0) {
            --last;
        }
        if (last == 0) {
            return false;
        }
        unsigned zeros = 0;
        while ((data_[last - 1] >> zeros & 1) == 0) {
            ++zeros;
        }
        return position_ < 8 * last - 1 - zeros;
    }

 private:
    std::span<const std::uint8_t> data_;
    std::size_t position_;
};

}  // namespace svp::play
