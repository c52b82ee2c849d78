// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry of svp-vp9 under a name of its own. See fake_tee.hpp. */

#define TA_CreateEntryPoint		svp_vp9_create
#define TA_DestroyEntryPoint		svp_vp9_destroy
#define TA_OpenSessionEntryPoint	svp_vp9_open
#define TA_CloseSessionEntryPoint	svp_vp9_close
#define TA_InvokeCommandEntryPoint	svp_vp9_invoke

/* Empty braces, which OP-TEE's compiler options allow */
#pragma GCC diagnostic ignored "-Wpedantic"

#include "../../../../firmware/optee/ta/svp-vp9/entry.c"

const struct svp_stage *svp_vp9_stage(void);

const struct svp_stage *svp_vp9_stage(void)
{
	return &stage;
}
