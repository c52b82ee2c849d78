/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Interface of /dev/secure_heap_test.
 *
 * mmap() maps physical memory that the kernel does not map itself: the offset
 * is the physical address. The mapping is Normal memory, write-back by
 * default, non-cacheable when the file was opened with O_SYNC.
 */
#ifndef SECURE_HEAP_TEST_H
#define SECURE_HEAP_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct secure_heap_test_import - act as a device driver on a dma-buf
 * @fd:		[in] the dma-buf
 * @bus_bits:	[in] width of the addresses that reach memory, 24 to 64 bits
 * @attach:	[out] result of dma_buf_attach(), 0 or a negative errno
 * @map:	[out] result of dma_buf_map_attachment(), likewise
 * @vmap:	[out] result of dma_buf_vmap(), likewise
 * @cpu_access:	[out] result of dma_buf_begin_cpu_access(), likewise
 * @entries:	[out] number of mapped entries
 * @reserved:	[in] 0
 * @dma_address:	[out] address of the first entry
 * @length:	[out] bytes of the first entry
 *
 * Everything is undone before the call returns. The result of a step that was
 * not made, because the one before failed, is -ENODATA.
 */
struct secure_heap_test_import {
	__s32 fd;
	__u32 bus_bits;
	__s32 attach;
	__s32 map;
	__s32 vmap;
	__s32 cpu_access;
	__u32 entries;
	__u32 reserved;
	__u64 dma_address;
	__u64 length;
};

#define SECURE_HEAP_TEST_IMPORT \
	_IOWR('S', 0x70, struct secure_heap_test_import)

#endif
