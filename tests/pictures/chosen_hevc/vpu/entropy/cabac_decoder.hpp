// SPDX-License-Identifier: GPL-2.0-or-later
/** Stands in for hw/vpu/entropy/cabac_decoder.hpp: bins are choices (see hevc_choices.hpp). */
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../../../hevc_choices.hpp"

namespace svp::vpu {

/** Contexts are made in arrays, in their order. */
struct CabacContext : test::ArithmeticEncoder::Context {
    CabacContext()
        : Context{0, 0}, index(static_cast<std::uint16_t>(next++ % test::HevcChoices::context_count)) {}
    std::uint16_t index;

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
