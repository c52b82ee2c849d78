/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which region decides, and what its sp code grants to whom. Expected values are typed from the TZC-380 manual. */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CELL (WINDOW + 0x2340)
#define PATTERN 0x0102030405060708ull
#define PAGE 0x1000ull
#define PAGES (WINDOW_LENGTH / PAGE)
#define OUTSIDE_DRAM_TEST 0x60000000ull

/* Bits of what worked, as in an sp code; the same for EL3's non-secure pages above. */
enum { S_READ = 8, S_WRITE = 4, NS_READ = 2, NS_WRITE = 1, EL3_NS_SHIFT = 4 };

/* TZC-380 manual, sp table: security inversion off, on */
static const u8 sp_rights[2][16] = {
	{ 0x0, 0x5, 0xa, 0xf, 0x4, 0x5, 0xe, 0xf, 0x8, 0xd, 0xa, 0xf, 0xc, 0xd, 0xe, 0xf },
	{ 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf },
};

struct rule {
	void (*on)(unsigned sp);
	void (*off)(void);
	u64 cell;
};

static bool can_read(const struct rule *rule, unsigned sp, enum world world)
{
	u64 value = 0;

	*(volatile u64 *)rule->cell = PATTERN;
	dsb();
	rule->on(sp);
	perform(world, load_8, rule->cell, &value);
	rule->off();
	return value == PATTERN;
}

static bool can_write(const struct rule *rule, unsigned sp, enum world world)
{
	u64 value = ~PATTERN;

	*(volatile u64 *)rule->cell = PATTERN;
	dsb();
	rule->on(sp);
	perform(world, store_8, rule->cell, &value);
	rule->off();
	return *(volatile u64 *)rule->cell == ~PATTERN;
}

static u64 rights_in(const struct rule *rule, unsigned sp, enum world world, unsigned read, unsigned write)
{
	return (can_read(rule, sp, world) ? read : 0) | (can_write(rule, sp, world) ? write : 0);
}

static u64 rights(const struct rule *rule, unsigned sp)
{
	return rights_in(rule, sp, WORLD_SECURE, S_READ, S_WRITE) | rights_in(rule, sp, WORLD_EL1, NS_READ, NS_WRITE) |
	       rights_in(rule, sp, WORLD_EL3_NS, NS_READ << EL3_NS_SHIFT, NS_WRITE << EL3_NS_SHIFT);
}

static u64 expected_rights(unsigned sp, bool inversion)
{
	u64 once = sp_rights[inversion][sp];

	return once | (once & (NS_READ | NS_WRITE)) << EL3_NS_SHIFT;
}

static bool inverted;

static void region_on(unsigned sp)
{
	tzasc_inversion(inverted);
	tzasc_region(1, WINDOW, WINDOW_LOG2, sp, 0);
}

static void region_off(void)
{
	tzasc_region_off(1);
	tzasc_inversion(false);
}

static void background_on(unsigned sp)
{
	tzasc_inversion(inverted);
	tzasc_background(sp);
}

static void background_off(void)
{
	tzasc_inversion(false);
	tzasc_background(SP_ALL);
}

static void test_sp(void)
{
	static const struct rule region = { region_on, region_off, CELL };
	static const struct rule background = { background_on, background_off, OUTSIDE_DRAM_TEST };

	for (unsigned inversion = 0; inversion < 2; inversion++) {
		inverted = inversion;
		for (unsigned sp = 0; sp < 16; sp++) {
			check(expected_rights(sp, inversion), rights(&region, sp), "sp%d.inversion%d", (u64)sp,
			      (u64)inversion);
			check(expected_rights(sp, inversion), rights(&background, sp), "background-sp%d.inversion%d",
			      (u64)sp, (u64)inversion);
		}
	}
	tzasc_open_all();
}

/* One bit for each page from one below the window to one above it: what non-secure EL1 reads, and writes. */
static u64 pages_open(bool write)
{
	u64 open = 0;

	for (unsigned i = 0; i < PAGES + 2; i++) {
		u64 page = WINDOW + (i - 1ull) * PAGE, cells[] = { page, page + PAGE - 8 };
		unsigned count = 0;

		for (unsigned c = 0; c < ARRAY_SIZE(cells); c++) {
			u64 value = write ? ~PATTERN : 0;

			*(volatile u64 *)cells[c] = PATTERN;
			dsb();
			perform(WORLD_EL1, write ? store_8 : load_8, cells[c], &value);
			count += write ? *(volatile u64 *)cells[c] == ~PATTERN : value == PATTERN;
		}
		/* A page of which one half is open spoils the whole picture. */
		open |= count == 2 ? 1ull << i : count ? 1ull << 63 : 0;
	}
	return open;
}

#define ALL_PAGES ((1ull << (PAGES + 2)) - 1)
#define BESIDE_WINDOW (1ull | 1ull << (PAGES + 1))

static void expect_pages(u64 open_inside, const char *name)
{
	u64 expected = open_inside << 1 | BESIDE_WINDOW;

	check(expected, pages_open(false), "%s.read", name);
	check(expected, pages_open(true), "%s.write", name);
}

/* The smallest region, 32 KiB, has sub-regions of 4 KiB. */
static void test_subregions(void)
{
	static const struct {
		char name[16];
		u8 disabled;
	} masks[] = {
		{ "subregions-none", 0x00 }, { "subregions-aa", 0xaa },   { "subregions-55", 0x55 },
		{ "subregion-0", 0x01 },     { "subregion-7", 0x80 },     { "subregions-7e", 0x7e },
		{ "subregions-all", 0xff },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(masks); i++) {
		tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, masks[i].disabled);
		expect_pages(masks[i].disabled, masks[i].name);
	}
	tzasc_open_all();
}

/* The highest enabled region that has the address in an enabled sub-region decides. */
static void test_priority(void)
{
	tzasc_region(1, WINDOW - WINDOW_LENGTH, WINDOW_LOG2 + 1, SP_SECURE, 0xf); /* upper half: the window */
	expect_pages(0x00, "priority-lower-alone");
	tzasc_region(2, WINDOW, WINDOW_LOG2, SP_ALL, 0xf0);
	expect_pages(0x0f, "priority-higher-opens-half");
	tzasc_region(2, WINDOW, WINDOW_LOG2, SP_ALL, 0);
	expect_pages(0xff, "priority-higher-opens-all");
	tzasc_region(15, WINDOW, WINDOW_LOG2, SP_SECURE, 0x3c);
	expect_pages(0x3c, "priority-highest-closes");
	tzasc_region_off(2);
	expect_pages(0x00, "priority-falls-to-lower");
	tzasc_region_off(1);
	expect_pages(0x3c, "priority-falls-to-background");
	tzasc_open_all();

	tzasc_background(SP_SECURE);
	tzasc_region(3, WINDOW, WINDOW_LOG2 + 2, 0x3, 0); /* base bits below the size do not count */
	tzasc_region(4, WINDOW, WINDOW_LOG2, SP_SECURE, 0x81);
	expect_pages(0x81, "priority-open-in-closed");
	tzasc_open_all();

	/* As NXP's firmware covers 3 GiB: a region of 4 GiB without its last two eighths. */
	tzasc_background(SP_SECURE);
	tzasc_region(1, DRAM_BASE, 32, 0x3, 0xc0);
	expect_pages(0xff, "large-region-open");
	tzasc_region(2, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	expect_pages(0x00, "large-region-with-hole");
	tzasc_open_all();
}

static void test_switch(void)
{
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	tzasc_in_path(false);
	expect_pages(0xff, "tzasc-bypassed");
	tzasc_in_path(true);
	expect_pages(0x00, "tzasc-back-in-path");
	tzasc_open_all();
}

/* The registers are the secure world's alone, and locked ones nobody's. */
static void test_registers(void)
{
	u64 value = 0;

	tzasc_region(15, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	perform(WORLD_EL1, load_4, tzasc_attributes_register(15), &value);
	check(EC_DATA_ABORT, exception_class(this_cpu()), "ns-register-read.class");
	check(FSC_EXTERNAL, fault_status(this_cpu()), "ns-register-read.status");
	value = 0;
	perform(WORLD_EL1, store_4, tzasc_attributes_register(15), &value);
	check(EC_DATA_ABORT, exception_class(this_cpu()), "ns-register-write.class");
	check(FSC_EXTERNAL, fault_status(this_cpu()), "ns-register-write.status");
	expect_pages(0x00, "ns-register-write-no-effect");
	tzasc_lock_highest(true);
	tzasc_region_off(15);
	tzasc_move(15, WINDOW + 2 * WINDOW_LENGTH);
	expect_pages(0x00, "locked-region-stays");
	tzasc_lock_highest(false);
	tzasc_region_off(15);
	expect_pages(0xff, "unlocked-region-goes");
}

void test_permission(void)
{
	test_sp();
	test_subregions();
	test_priority();
	test_switch();
	test_registers();
}
