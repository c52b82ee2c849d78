/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Atomic commits; see kms.h. */
#include "kms.h"

#include <errno.h>
#include <string.h>

void commit_set(struct commit *commit, const struct display *display,
		uint32_t object, uint32_t type, const char *name,
		uint64_t value)
{
	if (commit->count == MAX_VALUES)
		return;
	commit->values[commit->count].object = object;
	commit->values[commit->count].property =
		property_of(display, object, type, name, NULL);
	commit->values[commit->count].value = value;
	commit->count++;
}

void commit_plane(struct commit *commit, const struct display *display,
		  uint32_t plane, uint32_t picture, uint32_t width,
		  uint32_t height)
{
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{ "FB_ID", picture },
		{ "CRTC_ID", picture ? display->crtc : 0 },
		{ "SRC_X", 0 },
		{ "SRC_Y", 0 },
		{ "SRC_W", (uint64_t)width << 16 },
		{ "SRC_H", (uint64_t)height << 16 },
		{ "CRTC_X", 0 },
		{ "CRTC_Y", 0 },
		{ "CRTC_W", width },
		{ "CRTC_H", height },
	};
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		commit_set(commit, display, plane, DRM_MODE_OBJECT_PLANE,
			   values[i].name, values[i].value);
}

void commit_screen(struct commit *commit, const struct display *display,
		   uint32_t mode_blob, int active)
{
	commit_set(commit, display, display->crtc, DRM_MODE_OBJECT_CRTC,
		   "MODE_ID", mode_blob);
	commit_set(commit, display, display->crtc, DRM_MODE_OBJECT_CRTC,
		   "ACTIVE", active);
	commit_set(commit, display, display->connector,
		   DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
		   active ? display->crtc : 0);
}

int commit_now(const struct display *display, const struct commit *commit,
	       uint32_t flags)
{
	uint32_t objects[MAX_VALUES], counts[MAX_VALUES];
	uint32_t properties[MAX_VALUES];
	uint64_t values[MAX_VALUES];
	struct drm_mode_atomic request = {
		.flags = flags,
		.count_objs = commit->count,
		.objs_ptr = (uintptr_t)objects,
		.count_props_ptr = (uintptr_t)counts,
		.props_ptr = (uintptr_t)properties,
		.prop_values_ptr = (uintptr_t)values,
	};
	unsigned int i;

	/* An object may come several times, with one property each. */
	for (i = 0; i < commit->count; i++) {
		objects[i] = commit->values[i].object;
		counts[i] = 1;
		properties[i] = commit->values[i].property;
		values[i] = commit->values[i].value;
	}
	return kms_call(display->file, DRM_IOCTL_MODE_ATOMIC, &request);
}

int screen_in(const struct display *display,
	      const struct drm_mode_modeinfo *mode)
{
	struct commit commit = { .count = 0 };
	uint32_t blob;
	int ret = create_blob(display->file, mode, sizeof(*mode), &blob);

	if (ret)
		return ret;
	commit_screen(&commit, display, blob, 1);
	commit_plane(&commit, display, display->primary, display->picture,
		     mode->hdisplay, mode->vdisplay);
	ret = commit_now(display, &commit, DRM_MODE_ATOMIC_ALLOW_MODESET);
	destroy_blob(display->file, blob);
	return ret;
}

int screen_on(const struct display *display)
{
	return screen_in(display, &display->mode);
}

int screen_off(const struct display *display)
{
	struct commit commit = { .count = 0 };
	unsigned int i;

	for (i = 0; i < display->plane_count; i++) {
		commit_set(&commit, display, display->planes[i],
			   DRM_MODE_OBJECT_PLANE, "FB_ID", 0);
		commit_set(&commit, display, display->planes[i],
			   DRM_MODE_OBJECT_PLANE, "CRTC_ID", 0);
	}
	commit_screen(&commit, display, 0, 0);
	return commit_now(display, &commit, DRM_MODE_ATOMIC_ALLOW_MODESET);
}
