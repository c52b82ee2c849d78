/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vertical blanks and page flips: kms_vblank and kms_flip of IGT. */
#include "kms.h"

#include <errno.h>

#include "../probe/check.h"

enum { FRAMES = 30, FLIPS = 60, MODE_CHANGES = 12 };

static uint64_t time_of(const union drm_wait_vblank *reply)
{
	return reply->reply.tval_sec * 1000000ull + reply->reply.tval_usec;
}

/*
 * Not shorter than frames are by the mode, within a hundredth. The first of
 * them may have been told late, by less than one.
 */
static void check_time(const struct display *display, const char *name,
		       uint64_t time, uint32_t frames)
{
	const struct drm_mode_modeinfo *mode = &display->mode;
	uint64_t frame = (uint64_t)mode->htotal * mode->vtotal * 1000 /
			 mode->clock; /* us */

	check(name, "in-time",
	      time * 100 >= frame * (frames - 1) * 99 ?
		      "in-time" :
		      text("%llu us for %u frames of %llu",
			   (unsigned long long)time, frames,
			   (unsigned long long)frame));
}

void check_vblanks(struct display *display)
{
	union drm_wait_vblank first, reply;
	struct flip event = { 0 };
	uint32_t i;
	int ret = 0;

	check("kms.vblank.off", "EINVAL",
	      errno_name(wait_vblank(display, _DRM_VBLANK_RELATIVE, 1, &reply)));
	check("kms.vblank.screen-on", "ok", errno_name(screen_on(display)));
	check("kms.vblank.query", "ok",
	      errno_name(wait_vblank(display, _DRM_VBLANK_RELATIVE, 0, &first)));
	check("kms.vblank.wait", "ok",
	      errno_name(wait_vblank(display, _DRM_VBLANK_RELATIVE, 1, &reply)));
	check("kms.vblank.comes-later", "yes",
	      (int32_t)(reply.reply.sequence - first.reply.sequence) >= 1 ?
		      "yes" : "no");
	check("kms.vblank.absolute", "ok",
	      errno_name(wait_vblank(display, _DRM_VBLANK_ABSOLUTE,
				     reply.reply.sequence + 3, &first)));
	check("kms.vblank.past", "ok",
	      errno_name(wait_vblank(display, _DRM_VBLANK_ABSOLUTE,
				     reply.reply.sequence, &first)));
	check("kms.vblank.event-asked-for", "ok",
	      errno_name(wait_vblank(display,
				     _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT,
				     2, &reply)));
	check("kms.vblank.event", "ok",
	      errno_name(wait_event(display, DRM_EVENT_VBLANK, &event)));
	check("kms.vblank.unknown-crtc", "EINVAL",
	      errno_name(wait_vblank(display, _DRM_VBLANK_RELATIVE |
				     (7 << _DRM_VBLANK_HIGH_CRTC_SHIFT), 1,
				     &reply)));

	wait_vblank(display, _DRM_VBLANK_RELATIVE, 1, &first);
	for (i = 0; i < FRAMES && !ret; i++)
		ret = wait_vblank(display, _DRM_VBLANK_RELATIVE, 1, &reply);
	check("kms.vblank.many", "ok", errno_name(ret));
	check_time(display, "kms.vblank.none-before-its-time",
		   time_of(&reply) - time_of(&first),
		   reply.reply.sequence - first.reply.sequence);
	check("kms.vblank.screen-off", "ok", errno_name(screen_off(display)));
	check("kms.vblank.off-again", "EINVAL",
	      errno_name(wait_vblank(display, _DRM_VBLANK_RELATIVE, 1, &reply)));
}

static int flip_to(const struct display *display, uint32_t picture)
{
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = display->crtc,
		.fb_id = picture,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	return kms_call(display->file, DRM_IOCTL_MODE_PAGE_FLIP, &flip);
}

static void check_many_flips(const struct display *display)
{
	struct flip first = { 0 }, before = { 0 }, now = { 0 };
	int in_order = 1, ret = 0;
	uint32_t i;

	for (i = 0; i < FLIPS && !ret; i++) {
		ret = flip_to(display, i % 2 ? display->picture :
					       display->other);
		if (!ret)
			ret = wait_event(display, DRM_EVENT_FLIP_COMPLETE, &now);
		if (i)
			in_order &= (int32_t)(now.frame - before.frame) >= 1;
		else
			first = now;
		before = now;
	}
	check("kms.flip.many", "ok", errno_name(ret));
	check("kms.flip.a-frame-each", "yes", in_order ? "yes" : "no");
	/* Numbers of frames are no measure: mainline counts one more a commit. */
	check_time(display, "kms.flip.none-before-its-time",
		   now.microseconds - first.microseconds, FLIPS - 1);
}

/* Each with a flip under way, and flips go on in the new mode. */
static void check_mode_changes(const struct display *display)
{
	struct flip event;
	unsigned int i;
	int ret = 0;

	for (i = 1; i <= MODE_CHANGES && !ret; i++) {
		ret = flip_to(display, display->other);
		if (!ret)
			ret = screen_in(display, &display->modes[i % display->mode_count]);
		if (!ret)
			ret = wait_event(display, DRM_EVENT_FLIP_COMPLETE, &event);
		if (!ret)
			ret = flip_to(display, display->other);
		if (!ret)
			ret = wait_event(display, DRM_EVENT_FLIP_COMPLETE, &event);
	}
	check("kms.flip.mode-changes", text("%d", MODE_CHANGES + 1),
	      text("%u", i));
	check("kms.flip.mode-changes-between-flips", "ok", errno_name(ret));
	check("kms.flip.first-mode", "ok", errno_name(screen_on(display)));
}

void check_flips(struct display *display)
{
	struct commit commit = { .count = 0 };
	struct flip event;
	uint32_t small;

	check("kms.flip.off", "EBUSY",
	      errno_name(flip_to(display, display->picture)));
	check("kms.flip.screen-on", "ok", errno_name(screen_on(display)));
	check("kms.flip.no-picture", "ENOENT",
	      errno_name(flip_to(display, 0xffff)));
	create_picture(display->file, 64, 64,
		       'X' | 'R' << 8 | '2' << 16 | '4' << 24, &small);
	check("kms.flip.picture-too-small", "ENOSPC",
	      errno_name(flip_to(display, small)));
	remove_picture(display->file, small);

	check("kms.flip.asked-for", "ok",
	      errno_name(flip_to(display, display->other)));
	check("kms.flip.done", "ok",
	      errno_name(wait_event(display, DRM_EVENT_FLIP_COMPLETE, &event)));
	commit_set(&commit, display, display->primary, DRM_MODE_OBJECT_PLANE,
		   "FB_ID", display->picture);
	check("kms.flip.commit-that-does-not-wait", "ok",
	      errno_name(commit_now(display, &commit,
				    DRM_MODE_ATOMIC_NONBLOCK |
					    DRM_MODE_PAGE_FLIP_EVENT)));
	check("kms.flip.its-event", "ok",
	      errno_name(wait_event(display, DRM_EVENT_FLIP_COMPLETE, &event)));
	check_many_flips(display);
	check_mode_changes(display);
	check("kms.flip.picture-removed-while-shown", "ok",
	      errno_name(remove_picture(display->file, display->picture)));
	check("kms.flip.with-nothing-shown", "EBUSY",
	      errno_name(flip_to(display, display->picture)));
	check("kms.flip.screen-off", "ok", errno_name(screen_off(display)));
}
