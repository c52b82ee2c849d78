/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands about violations and faults. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/qapi-visit-svp-faults.h"
#include "qapi/qobject-output-visitor.h"
#include "qapi/util.h"
#include "block/qdict.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#include "svp_monitor.h"
#include "svp_qmp.h"
#include "svp_trace.h"

#define DEFAULT_LIMIT 1000

/*
 * Enumerators that the schema and the C interface of the cores share by
 * number.
 */
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

SvpBusMaster svp_qmp_master(unsigned number)
{
    const char *name = svp_master_name(number);

    g_assert(name);
    return qapi_enum_parse(&SvpBusMaster_lookup, name, 0, &error_abort);
}

SvpBusWorld svp_qmp_world(bool secure)
{
    return secure ? SVP_BUS_WORLD_SECURE : SVP_BUS_WORLD_NON_SECURE;
}

static SvpDenier denier_enum(const char *name)
{
    return qapi_enum_parse(&SvpDenier_lookup, name, SVP_DENIER_OTHER, NULL);
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

SvpViolation *svp_violation_info(const SvpDenial *denial, bool text)
{
    SvpViolation *info = g_new0(SvpViolation, 1);

    info->sequence = denial->sequence;
    info->time = denial->first_time;
    info->last_time = denial->last_time;
    info->count = denial->count;
    info->master = svp_qmp_master(denial->master);
    info->world = svp_qmp_world(denial->secure);
    info->domain = denial->domain;
    info->direction = denial->write ? SVP_BUS_DIRECTION_WRITE :
                                      SVP_BUS_DIRECTION_READ;
    info->address = denial->address;
    info->length = denial->length;
    info->denier = denier_enum(denial->denier);
    info->index = denial->index;
    info->answer = (SvpBusAnswer)denial->answer;
    info->injected = info->has_fault = denial->fault != 0;
    info->has_state = info->injected;
    info->state = (SvpViolationState)denial->state;
    info->fault = denial->fault;
    info->has_stream = denial->stream != SVP_STREAM_NONE;
    info->stream = (SvpBusStream)denial->stream;
    info->has_cpu = info->has_pc = denial->cpu >= 0;
    info->cpu = denial->cpu;
    info->pc = denial->pc;
    if (text) {
        char *line = svp_denial_text(denial);

        info->text = g_strdup(line);
        svp_free(line);
    }
    return info;
}

typedef struct Collector {
    SvpViolationList **tail;
    bool text;
} Collector;

static void collect_violation(void *opaque, const SvpDenial *denial)
{
    Collector *collector = opaque;

    QAPI_LIST_APPEND(collector->tail,
                     svp_violation_info(denial, collector->text));
}

SvpViolationLog *qmp_query_svp_violations(bool has_since, uint64_t since,
                                          bool has_master, SvpBusMaster master,
                                          bool has_world, SvpBusWorld world,
                                          bool has_limit, uint32_t limit,
                                          bool has_text, bool text,
                                          Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpDenialFilter filter = {
        .since = has_since ? since : 0,
        .master = has_master ? (int)svp_qmp_master_number(master) : SVP_ANY,
        .secure = has_world ? world == SVP_BUS_WORLD_SECURE : SVP_ANY,
        .limit = has_limit ? limit : DEFAULT_LIMIT,
    };
    SvpDenialTotals totals;
    SvpViolationLog *log;
    Collector collector;

    if (!monitor) {
        return NULL;
    }
    log = g_new0(SvpViolationLog, 1);
    collector.tail = &log->violations;
    collector.text = has_text && text;
    svp_monitor_query(monitor, &filter, collect_violation, &collector);
    svp_monitor_totals(monitor, &totals);
    log->next_sequence = totals.next_sequence;
    log->held = totals.held;
    log->capacity = totals.capacity;
    log->accesses = totals.accesses;
    log->granted = totals.granted;
    log->merged = totals.merged;
    log->dropped = totals.dropped;
    return log;
}

void qmp_svp_clear_violations(bool has_counters, bool counters, Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);

    if (monitor) {
        svp_monitor_clear(monitor, has_counters && counters);
    }
}

typedef struct CounterCollector {
    SvpMasterCounterList **masters;
    SvpRuleCounterList **rules;
} CounterCollector;

/* Members that most counters do not need are left out. */
#define TAKE_FAULT_COUNTERS(row, counter)                                      \
    do {                                                                       \
        (row)->has_granted_reads = (counter)->granted_reads != 0;              \
        (row)->granted_reads = (counter)->granted_reads;                       \
        (row)->has_granted_writes = (counter)->granted_writes != 0;            \
        (row)->granted_writes = (counter)->granted_writes;                     \
        (row)->has_changed_reads = (counter)->changed_reads != 0;              \
        (row)->changed_reads = (counter)->changed_reads;                       \
        (row)->has_changed_writes = (counter)->changed_writes != 0;            \
        (row)->changed_writes = (counter)->changed_writes;                     \
    } while (0)

static void collect_counter(void *opaque, const SvpDenialCounter *counter)
{
    CounterCollector *collector = opaque;

    if (counter->denier) {
        SvpRuleCounter *rule = g_new0(SvpRuleCounter, 1);

        rule->denier = denier_enum(counter->denier);
        rule->index = counter->index;
        rule->reads = counter->reads;
        rule->writes = counter->writes;
        TAKE_FAULT_COUNTERS(rule, counter);
        QAPI_LIST_APPEND(collector->rules, rule);
    } else {
        SvpMasterCounter *master = g_new0(SvpMasterCounter, 1);

        master->master = svp_qmp_master(counter->index);
        master->reads = counter->reads;
        master->writes = counter->writes;
        TAKE_FAULT_COUNTERS(master, counter);
        QAPI_LIST_APPEND(collector->masters, master);
    }
}

SvpViolationCounters *qmp_query_svp_violation_counters(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpViolationCounters *counters;
    CounterCollector collector;

    if (!monitor) {
        return NULL;
    }
    counters = g_new0(SvpViolationCounters, 1);
    collector.masters = &counters->masters;
    collector.rules = &counters->rules;
    svp_monitor_counters(monitor, collect_counter, &collector);
    return counters;
}

/* Faults */

/* Members of @object, which is one of QMP's; texts are those of @object. */
static GArray *members_of(QDict *object)
{
    GArray *members = g_array_new(false, true, sizeof(SvpMember));
    const QDictEntry *entry;

    qdict_flatten(object);
    for (entry = qdict_first(object); entry; entry = qdict_next(object, entry)) {
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
    SvpFaultInfoList *list = NULL;
    g_autoptr(QDict) flat = qdict_new();
    Visitor *visitor;

    if (monitor) {
        svp_monitor_faults(monitor, svp_qmp_take_member, flat);
    }
    if (qdict_size(flat)) {
        visitor = svp_qmp_members_visitor(flat);
        visit_type_SvpFaultInfoList(visitor, NULL, &list, &error_abort);
        visit_free(visitor);
    }
    return list;
}

/* Openings */

static void collect_opening(void *opaque, const SvpOpening *opening)
{
    SvpFaultOpeningList ***tail = opaque;
    SvpFaultOpening *info = g_new0(SvpFaultOpening, 1);
    SvpBusMasterList **masters = &info->masters;
    uint8List **domains = &info->domains;
    unsigned i;

    info->fault = opening->fault;
    for (i = 0; i < svp_master_count(); i++) {
        if (opening->masters >> i & 1 && svp_master_name(i)) {
            QAPI_LIST_APPEND(masters, svp_qmp_master(i));
        }
    }
    for (i = 0; i < 8; i++) {
        if (opening->domains >> i & 1) {
            QAPI_LIST_APPEND(domains, i);
        }
    }
    info->world = svp_qmp_world(opening->secure);
    info->user = opening->privileges & 1;
    info->privileged = opening->privileges >> 1 & 1;
    info->direction = opening->write ? SVP_BUS_DIRECTION_WRITE :
                                       SVP_BUS_DIRECTION_READ;
    info->first = opening->first;
    info->last = opening->last;
    info->open = opening->open;
    QAPI_LIST_APPEND(*tail, info);
}

SvpFaultOpenings *qmp_query_svp_fault_openings(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpFaultOpeningList **tail;
    SvpFaultOpenings *openings;

    if (!monitor) {
        return NULL;
    }
    openings = g_new0(SvpFaultOpenings, 1);
    tail = &openings->openings;
    svp_monitor_openings(monitor, collect_opening, &tail, &openings->lost);
    return openings;
}
