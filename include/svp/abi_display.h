/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface of the display controller (hw/dcss/dcss.hpp): what it shows. */
#ifndef SVP_ABI_DISPLAY_H
#define SVP_ABI_DISPLAY_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The picture that a core of type "imx8mq.dcss" sends out at this moment: `*width` * `*height` words 0x00RRGGBB, line by
 * line. They stay until the next call. NULL, and no size, if it sends none.
 */
const uint32_t *svp_display_compose(SvpDevice *dcss, uint32_t *width, uint32_t *height) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
