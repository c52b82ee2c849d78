/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen at the board's HDMI connector, as far as a driver asks for it:
 * what it tells of itself over I2C2 (DDC), and whether it is plugged in.
 *
 * On the board the plug is the transmitter's to tell (HPD), for which mainline
 * has no driver. Here it is at GPIO1_IO10, which Linux does not use there.
 */
#ifndef MACHINES_SCREEN_H
#define MACHINES_SCREEN_H

#include "fsl_imx8mq.h"

/* What is plugged in; no screen if width is 0 */
typedef struct ScreenSize {
    unsigned width; /* pixels of the preferred mode, at 60 Hz */
    unsigned height;
} ScreenSize;

/* "1920x1080", from 320x200 to 2560x1600, or "off" */
bool screen_parse(const char *text, ScreenSize *size, Error **errp);
char *screen_print(ScreenSize size);

typedef struct Screen Screen;

Screen *screen_new(FslImx8mqState *soc, ScreenSize size);

/* Somebody unplugs the screen, or plugs one in, while the machine runs. */
void screen_plug(Screen *screen, ScreenSize size);

/* After a reset, which makes GPIO inputs forget what drives them */
void screen_reset(Screen *screen);

#endif
