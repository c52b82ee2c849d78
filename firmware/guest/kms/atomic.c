/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Planes and atomic commits, right and wrong ones: kms_plane, kms_atomic and kms_addfb_basic of IGT. */
#include "kms.h"

#include <errno.h>

#include "../probe/check.h"

/* Whether a property's new value could be committed with the screen on */
static int test(const struct display *display, uint32_t object, uint32_t type,
		const char *name, uint64_t value, uint32_t flags)
{
	struct commit commit = { .count = 0 };

	commit_set(&commit, display, object, type, name, value);
	return commit_now(display, &commit,
			  DRM_MODE_ATOMIC_TEST_ONLY | flags);
}

static int test_primary(const struct display *display, const char *name,
			uint64_t value)
{
	return test(display, display->primary, DRM_MODE_OBJECT_PLANE, name,
		    value, 0);
}

static int test_crtc(const struct display *display, const char *name,
		     uint64_t value, uint32_t flags)
{
	return test(display, display->crtc, DRM_MODE_OBJECT_CRTC, name, value,
		    flags);
}

static int try_picture(const struct display *display, uint32_t fourcc,
		       uint32_t pitch, uint32_t offset, uint64_t modifier)
{
	struct drm_mode_create_dumb memory = { .width = 64,
					       .height = 64,
					       .bpp = 32 };
	struct drm_mode_fb_cmd2 picture = { .width = 64,
					    .height = 64,
					    .pixel_format = fourcc,
					    .flags = DRM_MODE_FB_MODIFIERS };
	int ret = kms_call(display->file, DRM_IOCTL_MODE_CREATE_DUMB, &memory);

	if (ret)
		return ret;
	picture.handles[0] = memory.handle;
	picture.pitches[0] = pitch;
	picture.offsets[0] = offset;
	picture.modifier[0] = modifier;
	ret = kms_call(display->file, DRM_IOCTL_MODE_ADDFB2, &picture);
	if (!ret)
		remove_picture(display->file, picture.fb_id);
	return ret;
}

static void check_pictures(const struct display *display)
{
	const uint32_t xrgb = 'X' | 'R' << 8 | '2' << 16 | '4' << 24;
	const uint32_t pitch = 64 * 4;

	check("kms.addfb.right", "ok",
	      errno_name(try_picture(display, xrgb, pitch, 0, 0)));
	check("kms.addfb.pitch-too-small", "EINVAL",
	      errno_name(try_picture(display, xrgb, pitch - 1, 0, 0)));
	check("kms.addfb.memory-too-small", "EINVAL",
	      errno_name(try_picture(display, xrgb, pitch, 1 << 20, 0)));
	check("kms.addfb.unknown-format", "EINVAL",
	      errno_name(try_picture(display, 0x20202020, pitch, 0, 0)));
	check("kms.addfb.unknown-modifier", "EINVAL",
	      errno_name(try_picture(display, xrgb, pitch, 0, ~1ull >> 8)));
}

/* Formats of RGB that show whatever their fourth component is */
static int is_opaque_rgb(uint32_t fourcc)
{
	char first = fourcc & 0xff, second = fourcc >> 8 & 0xff;

	return first == 'X' || ((first == 'R' || first == 'B') && second == 'X');
}

/* A plane over all of the screen, in each of these */
static void check_formats(const struct display *display, uint32_t plane)
{
	const uint32_t width = display->mode.hdisplay;
	const uint32_t height = display->mode.vdisplay;
	struct memory memory;
	uint32_t formats[MAX_FORMATS];
	struct drm_mode_get_plane info = {
		.plane_id = plane,
		.format_type_ptr = (uintptr_t)formats,
		.count_format_types = MAX_FORMATS,
	};
	unsigned int i, rgb = 0;
	uint32_t id;
	int ret = kms_call(display->file, DRM_IOCTL_MODE_GETPLANE, &info);

	if (!ret)
		ret = create_memory(display->file, width, height, &memory);
	for (i = 0; !ret && i < info.count_format_types; i++) {
		struct commit commit = { .count = 0 };

		if (!is_opaque_rgb(formats[i]))
			continue;
		ret = add_picture(display->file, &memory, formats[i], &id);
		if (ret)
			break;
		commit_plane(&commit, display, plane, id, width, height);
		ret = commit_now(display, &commit, DRM_MODE_ATOMIC_TEST_ONLY);
		remove_picture(display->file, id);
		rgb++;
	}
	check_named("ok", errno_name(ret), "kms.plane.%u.formats", plane);
	check_named("some", rgb ? "some" : "none", "kms.plane.%u.rgb-formats",
		    plane);
}

void check_planes(struct display *display)
{
	unsigned int i;

	check_pictures(display);
	check("kms.plane.screen-on", "ok", errno_name(screen_on(display)));
	for (i = 0; i < display->plane_count; i++)
		check_formats(display, display->planes[i]);
	check("kms.plane.screen-off", "ok", errno_name(screen_off(display)));
}

static void check_wrong_planes(const struct display *display)
{
	const uint32_t width = display->mode.hdisplay;

	check("kms.atomic.plane.no-picture-of-that-number", "EINVAL",
	      errno_name(test_primary(display, "FB_ID", 0xffff)));
	check("kms.atomic.plane.object-of-another-kind", "EINVAL",
	      errno_name(test_primary(display, "FB_ID", display->crtc)));
	check("kms.atomic.plane.crtc-of-another-kind", "EINVAL",
	      errno_name(test_primary(display, "CRTC_ID", display->primary)));
	check("kms.atomic.plane.picture-without-crtc", "EINVAL",
	      errno_name(test_primary(display, "CRTC_ID", 0)));
	check("kms.atomic.plane.crtc-without-picture", "EINVAL",
	      errno_name(test_primary(display, "FB_ID", 0)));
	check("kms.atomic.plane.source-beyond-picture", "ENOSPC",
	      errno_name(test_primary(display, "SRC_W",
				      (uint64_t)(width + 1) << 16)));
	check("kms.atomic.plane.source-shifted-out", "ENOSPC",
	      errno_name(test_primary(display, "SRC_X", 1 << 16)));
	check("kms.atomic.plane.place-overflows", "ERANGE",
	      errno_name(test_primary(display, "CRTC_X", 0x7fffffff)));
	check("kms.atomic.plane.type-is-fixed", "EINVAL",
	      errno_name(test_primary(display, "type", 0)));
}

static void check_wrong_screens(const struct display *display)
{
	struct drm_mode_modeinfo bad = display->mode;
	const uint32_t allow = DRM_MODE_ATOMIC_ALLOW_MODESET;
	uint32_t half, broken, same;

	bad.hsync_start = 0;
	create_blob(display->file, &display->mode, sizeof(bad) / 2, &half);
	create_blob(display->file, &bad, sizeof(bad), &broken);
	create_blob(display->file, &display->mode, sizeof(bad), &same);
	check("kms.atomic.crtc.no-blob", "EINVAL",
	      errno_name(test_crtc(display, "MODE_ID", 0xffff, allow)));
	check("kms.atomic.crtc.half-a-mode", "EINVAL",
	      errno_name(test_crtc(display, "MODE_ID", half, allow)));
	check("kms.atomic.crtc.impossible-mode", "EINVAL",
	      errno_name(test_crtc(display, "MODE_ID", broken, allow)));
	check("kms.atomic.crtc.same-mode", "ok",
	      errno_name(test_crtc(display, "MODE_ID", same, 0)));
	check("kms.atomic.crtc.active-is-a-bool", "EINVAL",
	      errno_name(test_crtc(display, "ACTIVE", 2, allow)));
	check("kms.atomic.crtc.off-needs-leave", "EINVAL",
	      errno_name(test_crtc(display, "ACTIVE", 0, 0)));
	check("kms.atomic.crtc.off-with-leave", "ok",
	      errno_name(test_crtc(display, "ACTIVE", 0, allow)));
	check("kms.atomic.crtc.no-mode-needs-off", "EINVAL",
	      errno_name(test_crtc(display, "MODE_ID", 0, allow)));
	check("kms.atomic.connector.crtc-of-another-kind", "EINVAL",
	      errno_name(test(display, display->connector,
			      DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
			      display->primary, allow)));
	destroy_blob(display->file, half);
	destroy_blob(display->file, broken);
	destroy_blob(display->file, same);
}

static void check_wrong_requests(const struct display *display)
{
	struct commit commit = { .count = 1 };
	const struct commit nothing = { .count = 0 };

	check("kms.atomic.nothing", "ok",
	      errno_name(commit_now(display, &nothing, 0)));
	check("kms.atomic.unknown-flag", "EINVAL",
	      errno_name(commit_now(display, &nothing, 1u << 31)));
	check("kms.atomic.test-with-event", "EINVAL",
	      errno_name(commit_now(display, &nothing,
				    DRM_MODE_ATOMIC_TEST_ONLY |
					    DRM_MODE_PAGE_FLIP_EVENT)));
	commit.values[0].object = 0xffff;
	check("kms.atomic.no-object", "ENOENT",
	      errno_name(commit_now(display, &commit, 0)));
	commit.values[0].object = display->primary;
	commit.values[0].property = 0xffff;
	check("kms.atomic.no-property", "ENOENT",
	      errno_name(commit_now(display, &commit, 0)));
	commit.values[0].property = display->crtc;
	check("kms.atomic.property-of-another-kind", "ENOENT",
	      errno_name(commit_now(display, &commit, 0)));
}

static uint64_t picture_of_primary(const struct display *display)
{
	uint64_t picture = 0;

	property_of(display, display->primary, DRM_MODE_OBJECT_PLANE, "FB_ID",
		    &picture);
	return picture;
}

void check_atomic(struct display *display)
{
	struct commit commit = { .count = 0 };

	check("kms.atomic.screen-on", "ok", errno_name(screen_on(display)));
	check_wrong_planes(display);
	check_wrong_screens(display);
	check_wrong_requests(display);
	check("kms.atomic.test-passes", "ok",
	      errno_name(test_primary(display, "FB_ID", display->other)));
	check("kms.atomic.test-changes-nothing", text("%u", display->picture),
	      text("%llu", (unsigned long long)picture_of_primary(display)));
	commit_set(&commit, display, display->primary, DRM_MODE_OBJECT_PLANE,
		   "FB_ID", display->other);
	check("kms.atomic.commit", "ok",
	      errno_name(commit_now(display, &commit, 0)));
	check("kms.atomic.is-there", text("%u", display->other),
	      text("%llu", (unsigned long long)picture_of_primary(display)));
	check("kms.atomic.screen-off", "ok", errno_name(screen_off(display)));
	check("kms.atomic.is-gone", "0",
	      text("%llu", (unsigned long long)picture_of_primary(display)));
}
