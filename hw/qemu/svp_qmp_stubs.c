/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands of svp*.json for emulators that are built without the board. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"

#define REFUSE(errp)                                                           \
    error_setg(errp, "this emulator is built without the imx8mq-evk board")

/* A command that would return a @type. */
#define STUB(type, command, ...)                                               \
    type *command(__VA_ARGS__)                                                 \
    {                                                                          \
        REFUSE(errp);                                                          \
        return NULL;                                                           \
    }

STUB(SvpViolationLog, qmp_query_svp_violations, bool has_since, uint64_t since,
     bool has_master, SvpBusMaster master, bool has_world, SvpBusWorld world,
     bool has_limit, uint32_t limit, bool has_text, bool text, Error **errp)
STUB(SvpViolationCounters, qmp_query_svp_violation_counters, Error **errp)
STUB(SvpFaultId, qmp_svp_inject_fault, SvpFault *fault, Error **errp)
STUB(SvpFaultInfoList, qmp_query_svp_faults, Error **errp)
STUB(SvpFaultOpenings, qmp_query_svp_fault_openings, Error **errp)
STUB(SvpTestPortResult, qmp_svp_test_port, SvpTestPortJob *job, Error **errp)
STUB(SvpPolicyViewList, qmp_query_svp_policy, bool has_world, SvpBusWorld world,
     bool has_domain, uint8_t domain, bool has_slaves, bool slaves,
     Error **errp)
STUB(SvpPolicyMasterList, qmp_query_svp_masters, Error **errp)
STUB(SvpCells, qmp_svp_read_cells, uint64_t address, uint64_t length,
     Error **errp)
STUB(SvpDeviceCountersList, qmp_query_svp_counters, const char *device,
     Error **errp)
STUB(CaamInfo, qmp_query_caam, Error **errp)
STUB(VpuInfoList, qmp_query_vpu, Error **errp)

void qmp_svp_clear_violations(bool has_counters, bool counters, Error **errp)
{
    REFUSE(errp);
}

void qmp_svp_remove_fault(bool has_id, uint32_t id, Error **errp)
{
    REFUSE(errp);
}

void qmp_svp_write_cells(uint64_t address, const char *data, bool has_length,
                         uint64_t length, Error **errp)
{
    REFUSE(errp);
}
