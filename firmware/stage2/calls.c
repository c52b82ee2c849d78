// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BL31 enters a core of the normal world at EL2. Where Linux names an entry,
 * the monitor is given warm_entry in its place, and what Linux had said is
 * kept until the core is there. Only calls that are known here go through.
 */
#include "calls.h"

#include <stdbool.h>

#include "cpu.h"
#include "layout.h"
#include "map.h"
#include "record.h"

/* PSCI (DEN 0022), both widths of a call differ in bit 30 */
#define WIDTH			(1u << 30)
#define PSCI_FIRST		0x84000000
#define PSCI_LAST		0x8400001f
#define PSCI_CPU_SUSPEND	0x84000001
#define PSCI_CPU_ON		0x84000003
#define PSCI_CPU_DEFAULT_SUSPEND 0x8400000c
#define PSCI_SYSTEM_SUSPEND	0x8400000e
#define PSCI_INVALID_PARAMETERS	-2ll
#define PSCI_INVALID_ADDRESS	-9ll

/* SMC calling convention (DEN 0028): owner in bits 29:24 */
#define OWNER(function)		((function) >> 24 & 0x3f)
#define OWNER_ARCHITECTURE	0
#define OWNER_CHIP		2
#define OWNER_PSCI		4
#define OWNER_OPTEE_FIRST	50
#define OWNER_OPTEE_LAST	63
#define FAST			(1u << 31)
#define UNKNOWN_CALL		-1ll

/*
 * Calls of the chip's firmware that Linux's drivers make, GPC to SOC_INFO. Not
 * among them: 0xc20000fd, which enters a kernel of 32 bits at EL2.
 */
#define CHIP_FIRST		0xc2000000
#define CHIP_LAST		0xc2000006

/* A page of zeros stands for a page for so long (ticks at 8.33 MHz) */
#define ZEROS_TICKS		833333

/* start.S */
void warm_entry(void);

/* Where cores go on in Linux */
static struct {
	uint64_t entry;
	uint64_t context;
} cores[CORES];
static lock_t lock;

static bool may_pass(uint32_t function)
{
	uint32_t owner = OWNER(function);

	if (owner >= OWNER_OPTEE_FIRST && owner <= OWNER_OPTEE_LAST)
		return true;
	if (!(function & FAST))
		return false;
	if (owner == OWNER_PSCI)
		return (function & ~WIDTH) >= PSCI_FIRST &&
		       (function & ~WIDTH) <= PSCI_LAST &&
		       (function & ~WIDTH) != PSCI_CPU_DEFAULT_SUSPEND;
	if (owner == OWNER_CHIP)
		return function >= CHIP_FIRST && function <= CHIP_LAST;

	return owner == OWNER_ARCHITECTURE;
}

/*
 * A call with an entry in x[@at] and a context behind it, for core @number. The
 * core begins when the lock is free, so with what was said for it.
 */
static void pass_with_entry(struct registers *registers, unsigned int at,
			    unsigned int number)
{
	uint64_t entry = registers->x[at];
	uint64_t context = registers->x[at + 1];
	uint64_t old_entry, old_context;

	if (entry < NEXT_ENTRY) {
		registers->x[0] = (uint64_t)PSCI_INVALID_ADDRESS;
		return;
	}
	take(&lock);
	old_entry = cores[number].entry;
	old_context = cores[number].context;
	cores[number].entry = entry;
	cores[number].context = context;
	if (number != core()) {
		registers->x[at] = (uint64_t)warm_entry;
		firmware_call(registers);
		/* Refused: another call may have been granted that the core has not seen yet */
		if (registers->x[0]) {
			cores[number].entry = old_entry;
			cores[number].context = old_context;
		}
		give(&lock);
	} else {
		give(&lock);
		registers->x[at] = (uint64_t)warm_entry;
		firmware_call(registers);
	}
	/* As Linux had them */
	registers->x[at] = entry;
	registers->x[at + 1] = context;
}

static void turn_on(struct registers *registers)
{
	/* Cores are numbered by the lowest field, the others are 0 */
	if (registers->x[1] >= CORES)
		registers->x[0] = (uint64_t)PSCI_INVALID_PARAMETERS;
	else
		pass_with_entry(registers, 2, (unsigned int)registers->x[1]);
}

void answer_call(struct registers *registers)
{
	uint32_t function = (uint32_t)registers->x[0];

	/* A trapped SMC has not been done: Linux goes on behind it */
	write_register(elr_el2, read_register(elr_el2) + 4);
	map_forget_zeros(ZEROS_TICKS);
	if (!may_pass(function)) {
		record_refusal(REFUSED_CALL, function, read_register(elr_el2) - 4);
		registers->x[0] = (uint64_t)UNKNOWN_CALL;
		return;
	}
	switch (function & ~WIDTH) {
	case PSCI_CPU_ON:
		turn_on(registers);
		break;
	case PSCI_CPU_SUSPEND:
		pass_with_entry(registers, 2, core());
		break;
	case PSCI_SYSTEM_SUSPEND:
		pass_with_entry(registers, 1, core());
		break;
	default:
		firmware_call(registers);
	}
}

uint64_t entry_of_core(uint64_t *context)
{
	uint64_t entry;

	take(&lock);
	entry = cores[core()].entry;
	*context = cores[core()].context;
	give(&lock);

	return entry;
}
