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

/* What a core of type "imx8mq.dcss" sends out at this moment. The pixels stay until the next call. */
SvpScreen svp_display_compose(SvpDevice *dcss) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
