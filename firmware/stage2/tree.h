/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device tree says of memory: a reader of the flattened format
 * (Devicetree Specification 0.4, chapter 5) that keeps nothing but ranges.
 */
#ifndef STAGE2_TREE_H
#define STAGE2_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_RANGES	40

/* Addresses from base to the one before end */
struct range {
	uint64_t base;
	uint64_t end;
};

struct ranges {
	struct range list[MAX_RANGES];
	unsigned int count;
};

struct memory_layout {
	bool wanted;		/* svp,policy of /secure-chosen is "stage2" */
	struct ranges memory;	/* as it is fitted */
	struct ranges withheld;	/* whole pages: enabled heaps, and OP-TEE's own memory */
};

/*
 * Reads a tree of at most @limit bytes. False if it is none, or has more
 * ranges than there is room for; no more than layout->wanted is of use then.
 */
bool tree_read(const void *blob, uint32_t limit, struct memory_layout *layout);

/* Adds [base, end). False if there is no room. */
bool ranges_add(struct ranges *ranges, uint64_t base, uint64_t end);

#endif
