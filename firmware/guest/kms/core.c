/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients of a driver, and property blobs: core_getversion, core_auth, core_setmaster and kms_prop_blob of IGT. */
#include "kms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../probe/check.h"

static void check_version(const struct display *display)
{
	char name[32] = "";
	struct drm_version version = { .name = name,
				       .name_len = sizeof(name) - 1 };
	struct drm_get_cap dumb = { .capability = DRM_CAP_DUMB_BUFFER };
	struct drm_get_cap clock = { .capability =
					     DRM_CAP_TIMESTAMP_MONOTONIC };
	struct drm_get_cap none = { .capability = 0xffff };

	check("kms.core.version", "ok",
	      errno_name(kms_call(display->file, DRM_IOCTL_VERSION, &version)));
	check("kms.core.name", "imx",
	      strncmp(name, "imx", 3) ? name : "imx");
	kms_call(display->file, DRM_IOCTL_GET_CAP, &dumb);
	check("kms.core.dumb-buffers", "1", text("%d", (int)dumb.value));
	kms_call(display->file, DRM_IOCTL_GET_CAP, &clock);
	check("kms.core.monotonic-time", "1", text("%d", (int)clock.value));
	check("kms.core.unknown-capability", "EINVAL",
	      errno_name(kms_call(display->file, DRM_IOCTL_GET_CAP, &none)));
}

/* One client at a time sets modes; another one may only after that. */
static void check_master(const struct display *display)
{
	struct drm_mode_crtc crtc = { .crtc_id = display->crtc };
	struct drm_auth token = { .magic = 0 };
	int other = kms_open();

	check("kms.master.second-client", "ok",
	      errno_name(other < 0 ? ENODEV : 0));
	check("kms.master.is-taken", "EBUSY",
	      errno_name(kms_call(other, DRM_IOCTL_SET_MASTER, NULL)));
	check("kms.master.mode-without", "EACCES",
	      errno_name(kms_call(other, DRM_IOCTL_MODE_SETCRTC, &crtc)));
	check("kms.auth.token", "ok",
	      errno_name(kms_call(other, DRM_IOCTL_GET_MAGIC, &token)));
	check("kms.auth.by-master", "ok",
	      errno_name(kms_call(display->file, DRM_IOCTL_AUTH_MAGIC,
				  &token)));
	check("kms.auth.twice", "EINVAL",
	      errno_name(kms_call(display->file, DRM_IOCTL_AUTH_MAGIC,
				  &token)));
	check("kms.master.given-up", "ok",
	      errno_name(kms_call(display->file, DRM_IOCTL_DROP_MASTER, NULL)));
	check("kms.master.taken-over", "ok",
	      errno_name(kms_call(other, DRM_IOCTL_SET_MASTER, NULL)));
	check("kms.master.commit-without", "EACCES",
	      errno_name(screen_on(display)));
	close(other);
	check("kms.master.back", "ok",
	      errno_name(kms_call(display->file, DRM_IOCTL_SET_MASTER, NULL)));
}

void check_core(struct display *display)
{
	check_version(display);
	check_master(display);
}

static int get_blob(int file, uint32_t id, void *data, uint32_t *size)
{
	struct drm_mode_get_blob blob = { .blob_id = id,
					  .length = *size,
					  .data = (uintptr_t)data };
	int ret = kms_call(file, DRM_IOCTL_MODE_GETPROPBLOB, &blob);

	*size = blob.length;
	return ret;
}

void check_blobs(struct display *display)
{
	static const char content[] = "any bytes at all";
	char back[sizeof(content)] = "";
	uint32_t size = sizeof(back), id = 0, unused;
	int other = kms_open();

	check("kms.blob.create", "ok",
	      errno_name(create_blob(display->file, content, sizeof(content),
				     &id)));
	check("kms.blob.read", "ok",
	      errno_name(get_blob(display->file, id, back, &size)));
	check("kms.blob.content", content, back);
	check("kms.blob.size", text("%zu", sizeof(content)),
	      text("%u", size));
	check("kms.blob.of-another-client", "EPERM",
	      errno_name(destroy_blob(other, id)));
	check("kms.blob.destroy", "ok",
	      errno_name(destroy_blob(display->file, id)));
	check("kms.blob.destroy-twice", "ENOENT",
	      errno_name(destroy_blob(display->file, id)));
	size = sizeof(back);
	check("kms.blob.read-after", "ENOENT",
	      errno_name(get_blob(display->file, id, back, &size)));
	check("kms.blob.empty", "EINVAL",
	      errno_name(create_blob(display->file, content, 0, &unused)));
	check("kms.blob.from-nowhere", "EFAULT",
	      errno_name(create_blob(display->file, NULL, 16, &unused)));

	create_blob(other, content, sizeof(content), &id);
	close(other);
	size = sizeof(back);
	check("kms.blob.ends-with-its-client", "ENOENT",
	      errno_name(get_blob(display->file, id, back, &size)));
}
