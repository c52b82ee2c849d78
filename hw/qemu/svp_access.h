/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses of masters that are models of this project, and of the observer.
 *
 * A range is cut where the rights of its master change. Each piece is one
 * transaction: judged once, at most one record, one match for faults. Data is
 * moved in parts of at most SVP_ACCESS_PART bytes, or SVP_ACCESS_SLOW_PART
 * where no RAM is. Called without QEMU's big lock, these functions take it for
 * each part anew, so that it is never held long; if rights have changed
 * meanwhile, what is left is judged again. Called with it, they keep it.
 */
#ifndef HW_SVP_ACCESS_H
#define HW_SVP_ACCESS_H

#include "svp_views.h"

#define SVP_ACCESS_PART (256 * KiB)
#define SVP_ACCESS_SLOW_PART (4 * KiB)

/*
 * Reads @length bytes as master number @master; @own_secure is the world of one
 * that says so itself. Bytes of a denied piece become zero. The worst answer of
 * all pieces; *@delay grows by the virtual nanoseconds that faults delay it.
 */
SvpResponse svp_access_read(SvpViews *views, unsigned master, bool own_secure,
                            uint64_t address, void *data, uint64_t length,
                            int64_t *delay);

/* The same for writing; a denied piece changes nothing. */
SvpResponse svp_access_write(SvpViews *views, unsigned master, bool own_secure,
                             uint64_t address, const void *data,
                             uint64_t length, int64_t *delay);

/*
 * Calls @move(@data, cells from @source on, cells from @target on) for @length
 * bytes of DRAM, under QEMU's big lock, if that is as good as a read and a write
 * by the master: both permitted, no fault that waits for them, the same cells
 * or apart. Otherwise false, and nothing has happened.
 */
bool svp_access_pass(SvpViews *views, unsigned master, bool own_secure,
                     uint64_t source, uint64_t target, uint64_t length,
                     void (*move)(void *data, const void *from, void *to),
                     void *data);

/*
 * The cells of judged memories, past all firewalls and faults; nobody judges or
 * records it. The other two want a range for which the first says true.
 */
bool svp_cells_inside(SvpViews *views, uint64_t address, uint64_t length);
void svp_cells_read(SvpViews *views, uint64_t address, void *data,
                    uint64_t length);
void svp_cells_write(SvpViews *views, uint64_t address, const void *data,
                     uint64_t length);

#endif
