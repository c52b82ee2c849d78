/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For other modules: where the buffers of secure heaps are.
 *
 * Copyright (C) 2026 The svp authors
 */
#ifndef SECURE_HEAP_H
#define SECURE_HEAP_H

#include <linux/types.h>

struct device_node;
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

/**
 * secure_heap_buffer_alloc - a buffer for a driver of the kernel's own
 * @np:		node of the heap, as in the driver's memory-region
 * @len:	whole pages, in bytes
 *
 * Return: a dma-buf, given back by dma_buf_put(); an error pointer with -ENODEV
 * when the node is no heap, -EINVAL for its length, -ENOMEM when it is full.
 */
struct dma_buf *secure_heap_buffer_alloc(struct device_node *np, size_t len);

#endif
