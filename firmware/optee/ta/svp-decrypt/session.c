// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of svp-decrypt and svp-vp9: each is an instance of its own, which
 * takes its key with it when it ends.
 */

#include <tee_internal_api.h>

#include "key.h"

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
	svp_key_forget();
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types,
				    TEE_Param params[TEE_NUM_PARAMS] __unused,
				    void **session __unused)
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;

	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session __unused)
{
}
