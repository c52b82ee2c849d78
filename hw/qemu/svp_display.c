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
} SvpDisplay;

static void svp_display_show(SvpDisplay *s, const uint32_t *pixels,
                             uint32_t width, uint32_t height)
{
    DisplaySurface *surface = qemu_console_surface(s->console);
    uint8_t *line;
    uint32_t y;

    if (!s->shows || surface_width(surface) != width ||
        surface_height(surface) != height) {
        surface = qemu_create_displaysurface(width, height);
        dpy_gfx_replace_surface(s->console, surface);
        s->shows = true;
    }
    line = surface_data(surface);
    for (y = 0; y < height; y++) {
        memcpy(line, pixels + (size_t)y * width, (size_t)width * 4);
        line += surface_stride(surface);
    }
    dpy_gfx_update_full(s->console);
}

static void svp_display_update(void *opaque)
{
    SvpDisplay *s = opaque;
    uint32_t width, height;
    const uint32_t *pixels = svp_display_compose(svp_device_core(s->dcss),
                                                 &width, &height);

    if (pixels) {
        svp_display_show(s, pixels, width, height);
    } else if (s->shows) {
        dpy_gfx_replace_surface(s->console, NULL);
        s->shows = false;
    }
}

static void svp_display_invalidate(void *opaque)
{
    /* Each update is of the whole picture. */
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
