/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses VP9's frame headers (VP9 Bitstream Specification, sections 6.2 and
 * 6.3) out of bytes of which nothing is known: whoever encrypts a stream, or
 * changes it on its way, chooses them. Loops have constant bounds, nothing is
 * allocated, and no byte outside of what is given is read.
 *
 * Accepted is what the decoder does: profiles 0 and 2 with 4:2:0, 8 or 10 bits,
 * up to 4096 samples in a direction and 4096x2304 altogether.
 *
 * Plain C without any library, used by the TA and by tests on the host.
 */
#ifndef SVP_VP9_HEADERS_H
#define SVP_VP9_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "svp_vp9.h"

#define SVP_VP9_SLOTS		8
#define SVP_VP9_MAX_SIDE	4096
#define SVP_VP9_MAX_SAMPLES	(4096 * 2304)

/*
 * Both headers of a frame have to be within its first bytes. All probabilities
 * that a frame can change take less than half of that.
 */
#define SVP_VP9_MAX_HEADER	8192
/* An index of eight frames with sizes of four bytes */
#define SVP_VP9_MAX_INDEX	34

/* What a stream leaves for its next frame */
struct svp_vp9_stream {
	struct svp_vp9_slot {
		uint16_t width;	/* samples; 0: there is no picture */
		uint16_t height;
		uint8_t bit_depth;
	} slots[SVP_VP9_SLOTS];
	struct svp_vp9_loop_filter lf;
	struct svp_vp9_segmentation seg;
	uint32_t color;		/* flags */
	uint8_t bit_depth;
	bool began;		/* there was a frame */
};

/*
 * Divide a sample of @size bytes into frames (annex B). @tail: its last bytes,
 * SVP_VP9_MAX_INDEX or all. Frames get offset and size. NULL, or what is wrong
 * with the sample, one phrase.
 */
const char *svp_vp9_divide(const uint8_t *tail, size_t tail_size,
			   uint32_t size, struct svp_vp9_answer *answer);

/*
 * Read the headers of @frame, whose offset and size are known. @data: its first
 * bytes, SVP_VP9_MAX_HEADER or all. NULL, or what is wrong with the frame; then
 * @stream is as before.
 */
const char *svp_vp9_parse(struct svp_vp9_stream *stream, const uint8_t *data,
			  size_t data_size, struct svp_vp9_frame *frame);

struct svp_bits;

/* The uncompressed header; after a fault @stream and @frame are of no use */
const char *svp_vp9_parse_uncompressed(struct svp_bits *bits,
				       struct svp_vp9_stream *stream,
				       struct svp_vp9_frame *frame);

/* The compressed header, of which the other one is in @frame */
const char *svp_vp9_parse_compressed(const uint8_t *data, size_t size,
				     struct svp_vp9_frame *frame);

#endif
