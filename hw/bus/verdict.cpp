// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/verdict.hpp"

namespace svp {

std::string_view name(Denier denier) {
    switch (denier) {
        case Denier::none:
            return "none";
        case Denier::tzc:
            return "tzc";
        case Denier::rdc_region:
            return "rdc-region";
        case Denier::rdc_peripheral:
            return "rdc-peripheral";
        case Denier::rdc_semaphore:
            return "rdc-semaphore";
        case Denier::csl:
            return "csl";
        case Denier::ocram:
            return "ocram";
        case Denier::deep_sleep:
            return "deep-sleep";
    }
    return "?";
}

}  // namespace svp
