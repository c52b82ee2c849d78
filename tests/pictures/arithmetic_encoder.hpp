// SPDX-License-Identifier: GPL-2.0-or-later
/** The arithmetic encoder of H.264 and HEVC (H.264 clause 9.3.4.2, HEVC clause 9.3.4.5). */
#pragma once

#include <cstdint>

#include "bit_writer.hpp"

namespace svp::vpu {

/** Those of the decoder. */
extern const std::uint8_t cabac_range_lps[64][4];
extern const std::uint8_t cabac_next_lps[64];

}  // namespace svp::vpu

namespace svp::test {

class ArithmeticEncoder {
 public:
    struct Context {
        std::uint8_t state;          ///< pStateIdx
        std::uint8_t most_probable;  ///< valMPS
    };

    explicit ArithmeticEncoder(BitWriter& out) : out_(out) {}

    void start() {
        low_ = 0;
        range_ = 510;
        outstanding_ = 0;
        first_ = true;
    }
    void bin(Context& context, unsigned value) {
        const unsigned lps = vpu::cabac_range_lps[context.state][range_ >> 6 & 3];
        range_ -= lps;
        if (value != context.most_probable) {
            low_ += range_;
            range_ = lps;
            context.most_probable ^= static_cast<std::uint8_t>(context.state == 0 ? 1 : 0);
            context.state = vpu::cabac_next_lps[context.state];
        } else if (context.state < 62) {
            ++context.state;
        }
        renormalize();
    }
    void bypass(unsigned value) {
        low_ <<= 1;
        low_ += value != 0 ? range_ : 0;
        if (low_ >= 1024) {
            put_bit(1);
            low_ -= 1024;
        } else if (low_ < 512) {
            put_bit(0);
        } else {
            low_ -= 512;
            ++outstanding_;
        }
    }
    /** A bin that ends the code if it is 1; the last bit that is written then is a 1. */
    void terminate(unsigned value) {
        range_ -= 2;
        if (value == 0) {
            renormalize();
            return;
        }
        low_ += range_;
        range_ = 2;
        renormalize();
        put_bit(low_ >> 9 & 1);
        out_.put((low_ >> 7 & 3) | 1, 2);
    }

 private:
    void put_bit(unsigned value) {
        if (first_) {
            first_ = false;
        } else {
            out_.put(value, 1);
        }
        for (; outstanding_ > 0; --outstanding_) {
            out_.put(1 - value, 1);
        }
    }
    void renormalize() {
        while (range_ < 256) {
            if (low_ < 256) {
                put_bit(0);
            } else if (low_ >= 512) {
                low_ -= 512;
                put_bit(1);
            } else {
                low_ -= 256;
                ++outstanding_;
            }
            range_ <<= 1;
            low_ <<= 1;
        }
    }

    BitWriter& out_;
    unsigned low_ = 0;
    unsigned range_ = 510;
    unsigned outstanding_ = 0;
    bool first_ = true;
};

}  // namespace svp::test
