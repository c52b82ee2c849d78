/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a denied access is answered with, and what it leaves behind: the four values of `action`, interrupt 108, the
 * latches about the first violation.
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CELL (WINDOW + 0x1238)
#define OTHER (WINDOW + 0x4320)
#define PATTERN 0x12345678d65f03c0ull /* a RET, for the fetch that must not happen */
#define OFFSET(address) ((address) - DRAM_BASE)

enum kind { LOAD, STORE, FETCH };
static const char kind_names[][8] = { "load", "store", "fetch" };

static u64 access_cell(enum world world, enum kind kind, u64 address)
{
	u64 buffer = kind == STORE ? ~PATTERN : 0;

	if (kind == FETCH)
		return execute(world, address);
	perform(world, kind == LOAD ? load_8 : store_8, address, &buffer);
	return buffer;
}

/* Exception syndrome without the bits that are up to the implementation. */
static u64 expected_class(enum kind kind, bool decerr)
{
	if (kind == FETCH)
		return decerr ? EC_FETCH_ABORT : EC_UNKNOWN;
	return decerr ? EC_DATA_ABORT : 0;
}

static void test_one(enum world world, enum kind kind, unsigned action)
{
	const struct cpu *cpu = this_cpu();
	bool decerr = action & ACTION_DECERR, interrupt = action & ACTION_INTERRUPT;
	const char *who = world_name(world), *what = kind_names[kind];
	u64 number = action, value;
	struct failure failure;

	*(volatile u64 *)CELL = PATTERN;
	dsb();
	tzasc_action(action);
	tzasc_clear();
	check(NO_INTERRUPT, pending_interrupt(), "action%d.%s.%s.quiet-before", number, who, what);
	value = access_cell(world, kind, CELL);
	check(decerr || kind == FETCH, cpu->faults, "action%d.%s.%s.exceptions", number, who, what);
	check(expected_class(kind, decerr), exception_class(cpu), "action%d.%s.%s.class", number, who, what);
	if (decerr) {
		check(FSC_EXTERNAL, fault_status(cpu), "action%d.%s.%s.status", number, who, what);
		check(CELL + (world == WORLD_EL3_NS ? NS_VIEW : 0), cpu->far, "action%d.%s.%s.far", number, who, what);
	} else if (kind == LOAD) {
		check(0, value, "action%d.%s.%s.value", number, who, what);
	}
	check(PATTERN, *(volatile u64 *)CELL, "action%d.%s.%s.kept", number, who, what);
	failure = tzasc_failure();
	check(STATUS_DENIED, failure.status & STATUS_DENIED, "action%d.%s.%s.int-status", number, who, what);
	check(OFFSET(CELL), failure.address, "action%d.%s.%s.fail-address", number, who, what);
	check(CONTROL_NONSECURE | CONTROL_PRIVILEGED | (kind == STORE ? CONTROL_WRITE : 0), failure.control,
	      "action%d.%s.%s.fail-control", number, who, what);
	check(interrupt ? TZASC_INTID : NO_INTERRUPT, pending_interrupt(), "action%d.%s.%s.interrupt", number, who, what);
	tzasc_clear();
	check(0, tzasc_failure().status, "action%d.%s.%s.cleared", number, who, what);
	check(NO_INTERRUPT, pending_interrupt(), "action%d.%s.%s.quiet-after", number, who, what);
}

static void expect_failure(const char *name, u64 status, u64 address, u64 control)
{
	struct failure failure = tzasc_failure();

	check(status, failure.status, "%s.int-status", name);
	check(address, failure.address, "%s.fail-address", name);
	check(control, failure.control, "%s.fail-control", name);
}

/* The first violation is kept until int_clear, then the next one is the first. */
static void test_latches(void)
{
	tzasc_action(ACTION_INTERRUPT);
	tzasc_clear();
	access_cell(WORLD_EL1, LOAD, CELL);
	expect_failure("first", STATUS_DENIED, OFFSET(CELL), CONTROL_NONSECURE | CONTROL_PRIVILEGED);
	access_cell(WORLD_EL3_NS, STORE, OTHER);
	expect_failure("first-wins", STATUS_DENIED | STATUS_OVERRUN, OFFSET(CELL), CONTROL_NONSECURE | CONTROL_PRIVILEGED);
	tzasc_clear();
	expect_failure("after-clear", 0, OFFSET(CELL), CONTROL_NONSECURE | CONTROL_PRIVILEGED);
	access_cell(WORLD_EL3_NS, STORE, OTHER);
	expect_failure("second", STATUS_DENIED, OFFSET(OTHER), CONTROL_NONSECURE | CONTROL_PRIVILEGED | CONTROL_WRITE);
	tzasc_clear();
	access_cell(WORLD_SECURE, LOAD, CELL);
	expect_failure("permitted-leaves-no-trace", 0, OFFSET(OTHER),
		       CONTROL_NONSECURE | CONTROL_PRIVILEGED | CONTROL_WRITE);
}

static void test_edges(void)
{
	u64 buffer = 0;

	tzasc_clear();
	perform(WORLD_EL1, load_8, WINDOW - 4, &buffer);
	check(OFFSET(WINDOW), tzasc_failure().address, "lower-edge.fail-address");
	tzasc_clear();
	perform(WORLD_EL1, store_8, WINDOW_END - 4, &buffer);
	check(OFFSET(WINDOW_END - 4), tzasc_failure().address, "upper-edge.fail-address");
	tzasc_clear();
	perform(WORLD_EL1, load_1, WINDOW + 3, &buffer);
	check(OFFSET(WINDOW + 3), tzasc_failure().address, "byte.fail-address");
}

/* Who it was: EL0's rights, and the secure world where even that is denied. */
static void test_who(void)
{
	u64 buffer = 0;

	tzasc_clear();
	perform(WORLD_EL1, load_as_user, CELL + USER_VIEW, &buffer);
	expect_failure("user-load", STATUS_DENIED, OFFSET(CELL), CONTROL_NONSECURE);
	tzasc_clear();
	perform(WORLD_EL1, store_as_user, OTHER + USER_VIEW, &buffer);
	expect_failure("user-store", STATUS_DENIED, OFFSET(OTHER), CONTROL_NONSECURE | CONTROL_WRITE);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_NONE, 0);
	tzasc_clear();
	access_cell(WORLD_SECURE, STORE, CELL);
	expect_failure("secure-store", STATUS_DENIED, OFFSET(CELL), CONTROL_PRIVILEGED | CONTROL_WRITE);
	tzasc_clear();
	check(0, access_cell(WORLD_SECURE, LOAD, OTHER), "secure-load.value");
	expect_failure("secure-load", STATUS_DENIED, OFFSET(OTHER), CONTROL_PRIVILEGED);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
}

/* The line is level: it follows action[1] and the status, and can be taken as an interrupt. */
static void test_line(void)
{
	u64 taken;

	tzasc_action(0);
	tzasc_clear();
	access_cell(WORLD_EL1, LOAD, CELL);
	check(NO_INTERRUPT, pending_interrupt(), "line.action-0");
	tzasc_action(ACTION_INTERRUPT);
	check(TZASC_INTID, pending_interrupt(), "line.action-2-later");
	taken = acknowledge_interrupt();
	check(TZASC_INTID, taken, "line.acknowledged");
	check(NO_INTERRUPT, pending_interrupt(), "line.active");
	end_interrupt(taken);
	check(TZASC_INTID, pending_interrupt(), "line.still-high-after-end");
	taken = acknowledge_interrupt();
	tzasc_clear();
	end_interrupt(taken);
	check(NO_INTERRUPT, pending_interrupt(), "line.low-after-clear");
}

void test_action(void)
{
	static const enum world worlds[] = { WORLD_EL1, WORLD_EL3_NS };

	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	for (unsigned action = 0; action < 4; action++)
		for (unsigned w = 0; w < ARRAY_SIZE(worlds); w++)
			for (enum kind kind = LOAD; kind <= FETCH; kind++)
				test_one(worlds[w], kind, action);
	tzasc_action(ACTION_INTERRUPT);
	test_latches();
	test_edges();
	test_who();
	test_line();
}
