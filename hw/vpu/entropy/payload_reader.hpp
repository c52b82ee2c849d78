// SPDX-License-Identifier: GPL-2.0-or-later
/** Bits of a byte sequence, the highest of a byte first, with the codes that H.264 and HEVC share. */
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vpu/entropy/big_endian.hpp"

namespace svp::vpu {

/** Reads behind the end give zeros, and are remembered. */
class PayloadReader {
 public:
    PayloadReader() = default;
    explicit PayloadReader(std::span<const std::uint8_t> data) : data_(data) {
        std::size_t last = data.size();
        while (last > 0 && data[last - 1] == 0) {
            --last;
        }
        stop_ = last == 0 ? 0 : 8 * last - 1 - static_cast<unsigned>(std::countr_zero(data[last - 1]));
    }

    /** The next 32 bits, which stay. */
    std::uint32_t peek() const {
        const std::size_t byte = position_ / 8;
        std::uint64_t window = 0;
        if (byte + 8 <= data_.size()) {
            window = big_endian_64(data_.data() + byte);
        } else {
            for (unsigned i = 0; i < 8; ++i) {
                window = window << 8 | (byte + i < data_.size() ? data_[byte + i] : 0u);
            }
        }
        return static_cast<std::uint32_t>(window << position_ % 8 >> 32);
    }

    void skip(std::size_t count) { position_ += count; }

    /** @p count bits, 1 to 32. */
    std::uint32_t bits(unsigned count) {
        const std::uint32_t value = peek() >> (32 - count);
        position_ += count;
        return value;
    }
    bool flag() { return bits(1) != 0; }

    /** Exp-Golomb code, ue(v) of H.264 clause 9.1; a code of more than 32 bits is taken for an overrun. */
    std::uint32_t ue() {
        const auto zeros = static_cast<unsigned>(std::countl_zero(peek()));
        if (zeros > 31) {
            position_ = 8 * data_.size() + 1;
            return 0;
        }
        position_ += zeros;
        return bits(zeros + 1) - 1;
    }
    /** se(v). */
    std::int32_t se() {
        const std::uint32_t code = ue();
        const auto magnitude = static_cast<std::int32_t>(code / 2 + code % 2);
        return code % 2 != 0 ? magnitude : -magnitude;
    }

    /** Bits up to here. */
    std::size_t position() const { return position_; }
    void align() { position_ = (position_ + 7) / 8 * 8; }
    bool overrun() const { return position_ > 8 * data_.size(); }
    std::span<const std::uint8_t> data() const { return data_; }

    /** There is more than the stop bit and the zeros behind it (more_rbsp_data of clause 7.2). */
    bool more_rbsp_data() const { return position_ < stop_; }

 private:
    std::span<const std::uint8_t> data_;
    std::size_t position_ = 0;  ///< bits
    std::size_t stop_ = 0;      ///< where the stop bit is
};

}  // namespace svp::vpu
