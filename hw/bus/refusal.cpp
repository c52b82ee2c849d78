// SPDX-License-Identifier: GPL-2.0-or-later
#include "svp/refusal.hpp"

namespace svp {

std::string_view name(Refuser refuser) {
    switch (refuser) {
        case Refuser::caam:
            return "caam";
        case Refuser::caam_secure_memory:
            return "caam-secure-memory";
        case Refuser::tzasc:
            return "tzasc";
        case Refuser::rdc:
            return "rdc";
        case Refuser::rdc_gate:
            return "rdc-gate";
        case Refuser::csu:
            return "csu";
        case Refuser::gpr:
            return "gpr";
        case Refuser::ocotp:
            return "ocotp";
        case Refuser::src:
            return "src";
        case Refuser::aipstz:
            return "aipstz";
    }
    return "?";
}

}  // namespace svp
