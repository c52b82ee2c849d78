// SPDX-License-Identifier: GPL-2.0
/*
 * The three planes: what they can do, and the order in which their stages are
 * programmed.
 */
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_blend.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_atomic_helper.h>
#include <drm/drm_print.h>

#include "dcss.h"

#define ALPHA_SHIFT	8	/* DRM has 16 bits, the hardware 8 */

/* Bytes of blue, green, red and alpha in a word */
#define SELECT(b, g, r, a)	((b) | (g) << 2 | (r) << 4 | (a) << 6)

#define WORDS(name, ...)						\
	{ .fourcc = DRM_FORMAT_##name, .pixel_size = 2,			\
	  .source = SCALER_444, .select = SELECT(__VA_ARGS__) }
#define TEN_BIT_WORDS(name, which)					\
	{ .fourcc = DRM_FORMAT_##name, .pixel_size = 2,			\
	  .source = SCALER_444, .select = SELECT(0, 1, 2, 3),		\
	  .ten_bits = true, .order = (which) }
#define PAIRS(name, luma, cr)						\
	{ .fourcc = DRM_FORMAT_##name, .pixel_size = 1,			\
	  .source = SCALER_422, .luma_first = (luma), .cr_first = (cr) }
#define PLANES(name, size, ten, cr)					\
	{ .fourcc = DRM_FORMAT_##name, .pixel_size = (size),		\
	  .source = SCALER_420, .ten_bits = (ten), .cr_first = (cr) }

static const struct dcss_format formats[] = {
	WORDS(XRGB8888, 0, 1, 2, 3),
	WORDS(ARGB8888, 0, 1, 2, 3),
	WORDS(XBGR8888, 2, 1, 0, 3),
	WORDS(ABGR8888, 2, 1, 0, 3),
	WORDS(RGBX8888, 1, 2, 3, 0),
	WORDS(RGBA8888, 1, 2, 3, 0),
	WORDS(BGRX8888, 3, 2, 1, 0),
	WORDS(BGRA8888, 3, 2, 1, 0),
	TEN_BIT_WORDS(XRGB2101010, 0),
	TEN_BIT_WORDS(ARGB2101010, 0),
	TEN_BIT_WORDS(XBGR2101010, 5),
	TEN_BIT_WORDS(ABGR2101010, 5),
	TEN_BIT_WORDS(RGBX1010102, 6),
	TEN_BIT_WORDS(RGBA1010102, 6),
	TEN_BIT_WORDS(BGRX1010102, 11),
	TEN_BIT_WORDS(BGRA1010102, 11),
	PAIRS(YUYV, true, false),
	PAIRS(YVYU, true, true),
	PAIRS(UYVY, false, false),
	PAIRS(VYUY, false, true),
	PLANES(NV12, 0, false, false),
	PLANES(NV21, 0, false, true),
	PLANES(P010, 1, true, false),
	PLANES(NV15, 0, true, false),
};

/* On top: with alpha */
static const u32 ui_formats[] = {
	DRM_FORMAT_ARGB8888,	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_ABGR8888,	DRM_FORMAT_XBGR8888,
	DRM_FORMAT_RGBA8888,	DRM_FORMAT_RGBX8888,
	DRM_FORMAT_BGRA8888,	DRM_FORMAT_BGRX8888,
	DRM_FORMAT_ARGB2101010, DRM_FORMAT_XRGB2101010,
	DRM_FORMAT_ABGR2101010, DRM_FORMAT_XBGR2101010,
	DRM_FORMAT_RGBA1010102, DRM_FORMAT_RGBX1010102,
	DRM_FORMAT_BGRA1010102, DRM_FORMAT_BGRX1010102,
};

/* Below: opaque */
static const u32 video_formats[] = {
	DRM_FORMAT_XRGB8888,	DRM_FORMAT_XBGR8888,
	DRM_FORMAT_RGBX8888,	DRM_FORMAT_BGRX8888,
	DRM_FORMAT_XRGB2101010, DRM_FORMAT_XBGR2101010,
	DRM_FORMAT_RGBX1010102, DRM_FORMAT_BGRX1010102,
	DRM_FORMAT_NV12,	DRM_FORMAT_NV21,
	DRM_FORMAT_P010,	DRM_FORMAT_NV15,
	DRM_FORMAT_YUYV,	DRM_FORMAT_YVYU,
	DRM_FORMAT_UYVY,	DRM_FORMAT_VYUY,
};

static const u64 ui_modifiers[] = {
	DRM_FORMAT_MOD_LINEAR,
	DRM_FORMAT_MOD_VIVANTE_TILED,
	DRM_FORMAT_MOD_VIVANTE_SUPER_TILED,
	DRM_FORMAT_MOD_INVALID,
};

/* VIVANTE_TILED of NV12 and NV15 is what Hantro's G2 writes: 4x4 samples */
static const u64 video_modifiers[] = {
	DRM_FORMAT_MOD_LINEAR,
	DRM_FORMAT_MOD_VIVANTE_TILED,
	DRM_FORMAT_MOD_INVALID,
};

const struct dcss_format *dcss_format(u32 fourcc)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

static bool dcss_modifier_supported(struct drm_plane *plane, u32 fourcc,
				    u64 modifier)
{
	struct dcss *dcss = to_dcss(plane->dev);
	const struct dcss_format *format = dcss_format(fourcc);

	if (!format)
		return false;
	if (modifier == DRM_FORMAT_MOD_LINEAR)
		return true;
	if (dcss_channel(dcss, plane) == DCSS_CHANNEL_UI)
		return modifier == DRM_FORMAT_MOD_VIVANTE_TILED ||
		       modifier == DRM_FORMAT_MOD_VIVANTE_SUPER_TILED;
	return modifier == DRM_FORMAT_MOD_VIVANTE_TILED &&
	       (fourcc == DRM_FORMAT_NV12 || fourcc == DRM_FORMAT_NV15);
}

/* Sizes of a source that the prefetch can do, in pixels */
static bool size_is_possible(const struct dcss_format *format, int width,
			     int height)
{
	int width_min = format->source == SCALER_420 ? 64 :
			format->source == SCALER_422 ? 32 : 16;

	return width >= width_min && height >= 8 && width <= DCSS_SIDE_MAX &&
	       height <= DCSS_SIDE_MAX;
}

static bool pixel_alpha(const struct drm_plane_state *state)
{
	return state->fb->format->has_alpha &&
	       state->pixel_blend_mode != DRM_MODE_BLEND_PIXEL_NONE;
}

/*
 * The blender multiplies colours by their alpha itself, and takes either that
 * or the plane's.
 */
static bool blend_is_possible(const struct drm_plane_state *state)
{
	return state->pixel_blend_mode == DRM_MODE_BLEND_COVERAGE &&
	       state->alpha >> ALPHA_SHIFT ==
		       DRM_BLEND_ALPHA_OPAQUE >> ALPHA_SHIFT;
}

static int dcss_plane_check(struct drm_plane *plane,
			    struct drm_atomic_commit *commit)
{
	struct drm_plane_state *state =
		drm_atomic_get_new_plane_state(commit, plane);
	unsigned int channel = dcss_channel(to_dcss(plane->dev), plane);
	const struct drm_crtc_state *crtc_state;
	const struct dcss_format *format;
	int down = channel == DCSS_CHANNEL_UI ? 3 : 5;
	int ret;

	if (!state->fb || !state->crtc)
		return 0;
	crtc_state = drm_atomic_get_new_crtc_state(commit, state->crtc);
	ret = drm_atomic_helper_check_plane_state(state, crtc_state,
						  DRM_PLANE_NO_SCALING / 8,
						  DRM_PLANE_NO_SCALING * down,
						  true, true);
	if (ret || !state->visible)
		return ret;

	if (pixel_alpha(state) && !blend_is_possible(state))
		return -EINVAL;
	format = dcss_format(state->fb->format->format);
	if (!size_is_possible(format, drm_rect_width(&state->src) >> 16,
			      drm_rect_height(&state->src) >> 16))
		return -EINVAL;
	return dcss_fetch_check(state);
}

static void set_place(struct dcss *dcss, unsigned int channel,
		      const struct drm_rect *place)
{
	dcss_list_add(dcss, DTG + DTG_CHANNEL_TOP(channel),
		      DTG_POINT(dcss->left + place->x1, dcss->top + place->y1));
	dcss_list_add(dcss, DTG + DTG_CHANNEL_BOTTOM(channel),
		      DTG_POINT(dcss->left + place->x2, dcss->top + place->y2));
}

static void set_alpha(struct dcss *dcss, const struct drm_plane_state *state)
{
	dcss->control &= ~(DTG_PIXEL_ALPHA | DTG_ALPHA(0xff));
	dcss->control |= DTG_ALPHA(state->alpha >> ALPHA_SHIFT);
	if (pixel_alpha(state))
		dcss->control |= DTG_PIXEL_ALPHA;
}

static void channel_off(struct dcss *dcss, unsigned int channel)
{
	dcss_list_add(dcss, DPR(channel) + DPR_SYSTEM_CTRL, 0);
	dcss_list_add(dcss, SCALER(channel) + SCALER_CTRL, 0);
	dcss_list_add(dcss, DTG + DTG_CHANNEL_TOP(channel), 0);
	dcss_list_add(dcss, DTG + DTG_CHANNEL_BOTTOM(channel), 0);
	dcss->control &= ~DTG_CHANNEL(channel);
}

void dcss_planes_off(struct dcss *dcss)
{
	unsigned int channel;

	for (channel = 0; channel < DCSS_CHANNELS; channel++)
		channel_off(dcss, channel);
	dcss_list_add(dcss, DTG + DTG_CONTROL, dcss->control);
}

static void dcss_plane_disable(struct drm_plane *plane,
			       struct drm_atomic_commit *commit)
{
	struct dcss *dcss = to_dcss(plane->dev);

	channel_off(dcss, dcss_channel(dcss, plane));
}

static void dcss_plane_update(struct drm_plane *plane,
			      struct drm_atomic_commit *commit)
{
	struct dcss *dcss = to_dcss(plane->dev);
	const struct drm_plane_state *state =
		drm_atomic_get_new_plane_state(commit, plane);
	unsigned int channel = dcss_channel(dcss, plane);

	if (!state->visible || !dcss_output_shows(dcss, state)) {
		channel_off(dcss, channel);
		return;
	}
	dcss_fetch_set(dcss, channel, state);
	dcss_scaler_set(dcss, channel, state);
	dcss_colour_set(dcss, channel, state);
	set_place(dcss, channel, &state->dst);
	if (channel == DCSS_CHANNEL_UI)
		set_alpha(dcss, state);
	dcss_list_add(dcss, DPR(channel) + DPR_SYSTEM_CTRL,
		      DPR_RUN | DPR_REPEAT);
	dcss_list_add(dcss, SCALER(channel) + SCALER_CTRL,
		      SCALER_ENABLE | SCALER_REPEAT);
	dcss->control |= DTG_CHANNEL(channel);
}

static const struct drm_plane_helper_funcs dcss_plane_helpers = {
	.atomic_check = dcss_plane_check,
	.atomic_update = dcss_plane_update,
	.atomic_disable = dcss_plane_disable,
};

static const struct drm_plane_funcs dcss_plane_funcs = {
	.update_plane = drm_atomic_helper_update_plane,
	.disable_plane = drm_atomic_helper_disable_plane,
	.destroy = drm_plane_cleanup,
	.reset = drm_atomic_helper_plane_reset,
	.atomic_duplicate_state = drm_atomic_helper_plane_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_plane_destroy_state,
	.format_mod_supported = dcss_modifier_supported,
};

/*
 * DRM has premultiplied colours everywhere; where they are asked for, and pixels
 * have alpha, the check says no.
 */
static int add_alpha_properties(struct drm_plane *plane)
{
	int ret = drm_plane_create_alpha_property(plane);

	return ret ?: drm_plane_create_blend_mode_property(plane,
							   BIT(DRM_MODE_BLEND_PREMULTI) |
							   BIT(DRM_MODE_BLEND_COVERAGE) |
							   BIT(DRM_MODE_BLEND_PIXEL_NONE));
}

/* What has formats of YCbCr */
static int add_colour_properties(struct drm_plane *plane)
{
	return drm_plane_create_color_properties(plane,
						 BIT(DRM_COLOR_YCBCR_BT601) |
						 BIT(DRM_COLOR_YCBCR_BT709) |
						 BIT(DRM_COLOR_YCBCR_BT2020),
						 BIT(DRM_COLOR_YCBCR_LIMITED_RANGE) |
						 BIT(DRM_COLOR_YCBCR_FULL_RANGE),
						 DRM_COLOR_YCBCR_BT709,
						 DRM_COLOR_YCBCR_LIMITED_RANGE);
}

static int plane_init(struct dcss *dcss, unsigned int channel,
		      enum drm_plane_type type)
{
	static const unsigned int filters =
		BIT(DRM_SCALING_FILTER_DEFAULT) |
		BIT(DRM_SCALING_FILTER_NEAREST_NEIGHBOR);
	bool ui = channel == DCSS_CHANNEL_UI;
	struct drm_plane *plane = &dcss->planes[channel];
	int ret;

	ret = drm_universal_plane_init(&dcss->drm, plane, 1, &dcss_plane_funcs,
				       ui ? ui_formats : video_formats,
				       ui ? ARRAY_SIZE(ui_formats) :
					    ARRAY_SIZE(video_formats),
				       ui ? ui_modifiers : video_modifiers,
				       type, NULL);
	if (ret)
		return ret;
	drm_plane_helper_add(plane, &dcss_plane_helpers);
	ret = drm_plane_create_zpos_immutable_property(plane,
						       DCSS_CHANNEL_VIDEO -
						       channel);
	if (!ret)
		ret = drm_plane_create_rotation_property(plane,
							 DRM_MODE_ROTATE_0,
							 (ui ? DRM_MODE_ROTATE_MASK :
							       DRM_MODE_ROTATE_0 |
							       DRM_MODE_ROTATE_180) |
							 DRM_MODE_REFLECT_MASK);
	if (!ret)
		ret = drm_plane_create_scaling_filter_property(plane, filters);
	if (!ret)
		ret = ui ? add_alpha_properties(plane) :
			   add_colour_properties(plane);
	return ret;
}

/*
 * The lowest plane is the primary one: what shows a picture by itself shows it
 * there, and a player on that plane has the others free.
 */
int dcss_planes_init(struct dcss *dcss)
{
	int ret;

	ret = plane_init(dcss, DCSS_CHANNEL_VIDEO, DRM_PLANE_TYPE_PRIMARY);
	if (!ret)
		ret = plane_init(dcss, DCSS_CHANNEL_PIP,
				 DRM_PLANE_TYPE_OVERLAY);
	if (!ret)
		ret = plane_init(dcss, DCSS_CHANNEL_UI,
				 DRM_PLANE_TYPE_OVERLAY);
	return ret;
}
