// SPDX-License-Identifier: GPL-2.0-or-later
/** Stands in for hw/vpu/entropy/cabac_decoder.hpp: bins are choices (see hevc_choices.hpp). */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../../hevc_choices.hpp"
#include "vpu/entropy/cabac_tables.hpp"

namespace svp::vpu {

/** Contexts are made in arrays, in their order. */
struct CabacContext : test::ArithmeticEncoder::Context {
    CabacContext()
        : Context{0, 0}, index(static_cast<std::uint16_t>(next++ % test::HevcChoices::context_count)) {}
    std::uint16_t index;

    /** HEVC clause 9.3.2.2, equations 9-6 and 9-7. */
    void start(int m, int n, int qp) {
        const int value = std::clamp((m * qp >> 4) + n, 1, 126);
        most_probable = value > 63 ? 1 : 0;
        state = static_cast<std::uint8_t>(value > 63 ? value - 64 : 63 - value);
    }

 private:
    static inline unsigned next = 0;
};

class CabacDecoder {
 public:
    void start(std::span<const std::uint8_t> data) { choices().start(data); }
    unsigned decode(CabacContext& context) { return choices().bin(context, context.index); }
    unsigned bypass() { return choices().bypass_bin(); }
    bool terminate() { return choices().terminate_bin(); }
    /** Raw samples, or the next code, come from where the last one did. */
    std::size_t end() const { return 0; }
    bool exhausted() const { return false; }

 private:
    static test::HevcChoices& choices() { return test::HevcChoices::instance(); }
};

}  // namespace svp::vpu
