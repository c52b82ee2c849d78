/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen at the board's HDMI connector; see screen.h. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/display/edid.h"
#include "hw/display/i2c-ddc.h"
#include "hw/i2c/i2c.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "system/runstate.h"
#include "screen.h"

#define DDC_ADDR 0x50 /* the same on every screen */
#define DDC_NOWHERE 0xff /* no address on the bus is that */
#define HPD_GPIO "gpio1"
#define HPD_PIN 10

#define WIDTH_MIN 320
#define WIDTH_MAX 2560 /* more has no room in an EDID without extensions */
#define HEIGHT_MIN 200
#define HEIGHT_MAX 1600

struct Screen {
    I2CDDCState *ddc;
    qemu_irq plug;
    bool plugged;
};

bool screen_parse(const char *text, ScreenSize *size, Error **errp)
{
    ScreenSize wanted = { 0 };
    int end = 0;

    if (strcmp(text, "off") &&
        (sscanf(text, "%4ux%4u%n", &wanted.width, &wanted.height, &end) != 2 ||
         text[end] || wanted.width < WIDTH_MIN || wanted.width > WIDTH_MAX ||
         wanted.height < HEIGHT_MIN || wanted.height > HEIGHT_MAX)) {
        error_setg(errp, "monitor is \"off\" or a size from %dx%d to %dx%d, "
                   "not \"%s\"", WIDTH_MIN, HEIGHT_MIN, WIDTH_MAX, HEIGHT_MAX,
                   text);
        return false;
    }
    *size = wanted;
    return true;
}

char *screen_print(ScreenSize size)
{
    return size.width ? g_strdup_printf("%ux%u", size.width, size.height) :
                        g_strdup("off");
}

static void drive_plug(Screen *screen)
{
    qemu_set_irq(screen->plug, screen->plugged);
}

/* The plug is the host's and no part of a saved state. */
static void machine_state_changed(void *opaque, bool running, RunState state)
{
    if (running) {
        drive_plug(opaque);
    }
}

static void tell_size(I2CDDCState *ddc, ScreenSize size)
{
    ddc->edid_info.prefx = ddc->edid_info.maxx = size.width;
    ddc->edid_info.prefy = ddc->edid_info.maxy = size.height;
    memset(ddc->edid_blob, 0, sizeof(ddc->edid_blob));
    qemu_edid_generate(ddc->edid_blob, sizeof(ddc->edid_blob), &ddc->edid_info);
}

static void apply(Screen *screen, ScreenSize size)
{
    screen->plugged = size.width != 0;
    if (screen->plugged) {
        tell_size(screen->ddc, size);
    }
    i2c_slave_set_address(I2C_SLAVE(screen->ddc),
                          screen->plugged ? DDC_ADDR : DDC_NOWHERE);
}

/* QEMU's model makes its EDID before its properties are set. */
Screen *screen_new(FslImx8mqState *soc, ScreenSize size)
{
    DeviceState *i2c2 = fsl_imx8mq_block(soc, "i2c2");
    BusState *bus = QLIST_FIRST(&i2c2->child_bus);
    Screen *screen = g_new0(Screen, 1);

    screen->ddc = I2CDDC(i2c_slave_create_simple(I2C_BUS(bus), TYPE_I2CDDC,
                                                 DDC_ADDR));
    screen->ddc->edid_info.vendor = "SVP";
    screen->ddc->edid_info.name = "SVP screen";
    screen->ddc->edid_info.refresh_rate = 60000;
    screen->plug = qdev_get_gpio_in(fsl_imx8mq_block(soc, HPD_GPIO), HPD_PIN);
    apply(screen, size);
    qemu_add_vm_change_state_handler(machine_state_changed, screen);
    return screen;
}

void screen_plug(Screen *screen, ScreenSize size)
{
    apply(screen, size);
    drive_plug(screen);
}

void screen_reset(Screen *screen)
{
    drive_plug(screen);
}
