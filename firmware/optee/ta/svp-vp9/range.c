// SPDX-License-Identifier: GPL-2.0-or-later
/* See range.h. */

#include <string.h>

#include "range.h"

#define BLOCK	SVP_DECRYPT_BLOCK

/* Bytes 8 to 15 count blocks, and run over among themselves */
static void advance(uint8_t *iv, uint64_t blocks)
{
	unsigned int at = BLOCK;

	while (at-- > BLOCK / 2) {
		blocks += iv[at];
		iv[at] = (uint8_t)blocks;
		blocks >>= 8;
	}
}

/* The bytes of a block from @skip on */
static uint32_t decrypt_within_block(const uint8_t *iv, size_t skip,
				     const uint8_t *in, uint8_t *out,
				     size_t size,
				     const struct svp_cipher *cipher)
{
	uint8_t text[BLOCK] = { 0 };
	uint8_t clear[BLOCK] = { 0 };
	uint32_t res = cipher->start(cipher->context, iv);

	if (res)
		return res;
	memcpy(text + skip, in, size);
	res = cipher->run(cipher->context, text, clear, BLOCK);
	if (!res)
		memcpy(out, clear + skip, size);

	return res;
}

uint32_t svp_range_decrypt(const uint8_t *iv, uint64_t offset,
			   const uint8_t *in, uint8_t *out, uint64_t size,
			   const struct svp_cipher *cipher,
			   struct svp_stage *stage)
{
	struct svp_sample sample = { .scheme = SVP_SCHEME_CENC,
				     .iv_size = BLOCK };
	size_t skip = offset % BLOCK;
	uint64_t head = skip ? BLOCK - skip : 0;
	uint32_t res = 0;

	if (head > size)
		head = size;
	memcpy(sample.iv, iv, BLOCK);
	advance(sample.iv, offset / BLOCK);
	if (head) {
		res = decrypt_within_block(sample.iv, skip, in, out, head,
					   cipher);
		if (res)
			return res;
		advance(sample.iv, 1);
	}
	sample.size = size - head;
	stage->direct = 0;
	stage->collected = 0;
	stage->copied = 0;
	if (sample.size)
		res = svp_stream_decrypt(&sample, in + head, out + head, cipher,
					 stage);
	stage->collected += head;

	return res;
}
