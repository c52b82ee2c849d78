/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of the TA svp-vp9, for OP-TEE's TA kit. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "svp_vp9.h"

#define TA_UUID			SVP_VP9_UUID
#define TA_DESCRIPTION		"Reads encrypted headers of VP9"

/* An instance for each session; buffers of secure heaps are accepted */
#define TA_FLAGS		TA_FLAG_SECURE_DATA_PATH
#define TA_STACK_SIZE		(16 * 1024)
#define TA_DATA_SIZE		(32 * 1024)
#define TA_VERSION		"1.0"

#endif
