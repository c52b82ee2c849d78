/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks of the i.MX 8M Quad; see fsl_imx8mq_blocks.h. */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "fsl_imx8mq.h"
#include "fsl_imx8mq_blocks.h"

#define USB_SLOTS 64 /* of QEMU's model at most; its default is lost */

#define SPI(n) { NULL, n }
#define STEERED(n) { "irqsteer", n }

#define IRQ1(a) .num_irqs = 1, .irq = { a }
#define IRQ2(a, b) .num_irqs = 2, .irq = { a, b }
#define IRQ3(a, b, c) .num_irqs = 3, .irq = { a, b, c }
#define IRQ4(a, b, c, d) .num_irqs = 4, .irq = { a, b, c, d }
#define IRQ5(a, b, c, d, e) .num_irqs = 5, .irq = { a, b, c, d, e }
#define LINKS(...) .link = (const BlockLink[]) { __VA_ARGS__, { NULL } }

#define GPIO(n, low, high)                                             \
    { 0x30200000 + ((n) - 1) * 0x10000, 64 * KiB, "gpio" #n,           \
      "imx.gpio", IRQ2(SPI(low), SPI(high)),                           \
      .property = { { "has-edge-sel", true },                          \
                    { "has-upper-pin-irq", true } },                   \
      .words = true }

const Block fsl_imx8mq_blocks[] = {
    { 0x3c000000, 32 * MiB, "ddrc" },
    { 0x3dc00000, 4 * MiB, "ddr_phy_broadcast" },
    { 0x3d800000, 4 * MiB, "ddr_perf_mon", .part_of = "ddr_ctl", .region = 1 },
    { 0x3d400000, 4 * MiB, "ddr_ctl", "imx8mq.ddr-controller",
      .property = { { "size", .source = FROM_RAM } } },
    { 0x3d000000, 1 * MiB, "ddr_blk_ctrl", .part_of = "ddr_ctl", .region = 2 },
    { 0x3c000000, 16 * MiB, "ddr_phy", "imx8mq.ddr-phy",
      LINKS({ "controller", "ddr_ctl" }) },
    /* realize_gic() puts it there. */
    { FSL_IMX8MQ_GIC_BASE, 1 * MiB, "gic" },
    { 0x38100000, 2 * MiB, "usb" },
    { 0x38330000, 64 * KiB, "vpu_reserved" },
    /* Ours: the chip has nothing there, nor at these interrupts */
    { 0x38338000, 32 * KiB, "vpu_g2_bank1", "imx8mq.vpu-g2-bank",
      IRQ1(SPI(112)), LINKS({ "engine", "vpu_g2" }), .vpu_bank = 1 },
    { 0x38330000, 32 * KiB, "vpu_g1_bank1", "imx8mq.vpu-g1-bank",
      IRQ1(SPI(111)), LINKS({ "engine", "vpu_g1" }), .vpu_bank = 1 },
    { 0x38320000, 64 * KiB, "vpu_blk_ctrl", "imx8mq.vpu-blk-ctrl",
      LINKS({ "g1", "vpu_g1" }, { "g2", "vpu_g2" }) },
    { 0x38310000, 64 * KiB, "vpu_g2", "imx8mq.vpu-g2", IRQ1(SPI(8)) },
    { 0x38300000, 64 * KiB, "vpu_g1", "imx8mq.vpu-g1", IRQ1(SPI(7)) },
    { 0x382f0000, 64 * KiB, "usb2_phy" },
    { 0x38200000, 64 * KiB, "usb2", "usb_dwc3", IRQ1(SPI(41)),
      .dma = { { "dma", "usb2" } },
      .inner = "dwc3-xhci",
      .property = { { "p2", 1 }, { "p3", 1 }, { "slots", USB_SLOTS } } },
    { 0x381f0000, 64 * KiB, "usb1_phy" },
    { 0x38100000, 64 * KiB, "usb1", "usb_dwc3", IRQ1(SPI(40)),
      .dma = { { "dma", "usb1" } },
      .inner = "dwc3-xhci",
      .property = { { "p2", 1 }, { "p3", 1 }, { "slots", USB_SLOTS } } },
    { 0x38000000, 256 * KiB, "gpu" },
    { 0x33c00000, 4 * MiB, "pcie2" },
    { 0x33800000, 4 * MiB, "pcie1" },
    { 0x33000000, 32 * KiB, "apbh_dma" },
    { 0x32f80000, 64 * KiB, "tzasc", "imx8mq.tzasc", IRQ1(SPI(108)),
      LINKS({ "gpr", "iomuxc_gpr" }) },
    { 0x32e30000, 64 * KiB, "dcss_master3" },
    { 0x32e2f000, 4 * KiB, "dcss_blk_ctrl", .part_of = "dcss", .region = 1 },
    { 0x32e2e000, 4 * KiB, "dcss_lpcg" },
    { 0x32e2d000, 4 * KiB, "irqsteer", "imx8mq.irqsteer", IRQ1(SPI(18)) },
    { 0x32e00000, 0x2d000, "dcss", "imx8mq.dcss",
      IRQ5(STEERED(6), STEERED(8), STEERED(9), STEERED(16), STEERED(17)),
      LINKS({ "anatop", "anatop" }) },
    { 0x32df0000, 64 * KiB, "aipstz4", "imx8mq.aipstz" },
    { 0x32c00000, 1 * MiB, "hdmi_controller", "imx8mq.hdmi-tx" },
    { 0x32700000, 1 * MiB, "noc" },
    { 0x32000000, 7 * MiB, "gpv" },

    /* AIPS-3 */
    { 0x30bf0000, 64 * KiB, "enet2_reserved" },
    { 0x30be0000, 64 * KiB, "enet1", "imx.enet", IRQ2(SPI(118), SPI(121)),
      .dma = { { "rx-dma", "enet-rx", .devices = true },
               { "tx-dma", "enet-tx", .devices = true } },
      .property = { { "phy-num", 0 }, { "tx-ring-num", 3 } }, .nic = true,
      .words = true },
    { 0x30bd0000, 64 * KiB, "sdma1" },
    { 0x30bb0000, 64 * KiB, "qspi" },
    { 0x30b80000, 64 * KiB, "csi2" },
    { 0x30b70000, 64 * KiB, "mipi_csi_phy2" },
    { 0x30b60000, 64 * KiB, "mipi_csi2" },
    { 0x30b50000, 64 * KiB, "usdhc2", "imx-usdhc", IRQ1(SPI(23)),
      .dma = { { "dma", "usdhc2" } } },
    { 0x30b40000, 64 * KiB, "usdhc1", "imx-usdhc", IRQ1(SPI(22)),
      .dma = { { "dma", "usdhc1" } } },
    { 0x30ac0000, 64 * KiB, "sema_hs" },
    { 0x30ab0000, 64 * KiB, "mu_b" },
    { 0x30aa0000, 64 * KiB, "mu_a" },
    { 0x30a90000, 64 * KiB, "csi1" },
    { 0x30a80000, 64 * KiB, "mipi_csi_phy1" },
    { 0x30a70000, 64 * KiB, "mipi_csi1" },
    { 0x30a60000, 64 * KiB, "uart4", "imx.serial", IRQ1(SPI(29)),
      .serial = 4 },
    { 0x30a50000, 64 * KiB, "i2c4", "imx.i2c", IRQ1(SPI(38)) },
    { 0x30a40000, 64 * KiB, "i2c3", "imx.i2c", IRQ1(SPI(37)) },
    { 0x30a30000, 64 * KiB, "i2c2", "imx.i2c", IRQ1(SPI(36)) },
    { 0x30a20000, 64 * KiB, "i2c1", "imx.i2c", IRQ1(SPI(35)) },
    { 0x30a10000, 64 * KiB, "mipi_dsi_ctrl" },
    { 0x30a00000, 64 * KiB, "mipi_dsi_phy" },
    { 0x309f0000, 64 * KiB, "aipstz3", "imx8mq.aipstz" },
    { 0x30900000, 256 * KiB, "caam", "imx8mq.caam",
      IRQ4(SPI(105), SPI(106), SPI(114), SPI(91)) },
    { 0x308f0000, 64 * KiB, "spba1" },
    { 0x308a0000, 64 * KiB, "spdif2" },
    { 0x308c0000, 64 * KiB, "sai3" },
    { 0x308b0000, 64 * KiB, "sai2" },
    { 0x30890000, 64 * KiB, "uart2", "imx.serial", IRQ1(SPI(27)),
      .serial = 2 },
    { 0x30880000, 64 * KiB, "uart3", "imx.serial", IRQ1(SPI(28)),
      .serial = 3 },
    { 0x30860000, 64 * KiB, "uart1", "imx.serial", IRQ1(SPI(26)),
      .serial = 1 },
    { 0x30840000, 64 * KiB, "ecspi3", "imx.spi", IRQ1(SPI(33)),
      .words = true },
    { 0x30830000, 64 * KiB, "ecspi2", "imx.spi", IRQ1(SPI(32)),
      .words = true },
    { 0x30820000, 64 * KiB, "ecspi1", "imx.spi", IRQ1(SPI(31)),
      .words = true },
    { 0x30810000, 64 * KiB, "spdif1" },

    /* AIPS-2 */
    { 0x307f0000, 64 * KiB, "qosc" },
    { 0x307e0000, 64 * KiB, "platform_ctrl" },
    { 0x307d0000, 64 * KiB, "perfmon2" },
    { 0x307c0000, 64 * KiB, "perfmon1" },
    { 0x307b0000, 64 * KiB, "mtr" },
    { 0x306f0000, 64 * KiB, "gpt5" },
    { 0x30700000, 64 * KiB, "gpt4" },
    { 0x306e0000, 64 * KiB, "gpt6" },
    { 0x306d0000, 64 * KiB, "hdmi_ctrl" },
    { 0x306c0000, 64 * KiB, "syscnt_ctrl", .part_of = "syscnt_rd",
      .region = 2 },
    { 0x306b0000, 64 * KiB, "syscnt_cmp", .part_of = "syscnt_rd",
      .region = 1 },
    { 0x306a0000, 64 * KiB, "syscnt_rd", "imx8mq.system-counter",
      IRQ2(SPI(47), SPI(48)) },
    { 0x30690000, 64 * KiB, "pwm4" },
    { 0x30680000, 64 * KiB, "pwm3" },
    { 0x30670000, 64 * KiB, "pwm2" },
    { 0x30660000, 64 * KiB, "pwm1" },
    { 0x305f0000, 64 * KiB, "aipstz2", "imx8mq.aipstz" },

    /* AIPS-1; the chip has nothing at this slot, nor at this interrupt */
    { 0x303f0000, 64 * KiB, "test_port", "imx8mq.test-port", IRQ1(SPI(109)),
      .test_port = true },
    { 0x303e0000, 64 * KiB, "csu", "imx8mq.csu", IRQ1(SPI(21)),
      .property = { { "csl-open", .source = FROM_OPEN_CSL } } },
    { 0x303d0000, 64 * KiB, "rdc", "imx8mq.rdc", IRQ1(SPI(39)) },
    { 0x303c0000, 64 * KiB, "rdc_semaphore2", "imx8mq.rdc-semaphore" },
    { 0x303b0000, 64 * KiB, "rdc_semaphore1", "imx8mq.rdc-semaphore" },
    { 0x303a0000, 64 * KiB, "gpc", "imx8mq.gpc", IRQ1(SPI(87)),
      LINKS({ "src", "src" }, { "tzasc", "tzasc" }, { "rdc", "rdc" },
                { "csu", "csu" }, { "caam", "caam" }, { "vpu-g1", "vpu_g1" },
                { "vpu-g2", "vpu_g2" }) },
    { 0x30390000, 64 * KiB, "src", "imx8mq.src", IRQ1(SPI(89)),
      .property = { { "boot-cfg", .source = FROM_BOOT_CFG },
                    { "boot-mode", .source = FROM_BOOT_MODE } } },
    { 0x30380000, 64 * KiB, "ccm", "imx8mq.ccm", IRQ2(SPI(85), SPI(86)) },
    { 0x30370000, 64 * KiB, "snvs", "imx8mq.snvs",
      IRQ3(SPI(19), SPI(20), SPI(4)),
      .property = { { "epoch", .source = FROM_RTC } } },
    { 0x30360000, 64 * KiB, "anatop", "imx8mq.anatop", IRQ1(SPI(49)) },
    { 0x30350000, 64 * KiB, "ocotp", "imx8mq.ocotp" },
    { 0x30340000, 64 * KiB, "iomuxc_gpr", "imx8mq.iomuxc-gpr" },
    { 0x30330000, 64 * KiB, "iomuxc", "imx8mq.iomuxc" },
    { 0x30320000, 64 * KiB, "lcdif" },
    { 0x30310000, 64 * KiB, "romcp" },
    { 0x302f0000, 64 * KiB, "gpt3" },
    { 0x302e0000, 64 * KiB, "gpt2" },
    { 0x302d0000, 64 * KiB, "gpt1" },
    { 0x302c0000, 64 * KiB, "sdma2" },
    { 0x302a0000, 64 * KiB, "wdog3", "imx2.wdt", IRQ1(SPI(10)),
      .property = { { "pretimeout-support", true } } },
    { 0x30290000, 64 * KiB, "wdog2", "imx2.wdt", IRQ1(SPI(79)),
      .property = { { "pretimeout-support", true } } },
    { 0x30280000, 64 * KiB, "wdog1", "imx2.wdt", IRQ1(SPI(78)),
      .property = { { "pretimeout-support", true } } },
    { 0x30270000, 64 * KiB, "ana_osc" },
    { 0x30260000, 64 * KiB, "tmu", "imx8mq.tmu" },
    GPIO(5, 72, 73),
    GPIO(4, 70, 71),
    GPIO(3, 68, 69),
    GPIO(2, 66, 67),
    GPIO(1, 64, 65),
    { 0x301f0000, 64 * KiB, "aipstz1", "imx8mq.aipstz" },
    { 0x300f0000, 64 * KiB, "spba2" },
    { 0x30030000, 64 * KiB, "sai6" },
    { 0x30040000, 64 * KiB, "sai5" },
    { 0x30050000, 64 * KiB, "sai4" },
    { 0x30010000, 64 * KiB, "sai1" },
    { 0x30000000, 64 * KiB, "spba2_bus" },

    { 0x31000000, 192 * KiB, "gicc_gicv_gich" },
    { 0x28000000, 16 * MiB, "coresight" },
    { 0x20000000, 128 * MiB, "pcie2_memory" },
    { 0x18000000, 128 * MiB, "pcie1_memory" },
    { FSL_IMX8MQ_QSPI_BASE, 256 * MiB, "qspi_memory" },
    { 0x00100000, 32 * KiB, "caam_secure_ram", .part_of = "caam",
      .region = 1 },
};

const unsigned fsl_imx8mq_num_blocks = ARRAY_SIZE(fsl_imx8mq_blocks);

const OnChipMemory fsl_imx8mq_memories[FSL_IMX8MQ_NUM_MEMORIES] = {
    { 0x00900000, 128 * KiB, "ocram" },
    { 0x00180000, 32 * KiB, "ocram-s" },
    { 0x007e0000, 256 * KiB, "tcm" },
};

const BlockLink fsl_imx8mq_firewall_links[] = {
    { "tzasc", "tzasc" }, { "gpr", "iomuxc_gpr" },
    { "rdc", "rdc" },     { "csu", "csu" },
    { "semaphore1", "rdc_semaphore1" },
    { "semaphore2", "rdc_semaphore2" }, { "gpc", "gpc" }, { NULL },
};

const BlockLink fsl_imx8mq_monitor_links[] = {
    { "tzasc", "tzasc" }, { "gpr", "iomuxc_gpr" },
    { "rdc", "rdc" },     { "csu", "csu" }, { NULL },
};
