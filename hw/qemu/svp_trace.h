/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events of this folder. Not "trace.h": this folder is on the include
 * path of all of the target's files.
 */
#include "trace/trace-hw_svp_hw_qemu.h"
