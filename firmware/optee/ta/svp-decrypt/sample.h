/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a sample are encrypted, and where its cipher starts anew.
 *
 * Reference: ISO/IEC 23001-7 (common encryption), schemes cenc and cbcs; and
 * plain AES-CTR and AES-CBC over a whole sample. Plain C without any library,
 * used by the TA, by its client, and by tests on the host.
 */
#ifndef SVP_SAMPLE_H
#define SVP_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "svp_decrypt.h"

/* How one sample is encrypted; a checked copy, never memory of the client */
struct svp_sample {
	uint32_t scheme;
	uint32_t crypt_blocks;
	uint32_t skip_blocks;
	uint32_t iv_size;
	uint8_t iv[SVP_DECRYPT_BLOCK];
	uint64_t size; /* bytes */
	const struct svp_decrypt_subsample *subsamples;
	uint32_t subsample_count;
};

/* NULL when the description is sound, else what is wrong with it, one phrase */
const char *svp_sample_fault(const struct svp_sample *sample);

/*
 * The next bytes of the sample. They continue the cipher's stream, which
 * leaves out all clear bytes in between; with @restart, a new one begins with
 * @iv. A stream may be cut anywhere with CTR, and at whole blocks with CBC.
 */
struct svp_step {
	bool encrypted;
	bool restart;
	uint8_t iv[SVP_DECRYPT_BLOCK];
	uint64_t size; /* never 0 */
};

/* A walk over a sample; its fields are its own */
struct svp_walk {
	const struct svp_sample *sample;
	uint64_t clear_left;
	uint64_t encrypted_left;
	uint64_t skip_left;
	uint64_t until_wrap;
	uint32_t next_subsample;
	bool restart;
	bool wrapped;
};

/* @sample: without a fault; it must live as long as the walk */
void svp_walk_start(struct svp_walk *walk, const struct svp_sample *sample);

/* False at the end. The sizes of all steps add up to the sample's. */
bool svp_walk_next(struct svp_walk *walk, struct svp_step *step);

#endif
