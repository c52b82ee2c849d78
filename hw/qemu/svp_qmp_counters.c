/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QMP commands about what device cores tell of themselves. The cores name all
 * of it: a new one needs nothing here.
 */
#include "qemu/osdep.h"
#include "block/qdict.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/qapi-visit-svp-counters.h"
#include "qapi/qobject-input-visitor.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "svp_qmp.h"

void svp_qmp_take_member(void *opaque, const SvpMember *member)
{
    QDict *flat = opaque;

    switch (member->kind) {
    case SVP_MEMBER_NUMBER:
        qdict_put(flat, member->name, qnum_from_uint(member->number));
        break;
    case SVP_MEMBER_TEXT:
        qdict_put_str(flat, member->name, member->text);
        break;
    case SVP_MEMBER_TRUTH:
        qdict_put_bool(flat, member->name, member->number);
        break;
    case SVP_MEMBER_EMPTY:
        qdict_put(flat, member->name, qlist_new());
        break;
    }
}

Visitor *svp_qmp_members_visitor(const QDict *flat)
{
    QObject *object = qdict_crumple(flat, &error_abort);
    Visitor *visitor = qobject_input_visitor_new(object);

    qobject_unref(object);
    return visitor;
}

/* What @core tells, each member under its whole name. */
static QDict *core_counters(SvpDevice *core)
{
    QDict *flat = qdict_new();

    svp_device_counters(core, svp_qmp_take_member, flat);
    return flat;
}

typedef struct Wanted {
    const char *device; /* NULL: all that tell something */
    SvpDeviceCountersList **tail;
} Wanted;

static int collect_device(Object *obj, void *opaque)
{
    const char *name = object_get_canonical_path_component(obj);
    Wanted *wanted = opaque;
    SvpDeviceCounters *info;
    g_autoptr(QDict) counters = NULL;

    if (!object_dynamic_cast(obj, TYPE_SVP_DEVICE) ||
        (wanted->device && strcmp(wanted->device, name))) {
        return 0;
    }
    counters = core_counters(svp_device_core(SVP_DEVICE(obj)));
    if (!wanted->device && !qdict_size(counters)) {
        return 0;
    }
    info = g_new0(SvpDeviceCounters, 1);
    info->device = g_strdup(name);
    info->type = g_strdup(object_get_typename(obj));
    info->counters = qdict_crumple(counters, &error_abort);
    QAPI_LIST_APPEND(wanted->tail, info);
    return 0;
}

SvpDeviceCountersList *qmp_query_svp_counters(const char *device,
                                              Error **errp)
{
    SvpDeviceCountersList *list = NULL;
    Wanted wanted = { device, &list };

    object_child_foreach_recursive(object_get_root(), collect_device, &wanted);
    if (device && !list) {
        error_setg(errp, "device: there is no '%s' among the board's own "
                   "models", device);
    }
    return list;
}

/* What the only device of @type tells. */
static QDict *counters_of(const char *type, Error **errp)
{
    SvpDevice *core = svp_qmp_core(type, errp);

    return core ? core_counters(core) : NULL;
}

CaamInfo *qmp_query_caam(Error **errp)
{
    g_autoptr(QDict) counters = counters_of("imx8mq.caam", errp);

    return counters ? SVP_QMP_MAKE(CaamInfo, counters) : NULL;
}

VpuInfoList *qmp_query_vpu(Error **errp)
{
    static const char *const types[] = { "imx8mq.vpu-g1", "imx8mq.vpu-g2" };
    VpuInfoList *list = NULL;
    VpuInfoList **tail = &list;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(types); i++) {
        g_autoptr(QDict) counters = counters_of(types[i], errp);

        if (!counters) {
            qapi_free_VpuInfoList(list);
            return NULL;
        }
        QAPI_LIST_APPEND(tail, SVP_QMP_MAKE(VpuInfo, counters));
    }
    return list;
}
