/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux had in its registers when it was trapped, and what it gets back. */
#ifndef STAGE2_REGISTERS_H
#define STAGE2_REGISTERS_H

#include <stdint.h>

struct registers {
	uint64_t x[31];
	uint64_t unused;
};

#endif
