// SPDX-License-Identifier: GPL-2.0-or-later
/** Stands in for hw/vpu/entropy/cabac_decoder.hpp: bins are choices (see choices.hpp). */
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../../../choices.hpp"
#include "vpu/entropy/cabac_tables.hpp"

namespace svp::vpu {

struct CabacContext {
    std::uint16_t index = 0;

    void start(int, int, int) { index = test::Choices::instance().number_context(); }
};

class CabacDecoder {
 public:
    void start(std::span<const std::uint8_t>) {}
    unsigned decode(const CabacContext& context) { return test::Choices::instance().bin(context.index); }
    unsigned bypass() { return test::Choices::instance().bypass_bin(); }
    bool terminate() { return test::Choices::instance().terminate_bin(); }
    std::size_t end() const { return test::Choices::instance().raw_place(); }
    bool exhausted() const { return false; }
};

}  // namespace svp::vpu
