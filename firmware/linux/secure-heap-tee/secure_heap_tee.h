/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Interface of /dev/secure_heap_tee: a trusted application of OP-TEE works on
 * a buffer of a secure heap.
 *
 * mmap() of an open file, offset 0, shared, up to SECURE_HEAP_TEE_WINDOW_MAX
 * bytes, once, makes its window: physically contiguous ordinary memory that
 * the program and OP-TEE share. It lives as long as the file is open or mapped.
 */
#ifndef SECURE_HEAP_TEE_H
#define SECURE_HEAP_TEE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SECURE_HEAP_TEE_WINDOW_MAX	(4 << 20)

/* The data go from the buffer to the window, which a sound TA refuses */
#define SECURE_HEAP_TEE_REVERSE		0x1

/**
 * struct secure_heap_tee_invoke - call a trusted application
 * @uuid:		[in] the TA, in the byte order of RFC 4122; a file keeps
 *			one session, with the TA of its last call
 * @function:		[in] command of the TA
 * @flags:		[in] SECURE_HEAP_TEE_REVERSE or 0
 * @fd:			[in] a secure heap's dma-buf
 * @reserved:		[in] 0
 * @result:		[out] result of the TA, or of opening the session
 * @origin:		[out] where it comes from, TEEC_ORIGIN_*
 * @request_offset:	[in] where the request is in the window,
 * @request_size:	[in] and its bytes
 * @window_offset:	[in] where the data are in the window
 * @buffer_offset:	[in] where the data go in the buffer
 * @size:		[in] bytes of the data
 * @values:		[out] what the TA returns beside its result
 *
 * The TA's parameters: request (MEMREF_INPUT), source (MEMREF_INPUT),
 * destination (MEMREF_OUTPUT), values (VALUE_OUTPUT). No range may be empty.
 */
struct secure_heap_tee_invoke {
	__u8 uuid[16];
	__u32 function;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
	__u32 result;
	__u32 origin;
	__u64 request_offset;
	__u64 request_size;
	__u64 window_offset;
	__u64 buffer_offset;
	__u64 size;
	__u64 values[2];
};

#define SECURE_HEAP_TEE_INVOKE \
	_IOWR('S', 0x71, struct secure_heap_tee_invoke)

#endif
