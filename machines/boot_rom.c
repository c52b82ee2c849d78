/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot ROM; see boot_rom.h. */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/sd/sd.h"
#include "system/block-backend.h"
#include "system/runstate.h"
#include "hw/svp/hw/qemu/svp_bus.h"
#include "boot_rom.h"

/*
 * The ROM: code at 0; bytes 0x800 and 0x83C, where software looks for the
 * silicon revision, stay 0: then the OCOTP decides. At 0x968 stands the address
 * of the record that says what the chip was booted from.
 */
#define ROM_ENTRY 0x8  /* 64 bits: where core 0 goes */
#define ROM_WAIT 0x10  /* code that waits for ever */
#define ROM_VECTORS 0x200
#define ROM_VECTORS_END 0x800
#define ROM_VECTOR_STEP 0x80
#define ROM_RECORD_POINTER 0x968
#define ROM_RECORD 0x1000

#define INSTRUCTION_WFI 0xd503207f
#define INSTRUCTION_BACK 0x17ffffff /* b to the one before */

/* Fuse word with BOOT_CFG and BT_FUSE_SEL: its shadow in the OCOTP. */
#define FUSES_ADDR 0x30350470

/* PARTITION_CONFIG of an eMMC: where it boots from, in bits 5 to 3. */
#define EMMC_BOOT_SHIFT 3
#define EMMC_BOOT_MASK 7
#define EMMC_BOOT_PARTITIONS 2

static void wait_at(uint8_t *code, unsigned offset)
{
    stl_le_p(code + offset, INSTRUCTION_WFI);
    stl_le_p(code + offset + 4, INSTRUCTION_BACK);
}

void boot_rom_fill(MemoryRegion *rom)
{
    uint8_t *code = memory_region_get_ram_ptr(rom);
    unsigned vector;

    stl_le_p(code, 0x58000040);     /* ldr x0, ROM_ENTRY */
    stl_le_p(code + 4, 0xd61f0000); /* br x0 */
    stq_le_p(code + ROM_ENTRY, FSL_IMX8MQ_QSPI_BASE);
    wait_at(code, ROM_WAIT);
    /* What is loaded has no vectors of its own yet; an exception ends there. */
    for (vector = ROM_VECTORS; vector < ROM_VECTORS_END;
         vector += ROM_VECTOR_STEP) {
        wait_at(code, vector);
    }
}

static BlockBackend *medium(BootRom *rom, unsigned slot)
{
    BlockBackend *blk = rom->card[slot] ? blk_by_dev(rom->card[slot]) : NULL;

    return blk && blk_is_available(blk) ? blk : NULL;
}

/*
 * Where in the file lies what the device offers for booting: QEMU's eMMC has
 * its two boot partitions before the user area.
 */
static uint64_t boot_area(BootRom *rom, unsigned slot, uint64_t *size)
{
    Object *card = OBJECT(rom->card[slot]);
    int64_t length = blk_getlength(medium(rom, slot));
    uint64_t part, config, first = 0;

    *size = MAX(length, 0);
    if (!object_dynamic_cast(card, TYPE_EMMC)) {
        return 0;
    }
    part = object_property_get_uint(card, "boot-partition-size", &error_abort);
    config = object_property_get_uint(card, "boot-config", &error_abort) >>
             EMMC_BOOT_SHIFT & EMMC_BOOT_MASK;
    if (config >= 1 && config <= EMMC_BOOT_PARTITIONS && part) {
        first = MIN((config - 1) * part, *size);
        *size = MIN(part, *size - first);
        return first;
    }
    first = MIN(EMMC_BOOT_PARTITIONS * part, *size);
    *size -= first;
    return first;
}

static SvpBootType rom_device(void *opaque, unsigned slot, uint64_t *size)
{
    BootRom *rom = opaque;

    if (!medium(rom, slot)) {
        return SVP_BOOT_NOTHING;
    }
    boot_area(rom, slot, size);
    return object_dynamic_cast(OBJECT(rom->card[slot]), TYPE_EMMC) ?
           SVP_BOOT_MMC : SVP_BOOT_SD;
}

static bool rom_read(void *opaque, unsigned slot, uint64_t offset, void *data,
                     size_t length)
{
    BootRom *rom = opaque;
    uint64_t size;
    uint64_t first = boot_area(rom, slot, &size);

    return blk_pread(medium(rom, slot), first + offset, length, data, 0) >= 0;
}

static void rom_load(void *opaque, uint32_t address, const void *data,
                     size_t length)
{
    BootRom *rom = opaque;

    svp_cells_write(fsl_imx8mq_views(rom->soc), address, data, length);
}

static void rom_tell(void *opaque, const char *line)
{
    error_report("%s", line);
}

static const SvpBootOps rom_ops = {
    .device = rom_device,
    .read = rom_read,
    .load = rom_load,
    .tell = rom_tell,
};

void boot_rom_run(BootRom *rom)
{
    MemoryRegion *memory = fsl_imx8mq_boot_rom(rom->soc);
    uint8_t *code = memory_region_get_ram_ptr(memory);
    SvpBootSettings settings = { .mode = rom->mode, .boot_cfg = rom->boot_cfg };
    SvpBootResult result = { .entry = ROM_WAIT };

    if (runstate_check(RUN_STATE_INMIGRATE)) {
        return; /* what is loaded is a machine that has booted already */
    }
    settings.fuses = address_space_ldl_le(
        svp_views_raw(fsl_imx8mq_views(rom->soc)), FUSES_ADDR,
        MEMTXATTRS_UNSPECIFIED, NULL);
    svp_boot_rom_run(&settings, &rom_ops, rom, &result);
    stq_le_p(code + ROM_ENTRY, result.entry);
    stl_le_p(code + ROM_RECORD_POINTER, ROM_RECORD);
    memcpy(code + ROM_RECORD, result.record, sizeof(result.record));
    memory_region_set_dirty(memory, 0, ROM_RECORD + sizeof(result.record));
}
