// SPDX-License-Identifier: GPL-2.0
/*
 * CRCs of frames, by debugfs. The chip makes none; an emulator may, and has
 * registers for them then. So they are read only if a parameter allows it.
 */
#include <drm/drm_print.h>
#include <drm/drm_vblank.h>
#include <linux/module.h>

#include "dcss.h"

static bool crcs;
module_param(crcs, bool, 0444);
MODULE_PARM_DESC(crcs, "The controller is an emulator's, with registers for CRCs of frames");

static const char *const dcss_crc_source = "auto";

static const char *const *dcss_crc_sources(struct drm_crtc *crtc, size_t *count)
{
	*count = 1;
	return &dcss_crc_source;
}

static int dcss_verify_crc_source(struct drm_crtc *crtc, const char *source,
				  size_t *values)
{
	*values = 1;
	return !source || !strcmp(source, dcss_crc_source) ? 0 : -EINVAL;
}

/* CRCs come with vertical blanks, which must not be turned off meanwhile. */
static int dcss_set_crc_source(struct drm_crtc *crtc, const char *source)
{
	struct dcss *dcss = to_dcss(crtc->dev);
	size_t values;
	int ret = dcss_verify_crc_source(crtc, source, &values);

	if (ret || dcss->crcs == !!source)
		return ret;
	if (source)
		ret = drm_crtc_vblank_get(crtc);
	else
		drm_crtc_vblank_put(crtc);
	if (!ret)
		WRITE_ONCE(dcss->crcs, source);
	return ret;
}

/* With the vertical blank of a frame, the CRC of one before it is there. */
void dcss_crc_vblank(struct dcss *dcss)
{
	u32 begun, frame, crc;

	if (!READ_ONCE(dcss->crcs))
		return;
	begun = dcss_read(dcss, FRAME_CRC + FRAME_CRC_BEGUN);
	frame = dcss_read(dcss, FRAME_CRC + FRAME_CRC_NUMBER);
	crc = dcss_read(dcss, FRAME_CRC + FRAME_CRC_VALUE);
	if (frame == dcss->crc_frame ||
	    frame != dcss_read(dcss, FRAME_CRC + FRAME_CRC_NUMBER))
		return;
	dcss->crc_frame = frame;
	drm_crtc_add_crc_entry(&dcss->crtc, true,
			       drm_crtc_vblank_count(&dcss->crtc) - (begun - frame),
			       &crc);
}

void dcss_crc_init(struct drm_crtc_funcs *funcs)
{
	if (!crcs)
		return;
	funcs->set_crc_source = dcss_set_crc_source;
	funcs->verify_crc_source = dcss_verify_crc_source;
	funcs->get_crc_sources = dcss_crc_sources;
}
