/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot ROM of the chip: the memory that core 0 starts in, and what its code
 * would have done before it leaves it. What that is decides hw/rom.
 */
#ifndef MACHINES_BOOT_ROM_H
#define MACHINES_BOOT_ROM_H

#include "fsl_imx8mq.h"
#include "svp/abi_rom.h"

/* In the ROM: starts the image in the QSPI flash, until boot_rom_run(). */
void boot_rom_fill(MemoryRegion *rom);

typedef struct BootRom {
    FslImx8mqState *soc;
    SvpBootMode mode;
    uint16_t boot_cfg;
    DeviceState *card[SVP_BOOT_SLOTS]; /* in uSDHC1 and uSDHC2, or NULL */
} BootRom;

/*
 * At a reset, behind that of all devices: loads what the chip boots from the
 * cards, and has core 0 enter it, or wait.
 */
void boot_rom_run(BootRom *rom);

#endif
