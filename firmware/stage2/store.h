/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a store does beside storing. */
#ifndef STAGE2_STORE_H
#define STAGE2_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct store_effect {
	bool moves_base;	/* register @base is to be @by bytes further on */
	unsigned int base;	/* 31: the stack pointer */
	int64_t by;
	bool has_status;	/* register @status is to say that an exclusive store was done */
	unsigned int status;
};

/*
 * Of an A64 instruction that stores, or maintains a cache by address. False if
 * it is none that is known here: those of SIMD structures that move a base.
 */
bool store_look(uint32_t instruction, struct store_effect *effect);

/* SPSR behind an instruction that is taken for done: a single step is over, an IT block of Thumb one further on. */
uint64_t store_state_behind(uint64_t state);

#endif
