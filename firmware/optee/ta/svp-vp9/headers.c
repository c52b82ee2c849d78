// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples and their frames. See headers.h. */

#include "headers.h"
#include "reader.h"

#define INDEX_MARKER		6
#define INDEX_FRAME		2	/* bytes around the sizes */

const char *svp_vp9_divide(const uint8_t *tail, size_t tail_size,
			   uint32_t size, struct svp_vp9_answer *answer)
{
	uint32_t last = 0, count = 0, width = 0, index = 0, position = 0, n = 0;

	if (!size || !tail_size)
		return "the sample is empty";
	answer->count = 0;
	last = tail[tail_size - 1];
	count = (last & 7) + 1;
	width = (last >> 3 & 3) + 1;
	index = INDEX_FRAME + count * width;
	if (last >> 5 != INDEX_MARKER || tail_size < index ||
	    tail[tail_size - index] != last) {
		answer->count = 1;
		answer->frames[0].offset = 0;
		answer->frames[0].size = size;
		return NULL;
	}
	for (n = 0; n < count; n++) {
		const uint8_t *entry = tail + tail_size - index + 1 + n * width;
		struct svp_vp9_frame *frame = answer->frames + answer->count;
		uint32_t bytes = 0, k = 0;

		for (k = 0; k < width; k++)
			bytes |= (uint32_t)entry[k] << 8 * k;
		if (bytes > size - index - position)
			return "a frame is longer than its sample";
		if (!bytes)
			continue;
		frame->offset = position;
		frame->size = bytes;
		position += bytes;
		answer->count++;
	}

	return NULL;
}

/* Both headers; @stream is a copy that is thrown away after a fault */
static const char *read_both(struct svp_vp9_stream *stream,
			     const uint8_t *data, size_t data_size,
			     struct svp_vp9_frame *frame)
{
	struct svp_bits bits = { .data = data, .size = data_size };
	struct svp_vp9_frame_header *header = &frame->header;
	const char *fault = svp_vp9_parse_uncompressed(&bits, stream, frame);
	size_t first = 0, second = 0;
	unsigned int n = 0;

	if (svp_bits_overrun(&bits))
		return "the frame ends inside of its header";
	if (fault || frame->kind != SVP_VP9_DECODED)
		return fault;
	first = header->uncompressed_header_size;
	second = header->compressed_header_size;
	if (second > data_size - first)
		return data_size < frame->size ? "the headers are too long" :
		       "the frame ends inside of its compressed header";
	fault = svp_vp9_parse_compressed(data + first, second, frame);
	if (fault)
		return fault;
	for (n = 0; n < SVP_VP9_SLOTS; n++)
		if (frame->refresh >> n & 1)
			stream->slots[n] = (struct svp_vp9_slot){
				.width = (uint16_t)
					 (header->frame_width_minus_1 + 1),
				.height = (uint16_t)
					  (header->frame_height_minus_1 + 1),
				.bit_depth = stream->bit_depth,
			};

	return NULL;
}

const char *svp_vp9_parse(struct svp_vp9_stream *stream, const uint8_t *data,
			  size_t data_size, struct svp_vp9_frame *frame)
{
	struct svp_vp9_frame read = { .offset = frame->offset,
				      .size = frame->size };
	struct svp_vp9_stream after = *stream;
	const char *fault = NULL;

	if (stream->began && frame->size == 1 && data_size && !data[0]) {
		read.kind = SVP_VP9_NOTHING;
		*frame = read;
		return NULL;
	}
	fault = read_both(&after, data, data_size, &read);
	if (fault)
		return fault;
	after.began = true;
	*stream = after;
	*frame = read;

	return NULL;
}
