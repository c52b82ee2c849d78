/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both carriers of cores share; see svp_carrier.h. */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/guest-random.h"
#include "qemu/log.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "migration/qemu-file-types.h"
#include "migration/vmstate.h"
#include "svp_access.h"
#include "svp_carrier.h"
#include "svp_trace.h"

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
