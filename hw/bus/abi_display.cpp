// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_display.h on top of svp::Dcss. */
#include "svp/abi_display.h"

#include "bus/abi_device.hpp"
#include "dcss/dcss.hpp"

const std::uint32_t* svp_display_compose(SvpDevice* dcss, std::uint32_t* width,
                                         std::uint32_t* height) noexcept {
    const svp::dcss::Screen screen = dynamic_cast<svp::Dcss&>(svp_core_of(*dcss)).compose();
    *width = screen.width;
    *height = screen.height;
    return screen.pixels.empty() ? nullptr : screen.pixels.data();
}
