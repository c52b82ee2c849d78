/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NXP i.MX 8M Quad: memory map, interrupts and wiring.
 *
 * Reference: IMX8MDQLQ reference manual for block names; addresses and
 * interrupt numbers as in Linux's imx8mq.dtsi and TF-A's platform definitions.
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/notify.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qobject/qlist.h"
#include "exec/address-spaces.h"
#include "hw/arm/bsa.h"
#include "hw/boards.h"
#include "hw/char/imx_serial.h"
#include "hw/core/split-irq.h"
#include "hw/intc/arm_gicv3.h"
#include "hw/irq.h"
#include "hw/misc/unimp.h"
#include "hw/qdev-properties.h"
#include "hw/sd/sdhci.h"
#include "migration/vmstate.h"
#include "net/net.h"
#include "system/rtc.h"
#include "system/runstate.h"
#include "system/system.h"
#include "hw/svp/hw/qemu/svp_bus.h"
#include "hw/svp/hw/qemu/svp_device.h"
#include "hw/svp/hw/qemu/svp_display.h"
#include "hw/svp/hw/qemu/svp_monitor.h"
#include "hw/svp/hw/qemu/svp_qmp.h"
#include "hw/svp/hw/qemu/svp_views.h"
#include "svp/abi_view.h"
#include "fsl_imx8mq.h"

#define NUM_SPIS 128

#define BOOT_ROM_BASE 0
#define BOOT_ROM_SIZE (128 * KiB)
#define GIC_DIST_BASE 0x38800000
#define GIC_REDIST_BASE 0x38880000

#define USB_SLOTS 64 /* of QEMU's model at most; its default is lost */
#define COUNTER_FREQUENCY 8333333 /* Hz; TF-A writes the same to CNTFRQ */

/* Where the value of a property comes from. */
typedef enum BlockSource {
    FROM_TABLE,
    FROM_RTC,      /* seconds since 1970 at the start, as -rtc says */
    FROM_OPEN_CSL, /* the SoC's property of that name */
} BlockSource;

typedef struct BlockProperty {
    const char *name;
    uint64_t value;
    BlockSource source;
} BlockProperty;

typedef struct BlockLink {
    const char *role;
    const char *block;
} BlockLink;

/* A port by which QEMU's model of a block does DMA. */
typedef struct BlockDma {
    const char *link;
    const char *master; /* name of the svp::Master whose view it gets */
    bool devices;       /* else it reaches memories only */
} BlockDma;

/* Where an interrupt output goes. */
typedef struct BlockIrq {
    const char *to; /* NULL: input of GIC and GPC, else a block's */
    uint8_t input;
} BlockIrq;

#define SPI(n) { NULL, n }
#define STEERED(n) { "irqsteer", n }

typedef struct Block {
    hwaddr addr;
    uint64_t size;
    const char *name;
    const char *type;    /* QOM type; NULL: not modelled, or part of a block */
    const char *part_of; /* block whose MMIO region `region` sits here */
    const char *inner;   /* child with the properties and interrupt lines */
    unsigned region;
    BlockDma dma[2];
    unsigned num_irqs;
    BlockIrq irq[5];
    BlockProperty property[4];
    const BlockLink *link; /* ends with a role of NULL */
    unsigned serial;       /* number of its -serial, from 1 */
    bool nic;              /* takes a -nic */
    bool test_port; /* modelled only if the board wants a test port */
    unsigned vpu_bank; /* modelled only if the board has more banks than that */
} Block;

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
                    { "has-upper-pin-irq", true } } }

/* Where windows lie inside of others, the larger one comes first. */
static const Block blocks[] = {
    { 0x3c000000, 32 * MiB, "ddrc" },
    { 0x3dc00000, 4 * MiB, "ddr_phy_broadcast" },
    { 0x3d800000, 4 * MiB, "ddr_perf_mon" },
    { 0x3d400000, 4 * MiB, "ddr_ctl" },
    { 0x3d000000, 1 * MiB, "ddr_blk_ctrl" },
    { 0x3c000000, 16 * MiB, "ddr_phy" },
    { GIC_DIST_BASE, 1 * MiB, "gic" }, /* realize_gic() puts it there */
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
      .property = { { "phy-num", 0 }, { "tx-ring-num", 3 } }, .nic = true },
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
    { 0x30840000, 64 * KiB, "ecspi3", "imx.spi", IRQ1(SPI(33)) },
    { 0x30830000, 64 * KiB, "ecspi2", "imx.spi", IRQ1(SPI(32)) },
    { 0x30820000, 64 * KiB, "ecspi1", "imx.spi", IRQ1(SPI(31)) },
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
    { 0x30390000, 64 * KiB, "src", "imx8mq.src", IRQ1(SPI(89)) },
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
    { 0x007e0000, 128 * KiB, "tcm_itcm" },
    { 0x00800000, 128 * KiB, "tcm_dtcm" },
    { 0x00100000, 32 * KiB, "caam_secure_ram", .part_of = "caam",
      .region = 1 },
};

typedef struct Memory {
    hwaddr addr;
    uint64_t size;
    const char *name;
} Memory;

static const Memory memories[] = {
    { 0x00900000, 128 * KiB, "ocram" },
    { 0x00180000, 32 * KiB, "ocram-s" },
};

/* Who the firewall and the bus monitor have to know. */
static const BlockLink firewall_links[] = {
    { "tzasc", "tzasc" }, { "gpr", "iomuxc_gpr" },
    { "rdc", "rdc" },     { "csu", "csu" },
    { "semaphore1", "rdc_semaphore1" },
    { "semaphore2", "rdc_semaphore2" }, { "gpc", "gpc" },
};

static const BlockLink monitor_links[] = {
    { "tzasc", "tzasc" }, { "gpr", "iomuxc_gpr" },
    { "rdc", "rdc" },     { "csu", "csu" },
};

static const char *const uarts[] = { "uart1", "uart2", "uart3", "uart4" };
static const char *const usdhcs[] = { "usdhc1", "usdhc2" };

struct FslImx8mqState {
    DeviceState parent_obj;

    DeviceState *block[ARRAY_SIZE(blocks)];
    DeviceState *cpu[FSL_IMX8MQ_NUM_CPUS];
    DeviceState *gic;
    DeviceState *spi[NUM_SPIS]; /* to GIC and GPC; NULL: nobody drives it */
    MemoryRegion *ram;
    bool open_csl;
    bool sync;
    bool test_port;
    uint32_t vpu_banks;
    DeviceState *firewall;
    DeviceState *monitor_device;
    SvpMonitor *monitor;
    SvpViews *views;
    SvpBus *bus;
    MemoryRegion devices; /* all that is not judged memory */
    MemoryRegion memory[ARRAY_SIZE(memories)];
    MemoryRegion boot_rom;
    Notifier powerdown;

    /* Only while a state is saved or loaded; see vmstate_fsl_imx8mq. */
    uint32_t saved_ucr2[ARRAY_SIZE(uarts)];
    uint16_t saved_hostctl2[ARRAY_SIZE(usdhcs)];
    uint32_t saved_vendor_spec[ARRAY_SIZE(usdhcs)];
};

/*
 * What the mask ROM does for this board: start the image in the QSPI flash.
 * Bytes 0x800 and 0x83C, where TF-A looks for the silicon revision, stay 0:
 * then the OCOTP decides.
 */
static const uint32_t boot_rom_code[] = {
    const_le32(0x58000040), /* ldr x0, =flash */
    const_le32(0xd61f0000), /* br x0 */
    const_le32(FSL_IMX8MQ_QSPI_BASE),
    const_le32(0),
};

DeviceState *fsl_imx8mq_block(FslImx8mqState *s, const char *name)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(blocks); i++) {
        if (blocks[i].type && !strcmp(blocks[i].name, name)) {
            return s->block[i];
        }
    }
    g_assert_not_reached();
}

MemoryRegion *fsl_imx8mq_devices(FslImx8mqState *s)
{
    return &s->devices;
}

ARMCPU *fsl_imx8mq_cpu(FslImx8mqState *s, unsigned number)
{
    return ARM_CPU(s->cpu[number]);
}

static void map_device(FslImx8mqState *s, DeviceState *dev, unsigned region,
                       hwaddr addr)
{
    memory_region_add_subregion(
        &s->devices, addr, sysbus_mmio_get_region(SYS_BUS_DEVICE(dev), region));
}

/*
 * Below whatever else lies there: a window is as large as the chip's, and what
 * a model has no register for reads as zero and says so in the log.
 */
static void map_unimplemented(FslImx8mqState *s, const Block *block)
{
    DeviceState *dev = qdev_new(TYPE_UNIMPLEMENTED_DEVICE);

    qdev_prop_set_string(dev, "name", block->name);
    qdev_prop_set_uint64(dev, "size", block->size);
    sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), &error_fatal);
    memory_region_add_subregion_overlap(
        &s->devices, block->addr,
        sysbus_mmio_get_region(SYS_BUS_DEVICE(dev), 0), -1000);
}

static bool realize_cpus(FslImx8mqState *s, unsigned count, Error **errp)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        Object *cpu = object_new(ARM_CPU_TYPE_NAME("cortex-a53"));
        g_autofree char *name = g_strdup_printf("cpu%u", i);

        object_property_add_child(OBJECT(s), name, cpu);
        object_unref(cpu);
        s->cpu[i] = DEVICE(cpu);
        object_property_set_int(cpu, "cntfrq", COUNTER_FREQUENCY, &error_abort);
        object_property_set_int(cpu, "rvbar", BOOT_ROM_BASE, &error_abort);
        object_property_set_int(cpu, "reset-cbar", GIC_DIST_BASE, &error_abort);
        object_property_set_link(cpu, "memory",
                                 OBJECT(svp_views_cpu(s->views, false)),
                                 &error_abort);
        object_property_set_link(cpu, "secure-memory",
                                 OBJECT(svp_views_cpu(s->views, true)),
                                 &error_abort);
        if (i) {
            /* Powered up through GPC and SRC, or by QEMU's PSCI. */
            object_property_set_bool(cpu, "start-powered-off", true,
                                     &error_abort);
        }
        if (!qdev_realize(s->cpu[i], NULL, errp)) {
            return false;
        }
        svp_monitor_watch_cpu(s->monitor, ARM_CPU(cpu));
    }
    return true;
}

static void connect_cpu_to_gic(FslImx8mqState *s, unsigned cpu, unsigned count)
{
    static const int timer_ppi[] = {
        [GTIMER_PHYS] = ARCH_TIMER_NS_EL1_IRQ,
        [GTIMER_VIRT] = ARCH_TIMER_VIRT_IRQ,
        [GTIMER_HYP] = ARCH_TIMER_NS_EL2_IRQ,
        [GTIMER_SEC] = ARCH_TIMER_S_EL1_IRQ,
    };
    static const int cpu_line[] = { ARM_CPU_IRQ, ARM_CPU_FIQ, ARM_CPU_VIRQ,
                                    ARM_CPU_VFIQ };
    SysBusDevice *gic = SYS_BUS_DEVICE(s->gic);
    int ppi_base = NUM_SPIS + cpu * GIC_INTERNAL;
    qemu_irq irq;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(timer_ppi); i++) {
        qdev_connect_gpio_out(s->cpu[cpu], i,
                              qdev_get_gpio_in(s->gic,
                                               ppi_base + timer_ppi[i]));
    }
    irq = qdev_get_gpio_in(s->gic, ppi_base + ARCH_GIC_MAINT_IRQ);
    qdev_connect_gpio_out_named(s->cpu[cpu], "gicv3-maintenance-interrupt", 0,
                                irq);
    irq = qdev_get_gpio_in(s->gic, ppi_base + VIRTUAL_PMU_IRQ);
    qdev_connect_gpio_out_named(s->cpu[cpu], "pmu-interrupt", 0, irq);
    for (i = 0; i < ARRAY_SIZE(cpu_line); i++) {
        sysbus_connect_irq(gic, cpu + i * count,
                           qdev_get_gpio_in(s->cpu[cpu], cpu_line[i]));
    }
}

static bool realize_gic(FslImx8mqState *s, unsigned cpus, Error **errp)
{
    QList *redistributors = qlist_new();
    unsigned i;

    s->gic = qdev_new(TYPE_ARM_GICV3);
    object_property_add_child(OBJECT(s), "gic", OBJECT(s->gic));
    qdev_prop_set_uint32(s->gic, "num-cpu", cpus);
    qdev_prop_set_uint32(s->gic, "num-irq", NUM_SPIS + GIC_INTERNAL);
    qdev_prop_set_bit(s->gic, "has-security-extensions", true);
    qlist_append_int(redistributors, cpus);
    qdev_prop_set_array(s->gic, "redist-region-count", redistributors);
    object_property_set_link(OBJECT(s->gic), "sysmem",
                             OBJECT(get_system_memory()), &error_fatal);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(s->gic), errp)) {
        return false;
    }
    map_device(s, s->gic, 0, GIC_DIST_BASE);
    map_device(s, s->gic, 1, GIC_REDIST_BASE);
    for (i = 0; i < cpus; i++) {
        connect_cpu_to_gic(s, i, cpus);
    }
    return true;
}

static uint64_t property_value(FslImx8mqState *s, const BlockProperty *property)
{
    struct tm now;

    switch (property->source) {
    case FROM_TABLE:
        return property->value;
    case FROM_RTC:
        qemu_get_timedate(&now, 0);
        return mktimegm(&now);
    case FROM_OPEN_CSL:
        return s->open_csl;
    }
    g_assert_not_reached();
}

static void set_block_property(FslImx8mqState *s, Object *obj,
                               const BlockProperty *property)
{
    uint64_t value = property_value(s, property);
    /* Booleans and numbers share the table; the property's own type decides. */
    ObjectProperty *found = object_property_find_err(obj, property->name,
                                                     &error_abort);

    if (!strcmp(found->type, "bool")) {
        object_property_set_bool(obj, property->name, value, &error_abort);
    } else {
        object_property_set_uint(obj, property->name, value, &error_abort);
    }
}

static Object *block_inner(const Block *block, DeviceState *dev)
{
    return block->inner ?
           object_resolve_path_component(OBJECT(dev), block->inner) :
           OBJECT(dev);
}

static DeviceState *new_block(FslImx8mqState *s, const Block *block)
{
    DeviceState *dev = qdev_new(block->type);
    Object *inner = block_inner(block, dev);
    unsigned i;

    object_property_add_child(OBJECT(s), block->name, OBJECT(dev));
    for (i = 0; i < ARRAY_SIZE(block->property); i++) {
        if (block->property[i].name) {
            set_block_property(s, inner, &block->property[i]);
        }
    }
    for (i = 0; i < ARRAY_SIZE(block->dma) && block->dma[i].link; i++) {
        const BlockDma *dma = &block->dma[i];
        int master = svp_master_number(dma->master);
        MemoryRegion *view = dma->devices ?
                             svp_views_bus_master(s->views, master) :
                             svp_views_memory_master(s->views, master);

        g_assert(master >= 0);
        object_property_set_link(inner, dma->link, OBJECT(view), &error_abort);
    }
    if (object_dynamic_cast(OBJECT(dev), TYPE_SVP_DEVICE)) {
        svp_device_put_on_bus(SVP_DEVICE(dev), s->views, s->bus, s->sync);
    }
    if (block->serial) {
        qdev_prop_set_chr(dev, "chardev", serial_hd(block->serial - 1));
    }
    if (block->nic) {
        qemu_configure_nic_device(dev, true, NULL);
    }
    return dev;
}

/* The GIC's input @number; the GPC, which wakes the chip, sees it too. */
static qemu_irq spi_input(FslImx8mqState *s, unsigned number)
{
    if (!s->spi[number]) {
        DeviceState *split = qdev_new(TYPE_SPLIT_IRQ);
        g_autofree char *name = g_strdup_printf("spi%u", number);

        object_property_add_child(OBJECT(s), name, OBJECT(split));
        qdev_prop_set_uint16(split, "num-lines", 2);
        qdev_realize_and_unref(split, NULL, &error_fatal);
        qdev_connect_gpio_out(split, 0, qdev_get_gpio_in(s->gic, number));
        s->spi[number] = split;
    }
    return qdev_get_gpio_in(s->spi[number], 0);
}

/* Who resets the chip tells the SRC before, and the SRC who did afterwards. */
static void connect_watchdogs_to_src(FslImx8mqState *s)
{
    static const char *const watchdogs[] = { "wdog1", "wdog2", "wdog3" };
    DeviceState *src = fsl_imx8mq_block(s, "src");
    DeviceState *split = qdev_new(TYPE_SPLIT_IRQ);
    unsigned i;

    object_property_add_child(OBJECT(s), "power-on", OBJECT(split));
    qdev_prop_set_uint16(split, "num-lines", ARRAY_SIZE(watchdogs));
    qdev_realize_and_unref(split, NULL, &error_fatal);
    for (i = 0; i < ARRAY_SIZE(watchdogs); i++) {
        DeviceState *watchdog = fsl_imx8mq_block(s, watchdogs[i]);

        qdev_connect_gpio_out_named(watchdog, "reset-request", 0,
                                    qdev_get_gpio_in(src, i));
        qdev_connect_gpio_out(split, i,
                              qdev_get_gpio_in_named(watchdog, "power-on", 0));
    }
    sysbus_connect_irq(SYS_BUS_DEVICE(src), 1, qdev_get_gpio_in(split, 0));
}

static void press_power_key(Notifier *notifier, void *data)
{
    FslImx8mqState *s = container_of(notifier, FslImx8mqState, powerdown);

    qemu_irq_pulse(qdev_get_gpio_in(fsl_imx8mq_block(s, "snvs"), 0));
}

static void power_off(void *opaque, int line, int level)
{
    if (level) {
        qemu_system_shutdown_request(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
    }
}

/* What the SNVS has to do with the board: its key, and its power. */
static void connect_power(FslImx8mqState *s)
{
    sysbus_connect_irq(SYS_BUS_DEVICE(fsl_imx8mq_block(s, "snvs")), 3,
                       qemu_allocate_irq(power_off, NULL, 0));
    s->powerdown.notify = press_power_key;
    qemu_register_powerdown_notifier(&s->powerdown);
}

static void connect_spis_to_gpc(FslImx8mqState *s)
{
    DeviceState *gpc = fsl_imx8mq_block(s, "gpc");
    unsigned i;

    for (i = 0; i < NUM_SPIS; i++) {
        if (s->spi[i]) {
            qdev_connect_gpio_out(s->spi[i], 1, qdev_get_gpio_in(gpc, i));
        }
    }
}

static bool realize_block(FslImx8mqState *s, unsigned i, Error **errp)
{
    const Block *block = &blocks[i];

    s->block[i] = new_block(s, block);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(s->block[i]), errp)) {
        return false;
    }
    map_device(s, s->block[i], 0, block->addr);
    return true;
}

/*
 * Each output drives its input by way of the monitor. Saved states count on the
 * order: those to the GIC before those to blocks (@to_blocks).
 */
static void connect_irqs(FslImx8mqState *s, unsigned i, bool to_blocks)
{
    const Block *block = &blocks[i];
    SysBusDevice *owner;
    unsigned n;

    if (!block->num_irqs || !s->block[i]) {
        return;
    }
    owner = SYS_BUS_DEVICE(block_inner(block, s->block[i]));
    for (n = 0; n < block->num_irqs && sysbus_has_irq(owner, n); n++) {
        const BlockIrq *irq = &block->irq[n];
        qemu_irq input;

        if (to_blocks != (irq->to != NULL)) {
            continue;
        }
        input = irq->to ? qdev_get_gpio_in(fsl_imx8mq_block(s, irq->to),
                                           irq->input) :
                          spi_input(s, irq->input);
        sysbus_connect_irq(owner, n,
                           svp_monitor_line(s->monitor, block->name, n, input));
    }
}

static bool realize_blocks(FslImx8mqState *s, Error **errp)
{
    unsigned i, n;

    for (i = 0; i < ARRAY_SIZE(blocks); i++) {
        const Block *block = &blocks[i];

        if (block->type && (!block->test_port || s->test_port) &&
            block->vpu_bank < s->vpu_banks && !realize_block(s, i, errp)) {
            return false;
        }
        connect_irqs(s, i, false);
        map_unimplemented(s, block);
    }
    for (i = 0; i < ARRAY_SIZE(blocks); i++) {
        const Block *block = &blocks[i];

        if (block->part_of) {
            map_device(s, fsl_imx8mq_block(s, block->part_of), block->region,
                       block->addr);
        }
        connect_irqs(s, i, true);
        for (n = 0; s->block[i] && block->link && block->link[n].role; n++) {
            svp_device_link(
                SVP_DEVICE(s->block[i]), block->link[n].role,
                SVP_DEVICE(fsl_imx8mq_block(s, block->link[n].block)));
        }
    }
    return true;
}

static bool realize_memories(FslImx8mqState *s, Error **errp)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(memories); i++) {
        g_autofree char *name = g_strdup_printf("imx8mq.%s", memories[i].name);

        if (!memory_region_init_ram(&s->memory[i], OBJECT(s), name,
                                    memories[i].size, errp)) {
            return false;
        }
    }
    if (!memory_region_init_rom(&s->boot_rom, OBJECT(s), "imx8mq.boot-rom",
                                BOOT_ROM_SIZE, errp)) {
        return false;
    }
    memcpy(memory_region_get_ram_ptr(&s->boot_rom), boot_rom_code,
           sizeof(boot_rom_code));
    memory_region_add_subregion(&s->devices, BOOT_ROM_BASE, &s->boot_rom);
    return true;
}

static DeviceState *realize_core(FslImx8mqState *s, const char *type,
                                 const char *name, Error **errp)
{
    DeviceState *dev = qdev_new(type);

    object_property_add_child(OBJECT(s), name, OBJECT(dev));
    return sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), errp) ? dev : NULL;
}

/*
 * Every master has a view of its own. The system memory is none's: QEMU's
 * monitor, gdb in its physical mode and the loader look through it.
 */
static bool realize_views(FslImx8mqState *s, Error **errp)
{
    uint64_t base, window;
    unsigned i;

    s->firewall = realize_core(s, "imx8mq.firewall", "firewall", errp);
    if (!s->firewall) {
        return false;
    }
    s->monitor_device = realize_core(s, TYPE_SVP_MONITOR, "bus-monitor", errp);
    if (!s->monitor_device) {
        return false;
    }
    s->monitor = svp_monitor_new(SVP_DEVICE(s->monitor_device));
    svp_device_link(SVP_DEVICE(s->firewall), "monitor",
                    SVP_DEVICE(s->monitor_device));

    s->views = svp_views_new(OBJECT(s), SVP_DEVICE(s->firewall),
                             SVP_DEVICE(s->monitor_device), &s->devices);
    svp_firewall_dram(&base, &window);
    svp_views_add_memory(s->views, "dram", base, window, s->ram);
    for (i = 0; i < ARRAY_SIZE(memories); i++) {
        svp_views_add_memory(s->views, memories[i].name, memories[i].addr,
                             memories[i].size, &s->memory[i]);
    }
    memory_region_add_subregion(get_system_memory(), 0,
                                svp_views_observer(s->views));
    s->bus = svp_bus_new(s->views);
    svp_qmp_set_bus(s->views, s->bus);
    return true;
}

static void link_blocks(FslImx8mqState *s, DeviceState *dev,
                        const BlockLink *links, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        svp_device_link(SVP_DEVICE(dev), links[i].role,
                        SVP_DEVICE(fsl_imx8mq_block(s, links[i].block)));
    }
}

static void fsl_imx8mq_realize(DeviceState *dev, Error **errp)
{
    FslImx8mqState *s = FSL_IMX8MQ(dev);
    unsigned cpus = MACHINE(qdev_get_machine())->smp.cpus;

    if (!s->ram) {
        error_setg(errp, "%s: link 'ram' is not set", TYPE_FSL_IMX8MQ);
        return;
    }
    if (cpus > FSL_IMX8MQ_NUM_CPUS) {
        error_setg(errp, "%s: %u CPUs wanted, the chip has %d", TYPE_FSL_IMX8MQ,
                   cpus, FSL_IMX8MQ_NUM_CPUS);
        return;
    }
    memory_region_init(&s->devices, OBJECT(s), "imx8mq.devices", SVP_VIEW_SIZE);
    if (!realize_memories(s, errp) || !realize_views(s, errp) ||
        !realize_cpus(s, cpus, errp) || !realize_gic(s, cpus, errp) ||
        !realize_blocks(s, errp)) {
        return;
    }
    connect_spis_to_gpc(s);
    connect_watchdogs_to_src(s);
    connect_power(s);
    svp_display_new(SVP_DEVICE(fsl_imx8mq_block(s, "dcss")));
    link_blocks(s, s->firewall, firewall_links, ARRAY_SIZE(firewall_links));
    link_blocks(s, s->monitor_device, monitor_links, ARRAY_SIZE(monitor_links));
}

static int fsl_imx8mq_pre_save(void *opaque)
{
    FslImx8mqState *s = FSL_IMX8MQ(opaque);
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(uarts); i++) {
        s->saved_ucr2[i] = IMX_SERIAL(fsl_imx8mq_block(s, uarts[i]))->ucr2;
    }
    for (i = 0; i < ARRAY_SIZE(usdhcs); i++) {
        SDHCIState *host = SYSBUS_SDHCI(fsl_imx8mq_block(s, usdhcs[i]));

        s->saved_hostctl2[i] = host->hostctl2;
        s->saved_vendor_spec[i] = host->vendor_spec;
    }
    return 0;
}

static int fsl_imx8mq_post_load(void *opaque, int version)
{
    FslImx8mqState *s = FSL_IMX8MQ(opaque);
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(uarts); i++) {
        IMX_SERIAL(fsl_imx8mq_block(s, uarts[i]))->ucr2 = s->saved_ucr2[i];
    }
    for (i = 0; i < ARRAY_SIZE(usdhcs); i++) {
        SDHCIState *host = SYSBUS_SDHCI(fsl_imx8mq_block(s, usdhcs[i]));

        host->hostctl2 = s->saved_hostctl2[i];
        host->vendor_spec = s->saved_vendor_spec[i];
    }
    return 0;
}

/*
 * QEMU 10.0's models of these blocks save all of their registers but the ones
 * here. Without UCR2 a console takes no input after a state was loaded.
 */
static const VMStateDescription vmstate_fsl_imx8mq = {
    .name = TYPE_FSL_IMX8MQ,
    .version_id = 2,
    .minimum_version_id = 2,
    .pre_save = fsl_imx8mq_pre_save,
    .post_load = fsl_imx8mq_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_ARRAY(saved_ucr2, FslImx8mqState, ARRAY_SIZE(uarts)),
        VMSTATE_UINT16_ARRAY(saved_hostctl2, FslImx8mqState,
                             ARRAY_SIZE(usdhcs)),
        VMSTATE_UINT32_ARRAY(saved_vendor_spec, FslImx8mqState,
                             ARRAY_SIZE(usdhcs)),
        VMSTATE_END_OF_LIST()
    },
};

static const Property fsl_imx8mq_properties[] = {
    DEFINE_PROP_BOOL("open-csl", FslImx8mqState, open_csl, false),
    DEFINE_PROP_BOOL("sync", FslImx8mqState, sync, false),
    DEFINE_PROP_BOOL("test-port", FslImx8mqState, test_port, false),
    DEFINE_PROP_UINT32("vpu-banks", FslImx8mqState, vpu_banks, 1),
    DEFINE_PROP_LINK("ram", FslImx8mqState, ram, TYPE_MEMORY_REGION,
                     MemoryRegion *),
};

static void fsl_imx8mq_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    device_class_set_props(dc, fsl_imx8mq_properties);
    dc->realize = fsl_imx8mq_realize;
    dc->desc = "i.MX 8M Quad SoC";
    dc->vmsd = &vmstate_fsl_imx8mq;
    /* Uses serial_hd() and the machine's CPU count. */
    dc->user_creatable = false;
}

static const TypeInfo fsl_imx8mq_info = {
    .name = TYPE_FSL_IMX8MQ,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(FslImx8mqState),
    .class_init = fsl_imx8mq_class_init,
};

static void fsl_imx8mq_register_types(void)
{
    type_register_static(&fsl_imx8mq_info);
}
type_init(fsl_imx8mq_register_types)
