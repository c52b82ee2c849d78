/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children of /reserved-memory of the device tree that the kernel runs with. */
#ifndef SVP_PROBE_TREE_H
#define SVP_PROBE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REGIONS_MAX = 32, REGION_NAME_SIZE = 96 };

struct region {
	char node[REGION_NAME_SIZE];  /* "secure-heap@c0000000" */
	char label[REGION_NAME_SIZE]; /* "video"; the node name without label */
	uint64_t base;                /* physical, bytes */
	uint64_t size;                /* bytes, never 0 */
	bool heap;                    /* compatible is "linaro,secure-heap" */
};

/*
 * Reads all regions that have a fixed place, ordered by address. Returns how
 * many there are (at most max), or -1 when the tree cannot be read.
 */
int tree_regions(struct region *regions, size_t max);

/*
 * The first region whose node name begins with prefix and that does not end
 * below from; NULL when there is none.
 */
const struct region *tree_find(const struct region *regions, int count,
			       const char *prefix, uint64_t from);

#endif
