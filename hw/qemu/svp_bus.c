/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is behind the firewalls; see svp_bus.h. */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "exec/address-spaces.h"
#include "svp_access.h"
#include "svp_bus.h"

static uint64_t raw_ram_left(void *opaque, uint64_t address)
{
    return svp_views_memory_left(opaque, address);
}

static SvpResponse response(MemTxResult result)
{
    return result & MEMTX_DECODE_ERROR ? SVP_DECERR :
           result == MEMTX_OK ? SVP_OKAY : SVP_SLVERR;
}

static SvpResponse raw_read(void *opaque, const SvpTransaction *by, void *data,
                            uint64_t length)
{
    return response(address_space_read(svp_views_raw(opaque), by->address,
                                       svp_master_attrs(by), data, length));
}

static SvpResponse raw_write(void *opaque, const SvpTransaction *by,
                             const void *data, uint64_t length)
{
    return response(address_space_write(svp_views_raw(opaque), by->address,
                                        svp_master_attrs(by), data, length));
}

static void raw_unmap(void *opaque, void *cells, uint64_t length, bool writable,
                      bool done)
{
    address_space_unmap(svp_views_raw(opaque), cells, length, writable,
                        done ? length : 0);
}

static void *raw_map(void *opaque, uint64_t address, uint64_t length,
                     bool writable)
{
    hwaddr whole = length;
    void *cells = address_space_map(svp_views_raw(opaque), address, &whole,
                                    writable, MEMTXATTRS_UNSPECIFIED);

    if (cells && whole != length) {
        raw_unmap(opaque, cells, whole, writable, false);
        return NULL;
    }
    return cells;
}

static unsigned raw_policy_generation(void *opaque)
{
    return svp_views_policy_generation(opaque);
}

static bool raw_lock(void *opaque)
{
    if (bql_locked()) {
        return false;
    }
    bql_lock();
    return true;
}

static void raw_unlock(void *opaque)
{
    /* What a transfer may have done to the policy is in force now. */
    svp_views_settle(opaque);
    bql_unlock();
}

static const SvpRawMemoryOps raw_ops = {
    .ram_left = raw_ram_left,
    .read = raw_read,
    .write = raw_write,
    .map = raw_map,
    .unmap = raw_unmap,
    .policy_generation = raw_policy_generation,
    .lock = raw_lock,
    .unlock = raw_unlock,
};

SvpBus *svp_bus_new(SvpViews *views)
{
    return svp_bus_create(svp_views_firewall(views), &raw_ops, views);
}

bool svp_cells_inside(SvpViews *views, uint64_t address, uint64_t length)
{
    return length && length <= svp_views_memory_left(views, address);
}

void svp_cells_read(SvpViews *views, uint64_t address, void *data,
                    uint64_t length)
{
    address_space_read(svp_views_raw(views), address, MEMTXATTRS_UNSPECIFIED,
                       data, length);
}

void svp_cells_write(SvpViews *views, uint64_t address, const void *data,
                     uint64_t length)
{
    address_space_write(svp_views_raw(views), address, MEMTXATTRS_UNSPECIFIED,
                        data, length);
}
