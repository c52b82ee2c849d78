/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the memory firewall does with the non-secure CPU. */
#ifndef SVP_PROBE_DENY_H
#define SVP_PROBE_DENY_H

#include "tee.h"
#include "tree.h"

/* How a denied access ends; TZC-380 register `action` decides. */
enum answer {
	ANSWER_ZERO,  /* loads give 0, stores are dropped */
	ANSWER_ABORT, /* bus error */
};

/* Regions of this boot, read once */
struct board {
	struct region regions[REGIONS_MAX];
	int count;
	enum answer answer;
};

/*
 * The secure world fills the whole heap, Linux reads and writes it by
 * /dev/mem, the secure world looks again: "protect.<label>.".
 */
void protect_checks(const struct board *board, const struct region *heap);

/* OP-TEE's own memory: "optee.". */
void optee_checks(const struct board *board);

/* The latches as one word: "status=1,address=0x80001230,read,nonsecure". */
const char *latched(const struct tzc_state *state);

/* What the TZC-380 latched of the first of several violations: "tzc.". */
void latch_checks(const struct board *board, const struct region *heap);

/* Ranges that the pseudo-TA must refuse to touch: "tee.". */
void refusal_checks(const struct board *board, const struct region *heap);

/*
 * Every kind of access the Cortex-A53 has, aligned and not, one by one:
 * "access.<label>.", and over both edges of the heap where the device tree
 * has a control region there: "edge.<label>.".
 */
void access_checks(const struct board *board, const struct region *heap);

/* The same on memory that is not protected, so that no check is empty. */
void control_checks(const struct board *board);

#endif
