/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are. The program's own memory lies below OP-TEE; OP-TEE knows
 * its place, too (patch 0019), and keeps every bus master out of it.
 */
#ifndef STAGE2_LAYOUT_H
#define STAGE2_LAYOUT_H

#define STAGE2_BASE	0xefe00000
#define STAGE2_END	0xefffc000
/* Of both: the limits of stage2.ld */
#define STAGE2_RECORD	0xefe10000
#define STAGE2_ZEROS	0xefe11000
#define STAGE2_STACKS	0xefe12000
#define STAGE2_TABLES	0xefe16000

#define STACK_BYTES	0x1000
#define CORES		4

/* What comes next in the normal world, and the device tree (firmware/boot) */
#define NEXT_ENTRY	0x40200000
#define DEVICE_TREE	0x43000000
#define DEVICE_TREE_MAX	0x40000

/* The DRAM window, whatever is fitted, and what the page tables reach */
#define DRAM_BASE	0x40000000
#define DRAM_END	0x140000000
#define ADDRESS_BITS	36

#endif
