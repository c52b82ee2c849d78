/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands that move data over the bus, or tell who may. */
#include "qemu/osdep.h"
#include "qemu/base64.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "svp_bus.h"
#include "svp_qmp.h"
#include "svp_trace.h"

#define DATA_MAX (1 * MiB) /* of one command */
#define FILL_MAX (64 * MiB)

static SvpViews *bus_views;
static SvpBus *test_port_bus;

void svp_qmp_set_bus(SvpViews *views, SvpBus *bus)
{
    bus_views = views;
    test_port_bus = bus;
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
static bool check_length(const char *what, uint64_t length, uint64_t most,
                         Error **errp)
{
    if (length < 1 || length > most) {
        error_setg(errp, "%s: %" PRIu64 " bytes, 1 to %" PRIu64
                   " are possible", what, length, most);
        return false;
    }
    return true;
}

static bool check_range(const char *what, uint64_t length, const char *where,
                        uint64_t address, Error **errp)
{
    if (!check_length(what, length, DATA_MAX, errp)) {
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
        answer = svp_bus_write(test_port_bus, port->master, port->secure,
                               address, data, length, &port->delay);
        svp_qmp_settle();
    } else {
        answer = svp_bus_read(test_port_bus, port->master, port->secure, address,
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

/* Cells */

static bool check_cells(uint64_t length, uint64_t address, Error **errp)
{
    if (!bus_views) {
        error_setg(errp, "this machine has no such memories");
        return false;
    }
    if (!svp_cells_inside(bus_views, address, length)) {
        error_setg(errp, "address: %" PRIu64 " bytes from 0x%" PRIx64
                   " do not lie inside DRAM, OCRAM or OCRAM_S", length,
                   address);
        return false;
    }
    return true;
}

SvpCells *qmp_svp_read_cells(uint64_t address, uint64_t length, Error **errp)
{
    g_autofree guchar *data = NULL;
    SvpCells *cells;

    if (!check_length("length", length, DATA_MAX, errp) ||
        !check_cells(length, address, errp)) {
        return NULL;
    }
    data = g_malloc(length);
    svp_cells_read(bus_views, address, data, length);
    cells = g_new0(SvpCells, 1);
    cells->data = g_base64_encode(data, length);
    return cells;
}

void qmp_svp_write_cells(uint64_t address, const char *data, bool has_length,
                         uint64_t length, Error **errp)
{
    size_t size;
    g_autofree uint8_t *bytes = qbase64_decode(data, -1, &size, errp);

    if (!bytes || !check_length("data", size, DATA_MAX, errp)) {
        return;
    }
    if (!has_length) {
        length = size;
    }
    if (!check_length("length", length, FILL_MAX, errp) ||
        !check_cells(length, address, errp)) {
        return;
    }
    while (length) {
        uint64_t part = MIN(length, size);

        svp_cells_write(bus_views, address, bytes, part);
        address += part;
        length -= part;
    }
}

/* Policy */

#define DOMAINS 4

static SvpPolicyRunList *policy_runs(SvpDevice *firewall, bool secure,
                                     unsigned domain)
{
    SvpPolicyRunList *list = NULL;
    SvpPolicyRunList **tail = &list;
    g_autofree SvpRun *runs = g_new0(SvpRun, SVP_RUNS_MAX);
    uint64_t base, length;
    size_t i, count;

    svp_firewall_dram(&base, &length);
    count = svp_firewall_runs(firewall, secure, domain, 0, base, length, runs,
                              SVP_RUNS_MAX);
    for (i = 0; i < count; i++) {
        SvpPolicyRun *run = g_new0(SvpPolicyRun, 1);

        run->first = runs[i].first;
        run->length = runs[i].length;
        run->read = runs[i].read;
        run->write = runs[i].write;
        QAPI_LIST_APPEND(tail, run);
    }
    return list;
}

/* Rights at the address of @access; *@length shrinks to where they end. */
static SvpPolicyRights *policy_rights(SvpDevice *firewall,
                                      SvpTransaction access, bool privileged,
                                      uint64_t *length)
{
    SvpPolicyRights *rights = g_new0(SvpPolicyRights, 1);

    access.privileged = privileged;
    *length = svp_firewall_alike(firewall, &access, *length, &rights->read);
    access.write = true;
    *length = svp_firewall_alike(firewall, &access, *length, &rights->write);
    return rights;
}

static SvpPolicySlave *policy_slave(SvpDevice *firewall, bool secure,
                                    unsigned domain, unsigned number)
{
    SvpPolicySlave *slave = g_new0(SvpPolicySlave, 1);
    SvpPolicyPieceList **tail = &slave->pieces;
    SvpTransaction access = { .secure = secure, .domain = domain };
    unsigned index;
    uint64_t left;

    slave->name = g_strdup(svp_firewall_slave(number, &access.address, &left,
                                              &index));
    slave->index = index;
    while (left) {
        SvpPolicyPiece *piece = g_new0(SvpPolicyPiece, 1);

        piece->first = access.address;
        piece->length = left;
        piece->privileged = policy_rights(firewall, access, true,
                                          &piece->length);
        piece->user = policy_rights(firewall, access, false, &piece->length);
        access.address += piece->length;
        left -= piece->length;
        QAPI_LIST_APPEND(tail, piece);
    }
    return slave;
}

static SvpPolicyView *policy_view(SvpDevice *firewall, bool secure,
                                  unsigned domain, bool slaves)
{
    SvpPolicyView *view = g_new0(SvpPolicyView, 1);
    SvpPolicySlaveList **tail = &view->slaves;
    unsigned i;

    view->world = svp_qmp_world(secure);
    view->domain = domain;
    view->runs = policy_runs(firewall, secure, domain);
    view->has_slaves = slaves;
    for (i = 0; slaves && i < svp_firewall_slave_count(); i++) {
        QAPI_LIST_APPEND(tail, policy_slave(firewall, secure, domain, i));
    }
    return view;
}

SvpPolicyViewList *qmp_query_svp_policy(bool has_world, SvpBusWorld world,
                                        bool has_domain, uint8_t domain,
                                        bool has_slaves, bool slaves,
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
                                             w == SVP_BUS_WORLD_SECURE, d,
                                             has_slaves && slaves));
            }
        }
    }
    return list;
}

SvpPolicyMasterList *qmp_query_svp_masters(Error **errp)
{
    SvpDevice *firewall = svp_qmp_core("imx8mq.firewall", errp);
    SvpPolicyMasterList *list = NULL;
    SvpPolicyMasterList **tail = &list;
    unsigned i;

    for (i = 0; firewall && i < svp_master_count(); i++) {
        SvpPolicyMaster *master;
        SvpMasterIdentity identity;

        if (!svp_master_name(i)) {
            continue;
        }
        svp_firewall_master(firewall, i, &identity);
        master = g_new0(SvpPolicyMaster, 1);
        master->master = svp_qmp_master(i);
        master->domain = identity.domain;
        master->has_world = !identity.own_world;
        master->world = svp_qmp_world(identity.secure);
        master->has_privileged = !identity.own_privilege;
        master->privileged = identity.privileged;
        QAPI_LIST_APPEND(tail, master);
    }
    return list;
}
