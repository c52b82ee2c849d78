// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Binary arithmetic decoder of H.264 and HEVC (H.264 clause 9.3.3.2, HEVC clause 9.3.4.3).
 *
 * It reads bytes that are in the decoder already; behind their end it goes on with zeros, and tells so.
 */
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vpu/entropy/big_endian.hpp"
#include "vpu/entropy/cabac_tables.hpp"

namespace svp::vpu {

/** State of a context. */
struct CabacContext {
    std::uint8_t state = 0;  ///< 2 * pStateIdx (0 to 62) + valMPS

    /** Start of a slice, clause 9.3.1.1: @p m and @p n of the context, @p qp of the slice (0 to 51). */
    void start(int m, int n, int qp) {
        int value = (m * qp >> 4) + n;
        value = value < 1 ? 1 : value > 126 ? 126 : value;
        state = static_cast<std::uint8_t>(value > 63 ? 2 * (value - 64) + 1 : 2 * (63 - value));
    }
};

class CabacDecoder {
 public:
    /** Begins at the first byte of @p data. */
    void start(std::span<const std::uint8_t> data) {
        data_ = data;
        next_ = 0;
        padding_ = 0;
        range_ = 510;
        value_ = 0;
        spare_ = -9;
        fill();
    }

    /** Without branches: which symbol comes cannot be foreseen. Both outcomes are computed as far as they can
     * be, so that little is left to do once it is known which one it is. */
    unsigned decode(CabacContext& context) {
        const CabacState& state = cabac_states[context.state];
        const auto less_probable = static_cast<std::uint32_t>(state.less_probable >> (range_ >> 2 & 48));
        const std::uint32_t lps = less_probable & 0xff;
        const std::uint32_t lps_shift = less_probable >> 8 & 0xff;
        const std::uint32_t mps = range_ - lps;  // 128 or more
        const std::uint64_t edge = std::uint64_t{mps} << spare_;
        const std::uint64_t mask = std::uint64_t{0} - (value_ >= edge ? 1 : 0);
        const auto less = static_cast<std::uint32_t>(mask);  // all bits: the less probable symbol
        const std::uint32_t mps_shift = mps >> 8 ^ 1;
        const std::uint32_t more_range = mps << mps_shift, less_range = lps << lps_shift;
        const unsigned symbol = (context.state ^ less) & 1;
        value_ -= edge & mask;
        range_ = more_range ^ ((more_range ^ less_range) & less);
        context.state = static_cast<std::uint8_t>(state.more ^ (state.other & less));
        shift_value(static_cast<int>(mps_shift ^ ((mps_shift ^ lps_shift) & less)));
        return symbol;
    }

    unsigned bypass() {
        shift_value(1);
        const std::uint64_t edge = std::uint64_t{range_} << spare_;
        const unsigned symbol = value_ >= edge ? 1 : 0;
        value_ -= edge & (std::uint64_t{0} - symbol);
        return symbol;
    }

    /** End of a slice, or raw samples follow. */
    bool terminate() {
        range_ -= 2;
        if (value_ >= std::uint64_t{range_} << spare_) {
            return true;
        }
        shift(std::countl_zero(range_) - 23);
        return false;
    }

    /** Byte behind the arithmetic code, once terminate() has said so. */
    std::size_t end() const { return (8 * next_ - static_cast<std::size_t>(spare_) + 7) / 8; }

    /** More was used up than there is. */
    bool exhausted() const { return padding_ * 8 > static_cast<std::size_t>(spare_) + 16; }

 private:
    void shift(int count) {
        range_ <<= count;
        shift_value(count);
    }
    void shift_value(int count) {
        spare_ -= count;
        if (spare_ < 0) {
            fill();
        }
    }
    void fill() {
        if (next_ < data_.size() && data_.size() - next_ >= 4) {
            value_ = value_ << 32 | big_endian_32(data_.data() + next_);
            next_ += 4;
            spare_ += 32;
            return;
        }
        while (spare_ < 23) {
            value_ <<= 8;
            if (next_ < data_.size()) {
                value_ |= data_[next_];
            } else {
                ++padding_;
            }
            ++next_;
            spare_ += 8;
        }
    }

    std::span<const std::uint8_t> data_;
    std::size_t next_ = 0;     ///< byte that comes into value_ next
    std::size_t padding_ = 0;  ///< bytes behind the end
    std::uint64_t value_ = 0;  ///< offset, with spare_ more bits below it
    std::uint32_t range_ = 510;
    int spare_ = 0;
};

}  // namespace svp::vpu
