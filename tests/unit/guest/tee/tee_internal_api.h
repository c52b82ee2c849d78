/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of GlobalPlatform's TEE Internal Core API, and of what OP-TEE adds, as
 * the entries of the trusted applications ask for: so that tests on the host call
 * them with parameters that no client of ours sends.
 */
#ifndef SVP_TEST_TEE_INTERNAL_API_H
#define SVP_TEST_TEE_INTERNAL_API_H

#include <stddef.h>
#include <stdint.h>

#define TEE_NUM_PARAMS			4
#define TEE_PARAM_TYPE_NONE		0
#define TEE_PARAM_TYPE_VALUE_OUTPUT	2
#define TEE_PARAM_TYPE_MEMREF_INPUT	5
#define TEE_PARAM_TYPE_MEMREF_OUTPUT	6
#define TEE_PARAM_TYPES(a, b, c, d) \
	((uint32_t)((a) | (b) << 4 | (c) << 8 | (d) << 12))

#define TEE_SUCCESS			0x00000000u
#define TEE_ERROR_ACCESS_DENIED		0xffff0001u
#define TEE_ERROR_BAD_FORMAT		0xffff0005u
#define TEE_ERROR_BAD_PARAMETERS	0xffff0006u
#define TEE_ERROR_BAD_STATE		0xffff0007u
#define TEE_ERROR_NOT_SUPPORTED		0xffff000au
#define TEE_ERROR_SECURITY		0xffff000fu

#define TEE_MEMORY_ACCESS_READ		0x1
#define TEE_MEMORY_ACCESS_WRITE		0x2
#define TEE_MEMORY_ACCESS_ANY_OWNER	0x4
#define TEE_MEMORY_ACCESS_NONSECURE	0x10000000
#define TEE_MEMORY_ACCESS_SECURE	0x20000000

#define __unused			__attribute__((unused))

typedef uint32_t TEE_Result;

typedef union {
	struct {
		void *buffer;
		size_t size;
	} memref;
	struct {
		uint32_t a;
		uint32_t b;
	} value;
} TEE_Param;

TEE_Result TEE_CheckMemoryAccessRights(uint32_t flags, void *buffer,
				       size_t size);
void TEE_MemFill(void *buffer, uint32_t value, size_t size);

#endif
