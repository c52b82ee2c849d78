/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Display controller of the i.MX 8M Quad with all of its three channels. README.md
 * says what user space gets.
 *
 * driver.c	device, clocks, power
 * crtc.c	timing, vertical blanks, when a commit is done
 * plane.c	what a plane can do; brings together the stages that follow
 * fetch.c	prefetch and detiler
 * scaler.c	scaling
 * colour.c	conversion of YCbCr
 * loader.c	lists of registers that the hardware loads between two frames
 * output.c	connector and content protection
 */
#ifndef DCSS_H
#define DCSS_H

#include <drm/drm_crtc.h>
#include <drm/drm_device.h>
#include <drm/drm_encoder.h>
#include <drm/drm_plane.h>
#include <linux/clk.h>
#include <linux/io.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "registers.h"

/* Channels of the hardware: 0 is on top, and the only one with alpha */
#define DCSS_CHANNELS		3
#define DCSS_CHANNEL_UI		0
#define DCSS_CHANNEL_PIP	1
#define DCSS_CHANNEL_VIDEO	2

#define DCSS_SIDE_MAX		4096

/* How a format is told to the hardware */
struct dcss_format {
	u32 fourcc;
	u8 pixel_size;		/* of DPR_PIXEL_SIZE */
	u8 select;		/* of DPR_BYTES: blue, green, red, alpha */
	u8 order;		/* of SCALER_ORDER */
	u8 source;		/* of SCALER_SRC_FORMAT */
	bool ten_bits;
	bool luma_first;
	bool cr_first;
};

/* An entry of a list */
struct dcss_item {
	__le32 value;
	__le32 address;
};

enum dcss_context {
	DCSS_DOUBLE_BUFFERED,	/* registers of DTG */
	DCSS_SINGLE_BUFFERED,	/* all others */
	DCSS_CONTEXTS
};

enum dcss_list_state {
	DCSS_LIST_IDLE,		/* the driver may write to it */
	DCSS_LIST_QUEUED,	/* complete; waits for the line to start at */
	DCSS_LIST_LOADING,	/* the hardware has it */
};

struct dcss_loader {
	spinlock_t lock;	/* state, event, and the mask of interrupts */
	enum dcss_list_state state;
	wait_queue_head_t idle;
	struct dcss_item *items;
	dma_addr_t address;
	unsigned int count[DCSS_CONTEXTS];
	struct drm_pending_vblank_event *event;
	u32 interrupts;		/* DTG_INT_MASK */
};

struct dcss {
	struct drm_device drm;
	void __iomem *registers;
	void __iomem *blkctl;
	u32 bus_address;
	struct clk_bulk_data clocks[4];
	struct clk *pixel_clock;
	struct dcss_loader loader;

	struct drm_crtc crtc;
	struct drm_crtc_funcs crtc_funcs;
	bool crcs;		/* somebody wants those of frames */
	u32 crc_frame;		/* number of the one that was told last */
	struct drm_plane planes[DCSS_CHANNELS];
	struct drm_encoder encoder;
	struct drm_connector *connector;
	struct delayed_work protection;
	bool protected;

	u32 control;		/* DTG_CONTROL after the list under way */
	unsigned int left;	/* where DTG's lines and frames begin to show */
	unsigned int top;
};

static inline struct dcss *to_dcss(struct drm_device *drm)
{
	return container_of(drm, struct dcss, drm);
}

static inline unsigned int dcss_channel(struct dcss *dcss,
					struct drm_plane *plane)
{
	return plane - dcss->planes;
}

static inline u32 dcss_read(struct dcss *dcss, u32 offset)
{
	return readl(dcss->registers + offset);
}

static inline void dcss_write(struct dcss *dcss, u32 offset, u32 value)
{
	writel(value, dcss->registers + offset);
}

/* loader.c */
int dcss_loader_init(struct dcss *dcss);
void dcss_loader_configure(struct dcss *dcss);
void dcss_list_begin(struct dcss *dcss);
void dcss_list_add(struct dcss *dcss, u32 offset, u32 value);
void dcss_list_queue(struct dcss *dcss, struct drm_pending_vblank_event *event);
bool dcss_list_wait(struct dcss *dcss);
void dcss_mask_interrupts(struct dcss *dcss, u32 clear, u32 set);
irqreturn_t dcss_loader_irq(int irq, void *data);
irqreturn_t dcss_load_irq(int irq, void *data);
struct drm_pending_vblank_event *dcss_list_shown(struct dcss *dcss);

/* crtc.c */
int dcss_crtc_init(struct dcss *dcss);
irqreturn_t dcss_vblank_irq(int irq, void *data);

/* crc.c */
void dcss_crc_init(struct drm_crtc_funcs *funcs);
void dcss_crc_vblank(struct dcss *dcss);

/* plane.c */
int dcss_planes_init(struct dcss *dcss);
void dcss_planes_off(struct dcss *dcss);
const struct dcss_format *dcss_format(u32 fourcc);

/* fetch.c */
int dcss_fetch_check(const struct drm_plane_state *state);
void dcss_fetch_set(struct dcss *dcss, unsigned int channel,
		    const struct drm_plane_state *state);

/* scaler.c */
void dcss_scaler_set(struct dcss *dcss, unsigned int channel,
		     const struct drm_plane_state *state);

/* colour.c */
void dcss_colour_set(struct dcss *dcss, unsigned int channel,
		     const struct drm_plane_state *state);

/* output.c */
int dcss_output_init(struct dcss *dcss);
void dcss_output_changed(struct dcss *dcss);
bool dcss_output_shows(struct dcss *dcss, const struct drm_plane_state *state);

#endif
