/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console that shows what the display controller's core composes.
 *
 * A look takes tens of milliseconds, in which CPUs want the emulator's lock. So
 * a thread makes the picture and puts it into the console's surface; with the
 * lock are done the look's begin and its end, which tells the screens. Whoever
 * dumps the screen waits for a look that has begun after that was asked for.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "ui/console.h"
#include "ui/console-priv.h" /* who waits for a dump */
#include "svp/abi_display.h"
#include "svp_display.h"

typedef struct SvpDisplay {
    SvpDeviceState *dcss;
    QemuConsole *console;
    QemuThread thread;
    bool started;
    QemuSemaphore begun; /* the thread has a look to finish */
    QEMUBH *finished;

    bool looking;  /* from the look's begin to its end */
    bool for_dump; /* somebody waited for it when it began */
    bool whole;    /* somebody wants all of the picture, changed or not */

    /*
     * Written by the thread during a look, else by those with the lock.
     * NULL: the console has QEMU's placeholder.
     */
    DisplaySurface *surface;
    bool replaces; /* the console has another surface still, which lives on */
    uint32_t first, end; /* lines that the look has changed */
} SvpDisplay;

/* On the thread */

static void copy_lines(SvpDisplay *s, const SvpScreen *screen)
{
    uint32_t y;

    for (y = s->first; y < s->end; y++) {
        memcpy((uint8_t *)surface_data(s->surface) +
                   (size_t)y * surface_stride(s->surface),
               screen->pixels + (size_t)y * screen->width,
               (size_t)screen->width * 4);
    }
}

static void take_picture(SvpDisplay *s, const SvpScreen *screen)
{
    s->replaces = false;
    s->first = screen->changed_first;
    s->end = screen->changed_end;
    if (!screen->pixels) {
        s->replaces = s->surface != NULL;
        s->surface = NULL;
        return;
    }
    if (!s->surface || surface_width(s->surface) != screen->width ||
        surface_height(s->surface) != screen->height) {
        s->surface = qemu_create_displaysurface(screen->width, screen->height);
        s->replaces = true;
        s->first = 0;
        s->end = screen->height;
    }
    copy_lines(s, screen);
}

static void *svp_display_thread(void *opaque)
{
    SvpDisplay *s = opaque;

    rcu_register_thread();
    for (;;) {
        SvpScreen screen;

        qemu_sem_wait(&s->begun);
        screen = svp_display_finish_look(svp_device_core(s->dcss));
        take_picture(s, &screen);
        qemu_bh_schedule(s->finished);
    }
    return NULL;
}

/* With the lock */

static bool somebody_waits(SvpDisplay *s)
{
    return !qemu_co_queue_empty(&s->console->dump_queue);
}

static void begin_look(SvpDisplay *s)
{
    if (!s->started) {
        s->started = true;
        qemu_thread_create(&s->thread, "svp-display", svp_display_thread, s,
                           QEMU_THREAD_DETACHED);
    }
    s->looking = true;
    s->for_dump = somebody_waits(s);
    svp_display_begin_look(svp_device_core(s->dcss));
    qemu_sem_post(&s->begun);
}

static void show(SvpDisplay *s)
{
    if (s->replaces) {
        dpy_gfx_replace_surface(s->console, s->surface); /* frees the old one */
    }
    if (!s->surface) {
        return;
    }
    if (s->whole || s->replaces) {
        s->whole = false;
        s->first = 0;
        s->end = surface_height(s->surface);
    }
    if (s->first < s->end) {
        dpy_gfx_update(s->console, 0, s->first, surface_width(s->surface),
                       s->end - s->first);
    }
}

static void look_finished(void *opaque)
{
    SvpDisplay *s = opaque;

    show(s);
    s->looking = false;
    if (somebody_waits(s) && !s->for_dump) {
        begin_look(s); /* they came when this one was under way */
        return;
    }
    graphic_hw_update_done(s->console);
}

static void svp_display_update(void *opaque)
{
    SvpDisplay *s = opaque;

    if (!s->looking) {
        begin_look(s);
    }
}

static void svp_display_invalidate(void *opaque)
{
    SvpDisplay *s = opaque;

    s->whole = true;
}

static const GraphicHwOps svp_display_ops = {
    .invalidate = svp_display_invalidate,
    .gfx_update = svp_display_update,
    .gfx_update_async = true,
};

void svp_display_new(SvpDeviceState *dcss)
{
    SvpDisplay *s = g_new0(SvpDisplay, 1);

    s->dcss = dcss;
    qemu_sem_init(&s->begun, 0);
    s->finished = qemu_bh_new(look_finished, s);
    s->console = graphic_console_init(DEVICE(dcss), 0, &svp_display_ops, s);
}
