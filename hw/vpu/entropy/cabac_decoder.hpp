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

namespace svp::vpu {

/** State of a context: pStateIdx (0 to 62) and valMPS. */
struct CabacContext {
    std::uint8_t state = 0;
    std::uint8_t most_probable = 0;

    /** Start of a slice, clause 9.3.1.1: @p m and @p n of the context, @p qp of the slice (0 to 51). */
    void start(int m, int n, int qp) {
        int value = (m * qp >> 4) + n;
        value = value < 1 ? 1 : value > 126 ? 126 : value;
        most_probable = value > 63 ? 1 : 0;
        state = static_cast<std::uint8_t>(value > 63 ? value - 64 : 63 - value);
    }
};

/** Tables of clauses 9.3.3.2.1.1: range of the less probable symbol, and the state after it. */
extern const std::uint8_t cabac_range_lps[64][4];
extern const std::uint8_t cabac_next_lps[64];

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

    unsigned decode(CabacContext& context) {
        const std::uint32_t lps = cabac_range_lps[context.state][range_ >> 6 & 3];
        range_ -= lps;
        const std::uint64_t edge = std::uint64_t{range_} << spare_;
        unsigned bin = context.most_probable;
        if (value_ < edge) {
            context.state = static_cast<std::uint8_t>(context.state < 62 ? context.state + 1 : context.state);
            if (range_ >= 256) {
                return bin;
            }
        } else {
            value_ -= edge;
            range_ = lps;
            bin ^= 1;
            context.most_probable ^= static_cast<std::uint8_t>(context.state == 0 ? 1 : 0);
            context.state = cabac_next_lps[context.state];
        }
        shift(std::countl_zero(range_) - 23);
        return bin;
    }

    unsigned bypass() {
        shift_value(1);
        const std::uint64_t edge = std::uint64_t{range_} << spare_;
        if (value_ < edge) {
            return 0;
        }
        value_ -= edge;
        return 1;
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
