// SPDX-License-Identifier: GPL-2.0-or-later
/* See stream.h. */

#include <string.h>

#include "stream.h"

#define BLOCK		SVP_DECRYPT_BLOCK
/* CAAM's driver copies the ends of an output that are not on a cache line */
#define CACHE_LINE	64

/* Write @size decrypted bytes to where their pieces are; the rest moves up */
static void deliver(struct svp_stage *stage, uint32_t size)
{
	uint32_t done = 0;
	uint32_t n = 0;

	while (done < size) {
		struct svp_piece *piece = stage->pieces + n;
		uint32_t now = piece->size;

		if (now > size - done)
			now = size - done;
		memcpy(piece->out, stage->out + done, now);
		done += now;
		piece->out += now;
		piece->size -= now;
		if (!piece->size)
			n++;
	}
	stage->collected += size;
	stage->piece_count -= n;
	memmove(stage->pieces, stage->pieces + n,
		stage->piece_count * sizeof(*stage->pieces));
}

/* Decrypt the whole blocks that were collected, less than one may stay */
static uint32_t flush(struct svp_stage *stage, const struct svp_cipher *cipher)
{
	uint32_t size = stage->used - stage->used % BLOCK;
	uint32_t res = 0;

	if (!size)
		return 0;
	res = cipher->run(cipher->context, stage->in, stage->out, size);
	if (res)
		return res;
	deliver(stage, size);
	stage->used -= size;
	memmove(stage->in, stage->in + size, stage->used);

	return 0;
}

/* Decrypt all; a stream of CTR may end within a block */
static uint32_t finish(struct svp_stage *stage, const struct svp_cipher *cipher)
{
	uint32_t res = flush(stage, cipher);

	if (res || !stage->used)
		return res;
	memset(stage->in + stage->used, 0, BLOCK - stage->used);
	res = cipher->run(cipher->context, stage->in, stage->out, BLOCK);
	if (res)
		return res;
	deliver(stage, stage->used);
	stage->used = 0;

	return 0;
}

static uint32_t collect(struct svp_stage *stage,
			const struct svp_cipher *cipher, const uint8_t *in,
			uint8_t *out, uint64_t size)
{
	while (size) {
		uint32_t now = SVP_STAGE_SIZE - stage->used;

		if (!now || stage->piece_count == SVP_STAGE_PIECES) {
			uint32_t res = flush(stage, cipher);

			if (res)
				return res;
			continue;
		}
		if (now > size)
			now = (uint32_t)size;
		memcpy(stage->in + stage->used, in, now);
		stage->pieces[stage->piece_count++] = (struct svp_piece){
			.out = out, .size = now,
		};
		stage->used += now;
		in += now;
		out += now;
		size -= now;
	}

	return 0;
}

/* Bytes to collect before the rest of a run can go straight to @out */
static uint64_t head_size(const struct svp_stage *stage, const uint8_t *out)
{
	uint64_t head = (BLOCK - stage->used % BLOCK) % BLOCK;
	uintptr_t at = (uintptr_t)out + head;

	/* Onto a cache line, if blocks and lines of the output can meet */
	if (!(at % BLOCK))
		head += (CACHE_LINE - at % CACHE_LINE) % CACHE_LINE;

	return head;
}

static uint32_t decrypt_run(struct svp_stage *stage,
			    const struct svp_cipher *cipher, const uint8_t *in,
			    uint8_t *out, uint64_t size)
{
	uint64_t head = head_size(stage, out);
	uint64_t straight = 0;
	uint32_t res = 0;

	if (size < head + SVP_DIRECT_MIN)
		return collect(stage, cipher, in, out, size);

	straight = size - head;
	straight -= straight % ((uintptr_t)(out + head) % CACHE_LINE ?
				BLOCK : CACHE_LINE);
	res = collect(stage, cipher, in, out, head);
	if (!res)
		res = flush(stage, cipher);
	if (!res)
		res = cipher->run(cipher->context, in + head, out + head,
				  straight);
	if (res)
		return res;
	stage->direct += straight;
	head += straight;

	return collect(stage, cipher, in + head, out + head, size - head);
}

uint32_t svp_stream_decrypt(const struct svp_sample *sample, const uint8_t *in,
			    uint8_t *out, const struct svp_cipher *cipher,
			    struct svp_stage *stage)
{
	struct svp_walk walk = { .sample = NULL };
	struct svp_step step = { .size = 0 };
	uint32_t res = 0;

	stage->used = 0;
	stage->piece_count = 0;
	stage->direct = 0;
	stage->collected = 0;
	stage->copied = 0;

	svp_walk_start(&walk, sample);
	while (svp_walk_next(&walk, &step)) {
		if (step.restart) {
			res = finish(stage, cipher);
			if (!res)
				res = cipher->start(cipher->context, step.iv);
			if (res)
				return res;
		}
		if (step.encrypted) {
			res = decrypt_run(stage, cipher, in, out, step.size);
			if (res)
				return res;
		} else {
			memcpy(out, in, step.size);
			stage->copied += step.size;
		}
		in += step.size;
		out += step.size;
	}

	return finish(stage, cipher);
}
