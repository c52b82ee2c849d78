/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the adapters: access attributes, answers, log, power of the
 * application cores.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/guest-random.h"
#include "qemu/log.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "hw/core/cpu.h"
#include "migration/qemu-file-types.h"
#include "migration/vmstate.h"
#include "system/qtest.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/cpu.h"
#include "svp_core.h"
#include "svp_trace.h"

/* MemTxAttrs.requester_id, which nothing else on this board sets. */
#define REQUESTER_KNOWN 0x8000
#define REQUESTER_DEBUG 0x4000
#define REQUESTER_DOMAIN_SHIFT 8
#define REQUESTER_DOMAIN 0x3
#define REQUESTER_MASTER 0xff

MemTxAttrs svp_master_attrs(const SvpTransaction *access)
{
    return (MemTxAttrs) {
        .secure = access->secure,
        .user = !access->privileged,
        .requester_id = REQUESTER_KNOWN |
                        (access->debug ? REQUESTER_DEBUG : 0) |
                        access->domain << REQUESTER_DOMAIN_SHIFT |
                        access->master,
    };
}

bool svp_attrs_name_master(MemTxAttrs attrs)
{
    return !attrs.unspecified && (attrs.requester_id & REQUESTER_KNOWN);
}

bool svp_attrs_are_qtests(MemTxAttrs attrs)
{
    return qtest_enabled() && attrs.unspecified && !current_cpu;
}

SvpTransaction svp_transaction(MemTxAttrs attrs, uint64_t address,
                               unsigned size, bool write)
{
    SvpTransaction by = {
        .address = address,
        .size = size,
        .write = write,
        .secure = attrs.secure,
        .privileged = !attrs.user,
        .debug = attrs.debug,
        .master = SVP_MASTER_A53,
    };

    if (svp_attrs_name_master(attrs)) {
        by.master = attrs.requester_id & REQUESTER_MASTER;
        by.domain = attrs.requester_id >> REQUESTER_DOMAIN_SHIFT &
                    REQUESTER_DOMAIN;
        by.debug = attrs.requester_id & REQUESTER_DEBUG;
        return by;
    }
    if (svp_attrs_are_qtests(attrs)) {
        by.secure = true;
        by.privileged = true;
        return by;
    }
    if (attrs.unspecified) {
        by.master = SVP_MASTER_DAP;
        by.privileged = true;
    }
    /*
     * gdb or the monitor looks at a CPU's memory, or at the system's: no
     * access of a CPU itself comes from outside of any CPU, and whatever a DMA
     * model does goes through a fence that names it.
     */
    by.debug |= attrs.unspecified || !current_cpu;
    return by;
}

MemTxResult svp_memtx_result(SvpResponse response)
{
    switch (response) {
    case SVP_OKAY:
        return MEMTX_OK;
    case SVP_SLVERR:
        return MEMTX_ERROR;
    case SVP_DECERR:
        return MEMTX_DECODE_ERROR;
    }
    g_assert_not_reached();
}

MemTxResult svp_core_read(Object *device, SvpDevice *core, unsigned region,
                          uint64_t offset, const SvpTransaction *by,
                          uint64_t *value)
{
    SvpResponse answer = svp_device_read(core, region, offset, by->size, by,
                                         value);

    if (trace_event_get_state_backends(TRACE_SVP_REG_READ)) {
        char *name = svp_device_register_name(core, region, offset);

        trace_svp_reg_read(object_get_canonical_path_component(device), name,
                           region, offset, by->size, *value, answer);
        svp_free(name);
    }
    return svp_memtx_result(answer);
}

MemTxResult svp_core_write(Object *device, SvpDevice *core, unsigned region,
                           uint64_t offset, const SvpTransaction *by,
                           uint64_t value)
{
    if (trace_event_get_state_backends(TRACE_SVP_REG_WRITE)) {
        char *name = svp_device_register_name(core, region, offset);

        trace_svp_reg_write(object_get_canonical_path_component(device), name,
                            region, offset, by->size, value);
        svp_free(name);
    }
    return svp_memtx_result(svp_device_write(core, region, offset, value,
                                             by->size, by));
}

void svp_log(void *opaque, SvpLogKind kind, const char *message)
{
    qemu_log_mask(kind == SVP_LOG_GUEST_ERROR ? LOG_GUEST_ERROR : LOG_UNIMP,
                  "%s\n", message);
}

void svp_random(void *opaque, void *data, size_t length)
{
    qemu_guest_getrandom_nofail(data, length);
}

bool svp_store(void *opaque, const char *path, const void *data, size_t length)
{
    g_autoptr(GError) problem = NULL;

    if (g_file_set_contents(path, data, length, &problem)) {
        return true;
    }
    warn_report("%s; no more such files are written", problem->message);
    return false;
}

/* Runs in the thread of @cs, behind a power-off that is still queued there. */
static void cpu_on_queued(CPUState *cs, run_on_cpu_data data)
{
    uint64_t entry = data.target_ptr;
    int result = arm_set_cpu_on(arm_cpu_mp_affinity(ARM_CPU(cs)), entry, 0, 3,
                                true);

    if (result != QEMU_ARM_POWERCTL_RET_SUCCESS) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "gpc: core %d cannot be powered up (reason %d)\n",
                      cs->cpu_index, result);
    }
}

static void cpu_on(void *opaque, unsigned cpu, uint64_t entry)
{
    CPUState *cs = qemu_get_cpu(cpu);

    if (!cs) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "gpc: core %u is not fitted on this board\n", cpu);
        return;
    }
    async_run_on_cpu(cs, cpu_on_queued, RUN_ON_CPU_TARGET_PTR(entry));
}

static void cpu_off(void *opaque, unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    if (cs) {
        arm_set_cpu_off(arm_cpu_mp_affinity(ARM_CPU(cs)));
    }
}

static bool cpu_halted(void *opaque, unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    return cs && cs->halted;
}

const SvpCoreOps svp_core_ops = {
    .on = cpu_on,
    .off = cpu_off,
    .halted = cpu_halted,
};

int64_t svp_now(void *opaque)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* Saved state: a length and the core's own versioned bytes. */

#define STATE_SIZE_MAX (16 * MiB)

static int put_core_state(QEMUFile *f, void *pv, size_t size,
                          const VMStateField *field, JSONWriter *vmdesc)
{
    SvpDevice **core = pv;
    size_t length;
    uint8_t *state = svp_device_save(*core, &length);

    qemu_put_be32(f, length);
    qemu_put_buffer(f, state, length);
    svp_free(state);
    return 0;
}

static int get_core_state(QEMUFile *f, void *pv, size_t size,
                          const VMStateField *field)
{
    SvpDevice **core = pv;
    uint32_t length = qemu_get_be32(f);
    g_autofree uint8_t *state = NULL;
    char *problem = NULL;

    if (length > STATE_SIZE_MAX) {
        error_report("saved state of a device core has %u bytes, at most %u "
                     "are possible", length, (unsigned)STATE_SIZE_MAX);
        return -EINVAL;
    }
    state = g_malloc(length);
    if (qemu_get_buffer(f, state, length) != length) {
        return -EINVAL;
    }
    if (!svp_device_load(*core, state, length, &problem)) {
        error_report("saved state of a device core is unusable: %s", problem);
        svp_free(problem);
        return -EINVAL;
    }
    return 0;
}

const VMStateInfo vmstate_info_svp_core = {
    .name = "svp-core",
    .get = get_core_state,
    .put = put_core_state,
};

const VMStateDescription *svp_vmstate_for_type(const VMStateDescription *form,
                                               unsigned type)
{
    VMStateDescription *named = g_memdup2(form, sizeof(*form));

    named->name = svp_type_name(type);
    return named;
}
