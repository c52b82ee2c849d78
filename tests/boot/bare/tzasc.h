/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TZC-380 as these tests program it. Addresses are those of the CPU. All functions: EL3 only. */
#ifndef BARE_TZASC_H
#define BARE_TZASC_H

#include "machine.h"

#define TZASC_BASE 0x32f80000

/* sp codes: secure read 8, write 4; non-secure read 2, write 1 */
enum {
	SP_NONE = 0x0,
	SP_SECURE = 0xc,
	SP_NS_READ = 0xe,
	SP_NS_WRITE = 0xd,
	SP_ALL = 0xf,
};

/* values of the action register */
enum { ACTION_DECERR = 1, ACTION_INTERRUPT = 2 };

enum { STATUS_DENIED = 1, STATUS_OVERRUN = 2 };
enum { CONTROL_PRIVILEGED = 1 << 20, CONTROL_NONSECURE = 1 << 21, CONTROL_WRITE = 1 << 24 };

#define SMALLEST_LOG2 15
#define SMALLEST_BYTES 0x8000ull

struct failure {
	u64 status;
	u64 address; /* as the TZASC counts: from the start of DRAM */
	u64 control;
};

/* In the DRAM path; everything allowed; denied accesses are answered OKAY without interrupt; latches empty. */
void tzasc_open_all(void);
void tzasc_in_path(bool on);
void tzasc_background(unsigned sp);
/* @size_log2: 15 to 32; @disabled: one bit for each sub-region */
void tzasc_region(unsigned number, u64 first, unsigned size_log2, unsigned sp, unsigned disabled);
void tzasc_region_off(unsigned number);
/* Only the base of a region, whatever else it is. */
void tzasc_move(unsigned number, u64 first);
void tzasc_action(unsigned action);
void tzasc_inversion(bool on);
void tzasc_lock_highest(bool on);
void tzasc_clear(void);
struct failure tzasc_failure(void);
u64 tzasc_attributes_register(unsigned number);

#endif
