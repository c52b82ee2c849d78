// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trusted application svp-decrypt: see svp_decrypt.h for what it does.
 *
 * Every session is an instance of its own, with its own key: the one of the
 * blob in its last request, kept until another blob comes.
 *
 * With SVP_UNCHECKED it is svp-decrypt-unchecked, for tests only: it does not
 * look at who owns input and output, so that tests see what stops it then.
 */

#include <string.h>
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include "key_blob.h"
#include "stream.h"

/* The key of a session, ready for either mode */
struct key {
	uint8_t blob[SVP_DECRYPT_MAX_BLOB];
	uint32_t blob_size;
	TEE_OperationHandle ctr;
	TEE_OperationHandle cbc;
};

static struct key loaded;
static struct svp_stage stage;
static struct svp_decrypt_subsample subsamples[SVP_DECRYPT_MAX_SUBSAMPLES];

static TEE_Result key_blob(uint32_t command, const void *in, size_t in_size,
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

static void forget_key(void)
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

static TEE_Result load_key(const struct svp_decrypt_request *request)
{
	uint8_t bytes[SVP_DECRYPT_MAX_KEY] = { };
	size_t size = sizeof(bytes);
	TEE_Result res = TEE_SUCCESS;

	if (loaded.blob_size == request->blob_size &&
	    !memcmp(loaded.blob, request->blob, loaded.blob_size))
		return TEE_SUCCESS;

	forget_key();
	res = key_blob(KEY_BLOB_UNWRAP, request->blob, request->blob_size,
		       bytes, &size);
	if (!res)
		res = use_key(bytes, size);
	TEE_MemFill(bytes, 0, sizeof(bytes));
	if (res) {
		forget_key();
		return res;
	}
	memcpy(loaded.blob, request->blob, request->blob_size);
	loaded.blob_size = request->blob_size;

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

/* Into memory of the TA: the client may change its own at any time */
static TEE_Result copy_request(const TEE_Param *param,
			       struct svp_decrypt_request *request,
			       struct svp_sample *sample)
{
	size_t left = param->memref.size;
	const uint8_t *from = param->memref.buffer;

	if (!from || left < sizeof(*request))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(request, from, sizeof(*request));
	left -= sizeof(*request);
	if (request->version != SVP_DECRYPT_VERSION || request->reserved ||
	    request->blob_size <= SVP_DECRYPT_BLOB_OVERHEAD ||
	    request->blob_size > sizeof(request->blob) ||
	    request->subsamples > SVP_DECRYPT_MAX_SUBSAMPLES ||
	    left != request->subsamples * sizeof(*subsamples))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(subsamples, from + sizeof(*request), left);

	sample->scheme = request->scheme;
	sample->crypt_blocks = request->crypt_blocks;
	sample->skip_blocks = request->skip_blocks;
	sample->iv_size = request->iv_size;
	memcpy(sample->iv, request->iv, sizeof(sample->iv));
	sample->subsamples = subsamples;
	sample->subsample_count = request->subsamples;

	return TEE_SUCCESS;
}

static TEE_Result check_buffers(const TEE_Param *in, const TEE_Param *out)
{
	if (!in->memref.buffer || !out->memref.buffer ||
	    in->memref.size != out->memref.size)
		return TEE_ERROR_BAD_PARAMETERS;
#ifndef SVP_UNCHECKED
	/* Clear text must not get to where the normal world reads */
	if (TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_READ |
					TEE_MEMORY_ACCESS_ANY_OWNER |
					TEE_MEMORY_ACCESS_NONSECURE,
					in->memref.buffer, in->memref.size) ||
	    TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_WRITE |
					TEE_MEMORY_ACCESS_ANY_OWNER |
					TEE_MEMORY_ACCESS_SECURE,
					out->memref.buffer, out->memref.size))
		return TEE_ERROR_ACCESS_DENIED;
#endif

	return TEE_SUCCESS;
}

static TEE_Result decrypt_sample(uint32_t types,
				 TEE_Param params[TEE_NUM_PARAMS])
{
	struct svp_decrypt_request request = { };
	struct svp_sample sample = { };
	struct svp_cipher cipher = { .start = cipher_start, .run = cipher_run };
	TEE_Result res = TEE_SUCCESS;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_VALUE_OUTPUT))
		return TEE_ERROR_BAD_PARAMETERS;
	res = copy_request(params, &request, &sample);
	if (res)
		return res;
	res = check_buffers(params + 1, params + 2);
	if (res)
		return res;
	sample.size = params[1].memref.size;
	if (svp_sample_fault(&sample))
		return TEE_ERROR_BAD_PARAMETERS;
	res = load_key(&request);
	if (res)
		return res;

	cipher.context = request.scheme == SVP_SCHEME_CTR ||
			 request.scheme == SVP_SCHEME_CENC ?
			 loaded.ctr : loaded.cbc;
	res = svp_stream_decrypt(&sample, params[1].memref.buffer,
				 params[2].memref.buffer, &cipher, &stage);
	if (stage.collected)
		TEE_MemFill(stage.out, 0, sizeof(stage.out));
	params[3].value.a = stage.direct;
	params[3].value.b = stage.collected + stage.copied;

	return res;
}

#ifdef SVP_UNCHECKED
static TEE_Result wrap_key(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t blob[SVP_DECRYPT_MAX_BLOB] = { };
	uint8_t key[SVP_DECRYPT_MAX_KEY] = { };
	size_t room = params[1].memref.size;
	size_t size = sizeof(blob);
	TEE_Result res = TEE_SUCCESS;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE) ||
	    params[0].memref.size > sizeof(key) || !params[0].memref.buffer)
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(key, params[0].memref.buffer, params[0].memref.size);
	res = key_blob(KEY_BLOB_WRAP, key, params[0].memref.size, blob, &size);
	TEE_MemFill(key, 0, sizeof(key));
	if (res)
		return res;
	params[1].memref.size = size;
	if (room < size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(params[1].memref.buffer, blob, size);

	return TEE_SUCCESS;
}
#endif

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
	forget_key();
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

TEE_Result TA_InvokeCommandEntryPoint(void *session __unused, uint32_t command,
				      uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case SVP_DECRYPT_SAMPLE:
		return decrypt_sample(types, params);
#ifdef SVP_UNCHECKED
	case SVP_DECRYPT_WRAP:
		return wrap_key(types, params);
#endif
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
