/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display controller's output as a console of QEMU: for `screendump`, VNC,
 * GTK. A picture is made whenever QEMU asks for one, and not before.
 */
#ifndef HW_SVP_DISPLAY_H
#define HW_SVP_DISPLAY_H

#include "svp_device.h"

/* A console for @dcss, a device of type "imx8mq.dcss"; both live for ever. */
void svp_display_new(SvpDeviceState *dcss);

#endif
