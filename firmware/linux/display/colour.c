// SPDX-License-Identifier: GPL-2.0
/*
 * YCbCr becomes R'G'B' of full range before the planes are blended. Tables of
 * the same pipes, which could change the transfer function, are not used.
 */
#include <drm/drm_color_mgmt.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>

#include "dcss.h"

#define NORM		13		/* a coefficient of 1 is 1 << NORM */
#define SCALE		10000		/* of the constants below */
#define CODE_MAX	1023
#define TEN_BITS_MASK	0x3ff

/* Weights of red and blue in luma (Rec. ITU-R BT.601, BT.709, BT.2020) */
static const struct {
	s32 red, blue;
} weights[] = {
	[DRM_COLOR_YCBCR_BT601] = { 2990, 1140 },
	[DRM_COLOR_YCBCR_BT709] = { 2126, 722 },
	[DRM_COLOR_YCBCR_BT2020] = { 2627, 593 },
};

/* @value / SCALE for a component that has @range codes where R has CODE_MAX */
static s32 coefficient(s64 value, s32 range)
{
	s64 divisor = (s64)SCALE * range;
	s64 product = 2 * value * CODE_MAX * (1 << NORM);

	return div64_s64(product + (product < 0 ? -divisor : divisor),
			 2 * divisor);
}

static void set_three(struct dcss *dcss, u32 at, s32 luma, s32 chroma)
{
	dcss_list_add(dcss, at, luma & TEN_BITS_MASK);
	dcss_list_add(dcss, at + 4, chroma & TEN_BITS_MASK);
	dcss_list_add(dcss, at + 8, chroma & TEN_BITS_MASK);
}

static void set_matrix(struct dcss *dcss, u32 at,
		       const struct drm_plane_state *state, bool ten_bits)
{
	bool full = state->color_range == DRM_COLOR_YCBCR_FULL_RANGE;
	/* Components of 8 bits stand in the upper ones of 10 */
	s32 whole = ten_bits ? CODE_MAX : 255 << 2;
	s32 luma = full ? whole : 219 << 2;
	s32 chroma = full ? whole : 224 << 2;
	s32 kr = weights[state->color_encoding].red;
	s32 kb = weights[state->color_encoding].blue;
	s32 kg = SCALE - kr - kb;
	s32 cr_to_red = 2 * (SCALE - kr);
	s32 cb_to_blue = 2 * (SCALE - kb);
	s32 y = coefficient(SCALE, luma);
	const s32 matrix[9] = {
		y, 0, coefficient(cr_to_red, chroma),
		y, coefficient(-(s64)cb_to_blue * kb / kg, chroma),
		coefficient(-(s64)cr_to_red * kr / kg, chroma),
		y, coefficient(cb_to_blue, chroma), 0,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(matrix); i++)
		dcss_list_add(dcss, at + HDR10_CSC_COEFFICIENTS + 4 * i,
			      matrix[i] & 0xffff);
	set_three(dcss, at + HDR10_CSC_PRE_OFFSET, full ? 0 : -64, -512);
	set_three(dcss, at + HDR10_CSC_PRE_MIN, full ? 0 : -64, -512);
	set_three(dcss, at + HDR10_CSC_PRE_MAX, CODE_MAX, 511);
	dcss_list_add(dcss, at + HDR10_CSC_NORM, NORM);
	for (i = 0; i < 3; i++) {
		dcss_list_add(dcss, at + HDR10_CSC_POST_OFFSET + 4 * i, 0);
		dcss_list_add(dcss, at + HDR10_CSC_POST_MIN + 4 * i, 0);
		dcss_list_add(dcss, at + HDR10_CSC_POST_MAX + 4 * i, CODE_MAX);
	}
}

void dcss_colour_set(struct dcss *dcss, unsigned int channel,
		     const struct drm_plane_state *state)
{
	const struct drm_format_info *info = state->fb->format;
	u32 at = HDR10(channel) + HDR10_CSC_A;

	if (!info->is_yuv) {
		dcss_list_add(dcss, at + HDR10_CSC_CONTROL, CSC_BYPASS);
		return;
	}
	set_matrix(dcss, at, state, dcss_format(info->format)->ten_bits);
	dcss_list_add(dcss, at + HDR10_CSC_CONTROL, CSC_ENABLE);
}
