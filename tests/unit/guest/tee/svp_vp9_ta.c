// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry of svp-vp9 under a name of its own. See fake_tee.hpp. */

#define TA_InvokeCommandEntryPoint	svp_vp9_invoke

/* Empty braces, which OP-TEE's compiler options allow */
#pragma GCC diagnostic ignored "-Wpedantic"

#include "../../../../firmware/optee/ta/svp-vp9/entry.c"

const struct svp_stage *svp_vp9_stage(void);

const struct svp_stage *svp_vp9_stage(void)
{
	return &stage;
}
