/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to accesses of Linux's for which the second stage has nothing. */
#ifndef STAGE2_ABORTS_H
#define STAGE2_ABORTS_H

#include <stdint.h>

#include "registers.h"

/* Linux's exception of class 0x20 (instruction) or 0x24 (data), with its syndrome. */
void answer_abort(struct registers *registers, uint64_t syndrome);

/* An instruction that Linux does not have, and that came here: HVC, registers of the processor's maker. */
void answer_unknown(uint64_t syndrome);

#endif
