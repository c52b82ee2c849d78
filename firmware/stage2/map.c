// SPDX-License-Identifier: GPL-2.0-or-later
#include "map.h"

#include "cpu.h"
#include "layout.h"

#define ENTRIES		512
#define PAGE		0x1000ull
/* The 36 bits begin at level 1: 64 entries of 1 GiB */
#define ROOT_ENTRIES	(1u << (ADDRESS_BITS - 30))
#define LAST_LEVEL	3

/* Descriptors of stage 2 (DDI 0487, D8.3): kinds, and that Linux decides about caching */
#define VALID		1ull
#define BLOCK		1ull
#define TABLE		3ull
#define LEAF_PAGE	3ull
#define WRITE_BACK	(0xfull << 2)
#define READ_ONLY	(1ull << 6)
#define READ_WRITE	(3ull << 6)
#define SHAREABLE	(3ull << 8)
#define ACCESSED	(1ull << 10)
#define ADDRESS_MASK	0x0000fffffffff000ull
#define ATTRIBUTES	(WRITE_BACK | SHAREABLE | ACCESSED)

static struct {
	uint64_t base;
	uint64_t end;
	uint64_t next;		/* the next free table */
	uint64_t kept_until;	/* tables below it are not for pages of zeros alone */
	uint64_t zeros;
	uint64_t forgotten_at;
	bool shows_zeros;
	lock_t lock;
} map;

static unsigned int shift_of(unsigned int level)
{
	return 39 - 9 * level;
}

static uint64_t *entry_of(uint64_t *table, unsigned int level, uint64_t address)
{
	return table + (address >> shift_of(level)) % ENTRIES;
}

static uint64_t *table_at(uint64_t entry)
{
	return (uint64_t *)(entry & ADDRESS_MASK);
}

static uint64_t *new_table(void)
{
	uint64_t *table = (uint64_t *)map.next;

	if (map.next == map.end)
		return 0;
	map.next += PAGE;
	for (unsigned int n = 0; n < ENTRIES; n++)
		table[n] = 0;

	return table;
}

/* The table of the next level, made if there is none; null: no room, or a block is there */
static uint64_t *below(uint64_t *entry)
{
	uint64_t *table;

	if (*entry & VALID)
		return (*entry & TABLE) == TABLE ? table_at(*entry) : 0;
	table = new_table();
	if (table) {
		dsb();
		*entry = (uint64_t)table | TABLE;
	}

	return table;
}

void map_begin(uint64_t base, uint64_t end, uint64_t zeros)
{
	map.base = base;
	map.next = base;
	map.end = end;
	map.zeros = zeros;
	for (uint64_t *word = (uint64_t *)zeros;
	     word < (uint64_t *)(zeros + PAGE); word++)
		*word = 0;
	/* Linux maps heaps without caching as well, and is to find zeros even so */
	clean_cache_lines((const void *)zeros, PAGE);
	new_table();
}

uint64_t map_root(void)
{
	return map.base;
}

static bool fits(unsigned int level, uint64_t base, uint64_t end)
{
	uint64_t size = 1ull << shift_of(level);

	return !(base & (size - 1)) && end - base >= size;
}

bool map_same(uint64_t base, uint64_t end)
{
	while (base < end) {
		uint64_t *table = (uint64_t *)map.base;
		unsigned int level = 1;
		uint64_t *entry = entry_of(table, level, base);

		while (!fits(level, base, end) ||
		       (level < LAST_LEVEL && *entry & VALID)) {
			table = level < LAST_LEVEL ? below(entry) : 0;
			if (!table)
				return false;
			level++;
			entry = entry_of(table, level, base);
		}
		*entry = base | ATTRIBUTES | READ_WRITE |
			 (level == LAST_LEVEL ? LEAF_PAGE : BLOCK);
		base += 1ull << shift_of(level);
	}

	return true;
}

void map_done(void)
{
	map.kept_until = map.next;
}

static bool is_for_zeros(uint64_t entry)
{
	return (entry & ADDRESS_MASK) >= map.kept_until;
}

/* Of one table of the last level or of the one above it; the tables of pages of zeros go with their pages */
static void clear(uint64_t *table, unsigned int level)
{
	for (unsigned int n = 0; n < ENTRIES; n++) {
		uint64_t entry = table[n];

		if (level == LAST_LEVEL) {
			if ((entry & ADDRESS_MASK) == map.zeros)
				table[n] = 0;
		} else if ((entry & TABLE) == TABLE) {
			if (is_for_zeros(entry))
				table[n] = 0;
			else
				clear(table_at(entry), level + 1);
		}
	}
}

static void forget(void)
{
	uint64_t *root = (uint64_t *)map.base;

	for (unsigned int n = 0; n < ROOT_ENTRIES; n++) {
		if ((root[n] & TABLE) != TABLE)
			continue;
		if (is_for_zeros(root[n]))
			root[n] = 0;
		else
			clear(table_at(root[n]), 2);
	}
	forget_translations();
	map.next = map.kept_until;
	map.shows_zeros = false;
}

void map_forget_zeros(uint64_t ticks)
{
	uint64_t now = read_register(cntpct_el0);

	if (!map.shows_zeros || now - map.forgotten_at < ticks)
		return;
	take(&map.lock);
	forget();
	map.forgotten_at = now;
	give(&map.lock);
}

/* The entry of a page, null if there is no room for its tables */
static uint64_t *page_entry(uint64_t address)
{
	uint64_t *table = (uint64_t *)map.base;

	for (unsigned int level = 1; level < LAST_LEVEL; level++) {
		table = below(entry_of(table, level, address));
		if (!table)
			return 0;
	}

	return entry_of(table, LAST_LEVEL, address);
}

void map_zeros(uint64_t address)
{
	uint64_t *entry;

	take(&map.lock);
	entry = page_entry(address);
	if (!entry && map.next == map.end) {
		forget();
		entry = page_entry(address);
	}
	if (entry && !(*entry & VALID)) {
		*entry = map.zeros | ATTRIBUTES | READ_ONLY | LEAF_PAGE;
		map.shows_zeros = true;
		dsb();
		isb();
	}
	give(&map.lock);
}
