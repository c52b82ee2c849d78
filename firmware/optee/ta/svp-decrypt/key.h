/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key of a session: the one of the last blob, until another blob comes.
 */
#ifndef SVP_KEY_H
#define SVP_KEY_H

#include <tee_internal_api.h>

#include "stream.h"

/* A call of the pseudo TA key_blob; @out_size: the room, then the bytes */
TEE_Result svp_key_blob(uint32_t command, const void *in, size_t in_size,
			void *out, size_t *out_size);

/* @blob_size: up to SVP_DECRYPT_MAX_BLOB */
TEE_Result svp_key_load(const uint8_t *blob, uint32_t blob_size);
void svp_key_forget(void);

/* The loaded key at work */
struct svp_cipher svp_key_cipher(uint32_t scheme);

#endif
