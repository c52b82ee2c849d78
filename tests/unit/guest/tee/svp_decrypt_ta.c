// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry of svp-decrypt under a name of its own. See fake_tee.hpp. */

#define TA_CreateEntryPoint		svp_decrypt_create
#define TA_DestroyEntryPoint		svp_decrypt_destroy
#define TA_OpenSessionEntryPoint	svp_decrypt_open
#define TA_CloseSessionEntryPoint	svp_decrypt_close
#define TA_InvokeCommandEntryPoint	svp_decrypt_invoke

/* Empty braces, which OP-TEE's compiler options allow */
#pragma GCC diagnostic ignored "-Wpedantic"

#include "../../../../firmware/optee/ta/svp-decrypt/entry.c"
