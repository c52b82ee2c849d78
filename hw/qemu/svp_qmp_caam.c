/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP command about the crypto engine. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-svp.h"
#include "qapi/util.h"
#include "svp/abi_caam.h"
#include "svp_qmp.h"

static CaamJobSource *job_source(SvpCaamSource from)
{
    CaamJobSource *source = g_new0(CaamJobSource, 1);

    source->jobs = from.jobs;
    source->failed = from.failed;
    return source;
}

static CaamWork *work_row(SvpDevice *caam, unsigned number)
{
    CaamWork *row = g_new0(CaamWork, 1);
    SvpCaamWork work;

    svp_caam_work(caam, number, &work);
    row->kind = qapi_enum_parse(&CaamWorkKind_lookup, work.name, 0,
                                &error_abort);
    row->operations = work.operations;
    row->bytes = work.bytes;
    return row;
}

CaamInfo *qmp_query_caam(Error **errp)
{
    SvpDevice *caam = svp_qmp_core("imx8mq.caam", errp);
    CaamJobSourceList **ring_tail;
    CaamWorkList **work_tail;
    SvpCaamTotals totals;
    CaamInfo *info;
    unsigned i;

    if (!caam) {
        return NULL;
    }
    svp_caam_totals(caam, &totals);
    info = g_new0(CaamInfo, 1);
    ring_tail = &info->rings;
    for (i = 0; i < SVP_CAAM_RINGS; i++) {
        QAPI_LIST_APPEND(ring_tail, job_source(totals.rings[i]));
    }
    info->direct = job_source(totals.direct);
    info->bytes_read = totals.bytes_read;
    info->bytes_written = totals.bytes_written;
    work_tail = &info->work;
    for (i = 0; i < svp_caam_work_count(); i++) {
        QAPI_LIST_APPEND(work_tail, work_row(caam, i));
    }
    return info;
}
