/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address-range views of DRAM; see svp_views.h. */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "exec/address-spaces.h"
#include "hw/core/cpu.h"
#include "svp_core.h"
#include "svp_views.h"

/*
 * Most runs that a policy of sixteen regions with eight sub-regions can make:
 * two edges for each sub-region, one more run than edges.
 */
#define RUNS_MAX (2 * 16 * 8 + 1)

typedef struct SvpView {
    SvpViews *views;
    bool secure;
    unsigned domain;
    MemoryRegion container;
    MemoryRegion fence;
    GPtrArray *aliases; /* MemoryRegion *, grows, never shrinks */
    SvpRun runs[RUNS_MAX];
    size_t run_count;
    QTAILQ_ENTRY(SvpView) next;
} SvpView;

struct SvpViews {
    Object *owner;
    SvpDeviceState *firewall;
    MemoryRegion *ram;
    uint64_t base;
    uint64_t length;
    MemoryRegion raw_container;
    AddressSpace raw; /* DRAM with its images and without any fence */
    bool pending;     /* a rebuild waits for the vCPUs to stop */
    QTAILQ_HEAD(, SvpView) list;
};

static hwaddr ram_size_of(SvpViews *views)
{
    return memory_region_size(views->ram);
}

/* The fence */

static bool fence_judge(SvpView *view, hwaddr offset, unsigned size, bool write,
                        MemTxAttrs attrs, MemTxResult *result)
{
    SvpTransaction access = svp_transaction(attrs, view->views->base + offset,
                                            size, write);
    bool granted;

    /* The view says who it is for; attributes of bounced DMA are lost. */
    access.secure = view->secure;
    access.domain = view->domain;
    *result = svp_memtx_result(
        svp_firewall_access(svp_device_core(view->views->firewall), &access,
                            &granted));
    return granted;
}

static MemTxResult fence_read(void *opaque, hwaddr offset, uint64_t *data,
                              unsigned size, MemTxAttrs attrs)
{
    SvpView *view = opaque;
    MemTxResult result;
    uint8_t buffer[8];

    *data = 0;
    if (!fence_judge(view, offset, size, false, attrs, &result)) {
        return result;
    }
    result = address_space_read(&view->views->raw, offset,
                                MEMTXATTRS_UNSPECIFIED, buffer, size);
    *data = ldn_le_p(buffer, size);
    return result;
}

static MemTxResult fence_write(void *opaque, hwaddr offset, uint64_t data,
                               unsigned size, MemTxAttrs attrs)
{
    SvpView *view = opaque;
    MemTxResult result;
    uint8_t buffer[8];

    if (!fence_judge(view, offset, size, true, attrs, &result)) {
        return result;
    }
    stn_le_p(buffer, size, data);
    return address_space_write(&view->views->raw, offset,
                               MEMTXATTRS_UNSPECIFIED, buffer, size);
}

static const MemoryRegionOps fence_ops = {
    .read_with_attrs = fence_read,
    .write_with_attrs = fence_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

/* Layout */

static MemoryRegion *view_alias(SvpView *view, unsigned number)
{
    while (view->aliases->len <= number) {
        MemoryRegion *alias = g_new0(MemoryRegion, 1);
        g_autofree char *name = g_strdup_printf("svp.dram-%s%u-run%u",
                                                view->secure ? "s" : "ns",
                                                view->domain,
                                                view->aliases->len);

        memory_region_init_alias(alias, view->views->owner, name,
                                 view->views->ram, 0, 1);
        memory_region_set_enabled(alias, false);
        memory_region_add_subregion_overlap(&view->container, 0, alias, 1);
        g_ptr_array_add(view->aliases, alias);
    }
    return g_ptr_array_index(view->aliases, number);
}

/*
 * One alias for each stretch of @run that does not wrap around the end of the
 * fitted RAM; gives the next number.
 */
static unsigned view_place_run(SvpView *view, const SvpRun *run,
                               unsigned number)
{
    hwaddr offset = run->first - view->views->base;
    hwaddr left = run->length;

    while (left) {
        hwaddr cell = offset % ram_size_of(view->views);
        hwaddr part = MIN(left, ram_size_of(view->views) - cell);
        MemoryRegion *alias = view_alias(view, number++);

        memory_region_set_enabled(alias, false);
        memory_region_set_size(alias, part);
        memory_region_set_alias_offset(alias, cell);
        memory_region_set_address(alias, offset);
        memory_region_set_enabled(alias, true);
        offset += part;
        left -= part;
    }
    return number;
}

static void view_lay_out(SvpView *view)
{
    unsigned number = 0;
    size_t i;

    for (i = 0; i < view->run_count; i++) {
        if (view->runs[i].read && view->runs[i].write) {
            number = view_place_run(view, &view->runs[i], number);
        }
    }
    for (; number < view->aliases->len; number++) {
        memory_region_set_enabled(g_ptr_array_index(view->aliases, number),
                                  false);
    }
}

/* True if the policy gives this view other runs than it has now. */
static bool view_update(SvpView *view)
{
    SvpRun runs[RUNS_MAX];
    size_t count = svp_firewall_runs(svp_device_core(view->views->firewall),
                                     view->secure, view->domain, runs,
                                     RUNS_MAX);
    size_t i;

    g_assert(count <= RUNS_MAX);
    if (count == view->run_count) {
        for (i = 0; i < count; i++) {
            const SvpRun *a = &runs[i], *b = &view->runs[i];

            if (a->first != b->first || a->length != b->length ||
                a->read != b->read || a->write != b->write) {
                break;
            }
        }
        if (i == count) {
            return false;
        }
    }
    memcpy(view->runs, runs, count * sizeof(runs[0]));
    view->run_count = count;
    return true;
}

static void views_apply(SvpViews *views)
{
    SvpView *view;

    memory_region_transaction_begin();
    QTAILQ_FOREACH(view, &views->list, next) {
        if (view_update(view)) {
            view_lay_out(view);
        }
    }
    memory_region_transaction_commit();
}

static void views_apply_exclusive(CPUState *cpu, run_on_cpu_data data)
{
    SvpViews *views = data.host_ptr;

    bql_lock();
    views->pending = false;
    views_apply(views);
    bql_unlock();
}

static void views_policy_changed(void *opaque)
{
    SvpViews *views = opaque;

    if (!current_cpu) {
        /* Reset, loading of a state, qtest: no vCPU runs. */
        views_apply(views);
    } else if (!views->pending) {
        views->pending = true;
        async_safe_run_on_cpu(current_cpu, views_apply_exclusive,
                              RUN_ON_CPU_HOST_PTR(views));
    }
}

/* Construction */

static void views_init_raw(SvpViews *views)
{
    hwaddr offset = 0;
    unsigned number = 0;

    memory_region_init(&views->raw_container, views->owner, "svp.dram-raw",
                       views->length);
    while (offset < views->length) {
        hwaddr part = MIN(ram_size_of(views), views->length - offset);
        MemoryRegion *image = g_new0(MemoryRegion, 1);
        g_autofree char *name = g_strdup_printf("svp.dram-image%u", number++);

        memory_region_init_alias(image, views->owner, name, views->ram, 0,
                                 part);
        memory_region_add_subregion(&views->raw_container, offset, image);
        offset += part;
    }
    address_space_init(&views->raw, &views->raw_container, "svp-dram-raw");
}

MemoryRegion *svp_views_get(SvpViews *views, bool secure, unsigned domain)
{
    SvpView *view;
    g_autofree char *name = NULL;
    g_autofree char *fence_name = NULL;

    QTAILQ_FOREACH(view, &views->list, next) {
        if (view->secure == secure && view->domain == domain) {
            return &view->container;
        }
    }

    view = g_new0(SvpView, 1);
    view->views = views;
    view->secure = secure;
    view->domain = domain;
    view->aliases = g_ptr_array_new();
    name = g_strdup_printf("svp.dram-%s%u", secure ? "s" : "ns", domain);
    fence_name = g_strdup_printf("%s-fence", name);

    memory_region_transaction_begin();
    memory_region_init(&view->container, views->owner, name, views->length);
    memory_region_init_io(&view->fence, views->owner, &fence_ops, view,
                          fence_name, views->length);
    /*
     * A device that starts DMA from its register handler may run into the
     * fence.
     */
    view->fence.disable_reentrancy_guard = true;
    memory_region_add_subregion_overlap(&view->container, 0, &view->fence, 0);
    QTAILQ_INSERT_TAIL(&views->list, view, next);
    view_update(view);
    view_lay_out(view);
    memory_region_transaction_commit();
    return &view->container;
}

SvpViews *svp_views_new(Object *owner, SvpDeviceState *firewall,
                        MemoryRegion *ram)
{
    SvpViews *views = g_new0(SvpViews, 1);

    views->owner = owner;
    views->firewall = firewall;
    views->ram = ram;
    QTAILQ_INIT(&views->list);
    svp_firewall_window(&views->base, &views->length);
    views_init_raw(views);
    svp_device_on_policy_change(firewall, views_policy_changed, views);
    return views;
}

hwaddr svp_views_base(SvpViews *views)
{
    return views->base;
}
