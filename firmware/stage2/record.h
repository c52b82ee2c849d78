/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Linux was refused: a page at a fixed place (STAGE2_RECORD), for whoever
 * looks at the memory from outside. All numbers little endian.
 */
#ifndef STAGE2_RECORD_H
#define STAGE2_RECORD_H

#include <stdint.h>

#define RECORD_MAGIC	0x3245474154535653	/* "SVSTAGE2" */
#define RECORD_ENTRIES	64

enum refusal {
	REFUSED_READ,		/* the first one of a page; it then shows zeros, for a while */
	REFUSED_WRITE,		/* each one */
	REFUSED_FETCH,		/* an instruction, as a read */
	REFUSED_WALK,		/* by the MMU, for a translation table of Linux's, as a read */
	REFUSED_ADDRESS,	/* what is no DRAM at all: an abort */
	REFUSED_CALL,		/* of the firmware: address is its number */
	REFUSALS
};

struct refused {
	uint64_t address;
	uint64_t pc;		/* as Linux has it */
	uint64_t time;		/* of the system counter */
	uint32_t kind;		/* enum refusal */
	uint32_t core;
};

struct record {
	uint64_t magic;
	uint64_t counts[REFUSALS];
	uint64_t total;		/* the newest one is latest[(total - 1) % RECORD_ENTRIES] */
	struct refused latest[RECORD_ENTRIES];
};

void record_begin(void);

/* Needs the MMU */
void record_refusal(enum refusal kind, uint64_t address, uint64_t pc);

#endif
