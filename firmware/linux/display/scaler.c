// SPDX-License-Identifier: GPL-2.0
/*
 * Scaling. A sample of the result lies between samples of the source; of its
 * place there, in 1/8192, the upper 4 bits of the fraction choose one of 16
 * sets of 7 taps. Centres of both pictures coincide.
 *
 * Enlarging: Catmull-Rom splines. Making smaller: a triangle as wide as two
 * samples of the result, cut to the taps that there are.
 */
#include <drm/drm_blend.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>

#include "dcss.h"

#define TAPS		7
#define CENTRE		3
#define PHASES		16
#define ONE		1024	/* a coefficient of 1 */
#define WHOLE		8192	/* a sample, of places */
#define HALF_PHASE	(WHOLE / PHASES / 2)
#define TAP_BLOCK	0x40	/* from a phase's first word to its second */

/* One direction of luma or of chroma; sizes in samples */
struct direction {
	u32 source;
	u32 result;
	s32 start;		/* of the first sample, in 1/8192 */
	bool nearest;
	bool five_taps;
};

/* Weight of a sample @distance sixteenths of a sample away, times 8192 */
static s64 enlarging_weight(u32 distance)
{
	s64 d = distance;

	if (d < PHASES)
		return 3 * d * d * d - 80 * d * d + 8192;
	if (d < 2 * PHASES)
		return -d * d * d + 80 * d * d - 2048 * d + 16384;
	return 0;
}

static s64 weight(const struct direction *direction, u32 distance)
{
	s64 reach;

	if (direction->source <= direction->result)
		return enlarging_weight(distance);
	reach = (s64)direction->source * PHASES -
		(s64)direction->result * distance;
	return max_t(s64, reach, 0);
}

/* Coefficients of a phase; their sum is 1 */
static void phase_taps(const struct direction *direction, int phase,
		       s32 taps[TAPS])
{
	int first = direction->five_taps ? 1 : 0;
	s64 weights[TAPS] = {};
	s64 sum = 0;
	s32 rest = ONE;
	int i;

	for (i = first; i < TAPS - first; i++) {
		weights[i] = weight(direction,
				    abs((i - CENTRE) * PHASES - phase));
		sum += weights[i];
	}
	for (i = 0; i < TAPS; i++) {
		taps[i] = div64_s64(2 * weights[i] * ONE +
				    (weights[i] < 0 ? -sum : sum), 2 * sum);
		rest -= taps[i];
	}
	taps[phase < PHASES / 2 ? CENTRE : CENTRE + 1] += rest;
}

static void set_taps(struct dcss *dcss, u32 at,
		     const struct direction *direction)
{
	s32 taps[TAPS];
	u32 t[TAPS];
	int phase, i;

	for (phase = 0; phase < PHASES; phase++, at += sizeof(u32)) {
		memset(taps, 0, sizeof(taps));
		if (direction->nearest)
			taps[CENTRE] = ONE;
		else
			phase_taps(direction, phase, taps);
		/* Filters of five taps stand where the first five would */
		for (i = 0; i < TAPS; i++)
			t[i] = !direction->five_taps ? taps[i] & 0xfff :
			       i < 5 ? taps[i + 1] & 0xfff : 0;
		dcss_list_add(dcss, at, t[0] << 16 | t[1] << 4 | t[2] >> 8);
		dcss_list_add(dcss, at + TAP_BLOCK,
			      (t[2] & 0xff) << 20 | t[3] << 8 | t[4] >> 4);
		dcss_list_add(dcss, at + 2 * TAP_BLOCK,
			      (t[4] & 0xf) << 24 | t[5] << 12 | t[6]);
	}
}

static u32 increment(const struct direction *direction)
{
	return (direction->source * WHOLE + direction->result / 2) /
	       direction->result;
}

/*
 * Where the first sample of luma, or of anything with as many samples, lies:
 * in the middle of what it stands for, and none away if nothing is scaled.
 */
static s32 start_of(const struct direction *direction)
{
	s32 step = increment(direction);

	return direction->nearest ? step / 2 : (step - WHOLE) / 2;
}

static void set_direction(struct dcss *dcss, u32 start, u32 mask, u32 taps,
			  const struct direction *direction)
{
	s32 place = direction->start;

	/* The hardware cuts places to phases; this makes it round them */
	if (!direction->nearest && (place || increment(direction) != WHOLE))
		place += HALF_PHASE;
	dcss_list_add(dcss, start, place & mask);
	dcss_list_add(dcss, start + SCALER_INCREMENT, increment(direction));
	set_taps(dcss, taps, direction);
}

static u32 size_word(u32 width, u32 height)
{
	return (height - 1) << 16 | (width - 1);
}

void dcss_scaler_set(struct dcss *dcss, unsigned int channel,
		     const struct drm_plane_state *state)
{
	const struct drm_format_info *info = state->fb->format;
	const struct dcss_format *format = dcss_format(info->format);
	bool turned = drm_rotation_90_or_270(state->rotation);
	u32 src_w = drm_rect_width(&state->src) >> 16;
	u32 src_h = drm_rect_height(&state->src) >> 16;
	u32 dst_w = drm_rect_width(&state->dst);
	u32 dst_h = drm_rect_height(&state->dst);
	u32 at = SCALER(channel);
	bool nearest = state->scaling_filter ==
		       DRM_SCALING_FILTER_NEAREST_NEIGHBOR;
	struct direction h = {
		.source = turned ? src_h : src_w,
		.result = dst_w,
		.nearest = nearest,
	};
	struct direction v = {
		.source = turned ? src_w : src_h,
		.result = dst_h,
		.nearest = nearest,
		.five_taps = format->source == SCALER_422,
	};
	struct direction chroma_h = h, chroma_v = v;
	u32 data = SCALER_ORDER(format->order);

	h.start = start_of(&h);
	v.start = start_of(&v);
	chroma_h.source /= info->hsub;
	chroma_v.source /= info->vsub;
	/* Cb and Cr lie at every other pixel, and between two lines of them */
	chroma_h.start = h.start / info->hsub;
	chroma_v.start = v.start / info->vsub -
			 (info->vsub == 2 && !nearest ? WHOLE / 4 : 0);

	if (info->is_yuv)
		data |= SCALER_YUV;
	if (format->source == SCALER_420)
		data |= SCALER_8_LINES;
	dcss_list_add(dcss, at + SCALER_SDATA_CTRL, data);
	dcss_list_add(dcss, at + SCALER_BIT_DEPTH,
		      format->ten_bits ? SCALER_TEN_BITS : 0);
	dcss_list_add(dcss, at + SCALER_SRC_FORMAT, format->source);
	dcss_list_add(dcss, at + SCALER_DST_FORMAT, SCALER_444);
	dcss_list_add(dcss, at + SCALER_SRC_LUMA,
		      size_word(h.source, v.source));
	dcss_list_add(dcss, at + SCALER_SRC_CHROMA,
		      size_word(chroma_h.source, chroma_v.source));
	dcss_list_add(dcss, at + SCALER_DST_LUMA, size_word(dst_w, dst_h));
	dcss_list_add(dcss, at + SCALER_DST_CHROMA, size_word(dst_w, dst_h));
	set_direction(dcss, at + SCALER_V_LUMA_START, SCALER_V_START_MASK,
		      at + SCALER_V_LUMA_TAPS, &v);
	set_direction(dcss, at + SCALER_H_LUMA_START, SCALER_H_START_MASK,
		      at + SCALER_H_LUMA_TAPS, &h);
	set_direction(dcss, at + SCALER_V_CHROMA_START, SCALER_V_START_MASK,
		      at + SCALER_V_CHROMA_TAPS, &chroma_v);
	set_direction(dcss, at + SCALER_H_CHROMA_START, SCALER_H_START_MASK,
		      at + SCALER_H_CHROMA_TAPS, &chroma_h);
}
