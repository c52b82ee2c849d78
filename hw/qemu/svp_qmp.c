/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands of svp.json. */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qemu/base64.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/util.h"
#include "svp_monitor.h"
#include "svp_qmp.h"
#include "svp_trace.h"

#define DEFAULT_LIMIT 1000
#define TEST_PORT_MAX (1 * MiB)

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

static unsigned master_number(SvpBusMaster master)
{
    int number = svp_master_number(SvpBusMaster_str(master));

    g_assert(number >= 0);
    return number;
}

static SvpBusMaster master_enum(unsigned number)
{
    const char *name = svp_master_name(number);

    g_assert(name);
    return qapi_enum_parse(&SvpBusMaster_lookup, name, 0, &error_abort);
}

static SvpBusWorld world_enum(bool secure)
{
    return secure ? SVP_BUS_WORLD_SECURE : SVP_BUS_WORLD_NON_SECURE;
}

static SvpDenier denier_enum(const char *name)
{
    return qapi_enum_parse(&SvpDenier_lookup, name, SVP_DENIER_OTHER, NULL);
}

/*
 * The core of the only device of a type; NULL with an error if the machine has
 * none.
 */
static SvpDevice *find_core(const char *type, Error **errp)
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
    return find_core(TYPE_SVP_MONITOR, errp);
}

/* Violations */

SvpViolation *svp_violation_info(const SvpDenial *denial, bool text)
{
    SvpViolation *info = g_new0(SvpViolation, 1);

    info->sequence = denial->sequence;
    info->time = denial->first_time;
    info->last_time = denial->last_time;
    info->count = denial->count;
    info->master = master_enum(denial->master);
    info->world = world_enum(denial->secure);
    info->domain = denial->domain;
    info->direction = denial->write ? SVP_BUS_DIRECTION_WRITE :
                                      SVP_BUS_DIRECTION_READ;
    info->address = denial->address;
    info->length = denial->length;
    info->denier = denier_enum(denial->denier);
    info->index = denial->index;
    info->answer = (SvpBusAnswer)denial->answer;
    info->injected = info->has_fault = denial->fault != 0;
    info->fault = denial->fault;
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
        .master = has_master ? (int)master_number(master) : SVP_ANY,
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

static void collect_counter(void *opaque, const SvpDenialCounter *counter)
{
    CounterCollector *collector = opaque;

    if (counter->denier) {
        SvpRuleCounter *rule = g_new0(SvpRuleCounter, 1);

        rule->denier = denier_enum(counter->denier);
        rule->index = counter->index;
        rule->reads = counter->reads;
        rule->writes = counter->writes;
        QAPI_LIST_APPEND(collector->rules, rule);
    } else {
        SvpMasterCounter *master = g_new0(SvpMasterCounter, 1);

        master->master = master_enum(counter->index);
        master->reads = counter->reads;
        master->writes = counter->writes;
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
        injection->masters |= 1u << master_number(master->value);
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
        injection->master = master_number(fault->u.change_master.master);
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
            QAPI_LIST_APPEND(tail, master_enum(number));
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
    match->world = world_enum(injection->match_secure == 1);
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
        fault->u.change_world.world = world_enum(injection->secure);
        break;
    case SVP_FAULT_KIND_CHANGE_MASTER:
        fault->u.change_master.master = master_enum(injection->master);
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

/* Test port */

static SvpTestPortAccess *test_port_access;
static void *test_port_opaque;

void svp_qmp_set_test_port(SvpTestPortAccess *access, void *opaque)
{
    test_port_access = access;
    test_port_opaque = opaque;
}

typedef struct TestPort {
    SvpTestPortOperation operation;
    unsigned master;
    bool secure;
} TestPort;

/*
 * @what is the member that says how many bytes, @where the one that says from
 * where.
 */
static bool check_range(const char *what, uint64_t length, const char *where,
                        uint64_t address, Error **errp)
{
    if (length < 1 || length > TEST_PORT_MAX) {
        error_setg(errp, "%s: %" PRIu64 " bytes, 1 to %" PRIu64
                   " are possible", what, length, (uint64_t)TEST_PORT_MAX);
        return false;
    }
    if (length - 1 > UINT64_MAX - address) {
        error_setg(errp, "%s: %" PRIu64 " bytes from 0x%" PRIx64
                   " pass the end of the address space", where, length,
                   address);
        return false;
    }
    return true;
}

static SvpResponse test_port_move(const TestPort *port, uint64_t address,
                                  void *data, uint64_t length, bool write)
{
    SvpResponse answer = test_port_access(test_port_opaque, port->master,
                                          port->secure, address, data, length,
                                          write);

    trace_svp_test_port(SvpTestPortOperation_str(port->operation),
                        svp_master_name(port->master), address, length, answer);
    return answer;
}

static bool test_port_read(const TestPort *port, const SvpTestPortRead *job,
                           SvpTestPortResult *result, Error **errp)
{
    g_autofree guchar *data = NULL;

    if (!check_range("length", job->length, "address", job->address, errp)) {
        return false;
    }
    data = g_malloc0(job->length);
    result->answer = (SvpBusAnswer)test_port_move(port, job->address, data,
                                                  job->length, false);
    result->data = g_base64_encode(data, job->length);
    return true;
}

static bool test_port_write(const TestPort *port, const SvpTestPortWrite *job,
                            SvpTestPortResult *result, Error **errp)
{
    size_t length;
    g_autofree uint8_t *data = qbase64_decode(job->data, -1, &length, errp);

    if (!data ||
        !check_range("data", length, "address", job->address, errp)) {
        return false;
    }
    result->answer = (SvpBusAnswer)test_port_move(port, job->address, data,
                                                  length, true);
    return true;
}

static bool test_port_copy(const TestPort *port, const SvpTestPortCopy *job,
                           SvpTestPortResult *result, Error **errp)
{
    g_autofree uint8_t *data = NULL;
    SvpResponse read, written;

    if (!check_range("length", job->length, "from", job->from, errp) ||
        !check_range("length", job->length, "to", job->to, errp)) {
        return false;
    }
    data = g_malloc0(job->length);
    read = test_port_move(port, job->from, data, job->length, false);
    written = test_port_move(port, job->to, data, job->length, true);
    result->answer = (SvpBusAnswer)MAX(read, written);
    return true;
}

SvpTestPortResult *qmp_svp_test_port(SvpTestPortJob *job, Error **errp)
{
    TestPort port = {
        .operation = job->operation,
        .master = master_number(job->has_master ? job->master :
                                SVP_BUS_MASTER_TESTPORT),
        .secure = job->has_world && job->world == SVP_BUS_WORLD_SECURE,
    };
    SvpTestPortResult *result = g_new0(SvpTestPortResult, 1);
    bool done = false;

    if (!test_port_access) {
        error_setg(errp, "this machine has no test port");
    } else {
        switch (job->operation) {
        case SVP_TEST_PORT_OPERATION_READ:
            done = test_port_read(&port, &job->u.read, result, errp);
            break;
        case SVP_TEST_PORT_OPERATION_WRITE:
            done = test_port_write(&port, &job->u.write, result, errp);
            break;
        case SVP_TEST_PORT_OPERATION_COPY:
            done = test_port_copy(&port, &job->u.copy, result, errp);
            break;
        case SVP_TEST_PORT_OPERATION__MAX:
            g_assert_not_reached();
        }
    }
    if (!done) {
        qapi_free_SvpTestPortResult(result);
        return NULL;
    }
    return result;
}

/* Policy */

#define DOMAINS 4

static SvpPolicyView *policy_view(SvpDevice *firewall, bool secure,
                                  unsigned domain)
{
    SvpPolicyView *view = g_new0(SvpPolicyView, 1);
    SvpPolicyRunList **tail = &view->runs;
    g_autofree SvpRun *runs = g_new0(SvpRun, SVP_RUNS_MAX);
    uint64_t base, length;
    size_t i, count;

    svp_firewall_dram(&base, &length);
    count = svp_firewall_runs(firewall, secure, domain, 0, base, length, runs,
                              SVP_RUNS_MAX);
    view->world = world_enum(secure);
    view->domain = domain;
    for (i = 0; i < count; i++) {
        SvpPolicyRun *run = g_new0(SvpPolicyRun, 1);

        run->first = runs[i].first;
        run->length = runs[i].length;
        run->read = runs[i].read;
        run->write = runs[i].write;
        QAPI_LIST_APPEND(tail, run);
    }
    return view;
}

SvpPolicyViewList *qmp_query_svp_policy(bool has_world, SvpBusWorld world,
                                        bool has_domain, uint8_t domain,
                                        Error **errp)
{
    SvpDevice *firewall = find_core("imx8mq.firewall", errp);
    SvpPolicyViewList *list = NULL;
    SvpPolicyViewList **tail = &list;
    unsigned w, d;

    if (!firewall) {
        return NULL;
    }
    if (has_domain && domain >= DOMAINS) {
        error_setg(errp, "domain: %u, must be 0 to %u", domain, DOMAINS - 1);
        return NULL;
    }
    for (w = 0; w < SVP_BUS_WORLD__MAX; w++) {
        for (d = 0; d < DOMAINS; d++) {
            if ((!has_world || w == world) && (!has_domain || d == domain)) {
                QAPI_LIST_APPEND(tail,
                                 policy_view(firewall,
                                             w == SVP_BUS_WORLD_SECURE, d));
            }
        }
    }
    return list;
}
