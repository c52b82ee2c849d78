/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address-range views of the board; see svp_views.h. */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "exec/address-spaces.h"
#include "exec/map-by-bounce.h"
#include "hw/core/cpu.h"
#include "system/qtest.h"
#include "svp_access.h"
#include "svp_views.h"
#include "svp_worker.h"
#include "svp/abi_log.h"
#include "svp/abi_view.h"

/*
 * Bytes of transfers that QEMU's model of a master may have under way at once,
 * in all: some times what Linux has with two mass storage devices.
 */
#define MAPPED_MAX (32 * MiB)

typedef struct SvpMemory {
    const char *name;
    hwaddr base;
    uint64_t window;
    MemoryRegion *ram;
} SvpMemory;

/* What a view has in place of a range that not every access may reach. */
typedef struct SvpFence {
    struct SvpView *view;
    hwaddr base;
    MemoryRegion mr;
} SvpFence;

/* One judged memory in one view. */
typedef struct SvpWindow {
    struct SvpView *view;
    const SvpMemory *memory;
    MemoryRegion container;
    SvpFence fence;
    GPtrArray *aliases; /* MemoryRegion *, grows, never shrinks */
    SvpStretch *stretches;
    size_t count;
} SvpWindow;

/* One guarded peripheral in one view. */
typedef struct SvpGate {
    SvpFence fence;
    uint64_t length;
    bool closed; /* the fence lies over the device */
} SvpGate;

typedef enum SvpViewKind {
    VIEW_CPU,      /* memories; devices as they are, or behind a gate */
    VIEW_OBSERVER, /* the same */
    VIEW_BUS,      /* memories; all else behind one fence */
    VIEW_MEMORY,   /* memories only */
} SvpViewKind;

typedef struct SvpView {
    SvpViews *views;
    SvpViewKind kind;
    char *name;
    SvpMasterView *rights;
    MemoryRegion container;
    MemoryRegion devices;
    SvpWindow *windows;
    SvpGate *gates;
    unsigned gate_count;
    SvpFence rest; /* of a bus master: what is no memory */
    QTAILQ_ENTRY(SvpView) next;
} SvpView;

struct SvpViews {
    Object *owner;
    SvpDeviceState *firewall;
    SvpDevice *monitor;
    MemoryRegion *devices;
    GArray *memories; /* SvpMemory */
    MemoryRegion raw_container;
    MemoryRegion raw_devices;
    AddressSpace raw; /* everything, with its images and without any fence */
    bool raw_ready;
    bool pending;     /* a rebuild waits for the vCPUs to stop */
    QemuCond applied; /* pending has become false */
    unsigned policy_generation; /* another number after each change */
    uint64_t gate_generation; /* the firewall's, when gates were last asked */
    QTAILQ_HEAD(, SvpView) list;
};

/* The fences */

/*
 * What the firewalls say about an access, and what is behind the fence if they
 * grant it; a device there knows the master by its attributes. @buffer is
 * filled by a read, and keeps what it has if that is denied.
 */
static MemTxResult fence_access(SvpFence *fence, hwaddr offset,
                                uint8_t *buffer, unsigned size, bool write,
                                MemTxAttrs attrs)
{
    SvpView *view = fence->view;
    hwaddr address = fence->base + offset;
    SvpTransaction access = svp_transaction(attrs, address, size, write);
    SvpOutcome *outcome;
    bool granted;
    MemTxResult result = svp_memtx_result(
        svp_view_access(view->rights, &access, &granted, &outcome));

    if (granted) {
        if (view->kind != VIEW_CPU || !svp_attrs_are_qtests(attrs)) {
            attrs = svp_master_attrs(&access);
        }
        if (!write) {
            result = address_space_read(&view->views->raw, address, attrs,
                                        buffer, size);
        }
        if (outcome) {
            svp_outcome_edit(outcome, address, buffer, size);
        }
        if (write) {
            result = address_space_write(&view->views->raw, address, attrs,
                                         buffer, size);
        }
    }
    svp_outcome_free(outcome);
    return result;
}

static MemTxResult fence_read(void *opaque, hwaddr offset, uint64_t *data,
                              unsigned size, MemTxAttrs attrs)
{
    uint8_t buffer[8] = { 0 };
    MemTxResult result = fence_access(opaque, offset, buffer, size, false,
                                      attrs);

    *data = ldn_le_p(buffer, size);
    svp_worker_give_way();
    return result;
}

static MemTxResult fence_write(void *opaque, hwaddr offset, uint64_t data,
                               unsigned size, MemTxAttrs attrs)
{
    uint8_t buffer[8];

    stn_le_p(buffer, size, data);
    return fence_access(opaque, offset, buffer, size, true, attrs);
}

static const MemoryRegionOps memory_fence_ops = {
    .read_with_attrs = fence_read,
    .write_with_attrs = fence_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static const MemoryRegionOps device_fence_ops = {
    .read_with_attrs = fence_read,
    .write_with_attrs = fence_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

static void fence_init(SvpFence *fence, SvpView *view,
                       const MemoryRegionOps *ops, const char *name,
                       hwaddr base, uint64_t length)
{
    fence->view = view;
    fence->base = base;
    memory_region_init_io(&fence->mr, view->views->owner, ops, fence, name,
                          length);
    /* A device that starts DMA from its register handler may run into it. */
    fence->mr.disable_reentrancy_guard = true;
}

/* Layout of memories */

static MemoryRegion *window_alias(SvpWindow *window, unsigned number)
{
    while (window->aliases->len <= number) {
        MemoryRegion *alias = g_new0(MemoryRegion, 1);
        g_autofree char *name = g_strdup_printf("%s-%s-run%u",
                                                window->view->name,
                                                window->memory->name,
                                                window->aliases->len);

        memory_region_init_alias(alias, window->view->views->owner, name,
                                 window->memory->ram, 0, 1);
        memory_region_set_enabled(alias, false);
        memory_region_add_subregion_overlap(&window->container, 0, alias, 1);
        g_ptr_array_add(window->aliases, alias);
    }
    return g_ptr_array_index(window->aliases, number);
}

static void window_place(SvpWindow *window, const SvpStretch *stretch,
                         unsigned number)
{
    MemoryRegion *alias = window_alias(window, number);

    memory_region_set_enabled(alias, false);
    memory_region_set_size(alias, stretch->length);
    memory_region_set_alias_offset(alias, stretch->cell);
    memory_region_set_address(alias, stretch->offset);
    memory_region_set_enabled(alias, true);
}

static void window_update(SvpWindow *window)
{
    g_autofree SvpStretch *stretches = g_new(SvpStretch, SVP_STRETCHES_MAX);
    size_t i, count = svp_view_stretches(
        window->view->rights, window->memory->base, window->memory->window,
        memory_region_size(window->memory->ram), stretches, SVP_STRETCHES_MAX);

    g_assert(count <= SVP_STRETCHES_MAX);
    if (count == window->count &&
        !memcmp(stretches, window->stretches, count * sizeof(*stretches))) {
        return;
    }
    for (i = 0; i < count; i++) {
        window_place(window, &stretches[i], i);
    }
    for (; i < window->aliases->len; i++) {
        memory_region_set_enabled(g_ptr_array_index(window->aliases, i), false);
    }
    g_free(window->stretches);
    window->stretches = g_steal_pointer(&stretches);
    window->count = count;
}

/* Layout of peripherals */

static void gate_update(SvpGate *gate)
{
    bool closed = !svp_view_open(gate->fence.view->rights, gate->fence.base,
                                 gate->length);

    if (closed != gate->closed) {
        gate->closed = closed;
        memory_region_set_enabled(&gate->fence.mr, closed);
    }
}

/* Views */

/* @gates: more may have changed than rights to memories. */
static void view_update(SvpView *view, bool gates)
{
    unsigned i;

    svp_view_update(view->rights);
    for (i = 0; i < view->views->memories->len; i++) {
        window_update(&view->windows[i]);
    }
    for (i = 0; gates && i < view->gate_count; i++) {
        gate_update(&view->gates[i]);
    }
}

static void views_apply(SvpViews *views)
{
    uint64_t generation = svp_firewall_gate_generation(
        svp_device_core(views->firewall));
    bool gates = generation != views->gate_generation;
    SvpView *view;

    views->gate_generation = generation;
    memory_region_transaction_begin();
    QTAILQ_FOREACH(view, &views->list, next) {
        view_update(view, gates);
    }
    memory_region_transaction_commit();
}

static void views_apply_exclusive(CPUState *cpu, run_on_cpu_data data)
{
    SvpViews *views = data.host_ptr;

    bql_lock();
    views->pending = false;
    views_apply(views);
    qemu_cond_broadcast(&views->applied);
    bql_unlock();
}

/* Reset, loading of a state, a machine that is stopped, qtest. */
static bool no_vcpu_runs(void)
{
    CPUState *cpu;

    if (qtest_enabled()) {
        return true;
    }
    CPU_FOREACH(cpu) {
        if (!cpu->stopped) {
            return false;
        }
    }
    return true;
}

static void views_policy_changed(void *opaque)
{
    SvpViews *views = opaque;

    views->policy_generation++;
    if (no_vcpu_runs()) {
        views_apply(views);
    } else if (!views->pending) {
        views->pending = true;
        async_safe_run_on_cpu(current_cpu ?: first_cpu, views_apply_exclusive,
                              RUN_ON_CPU_HOST_PTR(views));
    }
}

void svp_views_settle(SvpViews *views)
{
    while (views->pending && !current_cpu) {
        qemu_cond_wait_bql(&views->applied);
    }
}

/* Construction */

static void views_init_raw(SvpViews *views)
{
    unsigned i, number = 0;

    memory_region_init(&views->raw_container, views->owner, "svp.raw",
                       SVP_VIEW_SIZE);
    memory_region_init_alias(&views->raw_devices, views->owner,
                             "svp.raw-devices", views->devices, 0,
                             SVP_VIEW_SIZE);
    memory_region_add_subregion_overlap(&views->raw_container, 0,
                                        &views->raw_devices, 0);
    for (i = 0; i < views->memories->len; i++) {
        SvpMemory *memory = &g_array_index(views->memories, SvpMemory, i);
        uint64_t fitted = memory_region_size(memory->ram);
        hwaddr offset;

        for (offset = 0; offset < memory->window; offset += fitted) {
            MemoryRegion *image = g_new0(MemoryRegion, 1);
            g_autofree char *name = g_strdup_printf("svp.raw-image%u",
                                                    number++);

            memory_region_init_alias(image, views->owner, name, memory->ram, 0,
                                     MIN(fitted, memory->window - offset));
            memory_region_add_subregion_overlap(&views->raw_container,
                                                memory->base + offset, image,
                                                1);
        }
    }
    address_space_init(&views->raw, &views->raw_container, "svp-raw");
    views->raw_ready = true;
}

/*
 * DMA that may reach memories only is marked as such by some of QEMU's models
 * (sdhci: MemTxAttrs.memory), and QEMU then refuses anything but RAM before the
 * fence is asked: a denied access would leave no record and get an error for
 * an answer.  The fence stands for memory, so it says that it is; as a "RAM
 * device" it is still reached through its callbacks alone.  Not for views of
 * CPUs, whose TLB wants RAM of its own behind such a region.
 */
static void fence_pass_for_memory(MemoryRegion *fence)
{
    fence->ram = true;
    fence->ram_device = true;
}

static void view_init_window(SvpView *view, unsigned i)
{
    SvpViews *views = view->views;
    SvpWindow *window = &view->windows[i];
    g_autofree char *name = NULL;
    g_autofree char *fence_name = NULL;

    window->view = view;
    window->memory = &g_array_index(views->memories, SvpMemory, i);
    window->aliases = g_ptr_array_new();
    name = g_strdup_printf("%s-%s", view->name, window->memory->name);
    fence_name = g_strdup_printf("%s-fence", name);
    memory_region_init(&window->container, views->owner, name,
                       window->memory->window);
    fence_init(&window->fence, view, &memory_fence_ops, fence_name,
               window->memory->base, window->memory->window);
    if (view->kind == VIEW_MEMORY) {
        fence_pass_for_memory(&window->fence.mr);
    }
    memory_region_add_subregion_overlap(&window->container, 0,
                                        &window->fence.mr, 0);
    memory_region_add_subregion_overlap(&view->container, window->memory->base,
                                        &window->container, 1);
}

static void view_init_gates(SvpView *view)
{
    unsigned i, count = svp_firewall_peripheral_count();

    view->gates = g_new0(SvpGate, count);
    view->gate_count = count;
    for (i = 0; i < count; i++) {
        SvpGate *gate = &view->gates[i];
        hwaddr base;
        const char *slave = svp_firewall_peripheral(i, &base, &gate->length);
        g_autofree char *name = g_strdup_printf("%s-gate-%s-%u", view->name,
                                                slave, i);

        fence_init(&gate->fence, view, &device_fence_ops, name, base,
                   gate->length);
        memory_region_set_enabled(&gate->fence.mr, false);
        memory_region_add_subregion_overlap(&view->container, base,
                                            &gate->fence.mr, 2);
    }
}

static void view_init_devices(SvpView *view)
{
    g_autofree char *name = g_strdup_printf("%s-devices", view->name);

    memory_region_init_alias(&view->devices, view->views->owner, name,
                             view->views->devices, 0, SVP_VIEW_SIZE);
    memory_region_add_subregion_overlap(&view->container, 0, &view->devices, 0);
    view_init_gates(view);
}

/*
 * QEMU's DMA models do not say who they are: what they reach beside memory has
 * to lie behind a fence to know it, guarded or not.
 */
static void view_init_rest(SvpView *view)
{
    g_autofree char *name = g_strdup_printf("%s-rest", view->name);

    fence_init(&view->rest, view, &device_fence_ops, name, 0, SVP_VIEW_SIZE);
    memory_region_add_subregion_overlap(&view->container, 0, &view->rest.mr, 0);
}

static MemoryRegion *views_get(SvpViews *views, const char *name,
                               SvpViewKind kind, uint8_t master,
                               bool own_secure)
{
    SvpView *view;
    unsigned i;

    QTAILQ_FOREACH(view, &views->list, next) {
        if (!strcmp(view->name, name)) {
            return &view->container;
        }
    }
    if (!views->raw_ready) {
        views_init_raw(views);
    }
    view = g_new0(SvpView, 1);
    view->views = views;
    view->name = g_strdup(name);
    view->kind = kind;
    view->rights = svp_view_create(
        svp_device_core(views->firewall),
        kind == VIEW_CPU ? SVP_VIEWER_CPU :
        kind == VIEW_OBSERVER ? SVP_VIEWER_OBSERVER : SVP_VIEWER_MASTER,
        master, own_secure);
    view->windows = g_new0(SvpWindow, views->memories->len);

    memory_region_transaction_begin();
    memory_region_init(&view->container, views->owner, name, SVP_VIEW_SIZE);
    if (kind != VIEW_CPU) {
        memory_region_set_map_by_bounce(&view->container, MAPPED_MAX);
    }
    for (i = 0; i < views->memories->len; i++) {
        view_init_window(view, i);
    }
    if (kind == VIEW_BUS) {
        view_init_rest(view);
    } else if (kind != VIEW_MEMORY) {
        view_init_devices(view);
    }
    QTAILQ_INSERT_TAIL(&views->list, view, next);
    view_update(view, true);
    memory_region_transaction_commit();
    return &view->container;
}

MemoryRegion *svp_views_cpu(SvpViews *views, bool secure)
{
    return views_get(views, secure ? "svp.cpu-s" : "svp.cpu-ns", VIEW_CPU,
                     SVP_MASTER_A53, secure);
}

MemoryRegion *svp_views_observer(SvpViews *views)
{
    return views_get(views, "svp.observer", VIEW_OBSERVER, SVP_MASTER_DAP,
                     false);
}

MemoryRegion *svp_views_master(SvpViews *views, uint8_t master, bool devices)
{
    g_autofree char *name = g_strdup_printf("svp.master%u%s", master,
                                            devices ? "-bus" : "");

    return views_get(views, name, devices ? VIEW_BUS : VIEW_MEMORY, master,
                     false);
}

void svp_views_add_memory(SvpViews *views, const char *name, hwaddr base,
                          uint64_t window, MemoryRegion *ram)
{
    SvpMemory memory = {
        .name = name,
        .base = base,
        .window = window,
        .ram = ram,
    };

    g_assert(!views->raw_ready);
    g_array_append_val(views->memories, memory);
    svp_monitor_add_memory(views->monitor, base, window,
                           memory_region_size(ram));
}

/* For the bus, and for whoever looks from outside */

SvpDevice *svp_views_firewall(SvpViews *views)
{
    return svp_device_core(views->firewall);
}

SvpDevice *svp_views_monitor(SvpViews *views)
{
    return views->monitor;
}

AddressSpace *svp_views_raw(SvpViews *views)
{
    return &views->raw;
}

unsigned svp_views_policy_generation(SvpViews *views)
{
    return views->policy_generation;
}

uint64_t svp_views_memory_left(SvpViews *views, uint64_t address)
{
    unsigned i;

    for (i = 0; i < views->memories->len; i++) {
        SvpMemory *memory = &g_array_index(views->memories, SvpMemory, i);

        if (address >= memory->base &&
            address - memory->base < memory->window) {
            return memory->window - (address - memory->base);
        }
    }
    return 0;
}

SvpViews *svp_views_new(Object *owner, SvpDeviceState *firewall,
                        SvpDeviceState *monitor, MemoryRegion *devices)
{
    SvpViews *views = g_new0(SvpViews, 1);

    views->owner = owner;
    views->firewall = firewall;
    views->monitor = svp_device_core(monitor);
    views->devices = devices;
    views->memories = g_array_new(false, true, sizeof(SvpMemory));
    QTAILQ_INIT(&views->list);
    qemu_cond_init(&views->applied);
    svp_device_on_policy_change(firewall, views_policy_changed, views);
    return views;
}
