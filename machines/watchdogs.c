/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "hw/sysbus.h"
#include "watchdogs.h"

static const char *const watchdogs[] = { "wdog1", "wdog2", "wdog3" };

/* Inputs of each watchdog, and the block whose line 1 drives them. */
static const struct {
    const char *input;
    const char *from;
} told[] = {
    { "power-on", "src" },
    { "stop-mode", "gpc" },
};

static void tell_all(void *opaque, int line, int level)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(watchdogs); i++) {
        DeviceState *watchdog = fsl_imx8mq_block(opaque, watchdogs[i]);

        qemu_set_irq(qdev_get_gpio_in_named(watchdog, told[line].input, 0),
                     level);
    }
}

void watchdogs_connect(FslImx8mqState *s)
{
    DeviceState *src = fsl_imx8mq_block(s, "src");
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(watchdogs); i++) {
        qdev_connect_gpio_out_named(fsl_imx8mq_block(s, watchdogs[i]),
                                    "reset-request", 0,
                                    qdev_get_gpio_in(src, i));
    }
    for (i = 0; i < ARRAY_SIZE(told); i++) {
        sysbus_connect_irq(SYS_BUS_DEVICE(fsl_imx8mq_block(s, told[i].from)), 1,
                           qemu_allocate_irq(tell_all, s, i));
    }
}
