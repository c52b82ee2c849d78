// SPDX-License-Identifier: GPL-2.0-or-later
/** What the files that make up the C interface share. */
#pragma once

#include "svp/abi.h"
#include "svp/abi_bus.h"
#include "svp/device.hpp"

namespace svp {
class Bus;
}

/** What AdapterHost::refused() hands over; lives during that call. */
struct SvpRefusal {
    const svp::Transaction& access;
    const svp::Refusal& refusal;
};

/** The core behind the adapter's handle. */
svp::Device& svp_core_of(SvpDevice& device);

/** The bus behind the adapter's handle. */
svp::Bus& svp_bus_of(SvpBus& bus);
