// SPDX-License-Identifier: GPL-2.0
/*
 * The connector: a chain of bridges from the device tree, and content
 * protection.
 *
 * User space asks for protection; secure software decides whether the link has
 * it, and says so in BLKCTL. From DESIRED to ENABLED, planes whose memory is not
 * Linux's stay off: nobody sees protected pictures on an open link for want of
 * patience. This is a courtesy to users. What keeps the pictures from an open
 * link against a hostile Linux is not here, but in the firewalls.
 */
#include <asm/page.h>
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_bridge.h>
#include <drm/drm_bridge_connector.h>
#include <drm/drm_drv.h>
#include <drm/drm_fb_dma_helper.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_dma_helper.h>
#include <drm/drm_of.h>
#include <drm/drm_print.h>
#include <drm/drm_sysfs.h>

#include "dcss.h"

#define LINK_POLL_MS	200

static bool link_is_protected(struct dcss *dcss)
{
	return readl(dcss->blkctl + BLKCTL_CONTROL) & BLKCTL_LINK_SECURE;
}

static bool is_protected_memory(struct drm_framebuffer *fb)
{
	dma_addr_t address = drm_fb_dma_get_gem_obj(fb, 0)->dma_addr;

	return !pfn_is_map_memory(PHYS_PFN(address));
}

/* False if the plane must be off because of what its memory is */
bool dcss_output_shows(struct dcss *dcss, const struct drm_plane_state *state)
{
	return dcss->connector->state->content_protection !=
		       DRM_MODE_CONTENT_PROTECTION_DESIRED ||
	       !is_protected_memory(state->fb);
}

/* Has all planes programmed again; locks are held */
static int commit_planes(struct dcss *dcss,
			 struct drm_modeset_acquire_ctx *context, u64 value)
{
	struct drm_connector_state *connector_state;
	struct drm_crtc_state *crtc_state;
	struct drm_atomic_commit *state;
	int ret;

	state = drm_atomic_commit_alloc(&dcss->drm);
	if (!state)
		return -ENOMEM;
	state->acquire_ctx = context;
	connector_state = drm_atomic_get_connector_state(state,
							 dcss->connector);
	ret = PTR_ERR_OR_ZERO(connector_state);
	if (ret)
		goto put;
	connector_state->content_protection = value;
	crtc_state = drm_atomic_get_crtc_state(state, &dcss->crtc);
	ret = PTR_ERR_OR_ZERO(crtc_state);
	if (!ret)
		ret = drm_atomic_commit(state);
put:
	drm_atomic_commit_put(state);
	return ret;
}

/* Grants what is desired, and takes back what the link has lost */
static void protection_work(struct work_struct *work)
{
	struct dcss *dcss = container_of(to_delayed_work(work), struct dcss,
					 protection);
	struct drm_property *property =
		dcss->drm.mode_config.content_protection_property;
	struct drm_modeset_acquire_ctx context;
	u64 wanted = link_is_protected(dcss) ?
			     DRM_MODE_CONTENT_PROTECTION_ENABLED :
			     DRM_MODE_CONTENT_PROTECTION_DESIRED;
	u64 now;
	int ret = 0;

	DRM_MODESET_LOCK_ALL_BEGIN((&dcss->drm), context, 0, ret);
	now = dcss->connector->state->content_protection;
	if (now != DRM_MODE_CONTENT_PROTECTION_UNDESIRED && now != wanted) {
		ret = commit_planes(dcss, &context, wanted);
		if (!ret)
			drm_sysfs_connector_property_event(dcss->connector,
							   property);
	}
	DRM_MODESET_LOCK_ALL_END((&dcss->drm), context, ret);
	if (ret)
		drm_err(&dcss->drm, "content protection: %d\n", ret);
	if (now != DRM_MODE_CONTENT_PROTECTION_UNDESIRED)
		schedule_delayed_work(&dcss->protection,
				      msecs_to_jiffies(LINK_POLL_MS));
}

/* After a commit: looks at the link if somebody wants protection */
void dcss_output_changed(struct dcss *dcss)
{
	if (dcss->connector->state->content_protection !=
	    DRM_MODE_CONTENT_PROTECTION_UNDESIRED)
		schedule_delayed_work(&dcss->protection, 0);
}

static int attach_protection(struct dcss *dcss)
{
	static const struct drm_prop_enum_list values[] = {
		{ DRM_MODE_CONTENT_PROTECTION_UNDESIRED, "Undesired" },
		{ DRM_MODE_CONTENT_PROTECTION_DESIRED, "Desired" },
		{ DRM_MODE_CONTENT_PROTECTION_ENABLED, "Enabled" },
	};
	struct drm_property *property;

	property = drm_property_create_enum(&dcss->drm, 0, "Content Protection",
					    values, ARRAY_SIZE(values));
	if (!property)
		return -ENOMEM;
	dcss->drm.mode_config.content_protection_property = property;
	drm_object_attach_property(&dcss->connector->base, property,
				   DRM_MODE_CONTENT_PROTECTION_UNDESIRED);
	return 0;
}

static void stop_protection(void *data)
{
	struct dcss *dcss = data;

	cancel_delayed_work_sync(&dcss->protection);
}

static const struct drm_encoder_funcs encoder_funcs = {
	.destroy = drm_encoder_cleanup,
};

int dcss_output_init(struct dcss *dcss)
{
	struct drm_device *drm = &dcss->drm;
	struct drm_bridge *bridge;
	int ret;

	INIT_DELAYED_WORK(&dcss->protection, protection_work);
	ret = devm_add_action_or_reset(drm->dev, stop_protection, dcss);
	if (ret)
		return ret;
	bridge = devm_drm_of_get_bridge(drm->dev, drm->dev->of_node, 0, 0);
	if (IS_ERR(bridge))
		return dev_err_probe(drm->dev, PTR_ERR(bridge),
				     "no bridge at port 0\n");
	dcss->encoder.possible_crtcs = drm_crtc_mask(&dcss->crtc);
	ret = drm_encoder_init(drm, &dcss->encoder, &encoder_funcs,
			       DRM_MODE_ENCODER_TMDS, NULL);
	if (!ret)
		ret = drm_bridge_attach(&dcss->encoder, bridge, NULL,
					DRM_BRIDGE_ATTACH_NO_CONNECTOR);
	if (ret)
		return ret;
	dcss->connector = drm_bridge_connector_init(drm, &dcss->encoder);
	if (IS_ERR(dcss->connector))
		return PTR_ERR(dcss->connector);
	return attach_protection(dcss);
}
