/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a change of the rules and a denied access cost, in guest time. Lines "BENCH <name> <value> <unit>". */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CELL (WINDOW + 0x1000)
#define OUTSIDE (WINDOW - 0x1000)
#define PATTERN 0x7777777777777777ull
#define CHANGES 2000
#define DENIED_ACCESSES 200000
#define PERMITTED_ACCESSES 4000000

static void bench(const char *name, u64 thousandths, const char *unit)
{
	u64 rest = thousandths % 1000;

	print("BENCH %s %d.%s%d %s\n", name, thousandths / 1000, rest < 10 ? "00" : rest < 100 ? "0" : "", rest, unit);
}

/* Picoseconds for one access at non-secure EL1. */
static u64 el1_loads(u64 address, u64 count)
{
	u64 begin = ticks();

	for (u64 i = 0; i < count; i++)
		(void)*(volatile u64 *)address;
	return nanoseconds(ticks() - begin) * 1000 / count;
}

static u64 el1_device_loads(u64 address, u64 count)
{
	u64 begin = ticks();

	for (u64 i = 0; i < count; i++)
		(void)*(volatile u32 *)address;
	return nanoseconds(ticks() - begin) * 1000 / count;
}

static u64 el1_stores(u64 address, u64 count)
{
	u64 begin = ticks();

	for (u64 i = 0; i < count; i++)
		*(volatile u64 *)address = i;
	return nanoseconds(ticks() - begin) * 1000 / count;
}

/* Each change is followed by a look at what it changed, so that none of its effect is left out. */
static void measure_changes(void)
{
	u64 right = 0, begin = ticks();

	for (unsigned i = 0; i < CHANGES; i++) {
		if (i % 2)
			tzasc_region_off(1);
		else
			tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
		right += *(volatile u64 *)(CELL + NS_VIEW) == (i % 2 ? PATTERN : 0);
	}
	bench("region_change", nanoseconds(ticks() - begin) / CHANGES, "us");
	check(CHANGES, right, "cost.changes-took-effect");
}

void measure_cost(void)
{
	*(volatile u64 *)CELL = PATTERN;
	*(volatile u64 *)OUTSIDE = PATTERN;
	dsb();
	measure_changes();
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	bench("denied_read", ns_call(el1_loads, CELL, DENIED_ACCESSES, 0), "ns");
	bench("denied_write", ns_call(el1_stores, CELL, DENIED_ACCESSES, 0), "ns");
	bench("permitted_read", ns_call(el1_loads, OUTSIDE, PERMITTED_ACCESSES, 0), "ns");
	bench("permitted_write", ns_call(el1_stores, OUTSIDE, PERMITTED_ACCESSES, 0), "ns");
	bench("device_read", ns_call(el1_device_loads, GPR_SPARE, DENIED_ACCESSES, 0), "ns");
	check(PATTERN, *(volatile u64 *)CELL, "cost.denied-cell-kept");
	check(STATUS_DENIED | STATUS_OVERRUN, tzasc_failure().status, "cost.violations-latched");
}
