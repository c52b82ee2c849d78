// SPDX-License-Identifier: GPL-2.0-or-later
/* VP9's compressed header: how a frame changes probabilities. See headers.h. */

#include "headers.h"
#include "reader.h"

/* Probability that nothing changes, in parts of 256 */
#define UNCHANGED	252

/*
 * Section 6.3.5, inv_map_table: first 7, 20, 33 and so on, 20 numbers, then all
 * others from 1 on.
 */
#define COARSE		20
#define COARSE_FIRST	7
#define COARSE_STEP	13
#define LARGEST		253

static uint8_t mapped(uint32_t delta)
{
	uint32_t fine = delta - COARSE;
	uint32_t value = 0;

	if (delta < COARSE)
		return (uint8_t)(COARSE_FIRST + COARSE_STEP * delta);
	/* Every twelve of them a coarse one is left out */
	value = 1 + fine + (fine + COARSE_FIRST - 1) / (COARSE_STEP - 1);

	return (uint8_t)(value < LARGEST ? value : LARGEST);
}

/* Section 6.3.4, decode_term_subexp: below 254 */
static uint32_t read_delta(struct svp_bool *reader)
{
	uint32_t value = 0;

	if (!svp_decision(reader, 128))
		return svp_bool_literal(reader, 4);
	if (!svp_decision(reader, 128))
		return svp_bool_literal(reader, 4) + 16;
	if (!svp_decision(reader, 128))
		return svp_bool_literal(reader, 5) + 32;
	value = svp_bool_literal(reader, 7);
	if (value < 65)
		return value + 64;

	return (value << 1) - 1 + svp_bool_literal(reader, 1);
}

/* Section 6.3.3; what stays as it is remains 0 */
static void differences(struct svp_bool *reader, uint8_t *values, size_t count)
{
	size_t n = 0;

	for (n = 0; n < count; n++)
		if (svp_decision(reader, UNCHANGED))
			values[n] = mapped(read_delta(reader));
}

/* Section 6.3.17: the new value itself, which is odd */
static void vectors(struct svp_bool *reader, uint8_t *values, size_t count)
{
	size_t n = 0;

	for (n = 0; n < count; n++)
		if (svp_decision(reader, UNCHANGED))
			values[n] = (uint8_t)(svp_bool_literal(reader, 7) << 1 |
					      1);
}

#define ALL(array)	((uint8_t *)(array)), sizeof(array)

static bool is_lossless(const struct svp_vp9_quantization *quant)
{
	return !quant->base_q_idx && !quant->delta_q_y_dc &&
	       !quant->delta_q_uv_dc && !quant->delta_q_uv_ac;
}

static void read_tx_mode(struct svp_bool *reader,
			 struct svp_vp9_changes *changes)
{
	uint32_t mode = svp_bool_literal(reader, 2);

	if (mode == SVP_VP9_ALLOW_32X32)
		mode += svp_bool_literal(reader, 1);
	changes->tx_mode = (uint8_t)mode;
	if (mode != SVP_VP9_TX_SELECT)
		return;
	differences(reader, ALL(changes->tx8));
	differences(reader, ALL(changes->tx16));
	differences(reader, ALL(changes->tx32));
}

/* Section 6.3.7 */
static void read_coefficients(struct svp_bool *reader,
			      struct svp_vp9_changes *changes)
{
	static const uint8_t largest[] = { 0, 1, 2, 3, 3 };
	unsigned int size = 0, group = 0, band = 0;

	for (size = 0; size <= largest[changes->tx_mode]; size++) {
		if (!svp_decision(reader, 128))
			continue;
		/* Luma and chroma, intra and inter */
		for (group = 0; group < 4; group++)
			for (band = 0; band < 6; band++) {
				uint8_t (*contexts)[3] =
					changes->coef[size][group / 2]
						     [group % 2][band];

				/* The first band has half of the contexts */
				differences(reader, contexts[0],
					    3 * (band ? 6 : 3));
			}
	}
}

/* Section 6.3.12: two references only if not all are on one side in time */
static uint8_t read_reference_mode(struct svp_bool *reader, uint8_t sign_bias)
{
	const uint8_t all = (1u << SVP_VP9_REFERENCES) - 1;

	if (!(sign_bias & all) || (sign_bias & all) == all ||
	    !svp_decision(reader, 128))
		return SVP_VP9_SINGLE_REFERENCE;

	return svp_decision(reader, 128) ? SVP_VP9_SELECT_REFERENCE :
					   SVP_VP9_COMPOUND_REFERENCE;
}

static void read_vectors(struct svp_bool *reader, bool high_precision,
			 struct svp_vp9_vector_changes *mv)
{
	unsigned int n = 0;

	vectors(reader, ALL(mv->joint));
	for (n = 0; n < 2; n++) {
		vectors(reader, mv->sign + n, 1);
		vectors(reader, ALL(mv->classes[n]));
		vectors(reader, mv->class0_bit + n, 1);
		vectors(reader, ALL(mv->bits[n]));
	}
	for (n = 0; n < 2; n++) {
		vectors(reader, ALL(mv->class0_fr[n]));
		vectors(reader, ALL(mv->fr[n]));
	}
	for (n = 0; high_precision && n < 2; n++) {
		vectors(reader, mv->class0_hp + n, 1);
		vectors(reader, mv->hp + n, 1);
	}
}

static void read_inter(struct svp_bool *reader,
		       struct svp_vp9_frame_header *header,
		       struct svp_vp9_changes *changes)
{
	differences(reader, ALL(changes->inter_mode));
	if (header->interpolation_filter == SVP_VP9_FILTER_SWITCHABLE)
		differences(reader, ALL(changes->interp_filter));
	differences(reader, ALL(changes->is_inter));
	header->reference_mode =
		read_reference_mode(reader, header->ref_frame_sign_bias);
	if (header->reference_mode == SVP_VP9_SELECT_REFERENCE)
		differences(reader, ALL(changes->comp_mode));
	if (header->reference_mode != SVP_VP9_COMPOUND_REFERENCE)
		differences(reader, ALL(changes->single_ref));
	if (header->reference_mode != SVP_VP9_SINGLE_REFERENCE)
		differences(reader, ALL(changes->comp_ref));
	differences(reader, ALL(changes->y_mode));
	differences(reader, ALL(changes->partition));
	read_vectors(reader, header->flags & SVP_VP9_HIGH_PRECISION,
		     &changes->mv);
}

const char *svp_vp9_parse_compressed(const uint8_t *data, size_t size,
				     struct svp_vp9_frame *frame)
{
	struct svp_vp9_changes *changes = &frame->changes;
	struct svp_bool reader = { .range = 0 };

	svp_bool_start(&reader, data, size);
	if (svp_decision(&reader, 128))
		return "the compressed header's marker is not 0";
	if (!is_lossless(&frame->header.quant))
		read_tx_mode(&reader, changes);
	read_coefficients(&reader, changes);
	differences(&reader, ALL(changes->skip));
	if (!(frame->header.flags & (SVP_VP9_KEY_FRAME | SVP_VP9_INTRA_ONLY)))
		read_inter(&reader, &frame->header, changes);

	return svp_bits_overrun(&reader.bits) ?
	       "the compressed header ends early" : NULL;
}
