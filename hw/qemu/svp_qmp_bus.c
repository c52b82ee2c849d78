/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands that move data over the bus, or tell who may. */
#include "qemu/osdep.h"
#include "qemu/base64.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/qapi-visit-svp-bus.h"
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

/* One half of a job; the answer, and how much later than usual it came. */
static SvpResponse test_port_move(const SvpTestPortJob *job, uint64_t address,
                                  void *data, uint64_t length, bool write,
                                  int64_t *delay)
{
    unsigned master = svp_qmp_master_number(
        job->has_master ? job->master : SVP_BUS_MASTER_TESTPORT);
    bool secure = job->has_world && job->world == SVP_BUS_WORLD_SECURE;
    SvpResponse answer;

    if (write) {
        answer = svp_bus_write(test_port_bus, master, secure, address, data,
                               length, delay);
        svp_qmp_settle();
    } else {
        answer = svp_bus_read(test_port_bus, master, secure, address, data,
                              length, delay);
    }
    trace_svp_test_port(SvpTestPortOperation_str(job->operation),
                        svp_master_name(master), address, length, answer);
    return answer;
}

SvpTestPortResult *qmp_svp_test_port(SvpTestPortJob *job, Error **errp)
{
    bool reads = job->operation != SVP_TEST_PORT_OPERATION_WRITE;
    bool writes = job->operation != SVP_TEST_PORT_OPERATION_READ;
    uint64_t from = job->u.read.address, to = job->u.write.address;
    uint64_t length = job->u.read.length;
    g_autofree uint8_t *data = NULL;
    SvpTestPortResult *result;
    SvpResponse answer = SVP_OKAY;

    if (!bus_views) {
        error_setg(errp, "this machine has no test port");
        return NULL;
    }
    if (reads && writes) {
        from = job->u.copy.from;
        to = job->u.copy.to;
        length = job->u.copy.length;
    } else if (writes) {
        data = qbase64_decode(job->u.write.data, -1, &length, errp);
        if (!data) {
            return NULL;
        }
    }
    if ((reads && !check_range("length", length, writes ? "from" : "address",
                               from, errp)) ||
        (writes && !check_range(reads ? "length" : "data", length,
                                reads ? "to" : "address", to, errp))) {
        return NULL;
    }
    data = data ?: g_malloc0(length);
    svp_bus_begin(test_port_bus);
    result = g_new0(SvpTestPortResult, 1);
    if (reads) {
        answer = test_port_move(job, from, data, length, false, &result->delay);
    }
    if (writes) {
        answer = MAX(answer, test_port_move(job, to, data, length, true,
                                            &result->delay));
    } else {
        result->data = g_base64_encode(data, length);
    }
    result->answer = (SvpBusAnswer)answer;
    result->has_delay = result->delay != 0;
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

SvpPolicyViewList *qmp_query_svp_policy(bool has_world, SvpBusWorld world,
                                        bool has_domain, uint8_t domain,
                                        bool has_slaves, bool slaves,
                                        Error **errp)
{
    SvpDevice *firewall = svp_qmp_core("imx8mq.firewall", errp);
    g_autoptr(QDict) flat = qdict_new();

    if (!firewall) {
        return NULL;
    }
    if (has_domain && domain >= DOMAINS) {
        error_setg(errp, "domain: %u, must be 0 to %u", domain, DOMAINS - 1);
        return NULL;
    }
    svp_firewall_policy(firewall,
                        has_world ? world == SVP_BUS_WORLD_SECURE : SVP_ANY,
                        has_domain ? domain : SVP_ANY, has_slaves && slaves,
                        svp_qmp_take_member, flat);
    return SVP_QMP_MAKE(SvpPolicyViewList, flat);
}

SvpPolicyMasterList *qmp_query_svp_masters(Error **errp)
{
    SvpDevice *firewall = svp_qmp_core("imx8mq.firewall", errp);
    g_autoptr(QDict) flat = qdict_new();

    if (!firewall) {
        return NULL;
    }
    svp_firewall_masters(firewall, svp_qmp_take_member, flat);
    return SVP_QMP_MAKE(SvpPolicyMasterList, flat);
}
