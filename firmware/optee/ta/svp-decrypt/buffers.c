// SPDX-License-Identifier: GPL-2.0-or-later
/* See buffers.h. */

#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include "buffers.h"

bool svp_is_nonsecure(const TEE_Param *in)
{
	return !TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_READ |
					    TEE_MEMORY_ACCESS_ANY_OWNER |
					    TEE_MEMORY_ACCESS_NONSECURE,
					    in->memref.buffer, in->memref.size);
}

TEE_Result svp_check_buffers(const TEE_Param *in, const TEE_Param *out)
{
	if (!in->memref.buffer || !out->memref.buffer ||
	    in->memref.size != out->memref.size)
		return TEE_ERROR_BAD_PARAMETERS;
#ifndef SVP_UNCHECKED
	/* Clear text must not get to where the normal world reads */
	if (!svp_is_nonsecure(in) ||
	    TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_WRITE |
					TEE_MEMORY_ACCESS_ANY_OWNER |
					TEE_MEMORY_ACCESS_SECURE,
					out->memref.buffer, out->memref.size))
		return TEE_ERROR_ACCESS_DENIED;
#endif

	return TEE_SUCCESS;
}
