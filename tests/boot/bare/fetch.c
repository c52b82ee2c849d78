/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instruction fetches and page-table walks.
 *
 * Denied memory reads as zero, also to the fetch unit and to the table walker: the word 0 is an undefined instruction,
 * the descriptor 0 a translation fault. With bus errors on, both are external aborts.
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define MOV_X0(value) (0xd2800000u | (value) << 5)
#define RET 0xd65f03c0u
#define NOP 0xd503201fu
#define NUMBER_OUTSIDE 0x111
#define NUMBER_INSIDE 0x222
#define NUMBER_BELOW 0x333

#define FAR_INSIDE (WINDOW + 0x2000)
#define CACHED_ROUNDS 100

#define TARGET_BLOCK 0x50200000ull /* what the walk test maps, by a table at WINDOW */
#define TABLE_DESCRIPTOR 3
#define NS_TABLE (1ull << 63)
#define BLOCK_NORMAL 0x745 /* accessed, inner shareable, AP[1], attribute 1 */
#define BLOCK_EL1 0x705

static void close_window(unsigned action)
{
	tzasc_action(action);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
}

static void open_window(void)
{
	tzasc_region_off(1);
}

/* Code that runs over the lower edge, code at the edge and inside, code that runs over the upper edge. */
static void place_all(void)
{
	static const u32 over_edge[] = { MOV_X0(NUMBER_OUTSIDE), NOP, MOV_X0(NUMBER_INSIDE), RET };
	static const u32 inside[] = { MOV_X0(NUMBER_INSIDE), RET };
	static const u32 out_again[] = { NOP, NOP, MOV_X0(NUMBER_BELOW), RET };

	place_code(WINDOW - 8, over_edge, ARRAY_SIZE(over_edge));
	place_code(FAR_INSIDE, inside, ARRAY_SIZE(inside));
	place_code(WINDOW_END - 8, out_again, ARRAY_SIZE(out_again));
}

/* The fetch at @fails must be refused when code is entered at @entry. */
static void expect_refused(enum world world, const char *name, u64 entry, u64 fails, bool decerr)
{
	u64 view = world == WORLD_EL3_NS ? NS_VIEW : 0;
	u64 value = execute(world, entry);
	const struct cpu *cpu = this_cpu();

	check(FAULT_MARK, value, "%s.%s.result", name, world_name(world));
	check(1, cpu->faults, "%s.%s.exceptions", name, world_name(world));
	check(decerr ? EC_FETCH_ABORT : EC_UNKNOWN, exception_class(cpu), "%s.%s.class", name, world_name(world));
	check(fails + view, cpu->elr, "%s.%s.elr", name, world_name(world));
	if (decerr) {
		check(FSC_EXTERNAL, fault_status(cpu), "%s.%s.status", name, world_name(world));
		check(fails + view, cpu->far, "%s.%s.far", name, world_name(world));
	}
}

static void expect_runs(enum world world, const char *name, u64 entry, u64 number)
{
	check(number, execute(world, entry), "%s.%s", name, world_name(world));
}

static void test_fetch_in(enum world world, bool decerr)
{
	tzasc_open_all();
	place_all();
	expect_runs(world, "fetch-open-over-edge", WINDOW - 8, NUMBER_INSIDE);
	expect_runs(world, "fetch-open-inside", FAR_INSIDE, NUMBER_INSIDE);
	close_window(decerr ? ACTION_DECERR : 0);
	expect_refused(world, decerr ? "fetch-decerr-first" : "fetch-first", WINDOW, WINDOW, decerr);
	expect_refused(world, decerr ? "fetch-decerr-inside" : "fetch-inside", FAR_INSIDE, FAR_INSIDE, decerr);
	expect_refused(world, decerr ? "fetch-decerr-over-edge" : "fetch-over-edge", WINDOW - 8, WINDOW, decerr);
	expect_refused(world, decerr ? "fetch-decerr-last" : "fetch-last", WINDOW_END - 8, WINDOW_END - 8, decerr);
	expect_runs(world, "fetch-beyond-end", WINDOW_END, NUMBER_BELOW);
	expect_runs(WORLD_SECURE, "fetch-secure", FAR_INSIDE, NUMBER_INSIDE);
	open_window();
	expect_runs(world, "fetch-reopened-over-edge", WINDOW - 8, NUMBER_INSIDE);
	expect_runs(world, "fetch-reopened-inside", FAR_INSIDE, NUMBER_INSIDE);
}

/* A fetch is a read: it needs that right, and no other. */
static void test_one_way(enum world world)
{
	tzasc_open_all();
	place_all();
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_NS_READ, 0);
	expect_runs(world, "fetch-read-only-over-edge", WINDOW - 8, NUMBER_INSIDE);
	expect_runs(world, "fetch-read-only-inside", FAR_INSIDE, NUMBER_INSIDE);
	expect_runs(world, "fetch-read-only-last", WINDOW_END - 8, NUMBER_BELOW);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_NS_WRITE, 0);
	expect_refused(world, "fetch-write-only", FAR_INSIDE, FAR_INSIDE, false);
}

/* Code that ran a moment ago must not go on running from some cache of the emulator, nor stay refused. */
static void test_cached(enum world world)
{
	u64 view = world == WORLD_EL3_NS ? NS_VIEW : 0;
	u64 refused = 0, ran = 0;

	tzasc_open_all();
	place_all();
	for (unsigned round = 0; round < CACHED_ROUNDS; round++) {
		close_window(0);
		refused += execute(world, WINDOW - 8) == FAULT_MARK && this_cpu()->elr == WINDOW + view;
		refused += execute(world, FAR_INSIDE) == FAULT_MARK && this_cpu()->elr == FAR_INSIDE + view;
		open_window();
		ran += execute(world, WINDOW - 8) == NUMBER_INSIDE;
		ran += execute(world, FAR_INSIDE) == NUMBER_INSIDE;
	}
	check(2 * CACHED_ROUNDS, refused, "fetch-cached-refused.%s", world_name(world));
	check(2 * CACHED_ROUNDS, ran, "fetch-cached-runs.%s", world_name(world));
}

static void expect_walk(enum world world, const char *name, u64 status)
{
	u64 value = 0;

	perform(world, load_8, WALK_VIEW, &value);
	if (!status) {
		check(0, this_cpu()->faults, "%s.%s.exceptions", name, world_name(world));
		check(*(volatile u64 *)TARGET_BLOCK, value, "%s.%s.value", name, world_name(world));
		return;
	}
	check(1, this_cpu()->faults, "%s.%s.exceptions", name, world_name(world));
	check(EC_DATA_ABORT, exception_class(this_cpu()), "%s.%s.class", name, world_name(world));
	check(status, fault_status(this_cpu()), "%s.%s.status", name, world_name(world));
	check(WALK_VIEW, this_cpu()->far, "%s.%s.far", name, world_name(world));
}

/* A walk of EL1, or of EL3 through a table that is marked as non-secure. */
static void test_walk_in(enum world world)
{
	u64 flags = TABLE_DESCRIPTOR | (world == WORLD_EL1 ? 0 : NS_TABLE);

	tzasc_open_all();
	*(volatile u64 *)TARGET_BLOCK = 0x1122334455667788;
	*(volatile u64 *)WINDOW = TARGET_BLOCK | (world == WORLD_EL1 ? BLOCK_EL1 : BLOCK_NORMAL);
	dsb();
	mmu_set_walk_entry(world, WINDOW | flags);
	expect_walk(world, "walk-open", 0);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_NS_READ, 0);
	mmu_set_walk_entry(world, WINDOW | flags);
	expect_walk(world, "walk-read-only", 0);
	close_window(0);
	mmu_set_walk_entry(world, WINDOW | flags);
	expect_walk(world, "walk-denied", FSC_TRANSLATION_L2);
	close_window(ACTION_DECERR);
	mmu_set_walk_entry(world, WINDOW | flags);
	expect_walk(world, "walk-decerr", FSC_EXTERNAL_WALK_L2);
	if (world != WORLD_EL1) {
		mmu_set_walk_entry(world, WINDOW | TABLE_DESCRIPTOR);
		expect_walk(world, "walk-secure-table", 0);
		mmu_set_walk_entry(world, WINDOW | flags);
	}
	open_window();
	mmu_set_walk_entry(world, WINDOW | flags);
	expect_walk(world, "walk-reopened", 0);
	mmu_set_walk_entry(world, 0);
}

void test_fetch(void)
{
	for (unsigned decerr = 0; decerr < 2; decerr++) {
		test_fetch_in(WORLD_EL1, decerr);
		test_fetch_in(WORLD_EL3_NS, decerr);
	}
	test_one_way(WORLD_EL1);
	test_one_way(WORLD_EL3_NS);
	test_cached(WORLD_EL1);
	test_cached(WORLD_EL3_NS);
	test_walk_in(WORLD_EL1);
	test_walk_in(WORLD_SECURE);
}
