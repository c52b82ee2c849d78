// SPDX-License-Identifier: GPL-2.0-or-later
/** Boolean entropy decoder for frame headers of VP8 and VP9 (RFC 6386, section 7; VP9 specification,
 * section 9.2). */
#pragma once

#include <cstdint>
#include <span>

namespace svp::play {

/** It knows at which bit of the partition it is, for another one to go on from there. */
class BoolReader {
 public:
    explicit BoolReader(std::span<const std::uint8_t> partition) : partition_(partition) {
        value_ = partition.empty() ? 0u : partition[0];
    }

    bool decision(unsigned probability) {
        const unsigned split = 1 + ((range_ - 1) * probability >> 8);
        const bool bit = value_ >= split;
        range_ = bit ? range_ - split : split;
        value_ = bit ? value_ - split : value_;
        while (range_ < 128) {
            range_ <<= 1;
            value_ = value_ << 1 | next_bit();
        }
        return bit;
    }
    bool flag() { return decision(128); }
    unsigned literal(unsigned bits) {
        unsigned value = 0;
        while (bits-- != 0) {
            value = value << 1 | (flag() ? 1u : 0u);
        }
        return value;
    }
    /** Magnitude of @p bits, then the sign. */
    int signed_literal(unsigned bits) {
        const auto magnitude = static_cast<int>(literal(bits));
        return flag() ? -magnitude : magnitude;
    }
    /** A flag, and such a number if it is set; else 0. */
    int optional_signed(unsigned bits) { return flag() ? signed_literal(bits) : 0; }

    unsigned consumed() const { return position_ - 8; }
    unsigned range() const { return range_; }
    unsigned value() const { return value_; }
    /** More bits were looked at than the partition has. */
    bool overrun() const { return position_ > 8 * partition_.size(); }

 private:
    unsigned next_bit() {
        const unsigned bit = position_++;
        return bit / 8 < partition_.size() ? partition_[bit / 8] >> (7 - bit % 8) & 1u : 0u;
    }

    std::span<const std::uint8_t> partition_;
    unsigned range_ = 255;
    unsigned value_;
    unsigned position_ = 8;
};

}  // namespace svp::play
