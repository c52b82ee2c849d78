/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface of the display controller (hw/dcss/dcss.hpp): what it shows. */
#ifndef SVP_ABI_DISPLAY_H
#define SVP_ABI_DISPLAY_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A picture of width * height words 0x00RRGGBB, line by line; pixels is NULL, and all else 0, if there is none. */
typedef struct SvpScreen {
    const uint32_t *pixels;
    uint32_t width;
    uint32_t height;
    uint32_t changed_first; /* lines that are not as they were at the last call, */
    uint32_t changed_end;   /* up to this one */
} SvpScreen;

/*
 * A look at what a core of type "imx8mq.dcss" sends out. The first call settles what is to be seen, with the
 * emulator's lock, in microseconds. The second one makes the picture, in tens of milliseconds, and may do so
 * without the lock, which it takes for each part of memory that it reads. The pixels stay until the next look;
 * one look ends before another one begins.
 */
void svp_display_begin_look(SvpDevice *dcss) SVP_NOEXCEPT;
SvpScreen svp_display_finish_look(SvpDevice *dcss) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
