// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes H.264 slice data in arithmetic code. */
#pragma once

#include <cstdint>

#include "../../tools/players/h264_cabac_table.hpp"
#include "arithmetic_encoder.hpp"
#include "bit_writer.hpp"
#include "choices.hpp"

namespace svp::test {

class CabacEncoder {
 public:
    /** Table @p table is 0 for I slices, else 1 + cabac_init_idc. */
    CabacEncoder(BitWriter& out, unsigned table, int qp) : out_(out) {
        for (unsigned i = 0; i < 460; ++i) {
            const int m = h264_cabac_initial[table][i][0], n = h264_cabac_initial[table][i][1];
            int value = (m * qp >> 4) + n;
            value = value < 1 ? 1 : value > 126 ? 126 : value;
            contexts_[i].state = static_cast<std::uint8_t>(value > 63 ? value - 64 : 63 - value);
            contexts_[i].most_probable = value > 63 ? 1 : 0;
        }
    }

    /** Encodes what is on a tape. */
    void encode(const Choices& choices) {
        for (const Choices::Entry& entry : choices.tape) {
            switch (entry.event) {
                case Choices::bypass:
                    arithmetic_.bypass(entry.value);
                    break;
                case Choices::terminate:
                    arithmetic_.terminate(entry.value);
                    break;
                case Choices::raw:
                    out_.align(0);
                    for (std::size_t i = 0; i < choices.pcm_bytes; ++i) {
                        out_.put(choices.noise()[entry.value + i], 8);
                    }
                    arithmetic_.start();
                    break;
                default:
                    arithmetic_.bin(contexts_[entry.event], entry.value);
                    break;
            }
        }
    }

 private:
    BitWriter& out_;
    ArithmeticEncoder arithmetic_{out_};
    ArithmeticEncoder::Context contexts_[460];
};

}  // namespace svp::test
