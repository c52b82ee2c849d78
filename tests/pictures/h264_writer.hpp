// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes H.264 slice data: the arithmetic encoder of clause 9.3.4. */
#pragma once

#include <cstdint>

#include "../../tools/players/h264_cabac_table.hpp"
#include "bit_writer.hpp"
#include "choices.hpp"
#include "vpu/entropy/cabac_decoder.hpp"

namespace svp::test {

class CabacEncoder {
 public:
    /** Table @p table is 0 for I slices, else 1 + cabac_init_idc. */
    CabacEncoder(BitWriter& out, unsigned table, int qp) : out_(out) {
        for (unsigned i = 0; i < 460; ++i) {
            const int m = h264_cabac_initial[table][i][0], n = h264_cabac_initial[table][i][1];
            int value = (m * qp >> 4) + n;
            value = value < 1 ? 1 : value > 126 ? 126 : value;
            contexts_[i] = {value > 63 ? value - 64 : 63 - value, value > 63 ? 1u : 0u};
        }
    }

    /** Encodes what is on a tape. */
    void encode(const Choices& choices) {
        for (const Choices::Entry& entry : choices.tape) {
            switch (entry.event) {
                case Choices::bypass:
                    encode_bypass(entry.value);
                    break;
                case Choices::terminate:
                    encode_terminate(entry.value);
                    break;
                case Choices::raw:
                    out_.align(0);
                    for (std::size_t i = 0; i < choices.pcm_bytes; ++i) {
                        out_.put(choices.noise()[entry.value + i], 8);
                    }
                    low_ = 0;
                    range_ = 510;
                    first_ = true;
                    break;
                default:
                    encode_bin(entry.event, entry.value);
                    break;
            }
        }
    }

 private:
    struct Context {
        int state;
        unsigned most_probable;
    };

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
    void encode_bin(unsigned index, unsigned value) {
        Context& context = contexts_[index];
        const unsigned lps = vpu::cabac_range_lps[context.state][range_ >> 6 & 3];
        range_ -= lps;
        if (value != context.most_probable) {
            low_ += range_;
            range_ = lps;
            context.most_probable ^= context.state == 0 ? 1 : 0;
            context.state = vpu::cabac_next_lps[context.state];
        } else if (context.state < 62) {
            ++context.state;
        }
        renormalize();
    }
    void encode_bypass(unsigned value) {
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
    void encode_terminate(unsigned value) {
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

    BitWriter& out_;
    Context contexts_[460];
    unsigned low_ = 0;
    unsigned range_ = 510;
    unsigned outstanding_ = 0;
    bool first_ = true;
};

}  // namespace svp::test
