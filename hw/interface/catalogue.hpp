// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The table of all device cores, by QOM type name.
 *
 * A new core is one row in catalogue.cpp; the adapters in hw/qemu register every row as a QEMU device type.
 */
#pragma once

#include <memory>
#include <span>

#include "svp/device.hpp"

namespace svp {

/** Which adapter carries a core. */
enum class Carrier : std::uint8_t {
    sysbus,  ///< MMIO device on the system bus
    i2c,     ///< slave whose region 0 is a register file with an auto-incrementing pointer
};

struct CatalogueEntry {
    const char* type;         ///< QOM type name, zero terminated
    const char* description;  ///< one line for `-device help`
    Carrier carrier;
    std::unique_ptr<Device> (*create)(Host& host);
    /** What its registers do, or what it reports as refused, depends on the domain of who accesses them: only
     * then is the firewall asked for it at every access. */
    bool asks_domain = false;
};

/** All cores of the board. */
std::span<const CatalogueEntry> catalogue();

}  // namespace svp
