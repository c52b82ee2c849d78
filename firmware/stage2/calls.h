/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of the firmware (SMC): Linux's go through here. */
#ifndef STAGE2_CALLS_H
#define STAGE2_CALLS_H

#include <stdint.h>

#include "registers.h"

#define PSCI_SYSTEM_OFF	0x84000008

/* start.S */
void firmware_call(struct registers *registers);

/* Linux has called: its arguments in x0 to x17, where the results go, too. */
void answer_call(struct registers *registers);

/* Where this core goes on in Linux, as Linux had said when it asked for it; *context: what x0 is to be. */
uint64_t entry_of_core(uint64_t *context);

#endif
