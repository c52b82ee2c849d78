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

#include "buffers.h"
#include "key.h"
#include "key_blob.h"

static struct svp_stage stage;
static struct svp_decrypt_subsample subsamples[SVP_DECRYPT_MAX_SUBSAMPLES];

/* Into memory of the TA: the client may change its own at any time */
static TEE_Result copy_request(const TEE_Param *param,
			       struct svp_decrypt_request *request,
			       struct svp_sample *sample)
{
	size_t left = param->memref.size;
	const uint8_t *from = param->memref.buffer;

	if (!from || left < sizeof(*request))
		return TEE_ERROR_BAD_PARAMETERS;
	/* What is said of a request says what is in it */
	if (!svp_is_nonsecure(param))
		return TEE_ERROR_ACCESS_DENIED;
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

static TEE_Result decrypt_sample(uint32_t types,
				 TEE_Param params[TEE_NUM_PARAMS])
{
	struct svp_decrypt_request request = { };
	struct svp_sample sample = { };
	struct svp_cipher cipher = { };
	TEE_Result res = TEE_SUCCESS;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_VALUE_OUTPUT))
		return TEE_ERROR_BAD_PARAMETERS;
	res = copy_request(params, &request, &sample);
	if (res)
		return res;
	res = svp_check_buffers(params + 1, params + 2);
	if (res)
		return res;
	sample.size = params[1].memref.size;
	if (svp_sample_fault(&sample))
		return TEE_ERROR_BAD_PARAMETERS;
	res = svp_key_load(request.blob, request.blob_size);
	if (res)
		return res;

	cipher = svp_key_cipher(request.scheme);
	res = svp_stream_decrypt(&sample, params[1].memref.buffer,
				 params[2].memref.buffer, &cipher, &stage);
	if (stage.collected)
		TEE_MemFill(stage.out, 0, sizeof(stage.out));
	params[3].value.a = stage.direct;
	params[3].value.b = stage.collected + stage.copied;

	return res;
}

#ifdef SVP_UNCHECKED
static TEE_Result wrap_key(uint32_t command, uint32_t types,
			   TEE_Param params[TEE_NUM_PARAMS])
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
	res = svp_key_blob(command, key, params[0].memref.size, blob, &size);
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

TEE_Result TA_InvokeCommandEntryPoint(void *session __unused, uint32_t command,
				      uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case SVP_DECRYPT_SAMPLE:
		return decrypt_sample(types, params);
#ifdef SVP_UNCHECKED
	case SVP_DECRYPT_WRAP:
		return wrap_key(KEY_BLOB_WRAP, types, params);
	case SVP_DECRYPT_WRAP_FOR_HEADERS:
		return wrap_key(KEY_BLOB_WRAP_FOR_HEADERS, types, params);
#endif
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
