// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "Read from secure memory will return 0, write to secure memory will be
 * ignored": reads are done anew, from a page of zeros, whatever instruction
 * they are of; a store is skipped, and what else it does is done.
 */
#include "aborts.h"

#include <stdbool.h>

#include "cpu.h"
#include "layout.h"
#include "map.h"
#include "record.h"
#include "store.h"

/* ESR_EL2 of an abort (DDI 0487, D24.2.40) */
#define CLASS(syndrome)		((syndrome) >> 26 & 0x3f)
#define CLASS_HVC		0x16
#define CLASS_FETCH		0x20
#define CLASS_DATA		0x24
#define LONG_INSTRUCTION	(1ull << 25)
#define DESCRIBED		(1ull << 24)	/* ISV */
#define MAINTAINS_CACHE		(1ull << 8)
#define ON_WALK			(1ull << 7)
#define WRITES			(1ull << 6)
#define STATUS(syndrome)	((syndrome) & 0x3c)
#define STATUS_TRANSLATION	0x04
#define STATUS_PERMISSION	0x0c
#define STATUS_EXTERNAL		0x10

/* SPSR_EL2 */
#define MODE_32_BITS		0x10
#define MODE(state)		((state) & 0xf)
#define MODE_EL0		0x0
#define MODE_EL1_OWN_STACK	0x5
#define STATE_EL1		0x3c5	/* EL1h, all exceptions masked */

#define PAGE_MASK		0xfffull
#define PAR_FAILED		1ull
#define PAR_ADDRESS		0x0000fffffffff000ull
#define NOWHERE			~0ull

/* Physical address of a virtual one of Linux's, by one stage or by both; NOWHERE if it has none now */
#define translated(instruction, address) ({ \
	uint64_t result_; \
	__asm__ volatile("at " #instruction ", %0" :: "r"(address)); \
	isb(); \
	result_ = read_register(par_el1); \
	result_ & PAR_FAILED ? NOWHERE : \
		(result_ & PAR_ADDRESS) | ((address) & PAGE_MASK); \
})

static bool in_user_mode(void)
{
	return MODE(read_register(spsr_el2)) == MODE_EL0;
}

/* Linux's physical address: the hardware tells it of translation faults and of walks only */
static uint64_t address_of(uint64_t syndrome)
{
	uint64_t virtual = read_register(far_el2);
	uint64_t saved = read_register(par_el1);
	uint64_t address;

	if (STATUS(syndrome) == STATUS_TRANSLATION || syndrome & ON_WALK) {
		address = (read_register(hpfar_el2) & ~0xfull) << 8;
		return syndrome & ON_WALK ? address :
					    address | (virtual & PAGE_MASK);
	}
	address = in_user_mode() ? translated(s1e0r, virtual) :
				   translated(s1e1r, virtual);
	write_register(par_el1, saved);

	return address;
}

/* The instruction that Linux was at, 0 if it has gone meanwhile */
static uint32_t instruction_of(uint64_t pc)
{
	uint64_t saved = read_register(par_el1);
	uint64_t address = in_user_mode() ? translated(s12e0r, pc) :
					    translated(s12e1r, pc);

	write_register(par_el1, saved);

	return address == NOWHERE ? 0 : *(volatile uint32_t *)(address & ~3ull);
}

/* Linux takes a synchronous exception where it is */
static void interrupt_linux(uint64_t syndrome)
{
	uint64_t state = read_register(spsr_el2);
	uint64_t offset = state & MODE_32_BITS ? 0x600 :
			  MODE(state) == MODE_EL0 ? 0x400 :
			  MODE(state) == MODE_EL1_OWN_STACK ? 0x200 : 0;

	write_register(esr_el1, syndrome);
	write_register(elr_el1, read_register(elr_el2));
	write_register(spsr_el1, state);
	write_register(elr_el2, read_register(vbar_el1) + offset);
	write_register(spsr_el2, STATE_EL1);
}

/* It takes an external abort, as from the bus */
static void abort_linux(uint64_t syndrome)
{
	uint64_t state = read_register(spsr_el2);
	bool same_level = MODE(state) != MODE_EL0 && !(state & MODE_32_BITS);

	write_register(far_el1, read_register(far_el2));
	interrupt_linux((CLASS(syndrome) + same_level) << 26 | LONG_INSTRUCTION |
			(syndrome & WRITES) | STATUS_EXTERNAL);
}

void answer_unknown(uint64_t syndrome)
{
	/* A call has been done: Linux was to go on behind it */
	if (CLASS(syndrome) == CLASS_HVC)
		write_register(elr_el2, read_register(elr_el2) - 4);
	interrupt_linux(syndrome & LONG_INSTRUCTION);
}

static void skip(uint64_t syndrome)
{
	write_register(elr_el2, read_register(elr_el2) +
				(syndrome & LONG_INSTRUCTION ? 4 : 2));
	write_register(spsr_el2, store_state_behind(read_register(spsr_el2)));
}

static void move_base(struct registers *registers,
		      const struct store_effect *effect)
{
	if (effect->base < 31)
		registers->x[effect->base] += (uint64_t)effect->by;
	else if (MODE(read_register(spsr_el2)) == MODE_EL1_OWN_STACK)
		write_register(sp_el1, read_register(sp_el1) + (uint64_t)effect->by);
	else
		write_register(sp_el0, read_register(sp_el0) + (uint64_t)effect->by);
}

static void ignore_store(struct registers *registers, uint64_t syndrome)
{
	struct store_effect effect = { .moves_base = false };
	uint32_t instruction;

	if (!(syndrome & (DESCRIBED | MAINTAINS_CACHE))) {
		if (read_register(spsr_el2) & MODE_32_BITS) {
			abort_linux(syndrome);
			return;
		}
		instruction = instruction_of(read_register(elr_el2));
		if (!instruction)
			return;	/* it is tried again */
		if (!store_look(instruction, &effect)) {
			abort_linux(syndrome);
			return;
		}
	}
	if (effect.moves_base)
		move_base(registers, &effect);
	if (effect.has_status && effect.status < 31)
		registers->x[effect.status] = 0;
	skip(syndrome);
}

static enum refusal kind_of(uint64_t syndrome)
{
	if (syndrome & ON_WALK)
		return REFUSED_WALK;
	if (CLASS(syndrome) == CLASS_FETCH)
		return REFUSED_FETCH;

	return syndrome & WRITES ? REFUSED_WRITE : REFUSED_READ;
}

void answer_abort(struct registers *registers, uint64_t syndrome)
{
	enum refusal kind = kind_of(syndrome);
	uint64_t pc = read_register(elr_el2);
	uint64_t address = address_of(syndrome);

	if (address == NOWHERE)
		return;	/* Linux has changed its tables meanwhile: it is tried again */
	if ((STATUS(syndrome) != STATUS_TRANSLATION &&
	     STATUS(syndrome) != STATUS_PERMISSION) ||
	    address < DRAM_BASE || address >= DRAM_END) {
		record_refusal(REFUSED_ADDRESS, address, pc);
		abort_linux(syndrome);
		return;
	}
	record_refusal(kind, address, pc);
	if (kind == REFUSED_WRITE)
		ignore_store(registers, syndrome);
	else
		map_zeros(address);
}
