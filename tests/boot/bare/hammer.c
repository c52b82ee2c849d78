/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Non-secure EL1 hammers a page that the TZASC closes. The host looks at the record and at the emulator's memory before
 * and after: it writes the number of the step that may begin into a cell outside of the window.
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CELL (WINDOW + 0x1000)
#define GO_AHEAD (WINDOW - 0x2000)
#define PATTERN 0x5c5c5c5c5c5c5c5cull
#define WARM_UP 200000
#define ACCESSES 5000000 /* of each direction */

static u64 el1_hammer(u64 address, u64 count)
{
	u64 wrong = 0;

	for (u64 i = 0; i < count; i++) {
		wrong |= *(volatile u64 *)address;
		*(volatile u64 *)address = i;
	}
	return wrong;
}

static void wait_for_host(const char *state, u64 step)
{
	print("INFO %s\n", state);
	while (*(volatile u64 *)GO_AHEAD != step)
		;
}

void test_hammer(void)
{
	*(volatile u64 *)CELL = PATTERN;
	*(volatile u64 *)GO_AHEAD = 0;
	dsb();
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	check(0, ns_call(el1_hammer, CELL, WARM_UP, 0), "hammer.warm-up-reads-zero");
	wait_for_host("warm", 1);
	check(0, ns_call(el1_hammer, CELL, ACCESSES, 0), "hammer.reads-zero");
	check(PATTERN, *(volatile u64 *)CELL, "hammer.cell-kept");
	wait_for_host("hammered", 2);
}
