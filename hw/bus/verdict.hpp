// SPDX-License-Identifier: GPL-2.0-or-later
/** What is decided about one access, and by which rule. */
#pragma once

#include <cstdint>
#include <string_view>

#include "bus/outcome.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** The rule that denied an access, and what Verdict::index counts then. */
enum class Denier : std::uint8_t {
    none,
    tzc,             ///< TZASC; its region
    rdc_region,      ///< RDC; its memory slot
    rdc_peripheral,  ///< RDC; the PDAP index
    rdc_semaphore,   ///< RDC, because the domain does not hold the gate; the PDAP index
    csl,             ///< CSU; the CSL index of a peripheral
    ocram,           ///< CSU; the CSL index of OCRAM (118) or OCRAM_S (119)
    deep_sleep,      ///< nobody's right: the chip sleeps, and the master is off the bus; 0
};

std::string_view name(Denier denier);

/** What becomes of one access. */
struct Verdict {
    bool granted = true;
    Response response = Response::okay;  ///< what the master sees; a denied access may well be answered OKAY
    Denier denier = Denier::none;
    unsigned index = 0;         ///< number of the denier's rule
    std::uint64_t address = 0;  ///< CPU address of the first denied byte
};

/** The verdict on an access, and what injected faults make of it. */
struct Decision : Verdict {
    Outcome outcome;
};

}  // namespace svp
