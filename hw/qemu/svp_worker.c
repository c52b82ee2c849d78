/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs Device::work() of a core; see svp_worker.h. */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/main-loop.h"
#include "qemu/queue.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "system/qtest.h"
#include "system/runstate.h"
#include "svp_worker.h"

/* Reasons for which no work is done; bits of SvpWorker.held. */
#define HELD_STOPPED 1 /* the machine */
#define HELD_RESET 2   /* of the whole machine */
#define HELD_CANCEL 4  /* svp_worker_cancel() waits */
#define HELD_FREE 8    /* for ever */

/* Of work in place, see svp_worker.h. */
#define SLICE_NS 5000000
#define QTEST_SLICES 20

#define GIVE_WAY_MS 1

struct SvpWorker {
    SvpDevice *core;
    bool in_place;
    bool requested;
    unsigned nested; /* worker_lock() calls by those who had the lock */

    bool running; /* the core's work() */
    VMChangeStateEntry *state_handler;

    /* Only in place. */
    QEMUTimer timer;
    QEMUBH *more;   /* the rest of long work under qtest */
    uint64_t spent; /* ns of the slice */

    /* Only with a thread. */
    QemuThread thread;
    bool started;
    bool gone;
    unsigned held; /* written under the lock, read anywhere */
    QemuCond wake; /* requested or held has changed */
    QemuCond idle; /* running or gone has changed */
    QemuCond news; /* the core shows something that it did not before */
    QLIST_ENTRY(SvpWorker) next;
};

static QLIST_HEAD(, SvpWorker) workers = QLIST_HEAD_INITIALIZER(workers);
static SvpWorker *polled; /* by the access that has the lock */

/* On a thread */

static void hold(SvpWorker *worker, unsigned reason, bool on)
{
    unsigned held = on ? worker->held | reason : worker->held & ~reason;

    qatomic_set(&worker->held, held);
    qemu_cond_broadcast(&worker->wake);
}

static void wait_idle(SvpWorker *worker)
{
    while (worker->running) {
        qemu_cond_wait_bql(&worker->idle);
    }
}

static void *worker_thread(void *opaque)
{
    SvpWorker *worker = opaque;

    rcu_register_thread();
    bql_lock();
    while (!(worker->held & HELD_FREE)) {
        bool more;

        if (!worker->requested || worker->held) {
            qemu_cond_wait_bql(&worker->wake);
            continue;
        }
        worker->requested = false;
        worker->running = true;
        bql_unlock();
        more = svp_device_work(worker->core);
        bql_lock();
        worker->running = false;
        worker->requested |= more;
        qemu_cond_broadcast(&worker->idle);
        svp_worker_shows(worker);
    }
    worker->gone = true;
    qemu_cond_broadcast(&worker->idle);
    bql_unlock();
    rcu_unregister_thread();
    return NULL;
}

static void start_thread(SvpWorker *worker)
{
    g_autofree char *name = g_strdup_printf("svp-work-%p", worker->core);

    worker->started = true;
    qemu_thread_create(&worker->thread, name, worker_thread, worker,
                       QEMU_THREAD_JOINABLE);
}

static void machine_state_changed(void *opaque, bool running, RunState state)
{
    SvpWorker *worker = opaque;

    hold(worker, HELD_STOPPED, !running);
    if (!running) {
        wait_idle(worker);
    }
}

/* In place */

static void work_slice(SvpWorker *worker)
{
    worker->requested = false;
    worker->running = true;
    worker->spent = 0;
    if (svp_device_work(worker->core)) {
        worker->requested = true;
    }
    worker->running = false;
}

static void work_due(void *opaque)
{
    SvpWorker *worker = opaque;
    unsigned slices = qtest_enabled() ? QTEST_SLICES : 1;

    while (worker->requested && slices-- && runstate_is_running()) {
        work_slice(worker);
    }
    if (!worker->requested || !runstate_is_running()) {
        return;
    }
    if (qtest_enabled()) {
        qemu_bh_schedule(worker->more);
    } else {
        timer_mod_ns(&worker->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
                                         MAX(worker->spent, 1));
    }
}

static void worker_request(void *opaque);

static void state_changed_in_place(void *opaque, bool running, RunState state)
{
    SvpWorker *worker = opaque;

    if (running && worker->requested) {
        worker_request(worker);
    }
}

/* For the core and its adapter */

static void worker_request(void *opaque)
{
    SvpWorker *worker = opaque;

    worker->requested = true;
    if (worker->in_place) {
        /* A slice that is due, or under way, will see to it. */
        if (!worker->running && !timer_pending(&worker->timer)) {
            timer_mod_ns(&worker->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        }
    } else if (worker->started) {
        qemu_cond_broadcast(&worker->wake);
    } else {
        start_thread(worker);
    }
}

/* From any thread: the work shall come to an end. */
static bool worker_must_end(void *opaque)
{
    SvpWorker *worker = opaque;

    return worker->in_place ? worker->spent >= SLICE_NS
                            : qatomic_read(&worker->held);
}

/* From the work: it has done what takes so long. */
static void worker_takes(void *opaque, uint64_t nanoseconds)
{
    SvpWorker *worker = opaque;

    if (worker->in_place) {
        worker->spent += nanoseconds;
    }
}

/* Without effect for a caller that holds the lock already. */
static void worker_lock(void *opaque, bool taken)
{
    SvpWorker *worker = opaque;

    if (taken) {
        if (bql_locked()) {
            worker->nested++;
        } else {
            bql_lock();
        }
    } else if (worker->nested) {
        worker->nested--;
    } else {
        bql_unlock();
    }
}

static const SvpWorkerOps worker_ops = {
    .request = worker_request,
    .must_end = worker_must_end,
    .takes = worker_takes,
    .lock = worker_lock,
};

void svp_worker_polled(SvpWorker *worker)
{
    if (!worker->in_place && (worker->running || worker->requested)) {
        polled = worker;
    }
}

void svp_worker_give_way(void)
{
    SvpWorker *worker = polled;

    polled = NULL;
    if (worker && !worker->held) {
        qemu_cond_timedwait_bql(&worker->news, GIVE_WAY_MS);
    }
}

void svp_worker_shows(SvpWorker *worker)
{
    if (!worker->in_place) {
        qemu_cond_broadcast(&worker->news);
    }
}

void svp_worker_cancel(SvpWorker *worker)
{
    if (worker->in_place) {
        timer_del(&worker->timer);
        qemu_bh_cancel(worker->more);
    } else {
        hold(worker, HELD_CANCEL, true);
        wait_idle(worker);
        hold(worker, HELD_CANCEL, false);
    }
    worker->requested = false;
}

void svp_workers_hold(bool on)
{
    SvpWorker *worker;

    QLIST_FOREACH(worker, &workers, next) {
        hold(worker, HELD_RESET, on);
    }
    if (on) {
        QLIST_FOREACH(worker, &workers, next) {
            wait_idle(worker);
        }
    }
}

SvpWorker *svp_worker_new(SvpDevice *core, bool in_place)
{
    SvpWorker *worker = g_new0(SvpWorker, 1);

    worker->core = core;
    worker->in_place = in_place;
    svp_device_attach_worker(core, &worker_ops, worker);
    if (in_place) {
        timer_init_ns(&worker->timer, QEMU_CLOCK_VIRTUAL, work_due,
                      worker);
        worker->more = qemu_bh_new(work_due, worker);
        worker->state_handler = qemu_add_vm_change_state_handler(
            state_changed_in_place, worker);
        return worker;
    }
    qemu_cond_init(&worker->wake);
    qemu_cond_init(&worker->idle);
    qemu_cond_init(&worker->news);
    worker->held = runstate_is_running() ? 0 : HELD_STOPPED;
    worker->state_handler = qemu_add_vm_change_state_handler(
        machine_state_changed, worker);
    QLIST_INSERT_HEAD(&workers, worker, next);
    return worker;
}

void svp_worker_free(SvpWorker *worker)
{
    qemu_del_vm_change_state_handler(worker->state_handler);
    if (worker->in_place) {
        timer_deinit(&worker->timer);
        qemu_bh_delete(worker->more);
        g_free(worker);
        return;
    }
    QLIST_REMOVE(worker, next);
    hold(worker, HELD_FREE, true);
    while (worker->started && !worker->gone) {
        qemu_cond_wait_bql(&worker->idle);
    }
    if (worker->started) {
        qemu_thread_join(&worker->thread);
    }
    qemu_cond_destroy(&worker->wake);
    qemu_cond_destroy(&worker->idle);
    qemu_cond_destroy(&worker->news);
    g_free(worker);
}
