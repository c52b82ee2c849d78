/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface of the trusted application svp-decrypt, for the TA itself and for
 * its clients.
 *
 * It decrypts one sample from memory of the normal world into secure memory: a
 * buffer of a secure heap, or of OP-TEE's SDP pool. Parameters of SAMPLE:
 *
 *   [0] MEMREF_INPUT   struct svp_decrypt_request, then its sub-sample table;
 *                      non-secure memory
 *   [1] MEMREF_INPUT   the encrypted sample, non-secure memory
 *   [2] MEMREF_OUTPUT  as long as [1], secure memory
 *   [3] VALUE_OUTPUT   a: bytes that CAAM wrote to [2] by itself,
 *                      b: bytes that went through memory of the TA
 *
 * Of WRAP, and of WRAP_FOR_HEADERS, whose blob is for svp-vp9, in test builds
 * only (UUID of svp-decrypt-unchecked):
 *
 *   [0] MEMREF_INPUT   a key of 16, 24 or 32 bytes
 *   [1] MEMREF_OUTPUT  its blob, 48 bytes longer
 *
 * Results: TEE_ERROR_BAD_PARAMETERS (request, table, lengths), _ACCESS_DENIED
 * (the request or the input is not the normal world's, or the output is),
 * _SECURITY (the blob is no key blob of this chip).
 *
 * All numbers are little endian; the initialization vector is as in the
 * standard, first byte first.
 */
#ifndef SVP_DECRYPT_H
#define SVP_DECRYPT_H

#include <stdint.h>

/* 3a9e4c17-52d8-4f6b-8e31-535650444543, and ...4555 without direction check */
#define SVP_DECRYPT_UUID \
	{ 0x3a9e4c17, 0x52d8, 0x4f6b, \
		{ 0x8e, 0x31, 0x53, 0x56, 0x50, 0x44, 0x45, 0x43 } }
#define SVP_DECRYPT_UNCHECKED_UUID \
	{ 0x3a9e4c17, 0x52d8, 0x4f6b, \
		{ 0x8e, 0x31, 0x53, 0x56, 0x50, 0x44, 0x45, 0x55 } }
/* The first one as Linux's TEE calls take it, in the byte order of RFC 4122 */
#define SVP_DECRYPT_UUID_BYTES \
	{ 0x3a, 0x9e, 0x4c, 0x17, 0x52, 0xd8, 0x4f, 0x6b, \
	  0x8e, 0x31, 0x53, 0x56, 0x50, 0x44, 0x45, 0x43 }
#define SVP_DECRYPT_UNCHECKED_LAST_BYTE	0x55

enum svp_decrypt_command {
	SVP_DECRYPT_SAMPLE = 0,
	SVP_DECRYPT_WRAP = 1,
	SVP_DECRYPT_WRAP_FOR_HEADERS = 2,
};

#define SVP_DECRYPT_VERSION		1
#define SVP_DECRYPT_BLOCK		16
#define SVP_DECRYPT_MAX_KEY		32
#define SVP_DECRYPT_BLOB_OVERHEAD	48
#define SVP_DECRYPT_MAX_BLOB \
	(SVP_DECRYPT_MAX_KEY + SVP_DECRYPT_BLOB_OVERHEAD)
#define SVP_DECRYPT_MAX_SUBSAMPLES	4096

/*
 * CTR and CBC are AES over the whole sample: a 128-bit counter, and whole
 * blocks. CENC and CBCS are the schemes of ISO/IEC 23001-7 with those names.
 */
enum svp_decrypt_scheme {
	SVP_SCHEME_CTR = 0,
	SVP_SCHEME_CBC = 1,
	SVP_SCHEME_CENC = 2,
	SVP_SCHEME_CBCS = 3,
};

/* BytesOfClearData, then BytesOfProtectedData */
struct svp_decrypt_subsample {
	uint32_t clear;
	uint32_t encrypted;
};

struct svp_decrypt_request {
	uint32_t version;	/* SVP_DECRYPT_VERSION */
	uint32_t scheme;
	uint32_t crypt_blocks;	/* pattern of CBCS, 0 to 15 blocks each; */
	uint32_t skip_blocks;	/* skip 0: every whole block is encrypted */
	uint32_t iv_size;	/* CTR, CBC: 16; CENC, CBCS: 8 or 16 */
	uint32_t blob_size;	/* 64, 72 or 80 */
	uint32_t subsamples;	/* entries that follow; 0: all is encrypted */
	uint32_t reserved;	/* 0 */
	uint8_t iv[16];
	uint8_t blob[SVP_DECRYPT_MAX_BLOB];
};

#endif
