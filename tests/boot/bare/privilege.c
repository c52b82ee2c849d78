/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who an access says it is. The TZASC latches world and privilege of what it denies, so a closed window tells both for
 * every way to get at memory. Privilege is that of the instruction, whatever translates its address, and how often.
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CELL (WINDOW + 0x1240)
#define TABLE_DESCRIPTOR 3
#define SCR_NS 1
#define SCTLR_M 1

#define CSU_CSL_GPR 0x303e0028 /* CSL 20 in its lower half */
#define CSL_ALL 0x00ff00ff
#define CSL_GPR_SUPERVISOR 0x00ff00bb
#define NUMBER 0x5a17

static const char stage_names[][8] = { "one", "two" };

/* Runs @function(a, b, c) at EL1 of the secure world or of the non-secure one. */
static u64 el1_call(bool secure, void *function, u64 a, u64 b, u64 c)
{
	u64 scr = read_sysreg(scr_el3), result;

	if (secure)
		write_sysreg(scr & ~SCR_NS, scr_el3);
	isb();
	result = ns_call(function, a, b, c);
	write_sysreg(scr, scr_el3);
	isb();
	return result;
}

static void expect_control(u64 control, const char *who, const char *what, unsigned stages)
{
	struct failure failure = tzasc_failure();

	check(STATUS_DENIED, failure.status & STATUS_DENIED, "%s.%s.%s-stage.denied", who, what, stage_names[stages]);
	check(control, failure.control, "%s.%s.%s-stage.control", who, what, stage_names[stages]);
}

static u64 control_of(const struct access *access)
{
	bool write = access->flags & ACCESS_STORE && !(access->flags & ACCESS_EXCLUSIVE);

	return write ? CONTROL_WRITE : 0;
}

static void test_accesses(bool secure, unsigned stages)
{
	static u8 buffer[ACCESS_MAX_BYTES] __attribute__((aligned(16)));
	u64 world = secure ? 0 : CONTROL_NONSECURE;

	for (const struct access *access = accesses; access < accesses_end; access++) {
		tzasc_clear();
		el1_call(secure, access->function, CELL, (u64)buffer, 0);
		expect_control(world | CONTROL_PRIVILEGED | control_of(access), secure ? "secure-el1" : "el1", access->name,
			       stages);
		tzasc_clear();
		el1_call(secure, user_call, (u64)access->function, CELL + USER_VIEW, (u64)buffer + USER_VIEW);
		expect_control(world | control_of(access), secure ? "secure-el0" : "el0", access->name, stages);
	}
	tzasc_clear();
	el1_call(secure, load_as_user, CELL + USER_VIEW, (u64)buffer, 0);
	expect_control(world, secure ? "secure-el1" : "el1", "ldtr", stages);
	tzasc_clear();
	el1_call(secure, store_as_user, CELL + USER_VIEW, (u64)buffer, 0);
	expect_control(world | CONTROL_WRITE, secure ? "secure-el1" : "el1", "sttr", stages);
}

/* Zeros are no instruction; EL1 may not execute what EL0 may write, so each has a view of its own. */
static void test_fetches(bool secure, unsigned stages)
{
	u64 world = secure ? 0 : CONTROL_NONSECURE;

	tzasc_clear();
	check(FAULT_MARK, el1_call(secure, user_call, CELL, 0, 0), "%s.fetch.%s-stage.result",
	      secure ? "secure-el0" : "el0", stage_names[stages]);
	expect_control(world, secure ? "secure-el0" : "el0", "fetch", stages);
	if (secure)
		return;
	tzasc_clear();
	check(FAULT_MARK, execute(WORLD_EL1, CELL), "el1.fetch.%s-stage.result", stage_names[stages]);
	expect_control(world | CONTROL_PRIVILEGED, "el1", "fetch", stages);
}

static u64 translate_for_user(u64 address, void *unused)
{
	(void)unused;
	asm volatile("at s1e0r, %0; isb" : : "r"(address) : "memory");
	return read_sysreg(par_el1) & 1;
}

/* The walker reads tables as privileged, for whomever. */
static void test_walks(unsigned stages)
{
	static u64 buffer;

	mmu_set_walk_entry(WORLD_EL1, WINDOW | TABLE_DESCRIPTOR);
	tzasc_clear();
	check(FAULT_MARK, ns_call(user_call, (u64)load_8, WALK_VIEW, (u64)&buffer + USER_VIEW), "el0.walk.%s-stage.result",
	      stage_names[stages]);
	expect_control(CONTROL_NONSECURE | CONTROL_PRIVILEGED, "el0", "walk", stages);
	tzasc_clear();
	check(1, ns_call(translate_for_user, WALK_VIEW, 0, 0), "el1.at.%s-stage.result", stage_names[stages]);
	expect_control(CONTROL_NONSECURE | CONTROL_PRIVILEGED, "el1", "at", stages);
	mmu_set_walk_entry(WORLD_EL1, 0);
}

/* EL1, with the first stage off: EL0 there has physical addresses. */
static u64 flat_user(void *function, u64 address, u64 buffer)
{
	u64 control = read_sysreg(sctlr_el1), result;

	write_sysreg(control & ~SCTLR_M, sctlr_el1);
	isb();
	result = user_call_flat(function, address, buffer);
	write_sysreg(control, sctlr_el1);
	isb();
	return result;
}

static void test_without_first_stage(unsigned stages)
{
	static u64 buffer;

	tzasc_clear();
	ns_call(flat_user, (u64)load_8, CELL, (u64)&buffer);
	expect_control(CONTROL_NONSECURE, "el0", "flat-load", stages);
	tzasc_clear();
	ns_call(flat_user, (u64)store_8, CELL, (u64)&buffer);
	expect_control(CONTROL_NONSECURE | CONTROL_WRITE, "el0", "flat-store", stages);
}

/* A peripheral that is the supervisors'. */
static void test_peripheral(unsigned stages)
{
	static u64 buffer;

	write32(GPR_SPARE, NUMBER);
	write32(CSU_CSL_GPR, CSL_GPR_SUPERVISOR);
	buffer = ~0ull;
	ns_call(load_4, GPR_SPARE, (u64)&buffer, 0);
	check(NUMBER, buffer, "el1.peripheral.%s-stage.value", stage_names[stages]);
	buffer = ~0ull;
	ns_call(load_as_user, GPR_SPARE + USER_VIEW, (u64)&buffer, 0);
	check(0, buffer, "el1.peripheral-ldtr.%s-stage.value", stage_names[stages]);
	buffer = ~0ull;
	ns_call(user_call, (u64)load_4, GPR_SPARE + USER_VIEW, (u64)&buffer + USER_VIEW);
	check(0, buffer, "el0.peripheral.%s-stage.value", stage_names[stages]);
	buffer = ~(u64)NUMBER;
	ns_call(user_call, (u64)store_4, GPR_SPARE + USER_VIEW, (u64)&buffer + USER_VIEW);
	write32(CSU_CSL_GPR, CSL_ALL);
	check(NUMBER, read32(GPR_SPARE), "el0.peripheral.%s-stage.kept", stage_names[stages]);
	ns_call(user_call, (u64)store_4, GPR_SPARE + USER_VIEW, (u64)&buffer + USER_VIEW);
	check((u32)~NUMBER, read32(GPR_SPARE), "el0.open-peripheral.%s-stage.written", stage_names[stages]);
}

void test_privilege(void)
{
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_NONE, 0);
	test_accesses(true, 0);
	test_fetches(true, 0);
	for (unsigned stages = 0; stages < 2; stages++) {
		mmu_stage2(stages);
		test_accesses(false, stages);
		test_fetches(false, stages);
		test_walks(stages);
		test_without_first_stage(stages);
		test_peripheral(stages);
	}
	mmu_stage2(false);
}
