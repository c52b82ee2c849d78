// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/catalogue.hpp"

#include <vector>

#include "firewall/firewall.hpp"
#include "firewall/iomuxc_gpr.hpp"
#include "firewall/tzc380.hpp"

namespace svp {

namespace {

template <typename Core>
std::unique_ptr<Device> create(Host& host) {
    return std::make_unique<Core>(host);
}

const std::vector<CatalogueEntry> entries = {
    {"imx8mq.firewall", "i.MX 8M Quad DRAM access decision", Carrier::sysbus, create<Firewall>},
    {"imx8mq.iomuxc-gpr", "i.MX 8M Quad IOMUXC_GPR registers", Carrier::sysbus, create<IomuxcGpr>},
    {"imx8mq.tzasc", "Arm TZC-380 as in the i.MX 8M Quad", Carrier::sysbus, create<Tzc380>},
};

}  // namespace

std::span<const CatalogueEntry> catalogue() {
    return entries;
}

}  // namespace svp
