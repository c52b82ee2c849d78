/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface of the trusted application svp-vp9, for the TA itself and for its
 * clients: VP9 whose frame headers are encrypted.
 *
 * Of HEADERS, which reads the headers of all frames of an encrypted sample:
 *
 *   [0] MEMREF_INPUT   struct svp_vp9_request, then the encrypted sample;
 *                      non-secure memory
 *   [1] MEMREF_INPUT   not used
 *   [2] MEMREF_OUTPUT  struct svp_vp9_answer
 *   [3] VALUE_OUTPUT   a: number of frames
 *
 * Of FRAME, which decrypts one frame of that sample, once:
 *
 *   [0] MEMREF_INPUT   struct svp_vp9_frame_request, non-secure memory
 *   [1] MEMREF_INPUT   the encrypted bytes of the frame, non-secure memory
 *   [2] MEMREF_OUTPUT  as long as [1], secure memory
 *   [3] VALUE_OUTPUT   a: bytes that CAAM wrote to [2] by itself,
 *                      b: bytes that went through memory of the TA
 *
 * A session follows one stream. Results: TEE_ERROR_BAD_PARAMETERS (requests,
 * lengths), _BAD_FORMAT (these are no headers that the decoder could work by),
 * _ACCESS_DENIED (as svp-decrypt), _SECURITY (the blob is no blob of a key of
 * this chip whose films may have their headers read), _BAD_STATE (no such frame
 * in the last sample, or it was decrypted before). After an error of HEADERS
 * the stream is where it was, without a sample.
 *
 * All numbers are little endian.
 */
#ifndef SVP_VP9_H
#define SVP_VP9_H

#include <stdint.h>

#include "svp_decrypt.h"

/* 3a9e4c17-52d8-4f6b-8e31-535650565039 */
#define SVP_VP9_UUID \
	{ 0x3a9e4c17, 0x52d8, 0x4f6b, \
		{ 0x8e, 0x31, 0x53, 0x56, 0x50, 0x56, 0x50, 0x39 } }
#define SVP_VP9_UUID_BYTES \
	{ 0x3a, 0x9e, 0x4c, 0x17, 0x52, 0xd8, 0x4f, 0x6b, \
	  0x8e, 0x31, 0x53, 0x56, 0x50, 0x56, 0x50, 0x39 }

enum svp_vp9_command {
	SVP_VP9_HEADERS = 0,
	SVP_VP9_FRAME = 1,
};

#define SVP_VP9_VERSION		1
#define SVP_VP9_MAX_FRAMES	8
#define SVP_VP9_REFERENCES	3

/* The sample is encrypted as a whole, by the scheme cenc */
struct svp_vp9_request {
	uint32_t version;	/* SVP_VP9_VERSION */
	uint32_t iv_size;	/* 8 or 16 */
	uint32_t blob_size;	/* 64, 72 or 80 */
	uint32_t reserved;	/* 0 */
	uint8_t iv[16];
	uint8_t blob[SVP_DECRYPT_MAX_BLOB];
};

struct svp_vp9_frame_request {
	uint32_t version;	/* SVP_VP9_VERSION */
	uint32_t frame;		/* number in the sample, from 0 */
};

/* Flags of svp_vp9_frame_header, those of V4L2 */
#define SVP_VP9_KEY_FRAME		0x001
#define SVP_VP9_SHOW_FRAME		0x002
#define SVP_VP9_ERROR_RESILIENT		0x004
#define SVP_VP9_INTRA_ONLY		0x008
#define SVP_VP9_HIGH_PRECISION		0x010
#define SVP_VP9_REFRESH_CONTEXT		0x020
#define SVP_VP9_PARALLEL		0x040
#define SVP_VP9_X_SUBSAMPLING		0x080
#define SVP_VP9_Y_SUBSAMPLING		0x100
#define SVP_VP9_FULL_SWING		0x200

#define SVP_VP9_FILTER_DELTA_ENABLED	0x1
#define SVP_VP9_FILTER_DELTA_UPDATE	0x2

#define SVP_VP9_SEGMENTS_ENABLED	0x01
#define SVP_VP9_SEGMENTS_UPDATE_MAP	0x02
#define SVP_VP9_SEGMENTS_TEMPORAL	0x04
#define SVP_VP9_SEGMENTS_UPDATE_DATA	0x08
#define SVP_VP9_SEGMENTS_ABSOLUTE	0x10

#define SVP_VP9_FILTER_SWITCHABLE	4

#define SVP_VP9_SINGLE_REFERENCE	0
#define SVP_VP9_COMPOUND_REFERENCE	1
#define SVP_VP9_SELECT_REFERENCE	2

#define SVP_VP9_ALLOW_32X32		3
#define SVP_VP9_TX_SELECT		4

struct svp_vp9_loop_filter {
	int8_t ref_deltas[4];
	int8_t mode_deltas[2];
	uint8_t level;
	uint8_t sharpness;
	uint8_t flags;
	uint8_t reserved[7];
};

struct svp_vp9_quantization {
	uint8_t base_q_idx;
	int8_t delta_q_y_dc;
	int8_t delta_q_uv_dc;
	int8_t delta_q_uv_ac;
	uint8_t reserved[4];
};

struct svp_vp9_segmentation {
	int16_t feature_data[8][4];
	uint8_t feature_enabled[8];
	uint8_t tree_probs[7];
	uint8_t pred_probs[3];
	uint8_t flags;
	uint8_t reserved[5];
};

/*
 * What V4L2_CID_STATELESS_VP9_FRAME wants, in its layout. Time stamps of the
 * references are the client's to fill in.
 */
struct svp_vp9_frame_header {
	struct svp_vp9_loop_filter lf;
	struct svp_vp9_quantization quant;
	struct svp_vp9_segmentation seg;
	uint32_t flags;
	uint16_t compressed_header_size;
	uint16_t uncompressed_header_size;
	uint16_t frame_width_minus_1;
	uint16_t frame_height_minus_1;
	uint16_t render_width_minus_1;
	uint16_t render_height_minus_1;
	uint64_t times[SVP_VP9_REFERENCES];	/* 0 */
	uint8_t ref_frame_sign_bias;		/* bit 0: last, 1: golden, 2: alt */
	uint8_t reset_frame_context;
	uint8_t frame_context_idx;
	uint8_t profile;
	uint8_t bit_depth;
	uint8_t interpolation_filter;
	uint8_t tile_cols_log2;
	uint8_t tile_rows_log2;
	uint8_t reference_mode;
	uint8_t reserved[7];
};

struct svp_vp9_vector_changes {
	uint8_t joint[3];
	uint8_t sign[2];
	uint8_t classes[2][10];
	uint8_t class0_bit[2];
	uint8_t bits[2][10];
	uint8_t class0_fr[2][2][3];
	uint8_t fr[2][3];
	uint8_t class0_hp[2];
	uint8_t hp[2];
};

/* What V4L2_CID_STATELESS_VP9_COMPRESSED_HDR wants, in its layout */
struct svp_vp9_changes {
	uint8_t tx_mode;
	uint8_t tx8[2][1];
	uint8_t tx16[2][2];
	uint8_t tx32[2][3];
	uint8_t coef[4][2][2][6][6][3];
	uint8_t skip[3];
	uint8_t inter_mode[7][3];
	uint8_t interp_filter[4][2];
	uint8_t is_inter[4];
	uint8_t comp_mode[5];
	uint8_t single_ref[5][2];
	uint8_t comp_ref[5];
	uint8_t y_mode[4][9];
	uint8_t uv_mode[10][9];			/* 0, never coded */
	uint8_t partition[16][3];
	struct svp_vp9_vector_changes mv;
};

enum svp_vp9_kind {
	SVP_VP9_DECODED = 0,	/* there is something to decode */
	SVP_VP9_EXISTING = 1,	/* the picture in slot is shown */
	SVP_VP9_NOTHING = 2,	/* one byte, by which nothing changes */
};

/* One frame of a sample, as the client gets to know it */
struct svp_vp9_frame {
	uint32_t offset;	/* in the sample, bytes */
	uint32_t size;
	uint8_t kind;		/* enum svp_vp9_kind */
	uint8_t slot;
	uint8_t refresh;	/* bit n: slot n becomes this picture */
	uint8_t references[SVP_VP9_REFERENCES];	/* slots: last, golden, alt */
	uint8_t reserved[2];
	struct svp_vp9_frame_header header;
	struct svp_vp9_changes changes;
};

struct svp_vp9_answer {
	uint32_t version;	/* SVP_VP9_VERSION */
	uint32_t count;
	struct svp_vp9_frame frames[SVP_VP9_MAX_FRAMES];
};

#endif
