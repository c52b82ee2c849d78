/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The display, its properties and pictures; see kms.h. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CARDS = 4, MAX_PROPERTIES = 64, EVENT_MS = 60000 };
enum { CONNECTED = 1, PLANE_PRIMARY = 1 };

int kms_call(int file, unsigned long request, void *argument)
{
	int result;

	do
		result = ioctl(file, request, argument);
	while (result && errno == EINTR);
	return result ? errno : 0;
}

int kms_open(void)
{
	struct drm_mode_card_res resources;
	char name[32];
	int card, file;

	for (card = 0; card < CARDS; card++) {
		snprintf(name, sizeof(name), "/dev/dri/card%d", card);
		file = open(name, O_RDWR | O_CLOEXEC);
		if (file < 0)
			continue;
		memset(&resources, 0, sizeof(resources));
		if (!kms_call(file, DRM_IOCTL_MODE_GETRESOURCES, &resources) &&
		    resources.count_crtcs)
			return file;
		close(file);
	}
	return -1;
}

uint32_t property_of(const struct display *display, uint32_t object,
		     uint32_t type, const char *name, uint64_t *value)
{
	uint32_t ids[MAX_PROPERTIES];
	uint64_t values[MAX_PROPERTIES];
	struct drm_mode_obj_get_properties list = {
		.obj_id = object,
		.obj_type = type,
		.props_ptr = (uintptr_t)ids,
		.prop_values_ptr = (uintptr_t)values,
		.count_props = MAX_PROPERTIES,
	};
	uint32_t i;

	if (kms_call(display->file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &list) ||
	    list.count_props > MAX_PROPERTIES)
		return 0;
	for (i = 0; i < list.count_props; i++) {
		struct drm_mode_get_property property = { .prop_id = ids[i] };

		if (!kms_call(display->file, DRM_IOCTL_MODE_GETPROPERTY,
			      &property) &&
		    !strcmp(property.name, name)) {
			if (value)
				*value = values[i];
			return ids[i];
		}
	}
	return 0;
}

int create_blob(int file, const void *data, uint32_t size, uint32_t *id)
{
	struct drm_mode_create_blob blob = { .data = (uintptr_t)data,
					     .length = size };
	int ret = kms_call(file, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob);

	*id = blob.blob_id;
	return ret;
}

int destroy_blob(int file, uint32_t id)
{
	struct drm_mode_destroy_blob blob = { .blob_id = id };

	return kms_call(file, DRM_IOCTL_MODE_DESTROYPROPBLOB, &blob);
}

int create_memory(int file, uint32_t width, uint32_t height,
		  struct memory *memory)
{
	struct drm_mode_create_dumb request = { .width = width,
						.height = height,
						.bpp = 32 };
	int ret = kms_call(file, DRM_IOCTL_MODE_CREATE_DUMB, &request);

	memory->handle = request.handle;
	memory->pitch = request.pitch;
	memory->width = width;
	memory->height = height;
	return ret;
}

int add_picture(int file, const struct memory *memory, uint32_t fourcc,
		uint32_t *id)
{
	struct drm_mode_fb_cmd2 picture = { .width = memory->width,
					    .height = memory->height,
					    .pixel_format = fourcc };
	int ret;

	picture.handles[0] = memory->handle;
	picture.pitches[0] = memory->pitch;
	ret = kms_call(file, DRM_IOCTL_MODE_ADDFB2, &picture);
	*id = picture.fb_id;
	return ret;
}

int create_picture(int file, uint32_t width, uint32_t height, uint32_t fourcc,
		   uint32_t *id)
{
	struct memory memory;
	int ret = create_memory(file, width, height, &memory);

	return ret ? ret : add_picture(file, &memory, fourcc, id);
}

int remove_picture(int file, uint32_t id)
{
	return kms_call(file, DRM_IOCTL_MODE_RMFB, &id);
}

static int find_connector(struct display *display, const uint32_t *ids,
			  uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct drm_mode_get_connector connector = { .connector_id =
								    ids[i] };

		/* without room for modes it looks for a screen */
		if (kms_call(display->file, DRM_IOCTL_MODE_GETCONNECTOR,
			     &connector) ||
		    connector.connection != CONNECTED ||
		    !connector.count_modes || connector.count_modes > MAX_MODES)
			continue;
		connector.modes_ptr = (uintptr_t)display->modes;
		connector.count_props = 0;
		connector.count_encoders = 0;
		if (kms_call(display->file, DRM_IOCTL_MODE_GETCONNECTOR,
			     &connector))
			continue;
		display->connector = ids[i];
		display->mode = display->modes[0];
		display->mode_count = connector.count_modes;
		return 0;
	}
	return ENODEV;
}

static int find_planes(struct display *display)
{
	struct drm_mode_get_plane_res planes = {
		.plane_id_ptr = (uintptr_t)display->planes,
		.count_planes = MAX_PLANES,
	};
	unsigned int i;
	int ret = kms_call(display->file, DRM_IOCTL_MODE_GETPLANERESOURCES,
			   &planes);

	if (ret || planes.count_planes > MAX_PLANES)
		return ret ? ret : E2BIG;
	display->plane_count = planes.count_planes;
	for (i = 0; i < planes.count_planes; i++) {
		uint64_t type = 0;

		property_of(display, display->planes[i], DRM_MODE_OBJECT_PLANE,
			    "type", &type);
		if (type == PLANE_PRIMARY)
			display->primary = display->planes[i];
	}
	return display->primary ? 0 : ENODEV;
}

static int set_capability(int file, uint64_t capability)
{
	struct drm_set_client_cap set = { .capability = capability,
					  .value = 1 };

	return kms_call(file, DRM_IOCTL_SET_CLIENT_CAP, &set);
}

int display_open(struct display *display)
{
	uint32_t connectors[8], crtcs[8];
	struct drm_mode_card_res resources = {
		.connector_id_ptr = (uintptr_t)connectors,
		.crtc_id_ptr = (uintptr_t)crtcs,
		.count_connectors = 8,
		.count_crtcs = 8,
	};
	const uint32_t xrgb = 'X' | 'R' << 8 | '2' << 16 | '4' << 24;
	int ret;

	memset(display, 0, sizeof(*display));
	display->file = kms_open();
	if (display->file < 0)
		return ENODEV;
	ret = kms_call(display->file, DRM_IOCTL_MODE_GETRESOURCES, &resources);
	if (!ret)
		ret = set_capability(display->file,
				     DRM_CLIENT_CAP_UNIVERSAL_PLANES);
	if (!ret)
		ret = set_capability(display->file, DRM_CLIENT_CAP_ATOMIC);
	if (ret)
		return ret;
	display->crtc = crtcs[0];
	ret = find_connector(display, connectors, resources.count_connectors);
	if (!ret)
		ret = find_planes(display);
	if (!ret)
		ret = create_picture(display->file, display->mode.hdisplay,
				     display->mode.vdisplay, xrgb,
				     &display->picture);
	return ret ? ret :
		     create_picture(display->file, display->mode.hdisplay,
				    display->mode.vdisplay, xrgb,
				    &display->other);
}

int wait_event(const struct display *display, uint32_t type, struct flip *flip)
{
	struct pollfd ready = { .fd = display->file, .events = POLLIN };
	struct drm_event_vblank event;

	if (poll(&ready, 1, EVENT_MS) != 1)
		return ETIMEDOUT;
	if (read(display->file, &event, sizeof(event)) != sizeof(event) ||
	    event.base.type != type)
		return EPROTO;
	flip->frame = event.sequence;
	flip->microseconds = event.tv_sec * 1000000ull + event.tv_usec;
	return 0;
}

int wait_vblank(const struct display *display, uint32_t type, uint32_t frame,
		union drm_wait_vblank *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->request.type = type;
	reply->request.sequence = frame;
	return kms_call(display->file, DRM_IOCTL_WAIT_VBLANK, reply);
}
