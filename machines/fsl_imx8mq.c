/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NXP i.MX 8M Quad: devices of all blocks, and their wiring. */
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
#include "boot_files.h"
#include "boot_rom.h"
#include "fsl_imx8mq.h"
#include "fsl_imx8mq_blocks.h"
#include "watchdogs.h"
#include "words.h"

#define NUM_SPIS 128

#define BOOT_ROM_BASE 0
#define BOOT_ROM_SIZE (128 * KiB)
#define GIC_REDIST_BASE 0x38880000

#define BOOT_FROM_QSPI 0x4000 /* BOOT_CFG */

#define COUNTER_FREQUENCY 8333333 /* Hz; TF-A writes the same to CNTFRQ */

static const char *const uarts[] = { "uart1", "uart2", "uart3", "uart4" };
static const char *const usdhcs[] = { "usdhc1", "usdhc2" };

struct FslImx8mqState {
    DeviceState parent_obj;

    DeviceState **block; /* of the table's rows; NULL: not modelled */
    DeviceState *cpu[FSL_IMX8MQ_NUM_CPUS];
    DeviceState *gic;
    DeviceState *spi[NUM_SPIS]; /* to GIC and GPC; NULL: nobody drives it */
    MemoryRegion *ram;
    bool open_csl;
    bool sync;
    bool test_port;
    uint32_t vpu_banks;
    uint32_t boot_cfg;
    uint32_t boot_mode;
    DeviceState *firewall;
    DeviceState *monitor_device;
    SvpMonitor *monitor;
    SvpViews *views;
    SvpBus *bus;
    MemoryRegion devices; /* all that is not judged memory */
    MemoryRegion memory[FSL_IMX8MQ_NUM_MEMORIES];
    MemoryRegion boot_rom;
    Notifier powerdown;

    /* Only while a state is saved or loaded; see vmstate_fsl_imx8mq. */
    uint32_t saved_ucr2[ARRAY_SIZE(uarts)];
    uint16_t saved_hostctl2[ARRAY_SIZE(usdhcs)];
    uint32_t saved_vendor_spec[ARRAY_SIZE(usdhcs)];
};

DeviceState *fsl_imx8mq_block(FslImx8mqState *s, const char *name)
{
    unsigned i;

    for (i = 0; i < fsl_imx8mq_num_blocks; i++) {
        const Block *block = &fsl_imx8mq_blocks[i];

        if (block->type && !strcmp(block->name, name)) {
            return s->block[i];
        }
    }
    g_assert_not_reached();
}

MemoryRegion *fsl_imx8mq_devices(FslImx8mqState *s)
{
    return &s->devices;
}

SvpViews *fsl_imx8mq_views(FslImx8mqState *s)
{
    return s->views;
}

MemoryRegion *fsl_imx8mq_boot_rom(FslImx8mqState *s)
{
    return &s->boot_rom;
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
        object_property_set_int(cpu, "reset-cbar", FSL_IMX8MQ_GIC_BASE,
                                &error_abort);
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
    map_device(s, s->gic, 0, FSL_IMX8MQ_GIC_BASE);
    map_device(s, s->gic, 1, GIC_REDIST_BASE);
    for (i = 0; i < cpus; i++) {
        connect_cpu_to_gic(s, i, cpus);
    }
    return true;
}

static uint64_t property_value(FslImx8mqState *s, const BlockProperty *property)
{
    struct tm now;
    int64_t seconds;

    switch (property->source) {
    case FROM_TABLE:
        return property->value;
    case FROM_RTC:
        qemu_get_timedate(&now, 0);
        seconds = mktimegm(&now);
        if (seconds < 0 || seconds > UINT32_MAX) {
            boot_refuse("-rtc base: the board's clock (SNVS) holds seconds "
                        "from 1970 to 2106, not %" PRId64, seconds);
        }
        return seconds;
    case FROM_RAM:
        return memory_region_size(s->ram);
    case FROM_OPEN_CSL:
        return s->open_csl;
    case FROM_BOOT_CFG:
        return s->boot_cfg;
    case FROM_BOOT_MODE:
        return s->boot_mode;
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
        MemoryRegion *view = svp_views_master(s->views, master, dma->devices);

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
    const Block *block = &fsl_imx8mq_blocks[i];
    MemoryRegion *model;

    s->block[i] = new_block(s, block);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(s->block[i]), errp)) {
        return false;
    }
    model = sysbus_mmio_get_region(SYS_BUS_DEVICE(s->block[i]), 0);
    memory_region_add_subregion(
        &s->devices, block->addr,
        block->words ? words_in_front_of(model, block->name) : model);
    return true;
}

/*
 * Each output drives its input by way of the monitor. Saved states count on the
 * order: those to the GIC before those to blocks (@to_blocks).
 */
static void connect_irqs(FslImx8mqState *s, unsigned i, bool to_blocks)
{
    const Block *block = &fsl_imx8mq_blocks[i];
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

static void link_blocks(FslImx8mqState *s, DeviceState *dev,
                        const BlockLink *link)
{
    for (; link->role; link++) {
        svp_device_link(SVP_DEVICE(dev), link->role,
                        SVP_DEVICE(fsl_imx8mq_block(s, link->block)));
    }
}

static bool realize_blocks(FslImx8mqState *s, Error **errp)
{
    unsigned i;

    s->block = g_new0(DeviceState *, fsl_imx8mq_num_blocks);
    for (i = 0; i < fsl_imx8mq_num_blocks; i++) {
        const Block *block = &fsl_imx8mq_blocks[i];

        if (block->type && (!block->test_port || s->test_port) &&
            block->vpu_bank < s->vpu_banks && !realize_block(s, i, errp)) {
            return false;
        }
        connect_irqs(s, i, false);
        map_unimplemented(s, block);
    }
    for (i = 0; i < fsl_imx8mq_num_blocks; i++) {
        const Block *block = &fsl_imx8mq_blocks[i];

        if (block->part_of) {
            map_device(s, fsl_imx8mq_block(s, block->part_of), block->region,
                       block->addr);
        }
        connect_irqs(s, i, true);
        if (s->block[i] && block->link) {
            link_blocks(s, s->block[i], block->link);
        }
    }
    return true;
}

static bool realize_memories(FslImx8mqState *s, Error **errp)
{
    unsigned i;

    for (i = 0; i < FSL_IMX8MQ_NUM_MEMORIES; i++) {
        const OnChipMemory *memory = &fsl_imx8mq_memories[i];
        g_autofree char *name = g_strdup_printf("imx8mq.%s", memory->name);

        if (!memory_region_init_ram(&s->memory[i], OBJECT(s), name,
                                    memory->size, errp)) {
            return false;
        }
    }
    if (!memory_region_init_rom(&s->boot_rom, OBJECT(s), "imx8mq.boot-rom",
                                BOOT_ROM_SIZE, errp)) {
        return false;
    }
    boot_rom_fill(&s->boot_rom);
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
    for (i = 0; i < FSL_IMX8MQ_NUM_MEMORIES; i++) {
        const OnChipMemory *memory = &fsl_imx8mq_memories[i];

        svp_views_add_memory(s->views, memory->name, memory->addr,
                             memory->size, &s->memory[i]);
    }
    memory_region_add_subregion(get_system_memory(), 0,
                                svp_views_observer(s->views));
    s->bus = svp_bus_new(s->views);
    svp_qmp_set_bus(s->views, s->bus);
    return true;
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
    watchdogs_connect(s);
    connect_power(s);
    svp_display_new(SVP_DEVICE(fsl_imx8mq_block(s, "dcss")));
    link_blocks(s, s->firewall, fsl_imx8mq_firewall_links);
    link_blocks(s, s->monitor_device, fsl_imx8mq_monitor_links);
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
    DEFINE_PROP_UINT32("boot-cfg", FslImx8mqState, boot_cfg, BOOT_FROM_QSPI),
    DEFINE_PROP_UINT32("boot-mode", FslImx8mqState, boot_mode,
                       SVP_BOOT_INTERNAL),
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
