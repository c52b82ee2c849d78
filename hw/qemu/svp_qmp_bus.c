/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands that move data over the bus, or tell who may. */
#include "qemu/osdep.h"
#include "qemu/base64.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "svp_access.h"
#include "svp_qmp.h"
#include "svp_trace.h"

#define TEST_PORT_MAX (1 * MiB)

static SvpViews *bus_views;

void svp_qmp_set_views(SvpViews *views)
{
    bus_views = views;
}

void svp_qmp_settle(void)
{
    if (bus_views) {
        svp_views_settle(bus_views);
    }
}

/* Test port */

typedef struct TestPort {
    SvpTestPortOperation operation;
    unsigned master;
    bool secure;
    int64_t delay; /* of all accesses so far */
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

static SvpResponse test_port_move(TestPort *port, uint64_t address, void *data,
                                  uint64_t length, bool write)
{
    SvpResponse answer;

    if (write) {
        answer = svp_access_write(bus_views, port->master, port->secure,
                                  address, data, length, &port->delay);
        svp_qmp_settle();
    } else {
        answer = svp_access_read(bus_views, port->master, port->secure, address,
                                 data, length, &port->delay);
    }
    trace_svp_test_port(SvpTestPortOperation_str(port->operation),
                        svp_master_name(port->master), address, length, answer);
    return answer;
}

static bool test_port_read(TestPort *port, const SvpTestPortRead *job,
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

static bool test_port_write(TestPort *port, const SvpTestPortWrite *job,
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

static bool test_port_copy(TestPort *port, const SvpTestPortCopy *job,
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
        .master = svp_qmp_master_number(job->has_master ? job->master :
                                SVP_BUS_MASTER_TESTPORT),
        .secure = job->has_world && job->world == SVP_BUS_WORLD_SECURE,
    };
    SvpTestPortResult *result = g_new0(SvpTestPortResult, 1);
    bool done = false;

    if (!bus_views) {
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
    result->has_delay = port.delay != 0;
    result->delay = port.delay;
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
    count = svp_firewall_runs(firewall, secure, domain, base, length, runs,
                              SVP_RUNS_MAX);
    view->world = svp_qmp_world(secure);
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
    SvpDevice *firewall = svp_qmp_core("imx8mq.firewall", errp);
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
