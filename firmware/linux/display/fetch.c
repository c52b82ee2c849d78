// SPDX-License-Identifier: GPL-2.0
/*
 * Where a channel's picture is, and how it lies in memory: prefetch, and for
 * tiles of the video decoders the detiler in front of it.
 */
#include <drm/drm_blend.h>
#include <drm/drm_fb_dma_helper.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_dma_helper.h>

#include "dcss.h"

/* Where the prefetch finds what the detiler makes of luma and chroma */
#define LUMA_WINDOW	0x00000000
#define CHROMA_WINDOW	0x10000000

#define DETILER_UNIT	8	/* pixels and lines that its sizes count */

static bool is_linear(const struct drm_framebuffer *fb)
{
	return fb->modifier == DRM_FORMAT_MOD_LINEAR;
}

static bool is_detiled(const struct drm_framebuffer *fb)
{
	return fb->format->is_yuv && !is_linear(fb);
}

static bool is_two_planes(const struct drm_framebuffer *fb)
{
	return fb->format->num_planes == 2;
}

/* Quarter turns need tiles; what the detiler makes comes line by line */
static bool rotation_is_possible(const struct drm_plane_state *state)
{
	if (is_detiled(state->fb))
		return state->rotation == DRM_MODE_ROTATE_0;
	return !is_linear(state->fb) ||
	       !drm_rotation_90_or_270(state->rotation);
}

int dcss_fetch_check(const struct drm_plane_state *state)
{
	const struct drm_framebuffer *fb = state->fb;
	const struct drm_rect *src = &state->src;
	bool from_corner = !src->x1 && !src->y1;

	if (!rotation_is_possible(state))
		return -EINVAL;
	/* The prefetch has one pitch for both planes */
	if (is_two_planes(fb) && fb->pitches[0] != fb->pitches[1])
		return -EINVAL;
	if (fb->pitches[0] > U16_MAX)
		return -EINVAL;
	/* Whole tiles of the GPU only; a chroma sample belongs to two lines */
	if (!is_linear(fb) && !is_detiled(fb) && !from_corner)
		return -EINVAL;
	if (fb->format->is_yuv && (src->x1 | src->y1) & (1 << 16))
		return -EINVAL;
	/* Four samples of ten bits stand in five bytes */
	if (fb->format->format == DRM_FORMAT_NV15 && src->x1 & (3 << 16))
		return -EINVAL;
	return 0;
}

static u32 plane_address(struct drm_framebuffer *fb, unsigned int plane)
{
	return drm_fb_dma_get_gem_obj(fb, plane)->dma_addr + fb->offsets[plane];
}

/* Bytes before pixel @x of a line of a plane */
static u32 line_offset(const struct drm_framebuffer *fb, unsigned int plane,
		       unsigned int x)
{
	const struct drm_format_info *info = fb->format;

	/* Cb and Cr of every other pixel take as much room as luma of all */
	if (info->format == DRM_FORMAT_NV15)
		return x / 4 * 5;
	return plane ? x / info->hsub * info->cpp[1] : x * info->cpp[0];
}

static u32 fetch_address(const struct drm_plane_state *state,
			 unsigned int plane)
{
	struct drm_framebuffer *fb = state->fb;
	unsigned int y = state->src.y1 >> 16;

	return plane_address(fb, plane) +
	       fb->pitches[plane] * (plane ? y / fb->format->vsub : y) +
	       line_offset(fb, plane, state->src.x1 >> 16);
}

/* Sizes of what is fetched are multiples of the bus's and the memory's */
static u32 fetched_width(const struct drm_framebuffer *fb,
			 const struct dcss_format *format, u32 width)
{
	if (fb->format->format == DRM_FORMAT_NV15)
		return round_up(width * 10 / 8, 64);
	if (!is_linear(fb) && !is_detiled(fb))
		return round_up(width, 4);
	return round_up(width, 64 >> format->pixel_size);
}

static u32 mode_of(const struct drm_framebuffer *fb,
		   const struct dcss_format *format)
{
	u32 mode = DPR_3_BUFFERS | DPR_PIXEL_SIZE(format->pixel_size) |
		   DPR_BYTES(format->select);

	if (fb->modifier == DRM_FORMAT_MOD_VIVANTE_TILED && !fb->format->is_yuv)
		mode |= DPR_TILES(1);
	if (fb->modifier == DRM_FORMAT_MOD_VIVANTE_SUPER_TILED)
		mode |= DPR_TILES(2);
	if (!is_two_planes(fb))
		mode |= DPR_4_LINES;
	else
		mode |= DPR_TWO_PLANES;
	if (fb->format->is_yuv)
		mode |= DPR_YUV;
	if (format->luma_first)
		mode |= DPR_LUMA_FIRST;
	if (format->cr_first)
		mode |= DPR_CR_FIRST;
	return mode;
}

static u32 frame_of(const struct drm_plane_state *state, u32 pitch)
{
	u32 frame = DPR_PITCH(pitch);

	if (state->rotation & DRM_MODE_REFLECT_X)
		frame |= DPR_FLIP_X;
	if (state->rotation & DRM_MODE_REFLECT_Y)
		frame |= DPR_FLIP_Y;
	if (state->rotation & DRM_MODE_ROTATE_90)
		frame |= DPR_QUARTER_TURNS(1);
	if (state->rotation & DRM_MODE_ROTATE_180)
		frame |= DPR_QUARTER_TURNS(2);
	if (state->rotation & DRM_MODE_ROTATE_270)
		frame |= DPR_QUARTER_TURNS(3);
	return frame;
}

/*
 * The bank that is not in use gets the new picture, and takes its turn with the
 * next frame. Returns the pitch of the lines that come out.
 */
static u32 set_detiler(struct dcss *dcss, unsigned int channel,
		       const struct drm_plane_state *state)
{
	struct drm_framebuffer *fb = state->fb;
	bool ten_bits = fb->format->format == DRM_FORMAT_NV15;
	u32 current_bank = dcss_read(dcss, DTRC(channel) + DTRC_CONTROL) &
			   DTRC_CURRENT_BANK;
	u32 bank = DTRC(channel) + (current_bank ? 0 : DTRC_BANK);
	u32 width = drm_rect_width(&state->src) >> 16;
	u32 height = drm_rect_height(&state->src) >> 16;
	/* A row of four lines of tiles has the pitch of four lines */
	u32 whole_width = ten_bits ? fb->pitches[0] / 5 * 4 : fb->pitches[0];
	u32 whole_height = round_up(fb->height, DETILER_UNIT);
	u32 bytes = whole_width * whole_height / 8 * (ten_bits ? 10 : 8);

	dcss_list_add(dcss, bank + DTRC_LUMA_DATA, plane_address(fb, 0));
	dcss_list_add(dcss, bank + DTRC_CHROMA_DATA, plane_address(fb, 1));
	dcss_list_add(dcss, bank + DTRC_LUMA_TABLE, 0);
	dcss_list_add(dcss, bank + DTRC_CHROMA_TABLE, 0);
	dcss_list_add(dcss, bank + DTRC_SIZE,
		      DTG_POINT(whole_width / DETILER_UNIT,
				whole_height / DETILER_UNIT));
	dcss_list_add(dcss, bank + DTRC_LUMA_WINDOW, LUMA_WINDOW);
	dcss_list_add(dcss, bank + DTRC_LUMA_WINDOW_END, LUMA_WINDOW + bytes);
	dcss_list_add(dcss, bank + DTRC_CHROMA_WINDOW, CHROMA_WINDOW);
	dcss_list_add(dcss, bank + DTRC_CHROMA_WINDOW_END,
		      CHROMA_WINDOW + bytes / 2);
	dcss_list_add(dcss, bank + DTRC_CROP_ORIGIN,
		      DTG_POINT(state->src.x1 >> 16, state->src.y1 >> 16));
	dcss_list_add(dcss, bank + DTRC_CROP_SIZE, DTG_POINT(width, height));
	dcss_list_add(dcss, bank + DTRC_SETTINGS,
		      DTRC_READY | DTRC_UNCOMPRESSED | DTRC_CROPS |
		      (ten_bits ? 0 : DTRC_EIGHT_BITS));
	dcss_list_add(dcss, DTRC(channel) + DTRC_CONTROL,
		      DTRC_DETILE | DTRC_BURST);
	return ten_bits ? width / 4 * 5 : width;
}

void dcss_fetch_set(struct dcss *dcss, unsigned int channel,
		    const struct drm_plane_state *state)
{
	const struct drm_framebuffer *fb = state->fb;
	const struct dcss_format *format = dcss_format(fb->format->format);
	u32 at = DPR(channel);
	u32 width = fetched_width(fb, format,
				  drm_rect_width(&state->src) >> 16);
	u32 height = drm_rect_height(&state->src) >> 16;
	u32 pitch = fb->pitches[0];
	u32 base[2] = { fetch_address(state, 0) };
	unsigned int plane;

	if (is_two_planes(fb))
		base[1] = fetch_address(state, 1);
	if (is_detiled(fb)) {
		pitch = set_detiler(dcss, channel, state);
		base[0] = LUMA_WINDOW;
		base[1] = CHROMA_WINDOW;
	} else if (channel != DCSS_CHANNEL_UI) {
		dcss_list_add(dcss, DTRC(channel) + DTRC_CONTROL,
			      DTRC_BYPASS | DTRC_BURST);
	}
	dcss_list_add(dcss, at + DPR_MODE_CTRL, mode_of(fb, format));
	dcss_list_add(dcss, at + DPR_FRAME_CTRL, frame_of(state, pitch));
	for (plane = 0; plane < fb->format->num_planes; plane++) {
		u32 there = at + DPR_PLANE(plane);
		u32 lines = plane ? height / fb->format->vsub : height;

		dcss_list_add(dcss, there + DPR_PLANE_CTRL, DPR_PLANE_ALL);
		dcss_list_add(dcss, there + DPR_PLANE_WIDTH, width);
		dcss_list_add(dcss, there + DPR_PLANE_HEIGHT,
			      round_up(lines, is_two_planes(fb) ? 8 : 4));
		dcss_list_add(dcss, there + DPR_PLANE_BASE, base[plane]);
	}
	dcss_list_add(dcss, at + DPR_RTRAM_CTRL,
		      DPR_RTRAM_THRESHOLDS |
		      (is_two_planes(fb) ? DPR_RTRAM_8_LINES : 0));
}
