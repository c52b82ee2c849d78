/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accesses in QEMU's terms and in the cores'; see svp_access.h. */
#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "system/qtest.h"
#include "svp_access.h"

/* MemTxAttrs.requester_id, which nothing else on this board sets. */
#define REQUESTER_KNOWN 0x8000
#define REQUESTER_DEBUG 0x4000
#define REQUESTER_DOMAIN_SHIFT 8
#define REQUESTER_DOMAIN 0x3
#define REQUESTER_MASTER 0xff

MemTxAttrs svp_master_attrs(const SvpTransaction *access)
{
    return (MemTxAttrs) {
        .secure = access->secure,
        .user = !access->privileged,
        .requester_id = REQUESTER_KNOWN |
                        (access->debug ? REQUESTER_DEBUG : 0) |
                        access->domain << REQUESTER_DOMAIN_SHIFT |
                        access->master,
    };
}

bool svp_attrs_name_master(MemTxAttrs attrs)
{
    return !attrs.unspecified && (attrs.requester_id & REQUESTER_KNOWN);
}

bool svp_attrs_are_qtests(MemTxAttrs attrs)
{
    return qtest_enabled() && attrs.unspecified && !current_cpu;
}

SvpTransaction svp_transaction(MemTxAttrs attrs, uint64_t address,
                               unsigned size, bool write)
{
    SvpTransaction by = {
        .address = address,
        .size = size,
        .write = write,
        .secure = attrs.secure,
        .privileged = !attrs.user,
        .debug = attrs.debug,
        .master = SVP_MASTER_A53,
    };

    if (svp_attrs_name_master(attrs)) {
        by.master = attrs.requester_id & REQUESTER_MASTER;
        by.domain = attrs.requester_id >> REQUESTER_DOMAIN_SHIFT &
                    REQUESTER_DOMAIN;
        by.debug = attrs.requester_id & REQUESTER_DEBUG;
        return by;
    }
    if (svp_attrs_are_qtests(attrs)) {
        by.secure = true;
        by.privileged = true;
        return by;
    }
    if (attrs.unspecified) {
        by.master = SVP_MASTER_DAP;
        by.privileged = true;
    }
    /*
     * gdb or the monitor looks at a CPU's memory, or at the system's: no
     * access of a CPU itself comes from outside of any CPU, and whatever a DMA
     * model does goes through a fence that names it.
     */
    by.debug |= attrs.unspecified || !current_cpu;
    return by;
}

MemTxResult svp_memtx_result(SvpResponse response)
{
    switch (response) {
    case SVP_OKAY:
        return MEMTX_OK;
    case SVP_SLVERR:
        return MEMTX_ERROR;
    case SVP_DECERR:
        return MEMTX_DECODE_ERROR;
    }
    g_assert_not_reached();
}
