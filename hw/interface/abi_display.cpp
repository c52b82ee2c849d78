// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_display.h on top of svp::Dcss. */
#include "svp/abi_display.h"

#include "dcss/dcss.hpp"
#include "interface/abi_device.hpp"

namespace {

svp::Dcss& display_of(SvpDevice& device) {
    return dynamic_cast<svp::Dcss&>(svp_core_of(device));
}

}  // namespace

void svp_display_begin_look(SvpDevice* device) noexcept {
    display_of(*device).begin_look();
}

SvpScreen svp_display_finish_look(SvpDevice* device) noexcept {
    svp::Dcss& dcss = display_of(*device);
    const svp::dcss::Screen screen = dcss.finish_look();
    if (screen.pixels.empty()) {
        return {};
    }
    const svp::dcss::Lines changed = dcss.take_changes();
    return {screen.pixels.data(), screen.width, screen.height, changed.first, changed.end};
}
