/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of the TA svp-decrypt, for OP-TEE's TA kit. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "svp_decrypt.h"

#ifdef SVP_UNCHECKED
#define TA_UUID			SVP_DECRYPT_UNCHECKED_UUID
#define TA_DESCRIPTION		"Decrypts in any direction, for tests"
#else
#define TA_UUID			SVP_DECRYPT_UUID
#define TA_DESCRIPTION		"Decrypts samples into secure memory"
#endif

/* An instance for each session; buffers of secure heaps are accepted */
#define TA_FLAGS		TA_FLAG_SECURE_DATA_PATH
#define TA_STACK_SIZE		(8 * 1024)
#define TA_DATA_SIZE		(32 * 1024)
#define TA_VERSION		"1.0"

#endif
