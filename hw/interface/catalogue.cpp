// SPDX-License-Identifier: GPL-2.0-or-later
#include "interface/catalogue.hpp"

#include "caam/caam.hpp"
#include "dcss/dcss.hpp"
#include "dcss/hdmi_tx.hpp"
#include "ddr/controller.hpp"
#include "ddr/phy.hpp"
#include "firewall/aipstz.hpp"
#include "firewall/csu.hpp"
#include "firewall/firewall.hpp"
#include "firewall/iomuxc_gpr.hpp"
#include "firewall/rdc.hpp"
#include "firewall/rdc_semaphore.hpp"
#include "firewall/tzc380.hpp"
#include "observer/bus_monitor.hpp"
#include "observer/test_port.hpp"
#include "soc/anatop.hpp"
#include "soc/ccm.hpp"
#include "soc/gpc.hpp"
#include "soc/iomuxc.hpp"
#include "soc/irqsteer.hpp"
#include "soc/ocotp.hpp"
#include "soc/pfuze100.hpp"
#include "soc/snvs.hpp"
#include "soc/src.hpp"
#include "soc/system_counter.hpp"
#include "soc/tmu.hpp"
#include "soc/vpu_blk_ctrl.hpp"
#include "vpu/g1/vpu_g1.hpp"
#include "vpu/g2/vpu_g2.hpp"

namespace svp {

namespace {

template <typename Core>
std::unique_ptr<Device> create(Host& host) {
    return std::make_unique<Core>(host);
}

constexpr bool asks_domain = true;

constexpr CatalogueEntry entries[] = {
    {"imx8mq.bus-monitor", "record of denied accesses and faults to inject", Carrier::sysbus,
     create<BusMonitor>},
    {"imx8mq.caam", "i.MX 8M Quad cryptographic accelerator", Carrier::sysbus, create<Caam>, asks_domain},
    {"imx8mq.aipstz", "i.MX 8M Quad peripheral bus bridge", Carrier::sysbus, create<Aipstz>, asks_domain},
    {"imx8mq.csu", "i.MX 8M Quad central security unit", Carrier::sysbus, create<Csu>, asks_domain},
    {"imx8mq.dcss", "i.MX 8M Quad display controller", Carrier::sysbus, create<Dcss>},
    {"imx8mq.hdmi-tx", "i.MX 8M Quad HDMI transmitter", Carrier::sysbus, create<HdmiTx>},
    {"imx8mq.ddr-controller", "i.MX 8M Quad DDR controller", Carrier::sysbus, create<DdrController>},
    {"imx8mq.ddr-phy", "i.MX 8M Quad DDR PHY", Carrier::sysbus, create<DdrPhy>},
    {"imx8mq.firewall", "i.MX 8M Quad access decision", Carrier::sysbus, create<Firewall>},
    {"imx8mq.iomuxc-gpr", "i.MX 8M Quad IOMUXC_GPR registers", Carrier::sysbus, create<IomuxcGpr>,
     asks_domain},
    {"imx8mq.rdc", "i.MX 8M Quad resource domain controller", Carrier::sysbus, create<Rdc>, asks_domain},
    {"imx8mq.rdc-semaphore", "i.MX 8M Quad RDC semaphores", Carrier::sysbus, create<RdcSemaphore>,
     asks_domain},
    {"imx8mq.tzasc", "Arm TZC-380 as in the i.MX 8M Quad", Carrier::sysbus, create<Tzc380>, asks_domain},
    {"imx8mq.anatop", "i.MX 8M Quad PLLs and chip identification", Carrier::sysbus, create<Anatop>},
    {"imx8mq.ccm", "i.MX 8M Quad clock controller", Carrier::sysbus, create<Ccm>},
    {"imx8mq.gpc", "i.MX 8M Quad power controller", Carrier::sysbus, create<Gpc>},
    {"imx8mq.iomuxc", "i.MX 8M Quad pin multiplexer", Carrier::sysbus, create<Iomuxc>},
    {"imx8mq.irqsteer", "i.MX 8M Quad display interrupt steering", Carrier::sysbus, create<Irqsteer>},
    {"imx8mq.ocotp", "i.MX 8M Quad fuses", Carrier::sysbus, create<Ocotp>, asks_domain},
    {"imx8mq.pfuze100", "PFUZE100 power management chip of the EVK", Carrier::i2c, create<Pfuze100>},
    {"imx8mq.snvs", "i.MX 8M Quad real-time clocks, ON/OFF key and power-off", Carrier::sysbus, create<Snvs>},
    {"imx8mq.src", "i.MX 8M Quad reset controller", Carrier::sysbus, create<Src>, asks_domain},
    {"imx8mq.system-counter", "i.MX 8M Quad system counter", Carrier::sysbus, create<SystemCounter>},
    {"imx8mq.test-port", "DMA engine that acts as any bus master, for tests", Carrier::sysbus,
     create<TestPort>},
    {"imx8mq.tmu", "i.MX 8M Quad thermal monitor", Carrier::sysbus, create<Tmu>},
    {"imx8mq.vpu-blk-ctrl", "i.MX 8M Quad video decoder control block", Carrier::sysbus, create<VpuBlkCtrl>},
    {"imx8mq.vpu-g1", "i.MX 8M Quad video decoder G1", Carrier::sysbus, create<VpuG1>},
    {"imx8mq.vpu-g1-bank", "second register bank of the video decoder G1", Carrier::sysbus,
     create<VpuG1Bank>},
    {"imx8mq.vpu-g2", "i.MX 8M Quad video decoder G2", Carrier::sysbus, create<VpuG2>},
    {"imx8mq.vpu-g2-bank", "second register bank of the video decoder G2", Carrier::sysbus,
     create<VpuG2Bank>},
};

}  // namespace

std::span<const CatalogueEntry> catalogue() {
    return entries;
}

}  // namespace svp
