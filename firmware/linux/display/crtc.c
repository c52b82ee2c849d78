// SPDX-License-Identifier: GPL-2.0
/*
 * Timing: DTG counts from 0 through synchronization, porches and the active
 * part, so that a frame begins where the vertical blank does.
 */
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/drm_vblank.h>
#include <linux/interrupt.h>
#include <linux/pm_runtime.h>

#include "dcss.h"

#define TOTAL_MAX	8191	/* DTG's coordinates have 13 bits */

/* In percent of the last active line: when lists begin to be loaded */
#define LOAD_LINE	90
#define DB_LOAD_LINE	99

/* What the pixel clock may differ by, in 1/1000 */
#define CLOCK_TOLERANCE	5

static enum drm_mode_status dcss_mode_valid(struct drm_crtc *crtc,
					    const struct drm_display_mode *mode)
{
	struct dcss *dcss = to_dcss(crtc->dev);
	long wanted = mode->clock * 1000L;
	long got;

	if (mode->htotal > TOTAL_MAX || mode->vtotal > TOTAL_MAX)
		return MODE_BAD_VVALUE;
	if (mode->flags & DRM_MODE_FLAG_INTERLACE)
		return MODE_NO_INTERLACE;
	if (mode->flags & DRM_MODE_FLAG_DBLSCAN)
		return MODE_NO_DBLESCAN;
	got = clk_round_rate(dcss->pixel_clock, wanted);
	if (got <= 0 || abs(got - wanted) > wanted / 1000 * CLOCK_TOLERANCE)
		return MODE_CLOCK_RANGE;
	return MODE_OK;
}

/* Places of a mode in a frame, in pixels and lines */
struct frame {
	unsigned int width, height;	/* of all of it */
	unsigned int hsync, vsync;	/* lengths */
	unsigned int vfront;
	unsigned int left, right, top, bottom;	/* of the active part */
};

static struct frame frame_of(const struct drm_display_mode *mode)
{
	struct frame frame = {
		.width = mode->htotal,
		.height = mode->vtotal,
		.hsync = mode->hsync_end - mode->hsync_start,
		.vsync = mode->vsync_end - mode->vsync_start,
		.vfront = mode->vsync_start - mode->vdisplay,
	};

	frame.left = mode->htotal - mode->hsync_start - 1;
	frame.right = frame.left + mode->hdisplay;
	frame.top = mode->vtotal - mode->vdisplay - 1;
	frame.bottom = frame.top + mode->vdisplay;
	return frame;
}

static void set_timing(struct dcss *dcss, const struct drm_display_mode *mode)
{
	const struct frame frame = frame_of(mode);
	u32 hsync = mode->flags & DRM_MODE_FLAG_PHSYNC ? SUBSAM_POSITIVE : 0;
	u32 vsync = mode->flags & DRM_MODE_FLAG_PVSYNC ? SUBSAM_POSITIVE : 0;

	dcss->left = frame.left;
	dcss->top = frame.top;
	dcss_write(dcss, DTG + DTG_TOTAL,
		   DTG_POINT(frame.width - 1, frame.height - 1));
	dcss_write(dcss, DTG + DTG_DISPLAY_TOP,
		   DTG_POINT(frame.left, frame.top));
	dcss_write(dcss, DTG + DTG_DISPLAY_BOTTOM,
		   DTG_POINT(frame.right, frame.bottom));
	dcss_write(dcss, DTG + DTG_LOAD_LINES,
		   frame.bottom * DB_LOAD_LINE / 100);
	dcss_write(dcss, DTG + DTG_LINE0,
		   DTG_POINT(0, frame.bottom * LOAD_LINE / 100));
	dcss_write(dcss, DTG + DTG_LINE1, 0);

	dcss_write(dcss, SUBSAM + SUBSAM_COEFFICIENTS,
		   SUBSAM_DEFAULT_COEFFICIENTS);
	dcss_write(dcss, SUBSAM + SUBSAM_MODE, 0);
	dcss_write(dcss, SUBSAM + SUBSAM_CLIP_CB, SUBSAM_NO_CLIP);
	dcss_write(dcss, SUBSAM + SUBSAM_CLIP_CR, SUBSAM_NO_CLIP);
	dcss_write(dcss, SUBSAM + SUBSAM_DISPLAY,
		   DTG_POINT(frame.width - 1, frame.height - 1));
	dcss_write(dcss, SUBSAM + SUBSAM_HSYNC,
		   hsync | DTG_POINT(frame.width - 1, frame.hsync - 1));
	dcss_write(dcss, SUBSAM + SUBSAM_VSYNC,
		   vsync | DTG_POINT(frame.vfront - 1,
				     frame.vfront + frame.vsync - 1));
	dcss_write(dcss, SUBSAM + SUBSAM_DE_TOP,
		   SUBSAM_POSITIVE | DTG_POINT(frame.left, frame.top + 1));
	dcss_write(dcss, SUBSAM + SUBSAM_DE_BOTTOM,
		   DTG_POINT(frame.right, frame.bottom));
}

static void dcss_crtc_enable(struct drm_crtc *crtc,
			     struct drm_atomic_commit *state)
{
	struct dcss *dcss = to_dcss(crtc->dev);
	const struct drm_display_mode *mode = &crtc->state->adjusted_mode;
	int ret;

	ret = pm_runtime_resume_and_get(crtc->dev->dev);
	if (ret)
		drm_err(crtc->dev, "no power: %d\n", ret);
	/* A PLL that is on keeps its rate */
	clk_set_rate(dcss->pixel_clock, mode->clock * 1000UL);
	clk_prepare_enable(dcss->pixel_clock);
	set_timing(dcss, mode);
	dcss->control = DTG_START | DTG_OVERLAY_DATA | DTG_VIDEO_ALPHA |
			DTG_COMPONENT_ORDER | DTG_ALPHA(255);
	dcss_write(dcss, DTG + DTG_CONTROL, dcss->control);
	dcss_write(dcss, SUBSAM + SUBSAM_CTRL, SUBSAM_RUN);
	drm_crtc_vblank_on(crtc);
}

/* Channels first, and the frames in which they run: they would never be idle */
static void dcss_crtc_disable(struct drm_crtc *crtc,
			      struct drm_atomic_commit *state)
{
	struct dcss *dcss = to_dcss(crtc->dev);
	struct drm_pending_vblank_event *event;

	dcss_list_begin(dcss);
	dcss_planes_off(dcss);
	dcss_list_queue(dcss, NULL);
	if (!dcss_list_wait(dcss))
		drm_err(crtc->dev, "channels are not off\n");
	drm_crtc_vblank_off(crtc);
	dcss_mask_interrupts(dcss, DTG_INT_LOAD | DTG_INT_VBLANK, 0);
	dcss_write(dcss, SUBSAM + SUBSAM_CTRL, 0);
	dcss_write(dcss, DTG + DTG_CONTROL, dcss->control & ~DTG_START);

	spin_lock_irq(&crtc->dev->event_lock);
	event = crtc->state->event;
	crtc->state->event = NULL;
	if (event)
		drm_crtc_send_vblank_event(crtc, event);
	spin_unlock_irq(&crtc->dev->event_lock);

	clk_disable_unprepare(dcss->pixel_clock);
	pm_runtime_put(crtc->dev->dev);
}

static void dcss_crtc_begin(struct drm_crtc *crtc,
			    struct drm_atomic_commit *state)
{
	dcss_list_begin(to_dcss(crtc->dev));
}

static void dcss_crtc_flush(struct drm_crtc *crtc,
			    struct drm_atomic_commit *state)
{
	struct dcss *dcss = to_dcss(crtc->dev);
	struct drm_pending_vblank_event *event = crtc->state->event;

	crtc->state->event = NULL;
	if (event)
		drm_WARN_ON(crtc->dev, drm_crtc_vblank_get(crtc));
	dcss_list_add(dcss, DTG + DTG_CONTROL, dcss->control);
	dcss_list_queue(dcss, event);
}

static const struct drm_crtc_helper_funcs dcss_crtc_helpers = {
	.mode_valid = dcss_mode_valid,
	.atomic_enable = dcss_crtc_enable,
	.atomic_disable = dcss_crtc_disable,
	.atomic_begin = dcss_crtc_begin,
	.atomic_flush = dcss_crtc_flush,
};

irqreturn_t dcss_vblank_irq(int irq, void *data)
{
	struct dcss *dcss = data;
	struct drm_pending_vblank_event *event;

	if (!(dcss_read(dcss, DTG + DTG_INT_STATUS) & DTG_INT_VBLANK))
		return IRQ_NONE;
	dcss_write(dcss, DTG + DTG_INT_CLEAR, DTG_INT_VBLANK);
	event = dcss_list_shown(dcss);
	drm_crtc_handle_vblank(&dcss->crtc);
	dcss_crc_vblank(dcss);
	if (event) {
		spin_lock(&dcss->drm.event_lock);
		drm_crtc_send_vblank_event(&dcss->crtc, event);
		spin_unlock(&dcss->drm.event_lock);
		drm_crtc_vblank_put(&dcss->crtc);
	}
	return IRQ_HANDLED;
}

static int dcss_enable_vblank(struct drm_crtc *crtc)
{
	dcss_mask_interrupts(to_dcss(crtc->dev), 0, DTG_INT_VBLANK);
	return 0;
}

static void dcss_disable_vblank(struct drm_crtc *crtc)
{
	dcss_mask_interrupts(to_dcss(crtc->dev), DTG_INT_VBLANK, 0);
}

static const struct drm_crtc_funcs dcss_crtc_funcs = {
	.set_config = drm_atomic_helper_set_config,
	.page_flip = drm_atomic_helper_page_flip,
	.reset = drm_atomic_helper_crtc_reset,
	.atomic_duplicate_state = drm_atomic_helper_crtc_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_crtc_destroy_state,
	.enable_vblank = dcss_enable_vblank,
	.disable_vblank = dcss_disable_vblank,
};

int dcss_crtc_init(struct dcss *dcss)
{
	int ret;

	dcss->crtc_funcs = dcss_crtc_funcs;
	dcss_crc_init(&dcss->crtc_funcs);
	drm_crtc_helper_add(&dcss->crtc, &dcss_crtc_helpers);
	ret = drmm_crtc_init_with_planes(&dcss->drm, &dcss->crtc,
					 &dcss->planes[DCSS_CHANNEL_VIDEO],
					 NULL, &dcss->crtc_funcs, NULL);
	return ret ?: drm_vblank_init(&dcss->drm, 1);
}
