// SPDX-License-Identifier: GPL-2.0-or-later
/* See sample.h. */

#include <stddef.h>

#include "sample.h"

#define BLOCK		((uint64_t)SVP_DECRYPT_BLOCK)
#define WHOLE_BLOCKS	(~(BLOCK - 1))
/* Both numbers of the pattern have four bits in the file format */
#define MAX_PATTERN	15
/* cenc counts blocks in the second half of the counter block */
#define COUNTER_AT	8

static bool is_common_encryption(const struct svp_sample *sample)
{
	return sample->scheme == SVP_SCHEME_CENC ||
	       sample->scheme == SVP_SCHEME_CBCS;
}

static const char *subsample_fault(const struct svp_sample *sample)
{
	uint64_t left = sample->size;
	uint32_t n = 0;

	for (n = 0; n < sample->subsample_count; n++) {
		uint64_t size = (uint64_t)sample->subsamples[n].clear +
				sample->subsamples[n].encrypted;

		if (!size)
			return "a sub-sample is empty";
		if (size > left)
			return "sub-samples are longer than the sample";
		left -= size;
	}

	return left ? "sub-samples are shorter than the sample" : NULL;
}

const char *svp_sample_fault(const struct svp_sample *sample)
{
	if (sample->scheme > SVP_SCHEME_CBCS)
		return "unknown scheme";
	if (!sample->size)
		return "the sample is empty";
	if (sample->iv_size != 16 &&
	    (sample->iv_size != 8 || !is_common_encryption(sample)))
		return "wrong size of the initialization vector";
	if (sample->crypt_blocks > MAX_PATTERN ||
	    sample->skip_blocks > MAX_PATTERN ||
	    (sample->skip_blocks && !sample->crypt_blocks))
		return "impossible pattern";
	if (sample->scheme != SVP_SCHEME_CBCS &&
	    (sample->crypt_blocks || sample->skip_blocks))
		return "the scheme has no pattern";
	if (!is_common_encryption(sample) && sample->subsample_count)
		return "the scheme has no sub-samples";
	if (sample->scheme == SVP_SCHEME_CBC && sample->size % BLOCK)
		return "the sample is not made of whole blocks";
	if (sample->subsample_count > SVP_DECRYPT_MAX_SUBSAMPLES)
		return "too many sub-samples";

	return sample->subsample_count ? subsample_fault(sample) : NULL;
}

/* Bytes of the stream until the 64-bit block counter of cenc is 0 again */
static uint64_t bytes_until_wrap(const struct svp_sample *sample)
{
	uint64_t counter = 0;
	unsigned int n = 0;

	if (sample->scheme != SVP_SCHEME_CENC || sample->iv_size == 8)
		return UINT64_MAX;
	for (n = COUNTER_AT; n < SVP_DECRYPT_BLOCK; n++)
		counter = counter << 8 | sample->iv[n];
	/* No sample has that many blocks; 0 stands for all 2^64 of them */
	if (!counter || -counter > UINT64_MAX / BLOCK)
		return UINT64_MAX;

	return -counter * BLOCK;
}

void svp_walk_start(struct svp_walk *walk, const struct svp_sample *sample)
{
	*walk = (struct svp_walk){
		.sample = sample,
		.until_wrap = bytes_until_wrap(sample),
		.restart = true,
	};
	if (!sample->subsample_count)
		walk->encrypted_left = sample->size;
}

static void set_iv(struct svp_walk *walk, struct svp_step *step)
{
	const struct svp_sample *sample = walk->sample;
	unsigned int used = walk->wrapped ? COUNTER_AT : sample->iv_size;
	unsigned int n = 0;

	for (n = 0; n < SVP_DECRYPT_BLOCK; n++)
		step->iv[n] = n < used ? sample->iv[n] : 0;
	step->restart = true;
	walk->restart = false;
}

static void take_clear(struct svp_step *step, uint64_t *left, uint64_t size)
{
	step->encrypted = false;
	step->size = size;
	*left -= size;
}

/* Everything that is left of a sub-sample, except at the counter's wrap */
static void take_ctr(struct svp_walk *walk, struct svp_step *step)
{
	uint64_t size = walk->encrypted_left;

	if (!walk->until_wrap) {
		walk->until_wrap = UINT64_MAX;
		walk->wrapped = true;
		walk->restart = true;
	}
	if (size > walk->until_wrap)
		size = walk->until_wrap;
	if (walk->restart)
		set_iv(walk, step);
	step->encrypted = true;
	step->size = size;
	walk->encrypted_left -= size;
	if (walk->until_wrap != UINT64_MAX)
		walk->until_wrap -= size;
}

/* A pattern's blocks in turn; what is no whole block at the end is clear */
static void take_cbc(struct svp_walk *walk, struct svp_step *step)
{
	const struct svp_sample *sample = walk->sample;
	uint64_t whole = walk->encrypted_left & WHOLE_BLOCKS;
	uint64_t size = whole;

	if (walk->skip_left) {
		size = walk->skip_left;
		if (size > walk->encrypted_left)
			size = walk->encrypted_left;
		walk->skip_left = 0;
		take_clear(step, &walk->encrypted_left, size);
		return;
	}
	if (!whole) {
		take_clear(step, &walk->encrypted_left, walk->encrypted_left);
		return;
	}
	if (sample->skip_blocks) {
		if (size > sample->crypt_blocks * BLOCK)
			size = sample->crypt_blocks * BLOCK;
		walk->skip_left = sample->skip_blocks * BLOCK;
	}
	if (walk->restart)
		set_iv(walk, step);
	step->encrypted = true;
	step->size = size;
	walk->encrypted_left -= size;
}

bool svp_walk_next(struct svp_walk *walk, struct svp_step *step)
{
	const struct svp_sample *sample = walk->sample;

	*step = (struct svp_step){ .size = 0 };
	if (!walk->clear_left && !walk->encrypted_left) {
		const struct svp_decrypt_subsample *sub = NULL;

		if (walk->next_subsample == sample->subsample_count)
			return false;
		sub = sample->subsamples + walk->next_subsample++;
		walk->clear_left = sub->clear;
		walk->encrypted_left = sub->encrypted;
		/* Each sub-sample of cbcs begins with the constant vector */
		if (sample->scheme == SVP_SCHEME_CBCS) {
			walk->restart = true;
			walk->skip_left = 0;
		}
	}

	if (walk->clear_left)
		take_clear(step, &walk->clear_left, walk->clear_left);
	else if (sample->scheme == SVP_SCHEME_CTR ||
		 sample->scheme == SVP_SCHEME_CENC)
		take_ctr(walk, step);
	else
		take_cbc(walk, step);

	return true;
}
