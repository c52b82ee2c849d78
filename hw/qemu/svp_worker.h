/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs Device::work() of one core when it asks for that.
 *
 * On a thread of its own, which is started at the first request and runs
 * without QEMU's big lock; or, if the machine is to be repeatable, "in place":
 * from a timer that expires at the virtual time of the request, in the thread
 * that runs timers and with the lock held. In place the work is told to end
 * when it has done, by its own reckoning, what takes SLICE_NS; it goes on as
 * much later in virtual time as that took, so everybody else has a turn and a
 * run is still repeatable. Under qtest, where virtual time stands still,
 * QTEST_SLICES slices follow each other, which is enough for all work that
 * tests wait for; what takes longer goes on from the main loop.
 *
 * On its thread the work is told to end, and waited for, while the machine is
 * stopped, the device is reset or a state is loaded; so none of the core's
 * other members that forbid it ever runs beside it. In place there is nothing
 * to wait for.
 *
 * All calls are made under the lock.
 */
#ifndef HW_SVP_WORKER_H
#define HW_SVP_WORKER_H

#include "svp/abi.h"

typedef struct SvpWorker SvpWorker;

/* Serves what @core asks for as SvpWorkerOps. */
SvpWorker *svp_worker_new(SvpDevice *core, bool in_place);

/* Ends the work and frees the worker; before the core itself ends. */
void svp_worker_free(SvpWorker *worker);

/*
 * A CPU that waits for the work reads registers over and over, and takes the
 * lock again as soon as it has given it back: several of them leave the work,
 * and the monitor, next to nothing of it. So whoever reads of a core that is at
 * work gives way: svp_worker_polled() marks the read of a CPU, and
 * svp_worker_give_way(), when nothing of the access is left to do, waits until
 * the core shows something new (svp_worker_shows()), for GIVE_WAY_MS at most.
 */
void svp_worker_polled(SvpWorker *worker);
void svp_worker_give_way(void);
void svp_worker_shows(SvpWorker *worker);

/* Ends the work and forgets all requests. */
void svp_worker_cancel(SvpWorker *worker);

/*
 * Ends the work of all cores, which begins no more until the call with @hold
 * false: for a reset of the whole machine.
 */
void svp_workers_hold(bool hold);

#endif
