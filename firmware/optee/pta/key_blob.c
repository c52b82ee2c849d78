// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key blobs: a pseudo TA that unwraps content keys for the TAs svp-decrypt
 * and svp-vp9, so that the normal world stores and passes on keys that it cannot
 * read.
 *
 * A blob is CAAM's: encrypted and authenticated with a key made of the chip's
 * master key and a modifier. The modifier comes from the hardware unique key,
 * hence is no constant that Linux, which has a job ring of its own, could try.
 * key_blob.h is its interface.
 */

#include <drivers/caam_extension.h>
#include <kernel/huk_subkey.h>
#include <kernel/pseudo_ta.h>
#include <kernel/ts_manager.h>
#include <kernel/user_ta.h>
#include <string.h>
#include <string_ext.h>
#include <util.h>

#include "key_blob.h"
#include "svp_decrypt.h"
#include "svp_vp9.h"

#define MAX_KEY_SIZE	32

/* What a key is for. A blob for one use is no blob for another. */
static const char for_samples[] = "svp-decrypt content key";
static const char for_headers[] = "svp-vp9 content key";

static const struct client {
	TEE_UUID uuid;
	const char *use;
} clients[] = {
	{ SVP_DECRYPT_UUID, for_samples },
	{ SVP_VP9_UUID, for_headers },
#ifdef CFG_SVP_PROBE_PTA
	{ SVP_DECRYPT_UNCHECKED_UUID, for_samples }, /* of test builds only */
#endif
};

static TEE_Result open_session(uint32_t types __unused,
			       TEE_Param params[TEE_NUM_PARAMS] __unused,
			       void **session)
{
	struct ts_session *caller = ts_get_calling_session();
	size_t n = 0;

	if (!caller || !is_user_ta_ctx(caller->ctx))
		return TEE_ERROR_ACCESS_DENIED;
	for (n = 0; n < ARRAY_SIZE(clients); n++) {
		if (!memcmp(&caller->ctx->uuid, &clients[n].uuid,
			    sizeof(TEE_UUID))) {
			*session = (void *)(clients + n);
			return TEE_SUCCESS;
		}
	}

	return TEE_ERROR_ACCESS_DENIED;
}

static bool is_key_size(size_t size)
{
	return size == 16 || size == 24 || size == MAX_KEY_SIZE;
}

static TEE_Result run(bool wraps, const char *use, const TEE_Param *in,
		      TEE_Param *out)
{
	uint8_t modifier[CAAM_BLOB_MODIFIER_SIZE] = { };
	uint8_t key[MAX_KEY_SIZE] = { };
	uint8_t blob[MAX_KEY_SIZE + CAAM_BLOB_OVERHEAD] = { };
	TEE_Result res = TEE_SUCCESS;
	size_t key_size = in->memref.size;
	size_t out_size = 0;
	size_t room = out->memref.size;

	if (!wraps && SUB_OVERFLOW(key_size, CAAM_BLOB_OVERHEAD, &key_size))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!is_key_size(key_size) || !in->memref.buffer)
		return TEE_ERROR_BAD_PARAMETERS;
	out_size = wraps ? key_size + CAAM_BLOB_OVERHEAD : key_size;
	out->memref.size = out_size;
	if (room < out_size)
		return TEE_ERROR_SHORT_BUFFER;
	if (!out->memref.buffer)
		return TEE_ERROR_BAD_PARAMETERS;

	res = huk_subkey_derive(HUK_SUBKEY_UNIQUE_TA, use, strlen(use) + 1,
				modifier, sizeof(modifier));
	if (res)
		return res;

	memcpy(wraps ? key : blob, in->memref.buffer, in->memref.size);
	if (wraps)
		res = caam_blob_wrap(modifier, key, key_size, blob);
	else
		res = caam_blob_unwrap(modifier, blob, in->memref.size, key);
	if (!res)
		memcpy(out->memref.buffer, wraps ? blob : key, out_size);
	else if (!wraps && res != TEE_ERROR_OUT_OF_MEMORY)
		res = TEE_ERROR_SECURITY;

	memzero_explicit(key, sizeof(key));
	memzero_explicit(modifier, sizeof(modifier));

	return res;
}

static TEE_Result invoke_command(void *session, uint32_t command,
				 uint32_t types,
				 TEE_Param params[TEE_NUM_PARAMS])
{
	const struct client *client = session;
	const char *use = client->use;

	if (command > KEY_BLOB_WRAP_FOR_HEADERS)
		return TEE_ERROR_NOT_SUPPORTED;
	if (command == KEY_BLOB_WRAP_FOR_HEADERS)
		use = for_headers;
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;

	return run(command != KEY_BLOB_UNWRAP, use, params, params + 1);
}

pseudo_ta_register(.uuid = KEY_BLOB_UUID, .name = "svp_key_blob",
		   .flags = PTA_DEFAULT_FLAGS,
		   .open_session_entry_point = open_session,
		   .invoke_command_entry_point = invoke_command);
