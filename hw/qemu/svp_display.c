/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A console that shows what the display controller's core composes. */
#include "qemu/osdep.h"
#include "ui/console.h"
#include "svp/abi_display.h"
#include "svp_display.h"

typedef struct SvpDisplay {
    SvpDeviceState *dcss;
    QemuConsole *console;
    bool shows; /* else the console has QEMU's placeholder */
    bool whole; /* somebody wants all of the picture, changed or not */
} SvpDisplay;

static void svp_display_show(SvpDisplay *s, const SvpScreen *screen)
{
    DisplaySurface *surface = qemu_console_surface(s->console);
    uint32_t first = screen->changed_first, end = screen->changed_end, y;

    if (!s->shows || surface_width(surface) != screen->width ||
        surface_height(surface) != screen->height) {
        surface = qemu_create_displaysurface(screen->width, screen->height);
        dpy_gfx_replace_surface(s->console, surface);
        s->shows = true;
        s->whole = true;
    }
    if (s->whole) {
        s->whole = false;
        first = 0;
        end = screen->height;
    }
    for (y = first; y < end; y++) {
        memcpy((uint8_t *)surface_data(surface) +
                   (size_t)y * surface_stride(surface),
               screen->pixels + (size_t)y * screen->width,
               (size_t)screen->width * 4);
    }
    if (first < end) {
        dpy_gfx_update(s->console, 0, first, screen->width, end - first);
    }
}

static void svp_display_update(void *opaque)
{
    SvpDisplay *s = opaque;
    SvpScreen screen = svp_display_compose(svp_device_core(s->dcss));

    if (screen.pixels) {
        svp_display_show(s, &screen);
    } else if (s->shows) {
        dpy_gfx_replace_surface(s->console, NULL);
        s->shows = false;
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
};

void svp_display_new(SvpDeviceState *dcss)
{
    SvpDisplay *s = g_new0(SvpDisplay, 1);

    s->dcss = dcss;
    s->console = graphic_console_init(DEVICE(dcss), 0, &svp_display_ops, s);
}
