/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of the i.MX 8M Quad's display controller. Offsets are from its
 * base. Those of BLKCTL, of the context loader, of the prefetches and of SUBSAM
 * have aliases that set and clear bits.
 */
#ifndef DCSS_REGISTERS_H
#define DCSS_REGISTERS_H

#include <linux/bits.h>

#define DCSS_SET			0x4
#define DCSS_CLEAR			0x8

/* Colour conversion: a pipe for each channel, and one for the output */
#define HDR10(pipe)			(0x4000 * (pipe))
#define HDR10_CSC_A			0x3000
#define HDR10_CSC_B			0x3800
#define HDR10_CSC_CONTROL		0x00
#define   CSC_ENABLE			BIT(0)
#define   CSC_BYPASS			BIT(15)
#define HDR10_CSC_COEFFICIENTS		0x04
#define HDR10_CSC_PRE_OFFSET		0x28
#define HDR10_CSC_PRE_MIN		0x34
#define HDR10_CSC_PRE_MAX		0x40
#define HDR10_CSC_NORM			0x4c
#define HDR10_CSC_POST_OFFSET		0x50
#define HDR10_CSC_POST_MIN		0x5c
#define HDR10_CSC_POST_MAX		0x68

/* Detilers of channels 1 and 2, with two banks of settings each */
#define DTRC(channel)			(0x16000 + 0x1000 * ((channel) - 1))
#define DTRC_BANK			0x60
#define DTRC_LUMA_DATA			0x00
#define DTRC_CHROMA_DATA		0x04
#define DTRC_LUMA_TABLE			0x08
#define DTRC_CHROMA_TABLE		0x0c
#define DTRC_SIZE			0x10
#define DTRC_LUMA_WINDOW		0x14
#define DTRC_LUMA_WINDOW_END		0x18
#define DTRC_CHROMA_WINDOW		0x1c
#define DTRC_CHROMA_WINDOW_END		0x20
#define DTRC_CROP_ORIGIN		0x24
#define DTRC_CROP_SIZE			0x28
#define DTRC_SETTINGS			0x2c
#define   DTRC_READY			BIT(0)
#define   DTRC_EIGHT_BITS		BIT(1)
#define   DTRC_UNCOMPRESSED		BIT(17)
#define   DTRC_CROPS			BIT(18)
#define DTRC_CONTROL			0xc8
#define   DTRC_DETILE			0
#define   DTRC_BYPASS			2
#define   DTRC_BURST			(0xff << 4)
#define   DTRC_CURRENT_BANK		BIT(31)

/* Not of the chip: CRCs of frames, which an emulator may make */
#define FRAME_CRC			0x2c000
#define FRAME_CRC_BEGUN			0x00
#define FRAME_CRC_NUMBER		0x04
#define FRAME_CRC_VALUE			0x08

/* Prefetch */
#define DPR(channel)			(0x18000 + 0x1000 * (channel))
#define DPR_SYSTEM_CTRL			0x000
#define   DPR_RUN			BIT(0)
#define   DPR_REPEAT			BIT(2)
#define DPR_IRQ_MASK			0x020
#define   DPR_IRQ_ALL			0xff
#define DPR_MODE_CTRL			0x050
#define   DPR_3_BUFFERS			BIT(0)
#define   DPR_4_LINES			BIT(1)
#define   DPR_TILES(tiles)		((tiles) << 2)
#define   DPR_YUV			BIT(6)
#define   DPR_TWO_PLANES		BIT(7)
#define   DPR_PIXEL_SIZE(size)		((size) << 8)
#define   DPR_LUMA_FIRST		BIT(10)
#define   DPR_CR_FIRST			BIT(11)
#define   DPR_BYTES(select)		((select) << 12)
#define DPR_FRAME_CTRL			0x070
#define   DPR_FLIP_X			BIT(0)
#define   DPR_FLIP_Y			BIT(1)
#define   DPR_QUARTER_TURNS(turns)	((turns) << 2)
#define   DPR_PITCH(bytes)		((bytes) << 16)
#define DPR_PLANE(plane)		(0x050 * (plane))
#define DPR_PLANE_CTRL			0x090
#define   DPR_PLANE_ALL			2
#define DPR_PLANE_WIDTH			0x0a0
#define DPR_PLANE_HEIGHT		0x0b0
#define DPR_PLANE_BASE			0x0c0
#define DPR_RTRAM_CTRL			0x200
#define   DPR_RTRAM_8_LINES		BIT(0)
#define   DPR_RTRAM_THRESHOLDS		(4 << 1 | 3 << 4)

/* What is sent out */
#define SUBSAM				0x1b000
#define SUBSAM_CTRL			0x00
#define   SUBSAM_RUN			BIT(0)
#define SUBSAM_DISPLAY			0x10
#define SUBSAM_HSYNC			0x20
#define SUBSAM_VSYNC			0x30
#define SUBSAM_DE_TOP			0x40
#define SUBSAM_DE_BOTTOM		0x50
#define   SUBSAM_POSITIVE		BIT(31)
#define SUBSAM_MODE			0x60
#define SUBSAM_COEFFICIENTS		0x70
#define   SUBSAM_DEFAULT_COEFFICIENTS	0x41614161
#define SUBSAM_CLIP_CB			0x80
#define SUBSAM_CLIP_CR			0x90
#define   SUBSAM_NO_CLIP		0x03ff0000

/* Scalers */
#define SCALER(channel)			(0x1c000 + 0x400 * (channel))
#define SCALER_CTRL			0x00
#define   SCALER_ENABLE			BIT(0)
#define   SCALER_REPEAT			BIT(4)
#define SCALER_SDATA_CTRL		0x08
#define   SCALER_YUV			BIT(0)
#define   SCALER_8_LINES		BIT(1)
#define   SCALER_ORDER(order)		((order) << 8)
#define SCALER_BIT_DEPTH		0x0c
#define   SCALER_TEN_BITS		0x22
#define SCALER_SRC_FORMAT		0x10
#define SCALER_DST_FORMAT		0x14
#define   SCALER_420			0
#define   SCALER_422			1
#define   SCALER_444			2
#define SCALER_SRC_LUMA			0x18
#define SCALER_SRC_CHROMA		0x1c
#define SCALER_DST_LUMA			0x20
#define SCALER_DST_CHROMA		0x24
#define SCALER_V_LUMA_START		0x48
#define SCALER_H_LUMA_START		0x50
#define SCALER_V_CHROMA_START		0x58
#define SCALER_H_CHROMA_START		0x60
#define   SCALER_V_START_MASK		GENMASK(15, 0)
#define   SCALER_H_START_MASK		GENMASK(18, 0)
#define SCALER_INCREMENT		0x04	/* behind each start */
#define SCALER_V_LUMA_TAPS		0x080
#define SCALER_H_LUMA_TAPS		0x140
#define SCALER_V_CHROMA_TAPS		0x200
#define SCALER_H_CHROMA_TAPS		0x300

/* Timing and blending */
#define DTG				0x20000
#define DTG_CONTROL			0x00
#define   DTG_CHANNEL(channel)		BIT(2 - (channel))
#define   DTG_OVERLAY_DATA		BIT(3)
#define   DTG_VIDEO_ALPHA		BIT(7)
#define   DTG_START			BIT(8)
#define   DTG_PIXEL_ALPHA		BIT(10)
#define   DTG_COMPONENT_ORDER		(5 << 12)
#define   DTG_ALPHA(alpha)		((u32)(alpha) << 24)
#define DTG_TOTAL			0x04
#define DTG_DISPLAY_TOP			0x08
#define DTG_DISPLAY_BOTTOM		0x0c
#define DTG_CHANNEL_TOP(channel)	(0x10 + 8 * (channel))
#define DTG_CHANNEL_BOTTOM(channel)	(0x14 + 8 * (channel))
#define DTG_LOAD_LINES			0x28
#define DTG_LINE0			0x50
#define DTG_LINE1			0x54
#define DTG_INT_STATUS			0x5c
#define DTG_INT_CLEAR			0x60
#define DTG_INT_MASK			0x68
#define   DTG_INT_LOAD			BIT(0)	/* LINE0 */
#define   DTG_INT_VBLANK		BIT(1)	/* LINE1 */
#define DTG_POINT(x, y)			((u32)(y) << 16 | (x))

/* Context loader */
#define CTXLD				0x23000
#define CTXLD_CONTROL			0x00
#define   CTXLD_ENABLE			BIT(0)
#define   CTXLD_RD_ERR_EN		BIT(2)
#define   CTXLD_SB_HP_COMP_EN		BIT(4)
#define   CTXLD_AHB_ERR_EN		BIT(8)
#define   CTXLD_RD_ERR			BIT(16)
#define   CTXLD_AHB_ERR			BIT(22)
#define   CTXLD_STATUSES		GENMASK(22, 16)
#define CTXLD_DB_BASE			0x10
#define CTXLD_DB_COUNT			0x14
#define CTXLD_SB_BASE			0x18
#define CTXLD_SB_COUNT			0x1c

/* Clocks and resets, in a window of their own */
#define BLKCTL_RESET			0x00
#define   BLKCTL_RUNNING		(BIT(0) | BIT(1) | BIT(2) | BIT(4))
#define BLKCTL_CONTROL			0x10
#define   BLKCTL_HDMI			0
#define   BLKCTL_LINK_SECURE		BIT(16)

#endif
