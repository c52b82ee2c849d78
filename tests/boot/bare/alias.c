/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images of DRAM above its fitted size: the same cells, judged by the address that is used.
 *
 * The window is 4 GiB large whatever is fitted. An image of protected memory belongs to region 0 or to whatever region
 * covers it, so a region 0 that is open to the non-secure world opens all protected memory (published for boards with
 * this chip).
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define GIB 0x40000000ull
#define GIBS (WINDOW_BYTES / GIB)
#define CELL (WINDOW + 0x3458)
#define PATTERN 0xa1a2a3a4a5a6a7a8ull

static u64 peek(enum world world, u64 address)
{
	u64 value = 0;

	perform(world, load_8, address, &value);
	return value;
}

static void poke(enum world world, u64 address, u64 value)
{
	perform(world, store_8, address, &value);
}

/* Distance to the first image, in GiB; that of the whole window if there is none. */
static u64 fitted_gibs(void)
{
	u64 gibs = 1;

	*(volatile u64 *)CELL = PATTERN;
	for (; gibs < GIBS; gibs++) {
		volatile u64 *image = (volatile u64 *)(CELL + gibs * GIB);
		u64 before = *image;

		*image = ~PATTERN;
		dsb();
		if (*(volatile u64 *)CELL == ~PATTERN)
			break;
		*image = before;
	}
	*(volatile u64 *)CELL = PATTERN;
	return gibs;
}

/* Every gibibyte of the window shows the cells that the controller's address bits select. */
static void test_cells(u64 fitted)
{
	for (u64 i = 0; i < fitted; i++)
		*(volatile u64 *)(CELL + i * GIB) = PATTERN + i;
	dsb();
	for (u64 i = 0; i < GIBS; i++) {
		u64 image = CELL + i * GIB, cell = CELL + i % fitted * GIB;

		check(PATTERN + i % fitted, peek(WORLD_SECURE, image), "image%d.secure-read", i);
		check(PATTERN + i % fitted, peek(WORLD_EL1, image), "image%d.el1-read", i);
		poke(WORLD_EL1, image, ~PATTERN - i);
		check(~PATTERN - i, peek(WORLD_SECURE, cell), "image%d.el1-write", i);
		poke(WORLD_SECURE, cell, PATTERN + i % fitted);
		check(PATTERN + i % fitted, peek(WORLD_EL1, image), "image%d.el1-read-again", i);
	}
}

/* The first image of a protected cell, with the world beside it open or closed. */
static void test_rights(u64 image)
{
	poke(WORLD_SECURE, CELL, PATTERN);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	check(0, peek(WORLD_EL1, CELL), "hole.cell-denied");
	check(PATTERN, peek(WORLD_EL1, image), "hole.image-open");
	poke(WORLD_EL1, image, ~PATTERN);
	check(~PATTERN, peek(WORLD_SECURE, CELL), "hole.written-through-image");

	poke(WORLD_SECURE, CELL, PATTERN);
	tzasc_region(2, image & ~(WINDOW_LENGTH - 1), WINDOW_LOG2, SP_SECURE, 0);
	check(0, peek(WORLD_EL1, image), "image-region.image-denied");
	poke(WORLD_EL1, image, ~PATTERN);
	check(PATTERN, peek(WORLD_SECURE, CELL), "image-region.not-written");
	tzasc_region_off(1);
	check(PATTERN, peek(WORLD_EL1, CELL), "image-region.cell-open");
	check(0, peek(WORLD_EL1, image), "image-region.image-still-denied");
	tzasc_region_off(2);

	tzasc_background(SP_SECURE);
	tzasc_region(1, WINDOW, WINDOW_LOG2, 0x3, 0);
	check(PATTERN, peek(WORLD_EL1, CELL), "closed-background.cell-open");
	check(0, peek(WORLD_EL1, image), "closed-background.image-denied");
	poke(WORLD_EL1, image, ~PATTERN);
	check(PATTERN, peek(WORLD_SECURE, CELL), "closed-background.not-written");
	check(PATTERN, peek(WORLD_SECURE, image), "closed-background.secure-sees-image");
	tzasc_clear();
	peek(WORLD_EL1, image);
	check(image - DRAM_BASE, tzasc_failure().address, "closed-background.fail-address");
	tzasc_open_all();
}

/* An access over the end of the fitted memory: its parts are in the last cells and in the first. */
static void test_wrap(u64 end)
{
	u64 first = DRAM_BASE, value;

	*(volatile u64 *)first = 0x1111111111111111;
	*(volatile u64 *)(end - 8) = 0x2222222222222222;
	dsb();
	check(0x1111111122222222, peek(WORLD_EL1, end - 4), "wrap.read");
	poke(WORLD_EL1, end - 4, 0x3333333344444444);
	value = *(volatile u64 *)first;
	check(0x1111111133333333, value, "wrap.written-first-cell");
	tzasc_region(1, end, WINDOW_LOG2, SP_SECURE, 0);
	check(0x44444444, peek(WORLD_EL1, end - 4), "wrap.read-denied-image");
	check(value, peek(WORLD_EL1, first), "wrap.first-cell-open");
	tzasc_open_all();
}

void test_alias(void)
{
	u64 fitted = fitted_gibs();

	print("INFO ddr_gib %d\n", fitted);
	test_cells(fitted);
	if (fitted < GIBS) {
		test_rights(CELL + fitted * GIB);
		test_wrap(DRAM_BASE + fitted * GIB);
	}
}
