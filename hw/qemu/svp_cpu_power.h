/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Application cores by number, for a core that controls their power. */
#ifndef HW_SVP_CPU_POWER_H
#define HW_SVP_CPU_POWER_H

#include "svp/abi.h"

extern const SvpCoreOps svp_core_ops;

#endif
