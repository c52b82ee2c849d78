/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any device core with carrier "sysbus" as a QEMU system-bus device.
 *
 * QEMU interface of every type of the catalogue:
 *  - sysbus MMIO region n: region n of the core
 *  - sysbus IRQ n: interrupt output n of the core
 *  - unnamed GPIO input n: interrupt input n of the core
 *  - one uint64 or string property for each property of the core, to be set
 *    before realize, or at any time if the core says so
 */
#ifndef HW_SVP_DEVICE_H
#define HW_SVP_DEVICE_H

#include "hw/sysbus.h"
#include "svp/abi_bus.h"

#define TYPE_SVP_DEVICE "svp-device"
OBJECT_DECLARE_SIMPLE_TYPE(SvpDeviceState, SVP_DEVICE)

typedef struct SvpViews SvpViews;

/* The core behind a device. */
SvpDevice *svp_device_core(SvpDeviceState *s);

/*
 * Makes @peer known to @s under @role; a role that the core does not have ends
 * QEMU with a message.
 */
void svp_device_link(SvpDeviceState *s, const char *role, SvpDeviceState *peer);

/*
 * Puts the core on the bus: it may be a master there, have work to do beside
 * the emulator, or in place if @in_place (svp_worker.h), and its registers know
 * the domain of who accesses them. Without @bus it is no master. To be called
 * once, before the machine runs.
 */
void svp_device_put_on_bus(SvpDeviceState *s, SvpViews *views, SvpBus *bus,
                           bool in_place);

/*
 * @changed runs, under QEMU's big lock, whenever the core says that the policy
 * has changed.
 */
void svp_device_on_policy_change(SvpDeviceState *s,
                                 void (*changed)(void *opaque), void *opaque);

#endif
