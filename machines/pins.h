/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins that the board pulls up, as software sees them when they are GPIO. */
#ifndef MACHINES_PINS_H
#define MACHINES_PINS_H

#include "fsl_imx8mq.h"

/*
 * At a reset, behind that of all devices. The I2C buses are idle: whoever takes
 * their pins as GPIO to look (U-Boot before it uses one) finds them high.
 */
void pins_reset(FslImx8mqState *soc);

#endif
