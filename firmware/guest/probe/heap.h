/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dma-buf heaps and what their buffers allow. */
#ifndef SVP_PROBE_HEAP_H
#define SVP_PROBE_HEAP_H

#include "tree.h"

/* Suffix that the secure_heap module adds to label or node name */
#define HEAP_SUFFIX "-protected"

/* Opens /dev/dma_heap/<label>-protected; a descriptor or -errno. */
int heap_open(const struct region *region);

/* A dma-buf of size bytes from an open heap; a descriptor or -errno. */
int heap_allocate(int heap, uint64_t size);

/*
 * All checks of one heap: sizes, exhaustion, free, and every CPU access that
 * must be refused. Their names begin with "heap.<label>.".
 */
void heap_checks(const struct region *region);

/* What a device driver gets, by the test module: "import.<label>.". */
void import_checks(const struct region *region);

#endif
