/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pulled-up pins; see pins.h.
 *
 * Reference: mainline imx8mq-pinfunc.h (I2C1 to I2C4 are pins 14 to 21 of
 * GPIO5).
 *
 * Not modelled: pins that float or are pulled down read low; so does card
 * detection (GPIO2 pin 12), which means that a card is there.
 */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "pins.h"

#define I2C_GPIO "gpio5"
#define I2C_FIRST_PIN 14
#define I2C_LAST_PIN 21

void pins_reset(FslImx8mqState *soc)
{
    DeviceState *gpio = fsl_imx8mq_block(soc, I2C_GPIO);
    int pin;

    for (pin = I2C_FIRST_PIN; pin <= I2C_LAST_PIN; pin++) {
        qemu_irq_raise(qdev_get_gpio_in(gpio, pin));
    }
}
