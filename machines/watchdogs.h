/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the three watchdogs and the rest of the SoC tell each other, beside
 * their interrupts.
 */
#ifndef MACHINES_WATCHDOGS_H
#define MACHINES_WATCHDOGS_H

#include "fsl_imx8mq.h"

/*
 * Connects them, once all blocks are there: who resets the chip tells the SRC
 * before, and the SRC who did afterwards; the GPC tells when the chip is in
 * STOP mode.
 */
void watchdogs_connect(FslImx8mqState *s);

#endif
