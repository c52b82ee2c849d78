// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trusted application svp-vp9: see svp_vp9.h for what it does.
 *
 * Every session is an instance of its own, with its own stream and key. The
 * secure CPU may not read the heap, so headers are decrypted a second time, into
 * memory of the TA, and that copy is what the heap gets of them: what was read
 * is what is there.
 */

#include <string.h>
#include <tee_internal_api.h>
#include <trace.h>

#include "buffers.h"
#include "headers.h"
#include "key.h"
#include "range.h"

/* The sample that is worked at */
struct sample {
	uint8_t iv[SVP_DECRYPT_BLOCK];
	struct svp_vp9_answer answer;
	uint8_t headers[SVP_VP9_MAX_FRAMES][SVP_VP9_MAX_HEADER];
	bool done[SVP_VP9_MAX_FRAMES];	/* the frame was decrypted */
};

static struct svp_stage stage;
static struct svp_vp9_stream stream;
static struct sample sample;

/* Encrypted bytes of memory that the client may change at any time */
static TEE_Result peek(const uint8_t *in, uint32_t offset, uint8_t *out,
		       uint32_t size)
{
	struct svp_cipher cipher = svp_key_cipher(SVP_SCHEME_CENC);

	return svp_range_decrypt(sample.iv, offset, in + offset, out, size,
				 &cipher, &stage);
}

static TEE_Result refuse(const char *fault)
{
	static bool told;

	/* Once, so that nobody fills the console by what he sends */
	if (!told)
		IMSG("svp-vp9: a sample is refused: %s", fault);
	told = true;

	return TEE_ERROR_BAD_FORMAT;
}

static TEE_Result read_sample(const uint8_t *in, uint32_t size)
{
	struct svp_vp9_stream after = stream;
	struct svp_vp9_answer *answer = &sample.answer;
	uint8_t tail[SVP_VP9_MAX_INDEX] = { };
	uint32_t tail_size = size < sizeof(tail) ? size : sizeof(tail);
	const char *fault = NULL;
	TEE_Result res = TEE_SUCCESS;
	uint32_t n = 0;

	res = peek(in, size - tail_size, tail, tail_size);
	if (res)
		return res;
	fault = svp_vp9_divide(tail, tail_size, size, answer);
	for (n = 0; !fault && n < answer->count; n++) {
		struct svp_vp9_frame *frame = answer->frames + n;
		uint32_t first = frame->size < SVP_VP9_MAX_HEADER ?
				 frame->size : SVP_VP9_MAX_HEADER;

		res = peek(in, frame->offset, sample.headers[n], first);
		if (res)
			return res;
		fault = svp_vp9_parse(&after, sample.headers[n], first, frame);
	}
	if (fault)
		return refuse(fault);
	stream = after;
	answer->version = SVP_VP9_VERSION;

	return TEE_SUCCESS;
}

static TEE_Result copy_request(const TEE_Param *param,
			       struct svp_vp9_request *request)
{
	if (!param->memref.buffer || param->memref.size <= sizeof(*request) ||
	    param->memref.size > UINT32_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!svp_is_nonsecure(param))
		return TEE_ERROR_ACCESS_DENIED;
	/* Into memory of the TA: the client may change its own */
	memcpy(request, param->memref.buffer, sizeof(*request));
	if (request->version != SVP_VP9_VERSION || request->reserved ||
	    (request->iv_size != 8 && request->iv_size != 16) ||
	    request->blob_size <= SVP_DECRYPT_BLOB_OVERHEAD ||
	    request->blob_size > sizeof(request->blob))
		return TEE_ERROR_BAD_PARAMETERS;

	return TEE_SUCCESS;
}

static TEE_Result read_headers(TEE_Param params[TEE_NUM_PARAMS])
{
	struct svp_vp9_request request = { };
	const uint8_t *in = params[0].memref.buffer;
	TEE_Result res = copy_request(params, &request);

	memset(&sample, 0, sizeof(sample));
	if (res)
		return res;
	if (!params[2].memref.buffer ||
	    params[2].memref.size < sizeof(sample.answer))
		return TEE_ERROR_BAD_PARAMETERS;
	res = svp_key_load(request.blob, request.blob_size);
	if (res)
		return res;
	memcpy(sample.iv, request.iv, request.iv_size);
	res = read_sample(in + sizeof(request),
			  params[0].memref.size - sizeof(request));
	if (res) {
		memset(&sample, 0, sizeof(sample));
		return res;
	}
	memcpy(params[2].memref.buffer, &sample.answer, sizeof(sample.answer));
	params[2].memref.size = sizeof(sample.answer);
	params[3].value.a = sample.answer.count;

	return TEE_SUCCESS;
}

static TEE_Result decrypt_frame(TEE_Param params[TEE_NUM_PARAMS])
{
	struct svp_cipher cipher = svp_key_cipher(SVP_SCHEME_CENC);
	struct svp_vp9_frame_request request = { };
	const struct svp_vp9_frame *frame = NULL;
	const struct svp_vp9_frame_header *header = NULL;
	TEE_Result res = TEE_SUCCESS;

	if (!params[0].memref.buffer ||
	    params[0].memref.size != sizeof(request))
		return TEE_ERROR_BAD_PARAMETERS;
	/* What is said of a request says what is in it */
	if (!svp_is_nonsecure(params))
		return TEE_ERROR_ACCESS_DENIED;
	memcpy(&request, params[0].memref.buffer, sizeof(request));
	if (request.version != SVP_VP9_VERSION)
		return TEE_ERROR_BAD_PARAMETERS;
	res = svp_check_buffers(params + 1, params + 2);
	if (res)
		return res;
	if (request.frame >= sample.answer.count ||
	    sample.done[request.frame])
		return TEE_ERROR_BAD_STATE;
	frame = sample.answer.frames + request.frame;
	header = &frame->header;
	if (frame->kind != SVP_VP9_DECODED ||
	    params[1].memref.size != frame->size)
		return TEE_ERROR_BAD_PARAMETERS;
	sample.done[request.frame] = true;
	res = svp_range_decrypt(sample.iv, frame->offset,
				params[1].memref.buffer,
				params[2].memref.buffer, frame->size, &cipher,
				&stage);
	if (res)
		return res;
	memcpy(params[2].memref.buffer, sample.headers[request.frame],
	       header->uncompressed_header_size +
	       header->compressed_header_size);
	params[3].value.a = stage.direct;
	params[3].value.b = stage.collected;

	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session __unused, uint32_t command,
				      uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_Result res = TEE_ERROR_NOT_SUPPORTED;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_VALUE_OUTPUT))
		return TEE_ERROR_BAD_PARAMETERS;
	if (command == SVP_VP9_HEADERS)
		res = read_headers(params);
	else if (command == SVP_VP9_FRAME)
		res = decrypt_frame(params);
	/* Of what was decrypted nothing stays here but headers */
	TEE_MemFill(stage.out, 0, sizeof(stage.out));

	return res;
}
