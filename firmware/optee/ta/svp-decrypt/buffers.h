/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose memory a TA is given: encrypted bytes are the normal world's, and what
 * becomes of them is not.
 */
#ifndef SVP_BUFFERS_H
#define SVP_BUFFERS_H

#include <stdbool.h>
#include <tee_internal_api.h>

/* @in: memory that the normal world reads */
bool svp_is_nonsecure(const TEE_Param *in);

/*
 * Both there and of one size, @in the normal world's, @out secure memory; with
 * SVP_UNCHECKED anybody's.
 */
TEE_Result svp_check_buffers(const TEE_Param *in, const TEE_Param *out);

#endif
