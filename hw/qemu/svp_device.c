/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns any device core of the catalogue into a QOM system-bus device. */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/irq.h"
#include "migration/vmstate.h"
#include "svp_access.h"
#include "svp_bus.h"
#include "svp_carrier.h"
#include "svp_cpu_power.h"
#include "svp_device.h"
#include "svp_trace.h"
#include "svp_worker.h"
#include "svp/abi_log.h"

typedef struct SvpDeviceClass {
    SysBusDeviceClass parent_class;
    unsigned type; /* index in the catalogue */
} SvpDeviceClass;

DECLARE_CLASS_CHECKERS(SvpDeviceClass, SVP_DEVICE, TYPE_SVP_DEVICE)

typedef struct SvpRegion {
    MemoryRegion mr;
    SvpDeviceState *device;
    unsigned number;
} SvpRegion;

typedef struct SvpTimer {
    QEMUTimer timer;
    SvpDeviceState *device;
    unsigned number;
} SvpTimer;

struct SvpDeviceState {
    SysBusDevice parent_obj;

    SvpDevice *core;
    SvpRegion *regions;
    SvpTimer *timers;
    qemu_irq *irqs;
    bool *levels;    /* of the interrupt outputs, as the core last drove them */
    bool in_reset;   /* outputs are held until the reset's hold phase */
    SvpViews *views;    /* NULL: not on the bus */
    bool asks_domain;
    SvpWorker *worker;
    void (*policy_changed)(void *opaque);
    void *policy_opaque;
};

SvpDevice *svp_device_core(SvpDeviceState *s)
{
    return s->core;
}

void svp_device_link(SvpDeviceState *s, const char *role, SvpDeviceState *peer)
{
    if (!svp_device_connect(s->core, role, peer->core)) {
        error_report("%s has no use for a %s as its '%s'",
                     object_get_typename(OBJECT(s)),
                     object_get_typename(OBJECT(peer)), role);
        abort();
    }
}

void svp_device_put_on_bus(SvpDeviceState *s, SvpViews *views, SvpBus *bus,
                           bool in_place)
{
    g_assert(!s->views);
    s->views = views;
    s->asks_domain = svp_type_asks_domain(SVP_DEVICE_GET_CLASS(s)->type);
    if (bus) {
        svp_device_attach_bus(s->core, bus);
    }
    s->worker = svp_worker_new(s->core, in_place);
    svp_device_attach_cores(s->core, &svp_core_ops, NULL);
    svp_monitor_add_device(svp_views_monitor(views), s->core,
                           object_get_canonical_path_component(OBJECT(s)));
}

void svp_device_on_policy_change(SvpDeviceState *s,
                                 void (*changed)(void *opaque), void *opaque)
{
    s->policy_changed = changed;
    s->policy_opaque = opaque;
}

/* What the core asks for */

static void host_set_irq(void *opaque, unsigned line, bool level)
{
    SvpDeviceState *s = opaque;

    s->levels[line] = level;
    if (!s->in_reset) {
        qemu_set_irq(s->irqs[line], level);
    }
    if (s->worker) {
        svp_worker_shows(s->worker); /* also if the line is masked */
    }
}

static void host_schedule(void *opaque, unsigned timer, int64_t deadline)
{
    SvpDeviceState *s = opaque;

    timer_mod_ns(&s->timers[timer].timer, deadline);
}

static void host_cancel(void *opaque, unsigned timer)
{
    SvpDeviceState *s = opaque;

    timer_del(&s->timers[timer].timer);
}

static void host_policy_changed(void *opaque)
{
    SvpDeviceState *s = opaque;

    if (s->policy_changed) {
        s->policy_changed(s->policy_opaque);
    }
}

static void host_refused(void *opaque, const SvpRefusal *refusal)
{
    SvpDeviceState *s = opaque;

    if (s->views) {
        svp_monitor_refused(svp_views_monitor(s->views), refusal);
    }
}

static void host_job_ended(void *opaque, const SvpJob *job)
{
    trace_svp_job(object_get_canonical_path_component(opaque), job->number,
                  job->kind, job->status, job->bytes_read, job->bytes_written);
}

static const SvpHostOps host_ops = {
    .set_irq = host_set_irq,
    .now = svp_now,
    .schedule = host_schedule,
    .cancel = host_cancel,
    .log = svp_log,
    .random = svp_random,
    .policy_changed = host_policy_changed,
    .refused = host_refused,
    .store = svp_store,
    .job_ended = host_job_ended,
};

static void core_timer_expired(void *opaque)
{
    SvpTimer *timer = opaque;

    svp_device_timer_expired(timer->device->core, timer->number);
}

/* What the bus asks the core */

static SvpTransaction region_access(SvpRegion *region, hwaddr offset,
                                    unsigned size, bool write, MemTxAttrs attrs)
{
    /* The SoC maps each region straight into the whole of its address space. */
    SvpTransaction by = svp_transaction(attrs, region->mr.addr + offset, size,
                                        write);

    if (region->device->asks_domain && !svp_attrs_name_master(attrs)) {
        svp_firewall_complete(svp_views_firewall(region->device->views), &by);
    }
    return by;
}

static MemTxResult region_read(void *opaque, hwaddr offset, uint64_t *data,
                               unsigned size, MemTxAttrs attrs)
{
    SvpRegion *region = opaque;
    SvpTransaction by = region_access(region, offset, size, false, attrs);
    MemTxResult result = svp_core_read(OBJECT(region->device),
                                       region->device->core, region->number,
                                       offset, &by, data);

    if (region->device->worker && current_cpu &&
        by.master == SVP_MASTER_A53 && !by.debug) {
        svp_worker_polled(region->device->worker);
        if (!svp_attrs_name_master(attrs)) {
            svp_worker_give_way();
        } /* else the fence will, which is not done yet */
    }
    return result;
}

static MemTxResult region_write(void *opaque, hwaddr offset, uint64_t data,
                                unsigned size, MemTxAttrs attrs)
{
    SvpRegion *region = opaque;
    SvpTransaction by = region_access(region, offset, size, true, attrs);

    return svp_core_write(OBJECT(region->device), region->device->core,
                          region->number, offset, &by, data);
}

static const MemoryRegionOps region_ops = {
    .read_with_attrs = region_read,
    .write_with_attrs = region_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

static void gpio_input(void *opaque, int line, int level)
{
    SvpDeviceState *s = opaque;

    svp_device_set_input(s->core, line, level != 0);
}

/* Properties */

static void set_core_property(Object *obj, Visitor *v, const char *name,
                              void *opaque, Error **errp)
{
    SvpDeviceState *s = SVP_DEVICE(obj);
    g_autofree char *text = NULL;
    bool is_text = opaque != NULL;
    uint64_t value = 0;
    char *problem = NULL;

    if (is_text ? !visit_type_str(v, name, &text, errp) :
                  !visit_type_uint64(v, name, &value, errp)) {
        return;
    }
    if (DEVICE(obj)->realized &&
        !svp_device_property_at_any_time(s->core, name)) {
        error_setg(errp, "property '%s' can only be set before realize", name);
        return;
    }
    if (is_text ? !svp_device_set_text(s->core, name, text, &problem) :
                  !svp_device_set_property(s->core, name, value, &problem)) {
        error_setg(errp, "%s: %s", object_get_typename(obj), problem);
        svp_free(problem);
    }
}

/*
 * Reset: state first, outputs in the hold phase, when every device has its
 * reset state.
 */

static void svp_device_reset_enter(Object *obj, ResetType type)
{
    SvpDeviceState *s = SVP_DEVICE(obj);
    unsigned i;

    s->in_reset = true;
    if (s->worker) {
        svp_worker_cancel(s->worker);
    }
    for (i = 0; i < svp_device_timers(s->core); i++) {
        timer_del(&s->timers[i].timer);
    }
    for (i = 0; i < svp_device_irq_lines(s->core); i++) {
        s->levels[i] = false;
    }
    svp_device_reset(s->core);
}

static void svp_device_reset_hold(Object *obj, ResetType type)
{
    SvpDeviceState *s = SVP_DEVICE(obj);
    unsigned i;

    s->in_reset = false;
    for (i = 0; i < svp_device_irq_lines(s->core); i++) {
        qemu_set_irq(s->irqs[i], s->levels[i]);
    }
}

/* Work that was asked for before is none of the state's. */
static int svp_device_pre_load(void *opaque)
{
    SvpDeviceState *s = opaque;

    if (s->worker) {
        svp_worker_cancel(s->worker);
    }
    if (s->views) {
        /* Until the machine runs: svp_monitor.c. */
        svp_monitor_hold_policy(svp_views_monitor(s->views), true);
    }
    return 0;
}

static const VMStateDescription vmstate_svp_device = {
    .name = TYPE_SVP_DEVICE,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = svp_device_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SVP_CORE(SvpDeviceState),
        VMSTATE_END_OF_LIST()
    },
};

static void svp_device_init_regions(SvpDeviceState *s)
{
    SysBusDevice *sbd = SYS_BUS_DEVICE(s);
    unsigned count = svp_device_region_count(s->core);
    unsigned i;

    s->regions = g_new0(SvpRegion, count);
    for (i = 0; i < count; i++) {
        SvpRegion *region = &s->regions[i];

        region->device = s;
        region->number = i;
        memory_region_init_io(&region->mr, OBJECT(s), &region_ops, region,
                              svp_device_region_name(s->core, i),
                              svp_device_region_size(s->core, i));
        /*
         * A write can start another core or change the views, and that leads
         * back here on other threads only; the guard would refuse a device
         * access from an interrupt handler of ours.
         */
        region->mr.disable_reentrancy_guard = true;
        sysbus_init_mmio(sbd, &region->mr);
    }
}

static void svp_device_instance_init(Object *obj)
{
    SvpDeviceState *s = SVP_DEVICE(obj);
    unsigned i, count;

    s->core = svp_device_create(SVP_DEVICE_GET_CLASS(obj)->type, &host_ops, s);
    svp_device_init_regions(s);

    count = svp_device_irq_lines(s->core);
    s->irqs = g_new0(qemu_irq, count);
    s->levels = g_new0(bool, count);
    for (i = 0; i < count; i++) {
        sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->irqs[i]);
    }
    if (svp_device_irq_inputs(s->core)) {
        qdev_init_gpio_in(DEVICE(obj), gpio_input,
                          svp_device_irq_inputs(s->core));
    }

    count = svp_device_timers(s->core);
    s->timers = g_new0(SvpTimer, count);
    for (i = 0; i < count; i++) {
        s->timers[i].device = s;
        s->timers[i].number = i;
        timer_init_ns(&s->timers[i].timer, QEMU_CLOCK_VIRTUAL,
                      core_timer_expired,
                      &s->timers[i]);
    }

    for (i = 0; svp_device_property_name(s->core, i); i++) {
        const char *name = svp_device_property_name(s->core, i);
        bool is_text = svp_device_property_is_text(s->core, i);

        object_property_add(obj, name, is_text ? "string" : "uint64", NULL,
                            set_core_property, NULL, is_text ? s : NULL);
        object_property_set_description(
            obj, name, svp_device_property_description(s->core, i));
    }
}

static void svp_device_finalize(Object *obj)
{
    SvpDeviceState *s = SVP_DEVICE(obj);
    unsigned i;

    if (s->worker) {
        svp_worker_free(s->worker);
    }
    for (i = 0; i < svp_device_timers(s->core); i++) {
        timer_deinit(&s->timers[i].timer);
    }
    svp_device_destroy(s->core);
    g_free(s->timers);
    g_free(s->levels);
    g_free(s->irqs);
    g_free(s->regions);
}

static void svp_device_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    unsigned type = GPOINTER_TO_UINT(data);

    SVP_DEVICE_CLASS(oc)->type = type;
    dc->desc = svp_type_description(type);
    dc->vmsd = svp_vmstate_for_type(&vmstate_svp_device, type);
    /* Wired by the SoC's table only: cores need each other and the CPUs. */
    dc->user_creatable = false;
    rc->phases.enter = svp_device_reset_enter;
    rc->phases.hold = svp_device_reset_hold;
}

static const TypeInfo svp_device_info = {
    .name = TYPE_SVP_DEVICE,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(SvpDeviceState),
    .class_size = sizeof(SvpDeviceClass),
    .instance_init = svp_device_instance_init,
    .instance_finalize = svp_device_finalize,
    .abstract = true,
};

static void svp_device_register_types(void)
{
    unsigned i;

    type_register_static(&svp_device_info);
    for (i = 0; i < svp_type_count(); i++) {
        const TypeInfo info = {
            .name = svp_type_name(i),
            .parent = TYPE_SVP_DEVICE,
            .class_init = svp_device_class_init,
            .class_data = GUINT_TO_POINTER(i),
        };

        if (svp_type_carrier(i) == SVP_CARRIER_SYSBUS) {
            type_register_static(&info);
        }
    }
}
type_init(svp_device_register_types)
