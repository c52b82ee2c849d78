/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decrypts a part of a sample that is encrypted as a whole by the scheme cenc
 * (ISO/IEC 23001-7): AES in counter mode can begin anywhere. Plain C.
 */
#ifndef SVP_VP9_RANGE_H
#define SVP_VP9_RANGE_H

#include "stream.h"

/*
 * @iv: of the sample, 16 bytes. @in: the @size encrypted bytes from byte @offset
 * of the sample on; 1 at least. @stage: working memory; it counts bytes as after
 * svp_stream_decrypt().
 */
uint32_t svp_range_decrypt(const uint8_t *iv, uint64_t offset,
			   const uint8_t *in, uint8_t *out, uint64_t size,
			   const struct svp_cipher *cipher,
			   struct svp_stage *stage);

#endif
