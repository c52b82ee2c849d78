// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry of svp-decrypt under a name of its own. See fake_tee.hpp. */

#define TA_InvokeCommandEntryPoint	svp_decrypt_invoke

/* Empty braces, which OP-TEE's compiler options allow */
#pragma GCC diagnostic ignored "-Wpedantic"

#include "../../../../firmware/optee/ta/svp-decrypt/entry.c"
