/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs Device::work() of a core; see svp_worker.h. */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/main-loop.h"
#include "qemu/queue.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "system/runstate.h"
#include "svp_worker.h"

/* Reasons for which no work is done; bits of SvpWorker.held. */
#define HELD_STOPPED 1 /* the machine */
#define HELD_RESET 2   /* of the whole machine */
#define HELD_CANCEL 4  /* svp_worker_cancel() waits */
#define HELD_FREE 8    /* for ever */

struct SvpWorker {
    SvpDevice *core;
    bool in_place;
    bool requested;
    unsigned nested; /* svp_worker_lock() calls by those who had the lock */

    QEMUTimer timer; /* only in place */

    /* Only with a thread. */
    QemuThread thread;
    bool started;
    bool running; /* the core's work() */
    bool gone;
    unsigned held; /* written under the lock, read anywhere */
    QemuCond wake; /* requested or held has changed */
    QemuCond idle; /* running or gone has changed */
    VMChangeStateEntry *state_handler;
    QLIST_ENTRY(SvpWorker) next;
};

static QLIST_HEAD(, SvpWorker) workers = QLIST_HEAD_INITIALIZER(workers);

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

static void work_due(void *opaque)
{
    SvpWorker *worker = opaque;

    if (worker->requested) {
        worker->requested = false;
        if (svp_device_work(worker->core)) {
            svp_worker_request(worker);
        }
    }
}

/* For the core and its adapter */

void svp_worker_request(SvpWorker *worker)
{
    worker->requested = true;
    if (worker->in_place) {
        timer_mod_ns(&worker->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    } else if (worker->started) {
        qemu_cond_broadcast(&worker->wake);
    } else {
        start_thread(worker);
    }
}

bool svp_worker_must_end(SvpWorker *worker)
{
    return qatomic_read(&worker->held);
}

void svp_worker_lock(SvpWorker *worker, bool taken)
{
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

void svp_worker_cancel(SvpWorker *worker)
{
    if (worker->in_place) {
        timer_del(&worker->timer);
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
    if (in_place) {
        timer_init_ns(&worker->timer, QEMU_CLOCK_VIRTUAL, work_due,
                      worker);
        return worker;
    }
    qemu_cond_init(&worker->wake);
    qemu_cond_init(&worker->idle);
    worker->held = runstate_is_running() ? 0 : HELD_STOPPED;
    worker->state_handler = qemu_add_vm_change_state_handler(
        machine_state_changed, worker);
    QLIST_INSERT_HEAD(&workers, worker, next);
    return worker;
}

void svp_worker_free(SvpWorker *worker)
{
    if (worker->in_place) {
        timer_deinit(&worker->timer);
        g_free(worker);
        return;
    }
    qemu_del_vm_change_state_handler(worker->state_handler);
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
    g_free(worker);
}
