/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface of the boot ROM (hw/rom/boot_rom.hpp): what the chip starts after a reset. */
#ifndef SVP_ABI_ROM_H
#define SVP_ABI_ROM_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SVP_BOOT_SLOTS 2 /* uSDHC1 and uSDHC2 */
#define SVP_BOOT_RECORD_SIZE 20

/* Values of svp::BootType, and an empty slot. */
typedef enum { SVP_BOOT_NOTHING = 0, SVP_BOOT_SD = 1, SVP_BOOT_MMC = 2 } SvpBootType;

/* Values of svp::BootMode. */
typedef enum { SVP_BOOT_BY_FUSES = 0, SVP_BOOT_SERIAL = 1, SVP_BOOT_INTERNAL = 2 } SvpBootMode;

/* See svp::BootSettings. */
typedef struct SvpBootSettings {
    SvpBootMode mode;
    uint16_t boot_cfg;
    uint32_t fuses;
} SvpBootSettings;

/* See svp::BootMachine. */
typedef struct SvpBootOps {
    SvpBootType (*device)(void* opaque, unsigned slot, uint64_t* size);
    bool (*read)(void* opaque, unsigned slot, uint64_t offset, void* data, size_t length);
    void (*load)(void* opaque, uint32_t address, const void* data, size_t length);
    void (*tell)(void* opaque, const char* line);
} SvpBootOps;

/* What core 0 goes on with; see svp::BootResult. */
typedef struct SvpBootResult {
    uint32_t entry;
    uint8_t record[SVP_BOOT_RECORD_SIZE];
} SvpBootResult;

/* svp::run_boot_rom(); false: the chip waits for a serial download. */
bool svp_boot_rom_run(const SvpBootSettings* settings, const SvpBootOps* ops, void* opaque,
                      SvpBootResult* result) SVP_NOEXCEPT;

/* BOOT_CFG for what is in a slot. */
uint16_t svp_boot_cfg(SvpBootType type, unsigned slot) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
