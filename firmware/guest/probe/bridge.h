/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /dev/secure_heap_tee refuses. */
#ifndef SVP_PROBE_BRIDGE_H
#define SVP_PROBE_BRIDGE_H

#include "tree.h"

/* Checks with a buffer of the heap; their names begin with "bridge.". */
void bridge_checks(const struct region *region);

#endif
