/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For other modules: where the buffers of secure heaps are.
 *
 * Copyright (C) 2026 The svp authors
 */
#ifndef SECURE_HEAP_H
#define SECURE_HEAP_H

#include <linux/types.h>

struct dma_buf;

/**
 * secure_heap_buffer_range - physical range of a secure heap's buffer
 * @dmabuf:	any dma-buf; the caller's reference keeps the range allocated
 * @base:	[out] its first address
 * @size:	[out] its size in bytes
 *
 * Return: 0, or -EINVAL when the dma-buf is not one of a secure heap.
 */
int secure_heap_buffer_range(struct dma_buf *dmabuf, phys_addr_t *base,
			     size_t *size);

#endif
