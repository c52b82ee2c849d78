/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NXP i.MX 8M Quad Evaluation Kit.
 *
 * Three ways to boot:
 *  -drive if=sd alone: the chip's boot ROM loads what is on a card or eMMC
 *    (boot_rom.h), again at every reset.
 *  -bios FLASH -kernel IMAGE -dtb DTB [-initrd CPIO]: the CPU starts in the
 *    boot ROM, which starts the flash image at EL3. Kernel, device tree and
 *    initrd are placed in DDR as a boot loader that runs before TF-A would do,
 *    again at every reset.
 *  -kernel IMAGE -dtb DTB [-initrd CPIO]: QEMU's own boot loader and PSCI, no
 *    firmware.
 *
 * Reference: mainline imx8mq-evk.dts; addresses of the first way as documented
 * in firmware/boot.
 *
 * Not modelled: eMMC on uSDHC1 unless a drive is given, Type-C controller,
 * codecs, camera and display connectors.
 */
#include "qemu/osdep.h"
#include "qemu/datadir.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "exec/address-spaces.h"
#include "hw/arm/boot.h"
#include "hw/boards.h"
#include "hw/i2c/i2c.h"
#include "hw/loader.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "system/blockdev.h"
#include "system/cpu-timers.h"
#include "system/device_tree.h"
#include "system/reset.h"
#include "system/qtest.h"
#include <libfdt.h>
#include "boot_files.h"
#include "boot_rom.h"
#include "hw/svp/hw/qemu/svp_monitor.h"
#include "hw/svp/hw/qemu/svp_worker.h"
#include "fsl_imx8mq.h"
#include "pins.h"
#include "screen.h"

#define RAM_MIN (1 * GiB)
#define RAM_MAX (4 * GiB)
#define RAM_DEFAULT (3 * GiB)
#define FLASH_SIZE (32 * MiB)

/*
 * Where the boot loader that runs before TF-A leaves things; firmware/boot
 * relies on the first two.
 */
#define FIRMWARE_DTB_ADDR 0x43000000
#define FIRMWARE_DTB_LIMIT 0x43040000
#define FIRMWARE_KERNEL_ADDR 0x44000000
#define FIRMWARE_INITRD_ADDR 0x4a000000
#define FIRMWARE_INITRD_LIMIT 0xc0000000
#define FIRMWARE_RAM_MIN (3 * GiB) /* TF-A and OP-TEE live at the top of it */

#define PFUZE100_I2C_ADDR 0x08
#define SCREEN_DEFAULT { .width = 1920, .height = 1080 }

/* Where the board's switches have the chip boot from. */
typedef enum BootSwitch {
    BOOT_SWITCH_SD,
    BOOT_SWITCH_EMMC,
    BOOT_SWITCH_SERIAL,
    BOOT_SWITCH_FUSES,
    BOOT_SWITCH_COUNT,
} BootSwitch;

static const char *const boot_switch_names[BOOT_SWITCH_COUNT] = {
    [BOOT_SWITCH_SD] = "sd",
    [BOOT_SWITCH_EMMC] = "emmc",
    [BOOT_SWITCH_SERIAL] = "serial",
    [BOOT_SWITCH_FUSES] = "fuses",
};

typedef struct Imx8mqEvkState {
    MachineState parent_obj;

    bool sync;
    bool test_port;
    bool leak_oracle;
    bool emmc;
    ScreenSize monitor;
    Screen *screen; /* since the board is there */
    uint32_t vpu_banks;
    BootSwitch boot_switch;
    FslImx8mqState *soc;
    BootRom rom; /* without a SoC where something else is started */
} Imx8mqEvkState;

#define TYPE_IMX8MQ_EVK MACHINE_TYPE_NAME("imx8mq-evk")
OBJECT_DECLARE_SIMPLE_TYPE(Imx8mqEvkState, IMX8MQ_EVK)

static MemoryRegion flash;
static struct arm_boot_info boot_info;

/*
 * The files that Linux is booted from; see boot_files.h for @size and @needed.
 */
static uint8_t *read_linux(MachineState *machine, size_t *size,
                           uint64_t *needed)
{
    uint8_t *kernel = boot_read_kernel(machine->kernel_filename, size, needed);

    if (machine->initrd_filename) {
        boot_check_initrd(machine->initrd_filename);
    }
    if (machine->dtb) {
        boot_check_device_tree(machine->dtb);
    } else if (kernel) {
        boot_refuse("-kernel %s: this board has no device tree of its own, "
                    "give one with -dtb (mainline: imx8mq-evk.dtb)",
                    machine->kernel_filename);
    }
    return kernel;
}

/*
 * With -smp below the chip's four, Linux must not wait for the others: to it a
 * CPU whose status is "fail" does not exist (Devicetree Specification, 2.3.4).
 * The nodes stay, because other nodes refer to them.
 */
static void mark_absent_cpus(const struct arm_boot_info *info, void *fdt)
{
    MachineState *machine = MACHINE(qdev_get_machine());
    unsigned i;

    for (i = machine->smp.cpus; i < FSL_IMX8MQ_NUM_CPUS; i++) {
        g_autofree char *path = g_strdup_printf("/cpus/cpu@%x", i);

        if (fdt_path_offset(fdt, path) >= 0) {
            qemu_fdt_setprop_string(fdt, path, "status", "fail");
        }
    }
}

/* Puts kernel and initrd where firmware/boot expects them. */
static void load_for_firmware(MachineState *machine)
{
    const uint64_t kernel_room = FIRMWARE_INITRD_ADDR - FIRMWARE_KERNEL_ADDR;
    const uint64_t initrd_room = FIRMWARE_INITRD_LIMIT - FIRMWARE_INITRD_ADDR;
    size_t kernel_size;
    uint64_t needed;
    g_autofree uint8_t *kernel = read_linux(machine, &kernel_size, &needed);
    ssize_t size;

    if (!kernel) {
        boot_refuse("-kernel %s: an ELF file, -bios boots only an arm64 Linux "
                    "Image", machine->kernel_filename);
    }
    if (needed > kernel_room) {
        boot_refuse("-kernel %s: needs %" PRIu64 " MiB, the limit with -bios "
                    "is %" PRIu64 " MiB", machine->kernel_filename,
                    DIV_ROUND_UP(needed, MiB), kernel_room / MiB);
    }
    rom_add_blob_fixed("kernel", kernel, kernel_size, FIRMWARE_KERNEL_ADDR);
    if (machine->initrd_filename) {
        size = load_image_targphys(machine->initrd_filename,
                                   FIRMWARE_INITRD_ADDR, initrd_room);
        if (size < 0) {
            boot_refuse("-initrd %s: cannot be loaded, or is larger than "
                        "%" PRIu64 " MiB", machine->initrd_filename,
                        initrd_room / MiB);
        }
        boot_info.initrd_start = FIRMWARE_INITRD_ADDR;
        boot_info.initrd_size = size;
    }
}

static void load_flash(MachineState *machine)
{
    g_autofree char *path = qemu_find_file(QEMU_FILE_TYPE_BIOS,
                                           machine->firmware);

    if (!path) {
        boot_refuse("-bios %s: no such file", machine->firmware);
    }
    if (load_image_mr(path, &flash) <= 0) {
        boot_refuse("-bios %s: cannot be read, is empty, or is larger than the "
                    "%d MiB flash", path, (int)(FLASH_SIZE / MiB));
    }
}

static void boot_firmware(MachineState *machine, FslImx8mqState *soc)
{
    const char *kernel = machine->kernel_filename;
    const char *dtb = machine->dtb;

    if (kernel && machine->ram_size < FIRMWARE_RAM_MIN) {
        boot_refuse("-bios with -kernel needs -m 3G or more: TF-A and OP-TEE "
                    "live at the top of 3 GiB");
    }
    if (kernel) {
        load_for_firmware(machine);
    } else if (dtb) {
        boot_check_device_tree(dtb); /* for firmware that brings its own BL33 */
    }
    load_flash(machine);

    /* The generic loader only has to see to the reset of the CPUs here. */
    boot_info.firmware_loaded = true;
    boot_info.skip_dtb_autoload = true;
    machine->kernel_filename = NULL;
    machine->dtb = NULL;
    arm_load_kernel(fsl_imx8mq_cpu(soc, 0), machine, &boot_info);
    machine->kernel_filename = g_strdup(kernel);
    machine->dtb = g_strdup(dtb);

    if (dtb) {
        boot_info.kernel_cmdline = machine->kernel_cmdline;
        boot_info.dtb_filename = machine->dtb;
        if (arm_load_dtb(FIRMWARE_DTB_ADDR, &boot_info, FIRMWARE_DTB_LIMIT,
                         &address_space_memory, machine,
                         fsl_imx8mq_cpu(soc, 0)) <= 0) {
            boot_refuse("-dtb %s: larger than %d KiB with what is added",
                        machine->dtb,
                        (int)((FIRMWARE_DTB_LIMIT - FIRMWARE_DTB_ADDR) / KiB));
        }
    }
}

static void boot_directly(MachineState *machine, FslImx8mqState *soc)
{
    if (machine->kernel_filename) {
        size_t size;
        uint64_t needed;

        g_free(read_linux(machine, &size, &needed));
    } else if (machine->dtb) {
        boot_refuse("-dtb %s: nobody would read it, give -kernel or -bios, too",
                    machine->dtb);
    }
    arm_load_kernel(fsl_imx8mq_cpu(soc, 0), machine, &boot_info);
}

static void add_sd_cards(FslImx8mqState *soc, bool emmc, BootRom *rom)
{
    static const char *const usdhc[FSL_IMX8MQ_NUM_USDHCS] = { "usdhc1",
                                                              "usdhc2" };
    unsigned i;

    /*
     * Drive 0 is the card in the socket, on uSDHC2; drive 1 is the eMMC on
     * uSDHC1, or a card in its place. By bus and unit it is 0,1 or 1,0.
     */
    for (i = 0; i < FSL_IMX8MQ_NUM_USDHCS; i++) {
        unsigned slot = FSL_IMX8MQ_NUM_USDHCS - 1 - i;
        DeviceState *host = fsl_imx8mq_block(soc, usdhc[slot]);
        DriveInfo *drive = drive_get_by_index(IF_SD, i) ?:
                           drive_get(IF_SD, i, 0);
        DeviceState *card;

        if (!drive) {
            continue;
        }
        card = qdev_new(i && emmc ? TYPE_EMMC : TYPE_SD_CARD);
        qdev_prop_set_drive_err(card, "drive", blk_by_legacy_dinfo(drive),
                                &error_fatal);
        qdev_realize_and_unref(card, qdev_get_child_bus(host, "sd-bus"),
                               &error_fatal);
        rom->card[slot] = card;
    }
}

static void add_pmic(FslImx8mqState *soc)
{
    DeviceState *i2c1 = fsl_imx8mq_block(soc, "i2c1");
    BusState *bus = QLIST_FIRST(&i2c1->child_bus);

    i2c_slave_create_simple(I2C_BUS(bus), "imx8mq.pfuze100", PFUZE100_I2C_ADDR);
}

/* Without anything else to start, the chip looks for it by itself. */
static bool boots_by_rom(MachineState *machine)
{
    return !machine->firmware && !machine->kernel_filename && !machine->dtb &&
           !machine->initrd_filename && !qtest_enabled();
}

static void set_up_rom(Imx8mqEvkState *s, FslImx8mqState *soc)
{
    static const SvpBootMode modes[BOOT_SWITCH_COUNT] = {
        [BOOT_SWITCH_SD] = SVP_BOOT_INTERNAL,
        [BOOT_SWITCH_EMMC] = SVP_BOOT_INTERNAL,
        [BOOT_SWITCH_SERIAL] = SVP_BOOT_SERIAL,
        [BOOT_SWITCH_FUSES] = SVP_BOOT_BY_FUSES,
    };

    s->rom.soc = soc;
    s->rom.mode = modes[s->boot_switch];
    s->rom.boot_cfg = s->boot_switch == BOOT_SWITCH_EMMC ?
                      svp_boot_cfg(SVP_BOOT_MMC, 0) :
                      svp_boot_cfg(SVP_BOOT_SD, 1);
    qdev_prop_set_uint32(DEVICE(soc), "boot-cfg", s->rom.boot_cfg);
    qdev_prop_set_uint32(DEVICE(soc), "boot-mode", s->rom.mode);
}

static void imx8mq_evk_init(MachineState *machine)
{
    bool by_rom = boots_by_rom(machine);
    FslImx8mqState *soc;

    if (machine->ram_size < RAM_MIN || machine->ram_size > RAM_MAX ||
        machine->ram_size % MiB) {
        boot_refuse("-m: this board takes 1 GiB to 4 GiB of DDR in whole MiB, "
                    "not %" PRIu64 " bytes", (uint64_t)machine->ram_size);
    }
    boot_info = (struct arm_boot_info) {
        .loader_start = FSL_IMX8MQ_DRAM_BASE,
        .board_id = -1,
        .ram_size = machine->ram_size,
        .psci_conduit = QEMU_PSCI_CONDUIT_SMC,
        .modify_dtb = mark_absent_cpus,
    };

    soc = FSL_IMX8MQ(qdev_new(TYPE_FSL_IMX8MQ));
    IMX8MQ_EVK(machine)->soc = soc;
    object_property_add_child(OBJECT(machine), "soc", OBJECT(soc));
    object_property_set_link(OBJECT(soc), "ram", OBJECT(machine->ram),
                             &error_abort);
    qdev_prop_set_bit(DEVICE(soc), "open-csl", !machine->firmware && !by_rom);
    if (by_rom) {
        set_up_rom(IMX8MQ_EVK(machine), soc);
    }
    qdev_prop_set_bit(DEVICE(soc), "sync",
                      IMX8MQ_EVK(machine)->sync || icount_enabled() ||
                      qtest_enabled());
    qdev_prop_set_bit(DEVICE(soc), "test-port",
                      IMX8MQ_EVK(machine)->test_port);
    qdev_prop_set_uint32(DEVICE(soc), "vpu-banks",
                         IMX8MQ_EVK(machine)->vpu_banks);
    if (IMX8MQ_EVK(machine)->leak_oracle) {
        object_register_sugar_prop(TYPE_SVP_MONITOR, "leak-oracle", "1", false);
    }
    qdev_realize_and_unref(DEVICE(soc), NULL, &error_fatal);

    memory_region_init_rom(&flash, NULL, "imx8mq-evk.flash",
                           FLASH_SIZE, &error_fatal);
    memory_region_add_subregion(fsl_imx8mq_devices(soc), FSL_IMX8MQ_QSPI_BASE,
                                &flash);
    add_sd_cards(soc, IMX8MQ_EVK(machine)->emmc, &IMX8MQ_EVK(machine)->rom);
    add_pmic(soc);
    IMX8MQ_EVK(machine)->screen = screen_new(soc,
                                             IMX8MQ_EVK(machine)->monitor);

    if (qtest_enabled()) {
        return;
    }
    if (machine->firmware) {
        boot_firmware(machine, soc);
    } else {
        boot_directly(machine, soc);
    }
}

/*
 * No model is half way through a job while others have their reset state
 * already, and what is open meanwhile is no leak.
 */
static void imx8mq_evk_reset(MachineState *machine, ResetType type)
{
    Imx8mqEvkState *s = IMX8MQ_EVK(machine);

    svp_workers_hold(true);
    svp_monitor_reset(true);
    qemu_devices_reset(type);
    pins_reset(s->soc);
    /* A snapshot brings what it booted; the cards cannot be read meanwhile. */
    if (s->rom.soc && type != RESET_TYPE_SNAPSHOT_LOAD) {
        boot_rom_run(&s->rom);
    }
    screen_reset(s->screen);
    svp_monitor_reset(false);
    svp_workers_hold(false);
}

static bool get_sync(Object *obj, Error **errp)
{
    return IMX8MQ_EVK(obj)->sync;
}

static void set_sync(Object *obj, bool value, Error **errp)
{
    IMX8MQ_EVK(obj)->sync = value;
}

static bool get_test_port(Object *obj, Error **errp)
{
    return IMX8MQ_EVK(obj)->test_port;
}

static void set_test_port(Object *obj, bool value, Error **errp)
{
    IMX8MQ_EVK(obj)->test_port = value;
}

static bool get_leak_oracle(Object *obj, Error **errp)
{
    return IMX8MQ_EVK(obj)->leak_oracle;
}

static void set_leak_oracle(Object *obj, bool value, Error **errp)
{
    IMX8MQ_EVK(obj)->leak_oracle = value;
}

static bool get_emmc(Object *obj, Error **errp)
{
    return IMX8MQ_EVK(obj)->emmc;
}

static void set_emmc(Object *obj, bool value, Error **errp)
{
    IMX8MQ_EVK(obj)->emmc = value;
}

static char *get_boot(Object *obj, Error **errp)
{
    return g_strdup(boot_switch_names[IMX8MQ_EVK(obj)->boot_switch]);
}

static void set_boot(Object *obj, const char *value, Error **errp)
{
    unsigned i;

    for (i = 0; i < BOOT_SWITCH_COUNT; i++) {
        if (!strcmp(value, boot_switch_names[i])) {
            IMX8MQ_EVK(obj)->boot_switch = i;
            return;
        }
    }
    error_setg(errp, "boot-mode: sd, emmc, serial or fuses, not '%s'", value);
}

static char *get_monitor(Object *obj, Error **errp)
{
    return screen_print(IMX8MQ_EVK(obj)->monitor);
}

static void set_monitor(Object *obj, const char *value, Error **errp)
{
    Imx8mqEvkState *s = IMX8MQ_EVK(obj);

    if (screen_parse(value, &s->monitor, errp) && s->screen) {
        screen_plug(s->screen, s->monitor);
    }
}

static void get_vpu_banks(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &IMX8MQ_EVK(obj)->vpu_banks, errp);
}

static void set_vpu_banks(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    uint32_t banks;

    if (!visit_type_uint32(v, name, &banks, errp)) {
        return;
    }
    if (!banks || banks > FSL_IMX8MQ_MAX_VPU_BANKS) {
        error_setg(errp, "vpu-banks: 1 to %d, not %u", FSL_IMX8MQ_MAX_VPU_BANKS,
                   banks);
        return;
    }
    IMX8MQ_EVK(obj)->vpu_banks = banks;
}

static void imx8mq_evk_instance_init(Object *obj)
{
    IMX8MQ_EVK(obj)->monitor = (ScreenSize)SCREEN_DEFAULT;
    IMX8MQ_EVK(obj)->vpu_banks = 1;
}

static void imx8mq_evk_class_init(ObjectClass *oc, void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);
    static const char *const cpu_types[] = { ARM_CPU_TYPE_NAME("cortex-a53"),
                                             NULL };

    mc->desc = "NXP i.MX 8M Quad EVK with its bus firewalls (Cortex-A53)";
    mc->init = imx8mq_evk_init;
    mc->reset = imx8mq_evk_reset;
    mc->max_cpus = FSL_IMX8MQ_NUM_CPUS;
    mc->valid_cpu_types = cpu_types;
    mc->default_cpu_type = cpu_types[0];
    mc->default_cpus = FSL_IMX8MQ_NUM_CPUS;
    mc->default_ram_size = RAM_DEFAULT;
    mc->default_ram_id = "imx8mq-evk.ram";
    mc->block_default_type = IF_SD;
    mc->default_nic = "imx.enet";
    /* A bus error of a denied access must reach the guest. */
    mc->ignore_memory_transaction_failures = false;

    object_class_property_add_bool(oc, "sync", get_sync, set_sync);
    object_class_property_set_description(
        oc, "sync", "long work of the models is done in place instead of on "
        "threads beside the emulator; always with -icount");
    object_class_property_add_bool(oc, "test-port", get_test_port,
                                   set_test_port);
    object_class_property_set_description(
        oc, "test-port", "a DMA engine that acts as any bus master, at "
        "0x303f0000; whoever programs it has the rights of all");
    object_class_property_add_bool(oc, "leak-oracle", get_leak_oracle,
                                   set_leak_oracle);
    object_class_property_set_description(
        oc, "leak-oracle", "data that non-secure software may not read are "
        "followed; query-svp-leaks tells where they got out");
    object_class_property_add_bool(oc, "emmc", get_emmc, set_emmc);
    object_class_property_set_description(
        oc, "emmc", "the second drive (if=sd,index=1) is an eMMC, as on the "
        "board, instead of an SD card");
    object_class_property_add_str(oc, "boot-mode", get_boot, set_boot);
    object_class_property_set_description(
        oc, "boot-mode", "where the boot ROM looks first, without -bios and "
        "-kernel: sd, emmc, fuses, or serial for nowhere");
    object_class_property_add_str(oc, "monitor", get_monitor, set_monitor);
    object_class_property_set_description(
        oc, "monitor", "size of the screen that is plugged in, like 1280x720, "
        "or off; also while the machine runs");
    object_class_property_add(oc, "vpu-banks", "uint32", get_vpu_banks,
                              set_vpu_banks, NULL, NULL);
    object_class_property_set_description(
        oc, "vpu-banks", "register banks of the video decoders: 1 as on the "
        "chip, or 2; the second is another bus master, at 0x38330000 (G1) and "
        "0x38338000 (G2)");
}

static const TypeInfo imx8mq_evk_info = {
    .name = TYPE_IMX8MQ_EVK,
    .parent = TYPE_MACHINE,
    .instance_size = sizeof(Imx8mqEvkState),
    .instance_init = imx8mq_evk_instance_init,
    .class_init = imx8mq_evk_class_init,
};

static void imx8mq_evk_register_types(void)
{
    type_register_static(&imx8mq_evk_info);
}
type_init(imx8mq_evk_register_types)
