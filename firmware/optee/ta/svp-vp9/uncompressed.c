// SPDX-License-Identifier: GPL-2.0-or-later
/* VP9's uncompressed header. See headers.h. */

#include <string.h>

#include "headers.h"
#include "reader.h"

#define FRAME_MARKER		2
#define SYNC_CODE		0x498342
#define COLOR_RGB		7
#define MIN_TILE_WIDTH		256	/* samples */
#define MAX_TILE_WIDTH		4096
#define NO_TEMPORAL_CONTEXT	255

#define SUBSAMPLED	(SVP_VP9_X_SUBSAMPLING | SVP_VP9_Y_SUBSAMPLING)

/* Section 6.2.2 */
static const char *read_color(struct svp_bits *bits, uint8_t profile,
			      struct svp_vp9_stream *stream)
{
	stream->bit_depth = profile < 2 ? 8 : svp_bit(bits) ? 12 : 10;
	stream->color = SUBSAMPLED;
	if (svp_literal(bits, 3) == COLOR_RGB)
		return "RGB is not decoded";
	if (svp_bit(bits))
		stream->color |= SVP_VP9_FULL_SWING;

	return stream->bit_depth == 12 ? "12 bits are not decoded" : NULL;
}

static const char *read_size(struct svp_bits *bits,
			     struct svp_vp9_frame_header *header)
{
	header->frame_width_minus_1 = (uint16_t)svp_literal(bits, 16);
	header->frame_height_minus_1 = (uint16_t)svp_literal(bits, 16);
	if (header->frame_width_minus_1 >= SVP_VP9_MAX_SIDE ||
	    header->frame_height_minus_1 >= SVP_VP9_MAX_SIDE ||
	    (header->frame_width_minus_1 + 1) *
	    (header->frame_height_minus_1 + 1) > SVP_VP9_MAX_SAMPLES)
		return "the picture is larger than 4096x2304";

	return NULL;
}

static void read_render_size(struct svp_bits *bits,
			     struct svp_vp9_frame_header *header)
{
	header->render_width_minus_1 = header->frame_width_minus_1;
	header->render_height_minus_1 = header->frame_height_minus_1;
	if (!svp_bit(bits))
		return;
	header->render_width_minus_1 = (uint16_t)svp_literal(bits, 16);
	header->render_height_minus_1 = (uint16_t)svp_literal(bits, 16);
}

/* Section 7.2: a picture may be predicted from one of half to 16 times its size */
static bool is_scalable(unsigned int size, unsigned int reference)
{
	return 2 * size >= reference && size <= 16 * reference;
}

/* Section 6.2.5, and what section 7.2 asks of references */
static const char *read_size_with_references(struct svp_bits *bits,
					     const struct svp_vp9_stream *stream,
					     struct svp_vp9_frame *frame)
{
	struct svp_vp9_frame_header *header = &frame->header;
	const char *fault = NULL;
	bool is_usable = false;
	unsigned int n = 0;

	for (n = 0; n < SVP_VP9_REFERENCES; n++)
		if (!stream->slots[frame->references[n]].width)
			return "a reference has no picture";
	for (n = 0; n < SVP_VP9_REFERENCES && !svp_bit(bits); n++)
		;
	if (n < SVP_VP9_REFERENCES) {
		const struct svp_vp9_slot *slot =
			stream->slots + frame->references[n];

		header->frame_width_minus_1 = (uint16_t)(slot->width - 1);
		header->frame_height_minus_1 = (uint16_t)(slot->height - 1);
	} else {
		fault = read_size(bits, header);
		if (fault)
			return fault;
	}
	read_render_size(bits, header);
	for (n = 0; n < SVP_VP9_REFERENCES; n++) {
		const struct svp_vp9_slot *slot =
			stream->slots + frame->references[n];

		if (slot->bit_depth != stream->bit_depth)
			return "a reference has another number of bits";
		if (is_scalable(header->frame_width_minus_1 + 1u,
				slot->width) &&
		    is_scalable(header->frame_height_minus_1 + 1u,
				slot->height))
			is_usable = true;
	}

	return is_usable ? NULL : "no reference is of a size that can be scaled";
}

/* Of frames that need no other: key frames, and those that are intra only */
static const char *read_intra(struct svp_bits *bits,
			      struct svp_vp9_stream *stream,
			      struct svp_vp9_frame *frame)
{
	struct svp_vp9_frame_header *header = &frame->header;
	bool is_key = header->flags & SVP_VP9_KEY_FRAME;
	const char *fault = NULL;

	if (svp_literal(bits, 24) != SYNC_CODE)
		return "there is no sync code";
	if (is_key || header->profile) {
		fault = read_color(bits, header->profile, stream);
		if (fault)
			return fault;
	} else {
		stream->bit_depth = 8;
		stream->color = SUBSAMPLED;
	}
	frame->refresh = is_key ? 0xff :
			 (uint8_t)svp_literal(bits, SVP_VP9_SLOTS);
	fault = read_size(bits, header);
	if (fault)
		return fault;
	read_render_size(bits, header);

	return NULL;
}

static const char *read_references(struct svp_bits *bits,
				   const struct svp_vp9_stream *stream,
				   struct svp_vp9_frame *frame)
{
	/* Section 6.2.7, by V4L2's numbers: smooth, regular, sharp, bilinear */
	static const uint8_t filters[] = { 1, 0, 2, 3 };
	struct svp_vp9_frame_header *header = &frame->header;
	const char *fault = NULL;
	unsigned int n = 0;

	frame->refresh = (uint8_t)svp_literal(bits, SVP_VP9_SLOTS);
	for (n = 0; n < SVP_VP9_REFERENCES; n++) {
		frame->references[n] = (uint8_t)svp_literal(bits, 3);
		/* As libvpx has it, not in error resilient frames */
		if (svp_bit(bits) && !(header->flags & SVP_VP9_ERROR_RESILIENT))
			header->ref_frame_sign_bias |= (uint8_t)(1u << n);
	}
	fault = read_size_with_references(bits, stream, frame);
	if (fault)
		return fault;
	if (svp_bit(bits))
		header->flags |= SVP_VP9_HIGH_PRECISION;
	header->interpolation_filter = svp_bit(bits) ?
				       SVP_VP9_FILTER_SWITCHABLE :
				       filters[svp_literal(bits, 2)];

	return NULL;
}

/* Section 7.2, setup_past_independence */
static void forget_earlier_frames(struct svp_vp9_stream *stream)
{
	memset(&stream->seg, 0, sizeof(stream->seg));
	memset(&stream->lf, 0, sizeof(stream->lf));
	stream->lf.ref_deltas[0] = 1;
	stream->lf.ref_deltas[2] = -1;
	stream->lf.ref_deltas[3] = -1;
}

static void read_deltas(struct svp_bits *bits, int8_t *deltas, size_t count)
{
	size_t n = 0;

	for (n = 0; n < count; n++)
		if (svp_bit(bits))
			deltas[n] = (int8_t)svp_signed(bits, 6);
}

/* Section 6.2.8 */
static void read_loop_filter(struct svp_bits *bits,
			     struct svp_vp9_loop_filter *lf)
{
	lf->level = (uint8_t)svp_literal(bits, 6);
	lf->sharpness = (uint8_t)svp_literal(bits, 3);
	lf->flags = 0;
	if (!svp_bit(bits))
		return;
	lf->flags = SVP_VP9_FILTER_DELTA_ENABLED;
	if (!svp_bit(bits))
		return;
	lf->flags |= SVP_VP9_FILTER_DELTA_UPDATE;
	read_deltas(bits, lf->ref_deltas, sizeof(lf->ref_deltas));
	read_deltas(bits, lf->mode_deltas, sizeof(lf->mode_deltas));
}

static int8_t read_quantizer_delta(struct svp_bits *bits)
{
	return svp_bit(bits) ? (int8_t)svp_signed(bits, 4) : 0;
}

/* Section 6.2.9 */
static void read_quantization(struct svp_bits *bits,
			      struct svp_vp9_quantization *quant)
{
	quant->base_q_idx = (uint8_t)svp_literal(bits, 8);
	quant->delta_q_y_dc = read_quantizer_delta(bits);
	quant->delta_q_uv_dc = read_quantizer_delta(bits);
	quant->delta_q_uv_ac = read_quantizer_delta(bits);
}

static uint8_t read_probability(struct svp_bits *bits)
{
	return svp_bit(bits) ? (uint8_t)svp_literal(bits, 8) : 255;
}

static void read_segment(struct svp_bits *bits, int16_t *data,
			 uint8_t *enabled)
{
	/* Quantizer, filter level, reference, skip */
	static const struct {
		uint8_t bits;
		bool is_signed;
	} features[] = { { 8, true }, { 6, true }, { 2, false }, { 0, false } };
	unsigned int n = 0;

	*enabled = 0;
	for (n = 0; n < sizeof(features) / sizeof(features[0]); n++) {
		data[n] = 0;
		if (!svp_bit(bits))
			continue;
		*enabled |= (uint8_t)(1u << n);
		data[n] = features[n].is_signed ?
			  (int16_t)svp_signed(bits, features[n].bits) :
			  (int16_t)svp_literal(bits, features[n].bits);
	}
}

/* Section 6.2.11 */
static void read_segmentation(struct svp_bits *bits,
			      struct svp_vp9_segmentation *seg)
{
	unsigned int n = 0;

	seg->flags &= SVP_VP9_SEGMENTS_ABSOLUTE;
	if (!svp_bit(bits))
		return;
	seg->flags |= SVP_VP9_SEGMENTS_ENABLED;
	if (svp_bit(bits)) {
		seg->flags |= SVP_VP9_SEGMENTS_UPDATE_MAP;
		for (n = 0; n < sizeof(seg->tree_probs); n++)
			seg->tree_probs[n] = read_probability(bits);
		if (svp_bit(bits))
			seg->flags |= SVP_VP9_SEGMENTS_TEMPORAL;
		for (n = 0; n < sizeof(seg->pred_probs); n++)
			seg->pred_probs[n] =
				seg->flags & SVP_VP9_SEGMENTS_TEMPORAL ?
				read_probability(bits) : NO_TEMPORAL_CONTEXT;
	}
	if (!svp_bit(bits))
		return;
	seg->flags |= SVP_VP9_SEGMENTS_UPDATE_DATA;
	seg->flags &= (uint8_t)~SVP_VP9_SEGMENTS_ABSOLUTE;
	if (svp_bit(bits))
		seg->flags |= SVP_VP9_SEGMENTS_ABSOLUTE;
	for (n = 0; n < sizeof(seg->feature_enabled); n++)
		read_segment(bits, seg->feature_data[n],
			     seg->feature_enabled + n);
}

/* Section 6.2.13 */
static void read_tiles(struct svp_bits *bits,
		       struct svp_vp9_frame_header *header)
{
	unsigned int width = (header->frame_width_minus_1 + 64u) / 64 * 64;
	uint8_t columns = 0;

	while ((unsigned int)MAX_TILE_WIDTH << columns < width)
		columns++;
	while (width >> (columns + 1) >= MIN_TILE_WIDTH && svp_bit(bits))
		columns++;
	header->tile_cols_log2 = columns;
	if (svp_bit(bits))
		header->tile_rows_log2 = svp_bit(bits) ? 2 : 1;
}

/* What is behind the part that depends on the frame's type */
static const char *read_rest(struct svp_bits *bits,
			     struct svp_vp9_stream *stream,
			     struct svp_vp9_frame_header *header)
{
	bool is_resilient = header->flags & SVP_VP9_ERROR_RESILIENT;

	header->bit_depth = stream->bit_depth;
	header->flags |= stream->color;
	if (is_resilient) {
		header->flags |= SVP_VP9_PARALLEL;
	} else {
		header->flags |= svp_bit(bits) ? SVP_VP9_REFRESH_CONTEXT : 0;
		header->flags |= svp_bit(bits) ? SVP_VP9_PARALLEL : 0;
	}
	header->frame_context_idx = (uint8_t)svp_literal(bits, 2);
	if (is_resilient ||
	    header->flags & (SVP_VP9_KEY_FRAME | SVP_VP9_INTRA_ONLY))
		forget_earlier_frames(stream);
	read_loop_filter(bits, &stream->lf);
	read_quantization(bits, &header->quant);
	read_segmentation(bits, &stream->seg);
	read_tiles(bits, header);
	header->lf = stream->lf;
	header->seg = stream->seg;
	header->compressed_header_size = (uint16_t)svp_literal(bits, 16);
	header->uncompressed_header_size = (uint16_t)((bits->at + 7) / 8);

	return header->compressed_header_size ? NULL :
	       "the compressed header is empty";
}

/* Section 6.2 */
const char *svp_vp9_parse_uncompressed(struct svp_bits *bits,
				       struct svp_vp9_stream *stream,
				       struct svp_vp9_frame *frame)
{
	struct svp_vp9_frame_header *header = &frame->header;
	const char *fault = NULL;
	uint32_t reset = 0;

	if (svp_literal(bits, 2) != FRAME_MARKER)
		return "there is no frame marker";
	header->profile = svp_bit(bits) ? 1 : 0;
	header->profile |= svp_bit(bits) ? 2 : 0;
	if (header->profile % 2)
		return "only profiles 0 and 2 are decoded";
	if (svp_bit(bits)) {
		frame->kind = SVP_VP9_EXISTING;
		frame->slot = (uint8_t)svp_literal(bits, 3);
		return stream->slots[frame->slot].width ? NULL :
		       "the picture to be shown is not there";
	}
	header->flags |= svp_bit(bits) ? 0 : SVP_VP9_KEY_FRAME;
	header->flags |= svp_bit(bits) ? SVP_VP9_SHOW_FRAME : 0;
	header->flags |= svp_bit(bits) ? SVP_VP9_ERROR_RESILIENT : 0;
	if (!(header->flags & SVP_VP9_KEY_FRAME)) {
		if (!(header->flags & SVP_VP9_SHOW_FRAME) && svp_bit(bits))
			header->flags |= SVP_VP9_INTRA_ONLY;
		if (!(header->flags & SVP_VP9_ERROR_RESILIENT))
			reset = svp_literal(bits, 2);
		/* Section 7.2: 0 and 1 are the same, V4L2 has one number less */
		header->reset_frame_context = (uint8_t)(reset ? reset - 1 : 0);
	}
	fault = header->flags & (SVP_VP9_KEY_FRAME | SVP_VP9_INTRA_ONLY) ?
		read_intra(bits, stream, frame) :
		read_references(bits, stream, frame);

	return fault ? fault : read_rest(bits, stream, header);
}
