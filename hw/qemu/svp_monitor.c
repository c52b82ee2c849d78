/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus monitor in QEMU; see svp_monitor.h. */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "hw/irq.h"
#include "qapi/qapi-events-svp.h"
#include "qapi/qapi-visit-svp-violations.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "system/tcg.h"
#include "target/arm/cpu.h"
#include "exec/cpu-common.h"
#include "exec/translation-block.h"
#include "tcg/insn-start-words.h"
#include "svp_monitor.h"
#include "svp_qmp.h"
#include "svp_trace.h"

typedef struct SvpLine {
    SvpMonitor *monitor;
    unsigned number; /* as the core counts */
    qemu_irq receiver;
} SvpLine;

struct SvpMonitor {
    SvpDevice *core;
    QEMUTimer *event_timer; /* host time: it protects the listener */
    int64_t event_wake;     /* what the timer is set to, -1: not set */
    GPtrArray *lines;       /* SvpLine *, by number */
};

/* Events */

static int64_t event_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_REALTIME);
}

static void event_set_timer(SvpMonitor *monitor, int64_t wake)
{
    if (wake == monitor->event_wake) {
        return;
    }
    monitor->event_wake = wake;
    if (wake < 0) {
        timer_del(monitor->event_timer);
    } else {
        timer_mod_ns(monitor->event_timer, wake);
    }
}

static void event_send(const SvpRecord *record, uint64_t dropped)
{
    g_autoptr(QDict) flat = qdict_new();
    SvpViolation *info;

    svp_record_members(record, svp_qmp_take_member, flat);
    info = SVP_QMP_MAKE(SvpViolation, flat);
    qapi_event_send_svp_violation(info, dropped);
    qapi_free_SvpViolation(info);
}

static void event_timer_expired(void *opaque)
{
    SvpMonitor *monitor = opaque;
    const SvpRecord *newest;
    uint64_t dropped;
    int64_t wake;
    bool due = svp_monitor_event_expired(monitor->core, event_now(), &newest,
                                         &dropped, &wake);

    monitor->event_wake = -1;
    event_set_timer(monitor, wake);
    if (due) {
        event_send(newest, dropped);
    }
}

static void monitor_recorded(void *opaque, const SvpRecord *record, bool merged)
{
    SvpMonitor *monitor = opaque;
    uint64_t dropped;
    int64_t wake;
    bool due;

    if (trace_event_get_state_backends(TRACE_SVP_VIOLATION)) {
        char *line = svp_record_text(record);

        trace_svp_violation(merged ? "again" : "new", line);
        svp_free(line);
    }
    due = svp_monitor_event(monitor->core, event_now(), merged, &dropped,
                            &wake);
    event_set_timer(monitor, wake);
    if (due) {
        event_send(record, dropped);
    }
}

/* CPU */

/*
 * Of an access on its way through a device, QEMU keeps where in the translated
 * code it was made; for an instruction fetch that is nowhere, and the CPU's own
 * program counter is right. A table walk of the MMU keeps nothing either: there
 * the place of the CPU's previous device access is given.
 */
static bool monitor_cpu_place(void *opaque, int32_t *cpu, uint64_t *pc)
{
    CPUState *cs = current_cpu;
    uint64_t data[TARGET_INSN_START_WORDS];
    CPUARMState *env;

    if (!cs || !tcg_enabled()) {
        return false;
    }
    env = cpu_env(cs);
    *cpu = cs->cpu_index;
    *pc = is_a64(env) ? env->pc : env->regs[15];
    if (cs->mem_io_pc && cpu_unwind_state_data(cs, cs->mem_io_pc, data)) {
        if (cs->tcg_cflags & CF_PCREL) {
            *pc = (*pc & TARGET_PAGE_MASK) | data[0];
        } else {
            *pc = data[0];
        }
    }
    return true;
}

/* Interrupt lines */

static void monitor_drive_line(void *opaque, unsigned number, bool level)
{
    SvpMonitor *monitor = opaque;
    SvpLine *line = g_ptr_array_index(monitor->lines, number);

    trace_svp_line_driven(number, level);
    qemu_set_irq(line->receiver, level);
}

static void line_driven(void *opaque, int n, int level)
{
    SvpLine *line = opaque;

    qemu_set_irq(line->receiver,
                 svp_monitor_set_line(line->monitor->core, line->number,
                                      level != 0));
}

qemu_irq svp_monitor_line(SvpMonitor *monitor, const char *device,
                          unsigned number, qemu_irq receiver)
{
    SvpLine *line = g_new0(SvpLine, 1);

    line->monitor = monitor;
    line->receiver = receiver;
    line->number = svp_monitor_add_line(monitor->core, device, number);
    g_assert(line->number == monitor->lines->len);
    g_ptr_array_add(monitor->lines, line);
    return qemu_allocate_irq(line_driven, line, 0);
}

/* Leaks */

static void monitor_leaked(void *opaque, const char *text, bool again)
{
    trace_svp_leak(again ? "again" : "new", text);
}

/* What a state that was loaded has opened is in force when the machine runs. */
static void machine_state_changed(void *opaque, bool running, RunState state)
{
    SvpMonitor *monitor = opaque;

    if (running) {
        svp_monitor_hold_policy(monitor->core, false);
    }
}

static void cpu_el_changed(ARMCPU *cpu, void *opaque)
{
    SvpMonitor *monitor = opaque;

    if (!arm_is_secure(&cpu->env)) {
        svp_monitor_left_secure_world(monitor->core, CPU(cpu)->cpu_index);
    }
}

void svp_monitor_watch_cpu(SvpMonitor *monitor, ARMCPU *cpu)
{
    if (svp_monitor_follows_data(monitor->core)) {
        arm_register_el_change_hook(cpu, cpu_el_changed, monitor);
    }
}

static SvpMonitor *the_monitor; /* of the machine that is reset */

void svp_monitor_reset(bool begins)
{
    if (begins) {
        svp_monitor_hold_policy(the_monitor->core, true);
    } else {
        svp_monitor_forget_data(the_monitor->core);
        svp_monitor_hold_policy(the_monitor->core, false);
    }
}

static const SvpMonitorOps monitor_ops = {
    .cpu_place = monitor_cpu_place,
    .recorded = monitor_recorded,
    .drive_line = monitor_drive_line,
    .leaked = monitor_leaked,
};

SvpMonitor *svp_monitor_new(SvpDeviceState *device)
{
    SvpMonitor *monitor = g_new0(SvpMonitor, 1);

    monitor->core = svp_device_core(device);
    g_assert(svp_is_monitor(monitor->core));
    monitor->lines = g_ptr_array_new();
    monitor->event_wake = -1;
    monitor->event_timer = timer_new_ns(QEMU_CLOCK_REALTIME,
                                        event_timer_expired, monitor);
    svp_monitor_set_ops(monitor->core, &monitor_ops, monitor);
    if (svp_monitor_follows_data(monitor->core)) {
        qemu_add_vm_change_state_handler(machine_state_changed, monitor);
    }
    the_monitor = monitor;
    return monitor;
}
