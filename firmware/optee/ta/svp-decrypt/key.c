// SPDX-License-Identifier: GPL-2.0-or-later
/* See key.h. */

#include <string.h>
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include "key.h"
#include "key_blob.h"

/* The key of a session, ready for either mode */
struct key {
	uint8_t blob[SVP_DECRYPT_MAX_BLOB];
	uint32_t blob_size;
	TEE_OperationHandle ctr;
	TEE_OperationHandle cbc;
};

static struct key loaded;

TEE_Result svp_key_blob(uint32_t command, const void *in, size_t in_size,
			void *out, size_t *out_size)
{
	static const TEE_UUID uuid = KEY_BLOB_UUID;
	uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
					 TEE_PARAM_TYPE_MEMREF_OUTPUT,
					 TEE_PARAM_TYPE_NONE,
					 TEE_PARAM_TYPE_NONE);
	TEE_Param params[TEE_NUM_PARAMS] = { };
	TEE_TASessionHandle session = TEE_HANDLE_NULL;
	TEE_Result res = TEE_SUCCESS;
	uint32_t origin = 0;

	res = TEE_OpenTASession(&uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &session,
				&origin);
	if (res)
		return res;
	params[0].memref.buffer = (void *)in;
	params[0].memref.size = in_size;
	params[1].memref.buffer = out;
	params[1].memref.size = *out_size;
	res = TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, command, types,
				  params, &origin);
	*out_size = params[1].memref.size;
	TEE_CloseTASession(session);

	return res;
}

void svp_key_forget(void)
{
	if (loaded.ctr)
		TEE_FreeOperation(loaded.ctr);
	if (loaded.cbc)
		TEE_FreeOperation(loaded.cbc);
	memset(&loaded, 0, sizeof(loaded));
}

static TEE_Result make_operation(uint32_t algorithm, uint32_t bits,
				 TEE_ObjectHandle key,
				 TEE_OperationHandle *operation)
{
	TEE_Result res = TEE_AllocateOperation(operation, algorithm,
					       TEE_MODE_DECRYPT, bits);

	return res ? res : TEE_SetOperationKey(*operation, key);
}

static TEE_Result use_key(const uint8_t *bytes, size_t size)
{
	TEE_ObjectHandle key = TEE_HANDLE_NULL;
	TEE_Attribute value = { };
	TEE_Result res = TEE_AllocateTransientObject(TEE_TYPE_AES, size * 8,
						     &key);

	if (res)
		return res;
	TEE_InitRefAttribute(&value, TEE_ATTR_SECRET_VALUE, bytes, size);
	res = TEE_PopulateTransientObject(key, &value, 1);
	if (!res)
		res = make_operation(TEE_ALG_AES_CTR, size * 8, key,
				     &loaded.ctr);
	if (!res)
		res = make_operation(TEE_ALG_AES_CBC_NOPAD, size * 8, key,
				     &loaded.cbc);
	TEE_FreeTransientObject(key);

	return res;
}

TEE_Result svp_key_load(const uint8_t *blob, uint32_t blob_size)
{
	uint8_t bytes[SVP_DECRYPT_MAX_KEY] = { };
	size_t size = sizeof(bytes);
	TEE_Result res = TEE_SUCCESS;

	if (loaded.blob_size == blob_size &&
	    !memcmp(loaded.blob, blob, loaded.blob_size))
		return TEE_SUCCESS;

	svp_key_forget();
	res = svp_key_blob(KEY_BLOB_UNWRAP, blob, blob_size, bytes, &size);
	if (!res)
		res = use_key(bytes, size);
	TEE_MemFill(bytes, 0, sizeof(bytes));
	if (res) {
		svp_key_forget();
		return res;
	}
	memcpy(loaded.blob, blob, blob_size);
	loaded.blob_size = blob_size;

	return TEE_SUCCESS;
}

static uint32_t cipher_start(void *operation, const uint8_t *iv)
{
	TEE_CipherInit(operation, iv, SVP_DECRYPT_BLOCK);

	return TEE_SUCCESS;
}

static uint32_t cipher_run(void *operation, const uint8_t *in, uint8_t *out,
			   size_t size)
{
	size_t out_size = size;
	TEE_Result res = TEE_CipherUpdate(operation, in, size, out, &out_size);

	if (!res && out_size != size)
		res = TEE_ERROR_GENERIC;

	return res;
}

struct svp_cipher svp_key_cipher(uint32_t scheme)
{
	return (struct svp_cipher){
		.context = scheme == SVP_SCHEME_CTR ||
			   scheme == SVP_SCHEME_CENC ? loaded.ctr : loaded.cbc,
		.start = cipher_start,
		.run = cipher_run,
	};
}
