/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables: identity at both levels, and the views that machine.h names.
 *
 * 4 KiB granule, 36-bit addresses, tables from level 1. The first gibibyte (devices, flash, OCRAM) is mapped by 2 MiB
 * blocks, DRAM with its images by 1 GiB blocks.
 */
#include "machine.h"

#define ENTRIES 512
#define BLOCK 0x1
#define TABLE 0x3
#define ATTR_DEVICE (0 << 2)
#define ATTR_NORMAL (1 << 2)
#define NS (1 << 5)
#define AP_USER (1 << 6) /* EL1: EL0 may as well; EL3: must be 1 */
#define INNER_SHAREABLE (3 << 8)
#define ACCESSED (1 << 10)
#define NEVER_EXECUTE (1ull << 54)
#define NORMAL (BLOCK | ATTR_NORMAL | INNER_SHAREABLE | ACCESSED)
#define DEVICE (BLOCK | ATTR_DEVICE | ACCESSED | NEVER_EXECUTE)

#define GIB 0x40000000ull
#define BLOCK_2M 0x200000ull
#define OCRAM_BLOCK 0x00800000
#define FLASH_BYTES 0x02000000
#define DRAM_BLOCKS (WINDOW_BYTES / GIB)

#define MAIR 0xff00 /* 0: device nGnRnE, 1: normal, write-back */
#define TCR_36_BITS 28
#define TCR_CACHED (1 << 8 | 1 << 10 | 3 << 12)
#define TCR_EL3_PS_36 (1 << 16)
#define TCR_EL3_RES1 (1ull << 31 | 1 << 23)
#define TCR_EL1_EPD1 (1 << 23)
#define TCR_EL1_IPS_36 (1ull << 32)
#define SCTLR_EL3_RES1 0x30c50830
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_ON (1 << 0 | 1 << 2 | 1 << 12) /* M, C, I */
#define SCTLR_EL1_DZE (1 << 14)

#define STAGE2_BLOCK (BLOCK | 0xf << 2 | 3 << 6 | INNER_SHAREABLE | ACCESSED) /* normal, read and write */
#define VTCR (1ull << 31 | 1 << 16 | TCR_CACHED | 1 << 6 | TCR_36_BITS)	      /* from level 1 */
#define HCR_VM 1

struct tables {
	u64 level1[ENTRIES];
	u64 level2[ENTRIES];
};

static __attribute__((aligned(4096), section(".bss.tables"))) struct tables el3, el1;
static __attribute__((aligned(4096), section(".bss.tables"))) u64 stage2[ENTRIES];

_Static_assert(sizeof(struct tables) % 4096 == 0, "tables fill pages");

static void map_devices(struct tables *tables, u64 rights)
{
	tables->level1[0] = (u64)tables->level2 | TABLE;
	for (unsigned i = 0; i < ENTRIES; i++) {
		u64 at = i * BLOCK_2M;
		bool memory = at == OCRAM_BLOCK || (at >= FLASH_BASE && at < FLASH_BASE + FLASH_BYTES);

		tables->level2[i] = at | rights | (memory ? NORMAL : DEVICE);
	}
}

static void map_dram(struct tables *tables, u64 view, u64 rights)
{
	for (unsigned i = 0; i < DRAM_BLOCKS; i++) {
		u64 at = DRAM_BASE + i * GIB;

		tables->level1[(at + view) / GIB] = at | rights | NORMAL;
	}
}

void mmu_init(void)
{
	map_devices(&el3, AP_USER);
	map_dram(&el3, 0, AP_USER);
	map_dram(&el3, NS_VIEW, AP_USER | NS);
	map_devices(&el1, 0);
	map_dram(&el1, 0, 0);
	map_dram(&el1, USER_VIEW, AP_USER);
	el1.level1[USER_VIEW / GIB] = AP_USER | NORMAL;
	for (unsigned i = 0; i <= DRAM_BLOCKS; i++)
		stage2[i] = i * GIB | STAGE2_BLOCK;
	dsb();
}

void mmu_init_cpu(void)
{
	write_sysreg(MAIR, mair_el3);
	write_sysreg(TCR_36_BITS | TCR_CACHED | TCR_EL3_PS_36 | TCR_EL3_RES1, tcr_el3);
	write_sysreg(el3.level1, ttbr0_el3);
	write_sysreg(MAIR, mair_el1);
	write_sysreg(TCR_36_BITS | TCR_CACHED | TCR_EL1_EPD1 | TCR_EL1_IPS_36, tcr_el1);
	write_sysreg(el1.level1, ttbr0_el1);
	write_sysreg(SCTLR_EL1_RES1 | SCTLR_EL1_DZE | SCTLR_ON, sctlr_el1);
	asm volatile("tlbi alle3; tlbi alle1; dsb sy; isb" : : : "memory");
	write_sysreg(SCTLR_EL3_RES1 | SCTLR_ON, sctlr_el3);
	isb();
}

void mmu_stage2(bool on)
{
	write_sysreg(VTCR, vtcr_el2);
	write_sysreg(stage2, vttbr_el2);
	write_sysreg((read_sysreg(hcr_el2) & ~HCR_VM) | (on ? HCR_VM : 0), hcr_el2);
	asm volatile("isb; tlbi alle1; dsb sy; isb" : : : "memory");
}

void mmu_set_walk_entry(enum world world, u64 descriptor)
{
	(world == WORLD_EL1 ? &el1 : &el3)->level1[WALK_SLOT] = descriptor;
	asm volatile("dsb sy; tlbi alle3; tlbi alle1; dsb sy; isb" : : : "memory");
}
