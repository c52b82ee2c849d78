/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decrypts a sample into memory that may be written but never read.
 *
 * Long runs of encrypted bytes go from input to output in one call of the
 * cipher. Everything else, blocks that a sub-sample cuts and the short runs of
 * a pattern, is collected in memory of the caller, decrypted there, and
 * written to where it belongs. Clear bytes are copied. No byte of the output
 * is ever read: under the board's policies the secure CPU could not, and would
 * get zeros.
 *
 * Plain C, used by the TA and by tests on the host.
 */
#ifndef SVP_STREAM_H
#define SVP_STREAM_H

#include <stddef.h>

#include "sample.h"

/* Bytes that are collected for one job, and the pieces they may consist of */
#define SVP_STAGE_SIZE		(64 * 1024)
#define SVP_STAGE_PIECES	4096
/* Shorter runs are collected */
#define SVP_DIRECT_MIN		2048

/* The cipher; a result that is not 0 ends the work and is handed on */
struct svp_cipher {
	void *context;
	uint32_t (*start)(void *context, const uint8_t *iv);
	/* Whole blocks that continue the stream */
	uint32_t (*run)(void *context, const uint8_t *in, uint8_t *out,
			size_t size);
};

struct svp_piece {
	uint8_t *out;
	uint32_t size;
};

/* Working memory, of any content */
struct svp_stage {
	uint8_t in[SVP_STAGE_SIZE] __attribute__((aligned(64)));
	uint8_t out[SVP_STAGE_SIZE] __attribute__((aligned(64)));
	struct svp_piece pieces[SVP_STAGE_PIECES];
	uint32_t used;		/* bytes of in */
	uint32_t piece_count;
	uint64_t direct;	/* bytes that went straight to the output, */
	uint64_t collected;	/* those decrypted here, */
	uint64_t copied;	/* and those that were clear */
};

/*
 * @in and @out hold as many bytes as the sample, which is without a fault.
 * @in may change meanwhile: then the output is wrong, but nothing else.
 */
uint32_t svp_stream_decrypt(const struct svp_sample *sample, const uint8_t *in,
			    uint8_t *out, const struct svp_cipher *cipher,
			    struct svp_stage *stage);

#endif
