/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands about violations and faults. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/qapi-visit-svp-faults.h"
#include "qapi/qapi-visit-svp-violations.h"
#include "qapi/qobject-output-visitor.h"
#include "block/qdict.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#include "svp_monitor.h"
#include "svp_qmp.h"
#include "svp_trace.h"

#define DEFAULT_LIMIT 1000

/* Enumerators that the schema and the C interface of the cores share. */
QEMU_BUILD_BUG_ON(SVP_BUS_ANSWER_OKAY != (int)SVP_OKAY);
QEMU_BUILD_BUG_ON(SVP_BUS_ANSWER_SLVERR != (int)SVP_SLVERR);
QEMU_BUILD_BUG_ON(SVP_BUS_ANSWER_DECERR != (int)SVP_DECERR);

/* Names */

unsigned svp_qmp_master_number(SvpBusMaster master)
{
    int number = svp_master_number(SvpBusMaster_str(master));

    g_assert(number >= 0);
    return number;
}

SvpDevice *svp_qmp_core(const char *type, Error **errp)
{
    Object *obj = object_resolve_path_type("", type, NULL);

    if (!obj) {
        error_setg(errp, "this machine has no %s", type);
        return NULL;
    }
    return svp_device_core(SVP_DEVICE(obj));
}

static SvpDevice *find_monitor(Error **errp)
{
    return svp_qmp_core(TYPE_SVP_MONITOR, errp);
}

/* Violations */

SvpViolationLog *qmp_query_svp_violations(bool has_since, uint64_t since,
                                          bool has_master, SvpBusMaster master,
                                          bool has_world, SvpBusWorld world,
                                          bool has_limit, uint32_t limit,
                                          bool has_text, bool text,
                                          Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpViolationFilter filter = {
        .since = has_since ? since : 0,
        .master = has_master ? (int)svp_qmp_master_number(master) : SVP_ANY,
        .secure = has_world ? world == SVP_BUS_WORLD_SECURE : SVP_ANY,
        .limit = has_limit ? limit : DEFAULT_LIMIT,
        .text = has_text && text,
    };
    g_autoptr(QDict) flat = qdict_new();

    if (!monitor) {
        return NULL;
    }
    svp_monitor_query(monitor, &filter, svp_qmp_take_member, flat);
    return SVP_QMP_MAKE(SvpViolationLog, flat);
}

void qmp_svp_clear_violations(bool has_counters, bool counters, Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);

    if (monitor) {
        svp_monitor_clear(monitor, has_counters && counters);
    }
}

SvpViolationCounters *qmp_query_svp_violation_counters(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    g_autoptr(QDict) flat = qdict_new();

    if (!monitor) {
        return NULL;
    }
    svp_monitor_counters(monitor, svp_qmp_take_member, flat);
    return SVP_QMP_MAKE(SvpViolationCounters, flat);
}

/* Faults */

/* Members of @object, which is one of QMP's; texts are those of @object. */
static GArray *members_of(QDict *object)
{
    GArray *members = g_array_new(false, true, sizeof(SvpMember));
    const QDictEntry *entry;

    qdict_flatten(object);
    for (entry = qdict_first(object); entry;
         entry = qdict_next(object, entry)) {
        QObject *value = qdict_entry_value(entry);
        SvpMember member = {
            .name = qdict_entry_key(entry),
            .kind = SVP_MEMBER_EMPTY,
        };

        if (qobject_to(QString, value)) {
            member.kind = SVP_MEMBER_TEXT;
            member.text = qstring_get_str(qobject_to(QString, value));
        } else if (qobject_to(QNum, value)) {
            member.kind = SVP_MEMBER_NUMBER;
            member.number = qnum_get_uint(qobject_to(QNum, value));
        }
        g_array_append_val(members, member);
    }
    return members;
}

SvpFaultId *qmp_svp_inject_fault(SvpFault *fault, Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    g_autoptr(GArray) members = NULL;
    g_autofree SvpFaultId *id = g_new0(SvpFaultId, 1);
    char *problem = NULL;
    QObject *object;
    Visitor *visitor;

    if (!monitor) {
        return NULL;
    }
    visitor = qobject_output_visitor_new(&object);
    visit_type_SvpFault(visitor, NULL, &fault, &error_abort);
    visit_complete(visitor, &object);
    visit_free(visitor);
    members = members_of(qobject_to(QDict, object));
    id->id = svp_monitor_inject(monitor, (const SvpMember *)members->data,
                                members->len, &problem);
    qobject_unref(object);
    if (!id->id) {
        error_setg(errp, "%s", problem);
        svp_free(problem);
        return NULL;
    }
    svp_qmp_settle();
    trace_svp_fault_injected(id->id, SvpFaultKind_str(fault->kind),
                             fault->label ?: "");
    return g_steal_pointer(&id);
}

void qmp_svp_remove_fault(bool has_id, uint32_t id, Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);

    if (!monitor) {
        return;
    }
    if (!has_id) {
        svp_monitor_clear_faults(monitor);
    } else if (!svp_monitor_remove_fault(monitor, id)) {
        error_setg(errp, "id: there is no fault %" PRIu32, id);
        return;
    }
    svp_qmp_settle();
    trace_svp_fault_removed(id);
}

SvpFaultInfoList *qmp_query_svp_faults(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    g_autoptr(QDict) flat = qdict_new();

    if (monitor) {
        svp_monitor_faults(monitor, svp_qmp_take_member, flat);
    }
    return qdict_size(flat) ? SVP_QMP_MAKE(SvpFaultInfoList, flat) : NULL;
}

SvpFaultOpenings *qmp_query_svp_fault_openings(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    g_autoptr(QDict) flat = qdict_new();

    if (!monitor) {
        return NULL;
    }
    svp_monitor_openings(monitor, svp_qmp_take_member, flat);
    return SVP_QMP_MAKE(SvpFaultOpenings, flat);
}
