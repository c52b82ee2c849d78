/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface of the pseudo TA key_blob, for itself and for its clients.
 *
 * UUID 8d3f6a52-41c7-4be0-a5de-5356504b4559. Only the TAs of svp_decrypt.h and
 * svp_vp9.h may open a session; Linux gets TEE_ERROR_ACCESS_DENIED.
 *
 *   UNWRAP  [0] MEMREF_INPUT blob, [1] MEMREF_OUTPUT key
 *   WRAP    [0] MEMREF_INPUT key, [1] MEMREF_OUTPUT blob, 48 bytes longer
 *   WRAP_FOR_HEADERS  the same
 *
 * A blob is for one of two uses: svp-decrypt, or svp-vp9, which tells Linux what
 * is in the headers of a film. Each opens its own only. WRAP is for the caller's
 * use, WRAP_FOR_HEADERS for svp-vp9's.
 *
 * Keys have 16, 24 or 32 bytes. TEE_ERROR_SECURITY: not a blob of this chip for
 * this use, or a changed one. TEE_ERROR_BAD_PARAMETERS: types, sizes.
 * TEE_ERROR_SHORT_BUFFER: no room.
 */
#ifndef KEY_BLOB_H
#define KEY_BLOB_H

#define KEY_BLOB_UUID \
	{ 0x8d3f6a52, 0x41c7, 0x4be0, \
		{ 0xa5, 0xde, 0x53, 0x56, 0x50, 0x4b, 0x45, 0x59 } }

enum key_blob_command {
	KEY_BLOB_UNWRAP = 0,
	KEY_BLOB_WRAP = 1,
	KEY_BLOB_WRAP_FOR_HEADERS = 2,
};

#endif
