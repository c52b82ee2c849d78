// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_display.h on top of svp::Dcss. */
#include "svp/abi_display.h"

#include "dcss/dcss.hpp"
#include "interface/abi_device.hpp"

SvpScreen svp_display_compose(SvpDevice* device) noexcept {
    auto& dcss = dynamic_cast<svp::Dcss&>(svp_core_of(*device));
    const svp::dcss::Screen screen = dcss.compose();
    if (screen.pixels.empty()) {
        return {};
    }
    const svp::dcss::Lines changed = dcss.take_changes();
    return {screen.pixels.data(), screen.width, screen.height, changed.first, changed.end};
}
