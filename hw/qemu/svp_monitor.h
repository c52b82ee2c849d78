/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus monitor in QEMU: where its core's news go, and interrupt lines that
 * faults can get at.
 *
 * QEMU interface of the core is that of any other (svp_device.h). On top of
 * it:
 *  - QMP commands and the event SVP_VIOLATION as in svp*.json
 *  - trace events svp_violation, svp_leak, svp_fault_* and svp_line_driven
 */
#ifndef HW_SVP_MONITOR_H
#define HW_SVP_MONITOR_H

#include "svp_device.h"
#include "target/arm/cpu-qom.h"
#include "svp/abi_log.h"

#define TYPE_SVP_MONITOR "imx8mq.bus-monitor"

typedef struct SvpMonitor SvpMonitor;

/*
 * Connects the core of @device, which is a TYPE_SVP_MONITOR, to QEMU. Lives as
 * long as the machine.
 */
SvpMonitor *svp_monitor_new(SvpDeviceState *device);

/* What @cpu takes out of the secure world is the leak oracle's business. */
void svp_monitor_watch_cpu(SvpMonitor *monitor, ARMCPU *cpu);

/* Around a reset of the machine: what it opens is no leak. */
void svp_monitor_reset(bool begins);

/*
 * An input to be driven by @device instead of @receiver. Levels pass through
 * to @receiver, unless a fault on line @number of @device says otherwise. To
 * be called before the machine runs, in the same order in each process that
 * shares states.
 */
qemu_irq svp_monitor_line(SvpMonitor *monitor, const char *device,
                          unsigned number, qemu_irq receiver);

#endif
