/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tzasc.h. */
#include "tzasc.h"

#define ACTION 0x004
#define LOCKDOWN_RANGE 0x008
#define INT_STATUS 0x010
#define INT_CLEAR 0x014
#define FAIL_ADDRESS 0x020
#define FAIL_CONTROL 0x028
#define INVERSION 0x034
#define SETUP_LOW 0x100
#define SETUP_HIGH 0x104
#define ATTRIBUTES 0x108
#define REGION_STEP 0x10
#define REGIONS 16

#define SP_SHIFT 28
#define DISABLED_SHIFT 8
#define SIZE_SHIFT 1
#define ENABLED 1
#define LOCK_ONE 0x80000000

static void put(u32 offset, u32 value)
{
	write32(TZASC_BASE + offset, value);
	dsb();
}

void tzasc_in_path(bool on)
{
	write32(GPR10, on ? 1 : 0);
	dsb();
}

void tzasc_background(unsigned sp)
{
	put(ATTRIBUTES, sp << SP_SHIFT);
}

void tzasc_move(unsigned number, u64 first)
{
	put(SETUP_LOW + number * REGION_STEP, (u32)(first - DRAM_BASE));
}

void tzasc_region(unsigned number, u64 first, unsigned size_log2, unsigned sp, unsigned disabled)
{
	tzasc_move(number, first);
	put(SETUP_HIGH + number * REGION_STEP, 0);
	put(ATTRIBUTES + number * REGION_STEP,
	    sp << SP_SHIFT | disabled << DISABLED_SHIFT | (size_log2 - 1) << SIZE_SHIFT | ENABLED);
}

void tzasc_region_off(unsigned number)
{
	put(ATTRIBUTES + number * REGION_STEP, (SMALLEST_LOG2 - 1) << SIZE_SHIFT);
}

u64 tzasc_attributes_register(unsigned number)
{
	return TZASC_BASE + ATTRIBUTES + number * REGION_STEP;
}

void tzasc_action(unsigned action)
{
	put(ACTION, action);
}

void tzasc_inversion(bool on)
{
	put(INVERSION, on);
}

void tzasc_lock_highest(bool on)
{
	put(LOCKDOWN_RANGE, on ? LOCK_ONE : 0);
}

void tzasc_clear(void)
{
	put(INT_CLEAR, 0);
}

struct failure tzasc_failure(void)
{
	return (struct failure){
		.status = read32(TZASC_BASE + INT_STATUS),
		.address = read32(TZASC_BASE + FAIL_ADDRESS),
		.control = read32(TZASC_BASE + FAIL_CONTROL),
	};
}

void tzasc_open_all(void)
{
	for (unsigned number = 1; number < REGIONS; number++)
		tzasc_region_off(number);
	tzasc_background(SP_ALL);
	tzasc_inversion(false);
	tzasc_action(0);
	tzasc_clear();
	tzasc_in_path(true);
}
