// SPDX-License-Identifier: GPL-2.0-or-later
/* Who runs at which level, from the first instruction after BL31 on. */
#include <stdbool.h>

#include "aborts.h"
#include "calls.h"
#include "cpu.h"
#include "layout.h"
#include "map.h"
#include "print.h"
#include "record.h"
#include "tree.h"

#define CLASS_CALL	0x17	/* SMC of 64-bit code, trapped */
#define CLASS_FETCH	0x20
#define CLASS_DATA	0x24

/*
 * HCR_EL2: a second stage (VM), which data cache invalidation respects (SWIO),
 * SMC comes here (TSC), EL1 has 64 bits (RW). HVC comes here as well: whether
 * there is one is EL3's to say on this processor, not HCD's. Interrupts and the
 * timers are Linux's own.
 */
#define HCR_GUEST	(1ull << 0 | 1ull << 1 | 1ull << 19 | 1ull << 31)
/* VTCR_EL2: 36 bits from level 1 on, 4 KiB pages, walks write-back and inner shareable; b31 is 1 */
#define VTCR		(1ull << 31 | 1ull << 16 | 3ull << 12 | 1ull << 10 | 1ull << 8 | \
			 1ull << 6 | (64 - ADDRESS_BITS))
#define CNTHCTL_OPEN	3ull		/* EL1 has the physical counter and its timer */
#define CPTR_OPEN	0x33ffull	/* nothing is trapped; these bits are 1 */
#define ICC_SRE_OPEN	0xfull
#define SCTLR_EL1_RESET	0x30d00800ull
#define GUEST_STATE	0x3c5ull	/* EL1h, all exceptions masked */

/* Own first stage: blocks of 1 GiB, attributes of start.S */
#define OWN_BLOCK	(1ull << 10 | 3ull << 8 | 1)
#define OWN_MEMORY	(1ull << 2)
#define OWN_NO_CODE	(1ull << 54)
#define GIB		(1ull << 30)

/* start.S */
void switch_on(uint64_t table, uint64_t vectors);
extern const char vectors[];
bool prepare(void);
uint64_t enter_again(void);
void handle(struct registers *registers);
__attribute__((noreturn)) void unexpected(void);

/* start.S has it as well */
uint64_t own_table[1 << (ADDRESS_BITS - 30)] __attribute__((aligned(512)));
static struct memory_layout layout;

static void make_own_table(void)
{
	for (uint64_t n = 0; n * GIB < DRAM_END; n++)
		own_table[n] = n * GIB | OWN_BLOCK |
			       (n * GIB < DRAM_BASE ? OWN_NO_CODE : OWN_MEMORY);
	forget_cache_lines(own_table, sizeof(own_table));
}

/* The withheld range that ends behind @address and begins first; null: none */
static const struct range *next_withheld(uint64_t address)
{
	const struct range *found = 0;

	for (unsigned int n = 0; n < layout.withheld.count; n++) {
		const struct range *range = layout.withheld.list + n;

		if (range->end > address && (!found || range->base < found->base))
			found = range;
	}

	return found;
}

static void map_range(uint64_t base, uint64_t end)
{
	if (base < end && !map_same(base, end))
		give_up("no room for page tables");
}

/* A piece of memory, but for what Linux is not to see */
static void map_memory(const struct range *memory)
{
	uint64_t at = memory->base;

	while (at < memory->end) {
		const struct range *gap = next_withheld(at);

		if (!gap || gap->base >= memory->end) {
			map_range(at, memory->end);
			return;
		}
		map_range(at, gap->base);
		at = gap->end;
	}
}

static void make_view(void)
{
	map_begin(STAGE2_TABLES, STAGE2_END, STAGE2_ZEROS);
	map_range(0, DRAM_BASE);
	for (unsigned int n = 0; n < layout.memory.count; n++)
		map_memory(layout.memory.list + n);
	map_done();
}

static void tell(void)
{
	print("svp-stage2: Linux runs at EL1, its view has no");
	for (unsigned int n = 0; n < layout.withheld.count; n++) {
		print(n ? ", " : " ");
		print_hex(layout.withheld.list[n].base);
		print("..");
		print_hex(layout.withheld.list[n].end - 1);
	}
	print("\n");
}

/* This core's registers of EL2, for a guest */
static void become_host(void)
{
	switch_on((uint64_t)own_table, (uint64_t)vectors);
	write_register(vtcr_el2, VTCR);
	write_register(vttbr_el2, map_root());
	write_register(hcr_el2, HCR_GUEST);
	write_register(vpidr_el2, read_register(midr_el1));
	write_register(vmpidr_el2, read_register(mpidr_el1));
	write_register(cnthctl_el2, CNTHCTL_OPEN);
	write_register(cntvoff_el2, 0);
	write_register(cptr_el2, CPTR_OPEN);
	write_register(hstr_el2, 0);
	/* All counters of the PMU are EL1's (HPMN) */
	write_register(mdcr_el2, read_register(pmcr_el0) >> 11 & 0x1f);
	/* ICC_SRE_EL2, ICH_HCR_EL2: the GIC's registers are EL1's, without virtual interrupts */
	write_register(s3_4_c12_c9_5, ICC_SRE_OPEN);
	isb();
	write_register(s3_4_c12_c11_0, 0);
	write_register(sctlr_el1, SCTLR_EL1_RESET);
	write_register(spsr_el2, GUEST_STATE);
	isb();
	forget_translations();
}

/* Core 0, from BL31. False: another policy, nothing was changed. */
bool prepare(void)
{
	bool known = tree_read((const void *)DEVICE_TREE, DEVICE_TREE_MAX,
			       &layout);

	if (!layout.wanted)
		return false;
	/* OP-TEE has left the heaps to the normal world already */
	if (!known)
		give_up("a device tree that cannot be read, or with too many ranges");
	if (!ranges_add(&layout.withheld, STAGE2_BASE, STAGE2_END))
		give_up("more ranges than there is room for");
	make_own_table();
	record_begin();
	forget_cache_lines((void *)STAGE2_RECORD, sizeof(struct record));
	/* Tables are walked with caches, so they are written with caches: the MMU comes first */
	switch_on((uint64_t)own_table, (uint64_t)vectors);
	make_view();
	tell();
	become_host();

	return true;
}

/* Any core, from PSCI; returns what Linux is to find in x0. */
uint64_t enter_again(void)
{
	uint64_t context;

	become_host();
	write_register(elr_el2, entry_of_core(&context));

	return context;
}

/* From Linux, by an exception */
void handle(struct registers *registers)
{
	uint64_t syndrome = read_register(esr_el2);

	switch (syndrome >> 26 & 0x3f) {
	case CLASS_CALL:
		answer_call(registers);
		break;
	case CLASS_FETCH:
	case CLASS_DATA:
		answer_abort(registers, syndrome);
		break;
	default:
		answer_unknown(syndrome);
	}
}

void unexpected(void)
{
	print("svp-stage2: exception at EL2, syndrome ");
	print_hex(read_register(esr_el2));
	print(", from ");
	print_hex(read_register(elr_el2));
	print("\n");
	give_up("cannot go on");
}
