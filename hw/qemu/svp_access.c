/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accesses of masters of this project, and cells; see svp_access.h. */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "exec/address-spaces.h"
#include "svp_access.h"
#include "svp_core.h"
#include "svp/abi_log.h"

#define TRANSACTION_MAX (1 * GiB)

typedef struct Transfer {
    SvpViews *views;
    unsigned master;
    bool own_secure;
    bool write;
    uint8_t *into;       /* where the next byte goes, if it is read */
    const uint8_t *from; /* where it comes from, if it is written */
    uint64_t address;    /* of the next byte */
    uint64_t left;
    SvpResponse worst;
    int64_t delay;

    /* The transaction under way, if piece_left is not 0. */
    SvpTransaction access;
    SvpOutcome *outcome;
    uint64_t piece_left;
    bool granted;
    unsigned generation; /* of the rights it was granted by */
} Transfer;

static void take_answer(Transfer *t, SvpResponse answer)
{
    t->worst = MAX(t->worst, answer);
}

static void end_transaction(Transfer *t)
{
    if (t->outcome) {
        t->delay += svp_outcome_delay(t->outcome);
        svp_outcome_free(t->outcome);
        t->outcome = NULL;
    }
    t->piece_left = 0;
}

static void begin_transaction(Transfer *t)
{
    SvpDevice *firewall = svp_views_firewall(t->views);

    svp_firewall_identity(firewall, t->master, t->own_secure, &t->access);
    t->access.address = t->address;
    t->access.write = t->write;
    t->piece_left = svp_firewall_alike(firewall, &t->access,
                                       MIN(t->left, TRANSACTION_MAX), NULL);
    t->access.size = t->piece_left;
    take_answer(t, svp_firewall_access(firewall, &t->access, &t->granted));
    t->outcome = svp_monitor_outcome(svp_views_monitor(t->views));
    /* Faults may have changed rights themselves; what they did is judged. */
    t->generation = svp_views_generation(t->views);
}

static uint64_t part_size(Transfer *t)
{
    uint64_t memory = svp_views_memory_left(t->views, t->address);
    uint64_t part = memory ? SVP_ACCESS_PART : SVP_ACCESS_SLOW_PART;
    uint64_t size = MIN(t->piece_left, part - t->address % part);

    return memory ? MIN(size, memory) : size;
}

static MemTxResult move_part(Transfer *t, uint64_t size)
{
    AddressSpace *raw = svp_views_raw(t->views);
    MemTxAttrs attrs = svp_master_attrs(&t->access);
    g_autofree uint8_t *edited = NULL;
    MemTxResult result;

    if (!t->write) {
        result = address_space_read(raw, t->address, attrs, t->into, size);
        if (t->outcome) {
            svp_outcome_edit(t->outcome, t->address, t->into, size);
        }
        return result;
    }
    if (t->outcome && svp_outcome_edits(t->outcome)) {
        edited = g_memdup2(t->from, size);
        svp_outcome_edit(t->outcome, t->address, edited, size);
    }
    return address_space_write(raw, t->address, attrs, edited ?: t->from,
                               size);
}

/* Moves the next part; under QEMU's big lock. */
static void transfer_part(Transfer *t)
{
    uint64_t size;

    if (t->piece_left && t->granted &&
        t->generation != svp_views_generation(t->views)) {
        end_transaction(t);
    }
    if (!t->piece_left) {
        begin_transaction(t);
    }
    size = part_size(t);
    if (t->granted) {
        MemTxResult result = move_part(t, size);

        if (result & MEMTX_DECODE_ERROR) {
            take_answer(t, SVP_DECERR);
        } else if (result != MEMTX_OK) {
            take_answer(t, SVP_SLVERR);
        }
    } else if (!t->write) {
        memset(t->into, 0, size);
    }
    if (t->write) {
        t->from += size;
    } else {
        t->into += size;
    }
    t->address += size;
    t->left -= size;
    t->piece_left -= size;
    if (!t->piece_left) {
        end_transaction(t);
    }
    if (!t->address && t->left) {
        /* Nothing is behind the end of the address space. */
        take_answer(t, SVP_DECERR);
        if (!t->write) {
            memset(t->into, 0, t->left);
        }
        t->left = 0;
    }
}

static SvpResponse transfer(Transfer *t, int64_t *delay)
{
    bool locked = bql_locked();

    while (t->left) {
        if (!locked) {
            bql_lock();
        }
        transfer_part(t);
        if (!locked) {
            /* What this part may have done to the policy is in force now. */
            svp_views_settle(t->views);
            bql_unlock();
        }
    }
    *delay += t->delay;
    return t->worst;
}

SvpResponse svp_access_read(SvpViews *views, unsigned master, bool own_secure,
                            uint64_t address, void *data, uint64_t length,
                            int64_t *delay)
{
    Transfer t = {
        .views = views,
        .master = master,
        .own_secure = own_secure,
        .into = data,
        .address = address,
        .left = length,
        .worst = SVP_OKAY,
    };

    return transfer(&t, delay);
}

SvpResponse svp_access_write(SvpViews *views, unsigned master, bool own_secure,
                             uint64_t address, const void *data,
                             uint64_t length, int64_t *delay)
{
    Transfer t = {
        .views = views,
        .master = master,
        .own_secure = own_secure,
        .write = true,
        .from = data,
        .address = address,
        .left = length,
        .worst = SVP_OKAY,
    };

    return transfer(&t, delay);
}

/* True if the master may do that to all of the range without being asked. */
static bool pass_permitted(SvpViews *views, unsigned master, bool own_secure,
                           uint64_t address, uint64_t length, bool write)
{
    SvpDevice *firewall = svp_views_firewall(views);
    SvpTransaction identity;
    uint64_t base, size;
    SvpRun run;

    svp_firewall_dram(&base, &size);
    if (address < base || length > size || address - base > size - length ||
        length > svp_views_memory_left(views, address)) {
        return false;
    }
    svp_firewall_identity(firewall, master, own_secure, &identity);
    return svp_firewall_runs(firewall, identity.secure, identity.domain,
                             1u << master, address, length, &run, 1) == 1 &&
           (write ? run.write : run.read);
}

static bool pass_cells(SvpViews *views, uint64_t source, uint64_t target,
                       uint64_t length,
                       void (*move)(void *data, const void *from, void *to),
                       void *data)
{
    AddressSpace *raw = svp_views_raw(views);
    MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
    hwaddr from_length = length, to_length = length;
    uint8_t *from = address_space_map(raw, source, &from_length, false, attrs);
    uint8_t *to = from ? address_space_map(raw, target, &to_length, true, attrs)
                       : NULL;
    bool done = to && from_length == length && to_length == length &&
                (from == to || from + length <= to || to + length <= from);

    if (done) {
        move(data, from, to);
    }
    if (to) {
        address_space_unmap(raw, to, to_length, true, done ? length : 0);
    }
    if (from) {
        address_space_unmap(raw, from, from_length, false, done ? length : 0);
    }
    return done;
}

bool svp_access_pass(SvpViews *views, unsigned master, bool own_secure,
                     uint64_t source, uint64_t target, uint64_t length,
                     void (*move)(void *data, const void *from, void *to),
                     void *data)
{
    bool locked = bql_locked();
    bool done;

    if (!locked) {
        bql_lock();
    }
    done = pass_permitted(views, master, own_secure, source, length, false) &&
           pass_permitted(views, master, own_secure, target, length, true) &&
           pass_cells(views, source, target, length, move, data);
    if (!locked) {
        bql_unlock();
    }
    return done;
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
