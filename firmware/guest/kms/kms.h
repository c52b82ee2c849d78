/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program sees of a display's driver through the kernel's modesetting
 * interface (DRM/KMS), by ioctls alone. Each call gives 0 or an errno value.
 */
#ifndef SVP_KMS_KMS_H
#define SVP_KMS_KMS_H

#include <stddef.h>
#include <stdint.h>

#include <drm/drm.h>
#include <drm/drm_mode.h>

enum { MAX_PLANES = 8, MAX_MODES = 64, MAX_FORMATS = 64, MAX_VALUES = 24 };

struct display {
	int file;
	uint32_t connector, crtc, crtc_index;
	uint32_t planes[MAX_PLANES];
	unsigned int plane_count;
	uint32_t primary;
	struct drm_mode_modeinfo mode; /* the preferred one */
	struct drm_mode_modeinfo modes[MAX_MODES];
	unsigned int mode_count;
	uint32_t picture, other;       /* framebuffers of the mode's size */
};

/* Property values of one or more objects, to be committed together */
struct commit {
	struct {
		uint32_t object, property;
		uint64_t value;
	} values[MAX_VALUES];
	unsigned int count;
};

int kms_call(int file, unsigned long request, void *argument);

/* Another client; -1 if there is none */
int kms_open(void);

/* The display with a screen, two pictures of its size, and nothing on it */
int display_open(struct display *display);

/* Id of a property, 0 if the object has none of that name; its value. */
uint32_t property_of(const struct display *display, uint32_t object,
		     uint32_t type, const char *name, uint64_t *value);

int create_blob(int file, const void *data, uint32_t size, uint32_t *id);
int destroy_blob(int file, uint32_t id);

/* Zeros in memory of the driver's, 32 bits a pixel */
struct memory {
	uint32_t handle, pitch, width, height;
};
int create_memory(int file, uint32_t width, uint32_t height,
		  struct memory *memory);
/* A framebuffer in it, and in memory of its own */
int add_picture(int file, const struct memory *memory, uint32_t fourcc,
		uint32_t *id);
int create_picture(int file, uint32_t width, uint32_t height, uint32_t fourcc,
		   uint32_t *id);
int remove_picture(int file, uint32_t id);

/* A property by its name; one that is missing makes the commit fail */
void commit_set(struct commit *commit, const struct display *display,
		uint32_t object, uint32_t type, const char *name,
		uint64_t value);
/* All of a plane's place: the whole picture in the upper left corner */
void commit_plane(struct commit *commit, const struct display *display,
		  uint32_t plane, uint32_t picture, uint32_t width,
		  uint32_t height);
void commit_screen(struct commit *commit, const struct display *display,
		   uint32_t mode_blob, int active);
int commit_now(const struct display *display, const struct commit *commit,
	       uint32_t flags);

/* The mode with the first picture on the primary plane, or what of it fits */
int screen_on(const struct display *display);
int screen_in(const struct display *display,
	      const struct drm_mode_modeinfo *mode);
int screen_off(const struct display *display);

struct flip {
	uint32_t frame; /* number of the frame that shows it */
	uint64_t microseconds;
};
/* Waits for the event of a flip or of a vertical blank. */
int wait_event(const struct display *display, uint32_t type, struct flip *flip);
int wait_vblank(const struct display *display, uint32_t type, uint32_t frame,
		union drm_wait_vblank *reply);

/* Groups of checks, named as those of IGT that look at the same */
void check_core(struct display *display);
void check_blobs(struct display *display);
void check_planes(struct display *display);
void check_atomic(struct display *display);
void check_vblanks(struct display *display);
void check_flips(struct display *display);

#endif
