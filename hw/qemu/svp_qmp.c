/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands about violations and faults. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/util.h"
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
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_ANSWER != (int)SVP_INJECT_ANSWER);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_ZERO != (int)SVP_INJECT_ZERO);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_CORRUPT != (int)SVP_INJECT_CORRUPT);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_CHANGE_WORLD != (int)SVP_INJECT_CHANGE_WORLD);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_CHANGE_MASTER !=
                  (int)SVP_INJECT_CHANGE_MASTER);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_CHANGE_DOMAIN !=
                  (int)SVP_INJECT_CHANGE_DOMAIN);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_DROP != (int)SVP_INJECT_DROP);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_DELAY != (int)SVP_INJECT_DELAY);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_FLIP_BIT != (int)SVP_INJECT_FLIP_BIT);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_LOSE_STATE != (int)SVP_INJECT_LOSE_STATE);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_DISABLE_TZASC !=
                  (int)SVP_INJECT_DISABLE_TZASC);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_LOSE_INTERRUPT !=
                  (int)SVP_INJECT_LOSE_INTERRUPT);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_REPEAT_INTERRUPT !=
                  (int)SVP_INJECT_REPEAT_INTERRUPT);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND_SPURIOUS_INTERRUPT !=
                  (int)SVP_INJECT_SPURIOUS_INTERRUPT);
QEMU_BUILD_BUG_ON(SVP_FAULT_KIND__MAX !=
                  (int)SVP_INJECT_SPURIOUS_INTERRUPT + 1);

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

static bool take_match(SvpInjection *injection, const SvpFaultMatch *match,
                       Error **errp)
{
    const SvpBusMasterList *master;

    injection->matches = true;
    if (match->has_masters && !match->masters) {
        error_setg(errp, "masters: none is named");
        return false;
    }
    for (master = match->masters; master; master = master->next) {
        injection->masters |= 1u << svp_qmp_master_number(master->value);
    }
    if (match->has_world) {
        injection->match_secure = match->world == SVP_BUS_WORLD_SECURE;
    }
    if (match->has_direction) {
        injection->match_write = match->direction == SVP_BUS_DIRECTION_WRITE;
    }
    injection->first = match->has_first ? match->first : 0;
    injection->last = match->has_last ? match->last : UINT64_MAX;
    return true;
}

static bool take_duration(SvpInjection *injection, uint64_t duration,
                          Error **errp)
{
    if (duration < 1 || duration > INT64_MAX) {
        error_setg(errp, "duration: %" PRIu64 " ns is out of range", duration);
        return false;
    }
    injection->duration = duration;
    return true;
}

static bool take_pulse(SvpInjection *injection, const SvpFaultPulse *pulse,
                       Error **errp)
{
    injection->device = pulse->device;
    injection->line = pulse->line;
    return !pulse->has_duration ||
           take_duration(injection, pulse->duration, errp);
}

/* What only faults of this kind have. */
static bool take_kind(SvpInjection *injection, const SvpFault *fault,
                      Error **errp)
{
    switch (fault->kind) {
    case SVP_FAULT_KIND_ANSWER:
        injection->answer = (SvpResponse)fault->u.answer.answer;
        return true;
    case SVP_FAULT_KIND_CORRUPT:
        injection->mask = fault->u.corrupt.mask;
        return true;
    case SVP_FAULT_KIND_CHANGE_WORLD:
        injection->secure = fault->u.change_world.world == SVP_BUS_WORLD_SECURE;
        return true;
    case SVP_FAULT_KIND_CHANGE_MASTER:
        injection->master =
            svp_qmp_master_number(fault->u.change_master.master);
        return true;
    case SVP_FAULT_KIND_CHANGE_DOMAIN:
        injection->domain = fault->u.change_domain.domain;
        return true;
    case SVP_FAULT_KIND_DELAY:
        return take_duration(injection, fault->u.delay.duration, errp);
    case SVP_FAULT_KIND_FLIP_BIT:
        injection->target = SvpFirewallBlock_str(fault->u.flip_bit.target);
        injection->offset = fault->u.flip_bit.offset;
        injection->bit = fault->u.flip_bit.bit;
        return true;
    case SVP_FAULT_KIND_LOSE_STATE:
        injection->target = SvpFirewallBlock_str(fault->u.lose_state.target);
        return true;
    case SVP_FAULT_KIND_LOSE_INTERRUPT:
        injection->device = fault->u.lose_interrupt.device;
        injection->line = fault->u.lose_interrupt.line;
        return true;
    case SVP_FAULT_KIND_REPEAT_INTERRUPT:
        return take_pulse(injection, &fault->u.repeat_interrupt, errp);
    case SVP_FAULT_KIND_SPURIOUS_INTERRUPT:
        return take_pulse(injection, &fault->u.spurious_interrupt, errp);
    case SVP_FAULT_KIND_ZERO:
    case SVP_FAULT_KIND_DROP:
    case SVP_FAULT_KIND_DISABLE_TZASC:
        return true;
    case SVP_FAULT_KIND__MAX:
        break;
    }
    g_assert_not_reached();
}

SvpFaultId *qmp_svp_inject_fault(SvpFault *fault, Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpInjection injection = {
        .kind = (SvpInjectionKind)fault->kind,
        .match_secure = SVP_ANY,
        .match_write = SVP_ANY,
        .nth = fault->has_nth ? fault->nth : 1,
        .times = fault->has_times ? fault->times : 1,
        .label = fault->label,
    };
    SvpFaultId *id;
    char *problem = NULL;

    if (!monitor || !take_kind(&injection, fault, errp) ||
        (fault->match && !take_match(&injection, fault->match, errp))) {
        return NULL;
    }
    if (fault->has_not_before) {
        if (fault->not_before > INT64_MAX) {
            error_setg(errp, "not-before: no time of this clock");
            return NULL;
        }
        injection.not_before = fault->not_before;
    }
    id = g_new0(SvpFaultId, 1);
    id->id = svp_monitor_inject(monitor, &injection, &problem);
    if (!id->id) {
        error_setg(errp, "%s", problem);
        svp_free(problem);
        qapi_free_SvpFaultId(id);
        return NULL;
    }
    svp_qmp_settle();
    trace_svp_fault_injected(id->id, SvpFaultKind_str(fault->kind),
                             fault->label ?: "");
    return id;
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

static SvpFaultMatch *give_match(const SvpInjection *injection)
{
    SvpFaultMatch *match = g_new0(SvpFaultMatch, 1);
    SvpBusMasterList **tail = &match->masters;
    unsigned number, named = 0;

    for (number = 0; number < svp_master_count(); number++) {
        if (svp_master_name(number) &&
            (injection->masters & (1u << number))) {
            QAPI_LIST_APPEND(tail, svp_qmp_master(number));
            named++;
        }
    }
    if (named == SVP_BUS_MASTER__MAX) {
        qapi_free_SvpBusMasterList(match->masters);
        match->masters = NULL;
    } else {
        match->has_masters = true;
    }
    match->has_world = injection->match_secure != SVP_ANY;
    match->world = svp_qmp_world(injection->match_secure == 1);
    match->has_direction = injection->match_write != SVP_ANY;
    match->direction = injection->match_write == 1 ? SVP_BUS_DIRECTION_WRITE :
                                                     SVP_BUS_DIRECTION_READ;
    match->has_first = match->has_last = true;
    match->first = injection->first;
    match->last = injection->last;
    return match;
}

static SvpFirewallBlock block_enum(const char *name)
{
    return qapi_enum_parse(&SvpFirewallBlock_lookup, name, 0, &error_abort);
}

static void give_pulse(SvpFaultPulse *pulse, const SvpInjection *injection)
{
    pulse->device = g_strdup(injection->device);
    pulse->line = injection->line;
    pulse->has_duration = true;
    pulse->duration = injection->duration;
}

static void give_kind(SvpFault *fault, const SvpInjection *injection)
{
    fault->kind = (SvpFaultKind)injection->kind;
    switch (fault->kind) {
    case SVP_FAULT_KIND_ANSWER:
        fault->u.answer.answer = (SvpBusAnswer)injection->answer;
        break;
    case SVP_FAULT_KIND_CORRUPT:
        fault->u.corrupt.mask = injection->mask;
        break;
    case SVP_FAULT_KIND_CHANGE_WORLD:
        fault->u.change_world.world = svp_qmp_world(injection->secure);
        break;
    case SVP_FAULT_KIND_CHANGE_MASTER:
        fault->u.change_master.master = svp_qmp_master(injection->master);
        break;
    case SVP_FAULT_KIND_CHANGE_DOMAIN:
        fault->u.change_domain.domain = injection->domain;
        break;
    case SVP_FAULT_KIND_DELAY:
        fault->u.delay.duration = injection->duration;
        break;
    case SVP_FAULT_KIND_FLIP_BIT:
        fault->u.flip_bit.target = block_enum(injection->target);
        fault->u.flip_bit.offset = injection->offset;
        fault->u.flip_bit.bit = injection->bit;
        break;
    case SVP_FAULT_KIND_LOSE_STATE:
        fault->u.lose_state.target = block_enum(injection->target);
        break;
    case SVP_FAULT_KIND_LOSE_INTERRUPT:
        fault->u.lose_interrupt.device = g_strdup(injection->device);
        fault->u.lose_interrupt.line = injection->line;
        break;
    case SVP_FAULT_KIND_REPEAT_INTERRUPT:
        give_pulse(&fault->u.repeat_interrupt, injection);
        break;
    case SVP_FAULT_KIND_SPURIOUS_INTERRUPT:
        give_pulse(&fault->u.spurious_interrupt, injection);
        break;
    case SVP_FAULT_KIND_ZERO:
    case SVP_FAULT_KIND_DROP:
    case SVP_FAULT_KIND_DISABLE_TZASC:
    case SVP_FAULT_KIND__MAX:
        break;
    }
}

static void collect_fault(void *opaque, const SvpInjected *injected)
{
    SvpFaultInfoList ***tail = opaque;
    const SvpInjection *injection = &injected->injection;
    SvpFaultInfo *info = g_new0(SvpFaultInfo, 1);
    SvpFault *fault = g_new0(SvpFault, 1);

    give_kind(fault, injection);
    if (injection->matches) {
        fault->match = give_match(injection);
    }
    fault->has_nth = fault->has_not_before = fault->has_times = true;
    fault->nth = injection->nth;
    fault->not_before = injection->not_before;
    fault->times = injection->times;
    if (*injection->label) {
        fault->label = g_strdup(injection->label);
    }
    info->id = injected->id;
    info->fault = fault;
    info->matches = injected->matched;
    info->hits = injected->hits;
    info->has_last_hit = injected->last_hit >= 0;
    info->last_hit = injected->last_hit;
    info->spent = injected->spent;
    QAPI_LIST_APPEND(*tail, info);
}

SvpFaultInfoList *qmp_query_svp_faults(Error **errp)
{
    SvpDevice *monitor = find_monitor(errp);
    SvpFaultInfoList *list = NULL;
    SvpFaultInfoList **tail = &list;

    if (monitor) {
        svp_monitor_faults(monitor, collect_fault, &tail);
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
