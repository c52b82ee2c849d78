// SPDX-License-Identifier: GPL-2.0
/*
 * dma-buf heaps on reserved-memory regions that the CPU must never touch.
 *
 * Each available /reserved-memory child with compatible "linaro,secure-heap"
 * becomes one heap. Firmware has fenced the region off before Linux starts;
 * Linux only hands out physical ranges of it and lets devices reach them
 * through the DMA API. Who may really read or write is decided by the memory
 * firewall, not here. See linaro,secure-heap.yaml and DESIGN.md.
 *
 * Copyright (C) 2026 The svp authors
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/genalloc.h>
#include <linux/iommu-dma.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swiotlb.h>

#include "secure_heap.h"

#define SECURE_HEAP_COMPATIBLE	"linaro,secure-heap"

/* Property word of Documentation/userspace-api/dma-buf-heaps.rst */
#define SECURE_HEAP_SUFFIX	"-protected"

/* Room for the suffix within a file name of 255 bytes, with a margin */
#define SECURE_HEAP_LABEL_MAX	63

/* struct scatterlist keeps its length in 32 bits */
#define SECURE_HEAP_BUFFER_MAX	((size_t)(U32_MAX & PAGE_MASK))

struct secure_heap {
	struct list_head node;
	const struct device_node *np;
	char *name;
	struct gen_pool *pool;
	phys_addr_t base;
	phys_addr_t size;
};

struct secure_heap_buffer {
	struct secure_heap *heap;
	phys_addr_t base;
	size_t len;
};

/* Filled by module init only; heaps cannot be removed, so nothing is freed */
static LIST_HEAD(secure_heaps);

static struct sg_table *secure_heap_table(struct secure_heap_buffer *buffer)
{
	struct sg_table *table;
	int ret;

	table = kzalloc_obj(*table);
	if (!table)
		return ERR_PTR(-ENOMEM);

	ret = sg_alloc_table(table, 1, GFP_KERNEL);
	if (ret)
		goto free_table;

	sg_set_page(table->sgl, pfn_to_page(PHYS_PFN(buffer->base)),
		    buffer->len, 0);

	return table;

free_table:
	kfree(table);
	return ERR_PTR(ret);
}

/*
 * True when the device can be given the region's own addresses. If it cannot,
 * the direct mapping would fall back to a swiotlb bounce, that is, to a copy
 * by the CPU out of memory that the CPU has no mapping of.
 */
static bool secure_heap_reachable(struct secure_heap *heap, struct device *dev)
{
	dma_addr_t first, last;
	u64 limit;

	if (use_dma_iommu(dev))
		return true;

	if (is_swiotlb_force_bounce(dev))
		return false;

	limit = min_not_zero(dma_get_mask(dev), dev->bus_dma_limit);
	first = phys_to_dma(dev, heap->base);
	last = phys_to_dma(dev, heap->base + heap->size - 1);

	return first != DMA_MAPPING_ERROR && last != DMA_MAPPING_ERROR &&
	       last - first == heap->size - 1 && first < last && last <= limit;
}

static int secure_heap_attach(struct dma_buf *dmabuf,
			      struct dma_buf_attachment *attachment)
{
	struct secure_heap_buffer *buffer = dmabuf->priv;
	struct sg_table *table;

	if (!secure_heap_reachable(buffer->heap, attachment->dev)) {
		dev_dbg(attachment->dev, "cannot address heap %s\n",
			buffer->heap->name);
		return -EOPNOTSUPP;
	}

	table = secure_heap_table(buffer);
	if (IS_ERR(table))
		return PTR_ERR(table);

	attachment->priv = table;

	return 0;
}

static void secure_heap_detach(struct dma_buf *dmabuf,
			       struct dma_buf_attachment *attachment)
{
	struct sg_table *table = attachment->priv;

	sg_free_table(table);
	kfree(table);
}

static struct sg_table *secure_heap_map(struct dma_buf_attachment *attachment,
					enum dma_data_direction direction)
{
	struct secure_heap_buffer *buffer = attachment->dmabuf->priv;
	struct sg_table *table = attachment->priv;
	int ret;

	/* The importer may have narrowed its mask since it attached */
	if (!secure_heap_reachable(buffer->heap, attachment->dev))
		return ERR_PTR(-EOPNOTSUPP);

	/*
	 * Cache maintenance works on the linear mapping, which this memory
	 * does not have: on a non-coherent device it would fault. There are
	 * no cache lines to maintain either, because the CPU never had access.
	 */
	ret = dma_map_sgtable(attachment->dev, table, direction,
			      DMA_ATTR_SKIP_CPU_SYNC);
	if (ret)
		return ERR_PTR(ret);

	return table;
}

static void secure_heap_unmap(struct dma_buf_attachment *attachment,
			      struct sg_table *table,
			      enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction,
			  DMA_ATTR_SKIP_CPU_SYNC);
}

/* Without these the core lets DMA_BUF_IOCTL_SYNC succeed */
static int secure_heap_cpu_access(struct dma_buf *dmabuf,
				  enum dma_data_direction direction)
{
	return -EPERM;
}

static void secure_heap_release(struct dma_buf *dmabuf)
{
	struct secure_heap_buffer *buffer = dmabuf->priv;

	gen_pool_free(buffer->heap->pool, buffer->base, buffer->len);
	kfree(buffer);
}

/*
 * No mmap and no vmap on purpose: their absence makes the core refuse with
 * -EINVAL, while a vmap that returns an error would trip a WARN in the core.
 */
static const struct dma_buf_ops secure_heap_buffer_ops = {
	.attach = secure_heap_attach,
	.detach = secure_heap_detach,
	.map_dma_buf = secure_heap_map,
	.unmap_dma_buf = secure_heap_unmap,
	.begin_cpu_access = secure_heap_cpu_access,
	.end_cpu_access = secure_heap_cpu_access,
	.release = secure_heap_release,
};

int secure_heap_buffer_range(struct dma_buf *dmabuf, phys_addr_t *base,
			     size_t *size)
{
	struct secure_heap_buffer *buffer;

	if (dmabuf->ops != &secure_heap_buffer_ops)
		return -EINVAL;

	buffer = dmabuf->priv;
	*base = buffer->base;
	*size = buffer->len;

	return 0;
}
EXPORT_SYMBOL_NS_GPL(secure_heap_buffer_range, "SECURE_HEAP");

static struct dma_buf *secure_heap_export(struct secure_heap *heap, size_t len,
					  u32 fd_flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct secure_heap_buffer *buffer;
	struct dma_buf *dmabuf;
	int ret;

	if (len > SECURE_HEAP_BUFFER_MAX)
		return ERR_PTR(-EINVAL);

	buffer = kzalloc_obj(*buffer);
	if (!buffer)
		return ERR_PTR(-ENOMEM);

	buffer->heap = heap;
	buffer->len = len;
	buffer->base = gen_pool_alloc(heap->pool, len);
	if (!buffer->base) {
		ret = -ENOMEM;
		goto free_buffer;
	}

	exp_info.exp_name = heap->name;
	exp_info.ops = &secure_heap_buffer_ops;
	exp_info.size = len;
	exp_info.flags = fd_flags;
	exp_info.priv = buffer;
	dmabuf = dma_buf_export(&exp_info);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto free_range;
	}

	return dmabuf;

free_range:
	gen_pool_free(heap->pool, buffer->base, len);
free_buffer:
	kfree(buffer);
	return ERR_PTR(ret);
}

static struct dma_buf *secure_heap_allocate(struct dma_heap *dma_heap,
					    unsigned long len, u32 fd_flags,
					    u64 heap_flags)
{
	if (heap_flags)
		return ERR_PTR(-EINVAL);

	return secure_heap_export(dma_heap_get_drvdata(dma_heap), len,
				  fd_flags);
}

struct dma_buf *secure_heap_buffer_alloc(struct device_node *np, size_t len)
{
	struct secure_heap *heap;

	if (!len || !PAGE_ALIGNED(len))
		return ERR_PTR(-EINVAL);

	list_for_each_entry(heap, &secure_heaps, node) {
		if (heap->np == np)
			return secure_heap_export(heap, len, O_RDWR);
	}

	return ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_NS_GPL(secure_heap_buffer_alloc, "SECURE_HEAP");

static const struct dma_heap_ops secure_heap_ops = {
	.allocate = secure_heap_allocate,
};

static int secure_heap_total_get(void *data, u64 *value)
{
	struct secure_heap *heap = data;

	*value = gen_pool_size(heap->pool);

	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(secure_heap_total_fops, secure_heap_total_get, NULL,
			 "%llu\n");

static int secure_heap_free_get(void *data, u64 *value)
{
	struct secure_heap *heap = data;

	*value = gen_pool_avail(heap->pool);

	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(secure_heap_free_fops, secure_heap_free_get, NULL,
			 "%llu\n");

/*
 * The name becomes a file name below /dev/dma_heap and the *format* of a
 * device name, so only harmless characters may pass ('%' above all).
 */
static bool secure_heap_name_valid(const char *name)
{
	const char *c;

	if (!isalnum(name[0]) || strlen(name) > SECURE_HEAP_LABEL_MAX)
		return false;

	for (c = name; *c; c++) {
		if (!isascii(*c) || !(isalnum(*c) || strchr("-_.,+@", *c)))
			return false;
	}

	return true;
}

static bool secure_heap_name_taken(const char *name)
{
	struct secure_heap *heap;

	list_for_each_entry(heap, &secure_heaps, node) {
		if (!strcmp(heap->name, name))
			return true;
	}

	return false;
}

/*
 * Heap name: label if there is one, else the node name with its unit address,
 * then the suffix. The copy lives as long as the kernel does.
 */
static char *secure_heap_name(struct device_node *np)
{
	const char *label = kbasename(np->full_name);
	char *name;
	int ret;

	if (of_property_present(np, "label")) {
		ret = of_property_read_string(np, "label", &label);
		if (ret) {
			pr_err("%pOF: label is not a string\n", np);
			return ERR_PTR(ret);
		}
	}

	if (!secure_heap_name_valid(label)) {
		pr_err("%pOF: name \"%*pE\" is not 1 to %d letters, digits or any of -_.,+@\n",
		       np, (int)min_t(size_t, strlen(label),
				      SECURE_HEAP_LABEL_MAX), label,
		       SECURE_HEAP_LABEL_MAX);
		return ERR_PTR(-EINVAL);
	}

	name = kasprintf(GFP_KERNEL, "%s" SECURE_HEAP_SUFFIX, label);
	if (!name)
		return ERR_PTR(-ENOMEM);

	if (secure_heap_name_taken(name)) {
		pr_err("%pOF: name %s is taken by another heap\n", np, name);
		kfree(name);
		return ERR_PTR(-EEXIST);
	}

	return name;
}

/*
 * An overlap with any other reserved region means two owners of the same
 * bytes, and firewall rights that cannot be known. Both heaps of an
 * overlapping pair are refused for that reason.
 */
static int secure_heap_check_overlap(struct device_node *np,
				     const struct reserved_mem *rmem)
{
	for_each_available_child_of_node_scoped(np->parent, other) {
		const struct reserved_mem *region;

		if (other == np)
			continue;

		region = of_reserved_mem_lookup(other);
		if (!region || !region->size)
			continue;

		if (rmem->base <= region->base + (region->size - 1) &&
		    region->base <= rmem->base + (rmem->size - 1)) {
			pr_err("%pOF: region %pa size %pa overlaps %pOFn at %pa size %pa\n",
			       np, &rmem->base, &rmem->size, other,
			       &region->base, &region->size);
			return -EBUSY;
		}
	}

	return 0;
}

/*
 * The DMA API wants struct pages; the firewall wants that the CPU has no
 * (speculatively accessed) alias. Every page is looked at, since a region may
 * straddle memory banks or begin or end outside of memory.
 */
static int secure_heap_check_pages(struct device_node *np,
				   const struct reserved_mem *rmem)
{
	unsigned long pfn = PHYS_PFN(rmem->base);
	unsigned long last = PHYS_PFN(rmem->base + (rmem->size - 1));

	for (; pfn <= last; pfn++) {
		phys_addr_t addr = PFN_PHYS(pfn);

		if (!pfn_valid(pfn)) {
			pr_err("%pOF: %pa has no struct page, it is not part of memory\n",
			       np, &addr);
			return -ENXIO;
		}

		if (pfn_is_map_memory(pfn)) {
			pr_err("%pOF: %pa is mapped by the kernel although the node says no-map\n",
			       np, &addr);
			return -EPERM;
		}

		cond_resched();
	}

	return 0;
}

static int secure_heap_check_region(struct device_node *np,
				    const struct reserved_mem *rmem)
{
	int ret;

	if (!rmem->base) {
		pr_err("%pOF: a region at address 0 cannot be a heap\n", np);
		return -EINVAL;
	}

	if (!rmem->size || !PAGE_ALIGNED(rmem->base | rmem->size)) {
		pr_err("%pOF: region %pa size %pa is not made of whole pages of %lu bytes\n",
		       np, &rmem->base, &rmem->size, PAGE_SIZE);
		return -EINVAL;
	}

	if (rmem->base > PHYS_MASK || rmem->size - 1 > PHYS_MASK - rmem->base) {
		pr_err("%pOF: region %pa size %pa ends beyond the physical address space\n",
		       np, &rmem->base, &rmem->size);
		return -ERANGE;
	}

	if (!of_property_present(np, "no-map")) {
		pr_err("%pOF: region is not no-map, the CPU could reach it\n",
		       np);
		return -EPERM;
	}

	ret = secure_heap_check_overlap(np, rmem);
	if (ret)
		return ret;

	return secure_heap_check_pages(np, rmem);
}

/* The region that the kernel set aside for @np at boot, once it is sound */
static const struct reserved_mem *secure_heap_region(struct device_node *np)
{
	const struct reserved_mem *rmem;
	int ret;

	if (!np->parent || strcmp(np->parent->full_name, "reserved-memory") ||
	    !of_node_is_root(np->parent->parent)) {
		pr_err("%pOF: not a child of /reserved-memory\n", np);
		return ERR_PTR(-EINVAL);
	}

	/* A place that Linux chooses cannot have been fenced before Linux ran */
	if (!of_property_present(np, "reg")) {
		pr_err("%pOF: no reg property, a secure heap has a fixed place\n",
		       np);
		return ERR_PTR(-EINVAL);
	}

	rmem = of_reserved_mem_lookup(np);
	if (!rmem) {
		pr_err("%pOF: region was not set aside at boot\n", np);
		return ERR_PTR(-ENODEV);
	}

	ret = secure_heap_check_region(np, rmem);
	if (ret)
		return ERR_PTR(ret);

	return rmem;
}

static struct gen_pool *secure_heap_pool(struct secure_heap *heap)
{
	struct gen_pool *pool;
	int ret;

	pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	if (!pool)
		return ERR_PTR(-ENOMEM);

	ret = gen_pool_add(pool, heap->base, heap->size, NUMA_NO_NODE);
	if (ret) {
		gen_pool_destroy(pool);
		return ERR_PTR(ret);
	}

	/* Frames are large and of few sizes: best fit keeps the holes usable */
	gen_pool_set_algo(pool, gen_pool_best_fit, NULL);

	return pool;
}

static void secure_heap_announce(struct secure_heap *heap, struct dentry *root)
{
	phys_addr_t last = heap->base + heap->size - 1;
	struct dentry *dir;

	dir = debugfs_create_dir(heap->name, root);
	debugfs_create_file_unsafe("total", 0400, dir, heap,
				   &secure_heap_total_fops);
	debugfs_create_file_unsafe("free", 0400, dir, heap,
				   &secure_heap_free_fops);

	pr_info("%s: %pa..%pa (%llu KiB)\n", heap->name, &heap->base, &last,
		(unsigned long long)heap->size / SZ_1K);
}

static int secure_heap_add(struct device_node *np, struct dentry *debug_root)
{
	struct dma_heap_export_info exp_info = {};
	const struct reserved_mem *rmem;
	struct secure_heap *heap;
	struct dma_heap *dma_heap;
	int ret;

	rmem = secure_heap_region(np);
	if (IS_ERR(rmem))
		return PTR_ERR(rmem);

	heap = kzalloc_obj(*heap);
	if (!heap)
		return -ENOMEM;

	heap->np = of_node_get(np);
	heap->base = rmem->base;
	heap->size = rmem->size;

	heap->name = secure_heap_name(np);
	if (IS_ERR(heap->name)) {
		ret = PTR_ERR(heap->name);
		goto free_heap;
	}

	heap->pool = secure_heap_pool(heap);
	if (IS_ERR(heap->pool)) {
		ret = PTR_ERR(heap->pool);
		goto free_name;
	}

	exp_info.name = heap->name;
	exp_info.ops = &secure_heap_ops;
	exp_info.priv = heap;
	dma_heap = dma_heap_add(&exp_info);
	if (IS_ERR(dma_heap)) {
		ret = PTR_ERR(dma_heap);
		pr_err("%pOF: cannot add heap %s: %d\n", np, heap->name, ret);
		goto destroy_pool;
	}

	list_add_tail(&heap->node, &secure_heaps);
	secure_heap_announce(heap, debug_root);

	return 0;

destroy_pool:
	gen_pool_destroy(heap->pool);
free_name:
	kfree(heap->name);
free_heap:
	of_node_put(np);
	kfree(heap);
	return ret;
}

/*
 * There is no way to take a heap away from the dma-buf heap core, hence no
 * module exit, and no failure once one heap exists. A node that cannot be a
 * heap says why and does not keep the others from being one.
 */
static int __init secure_heap_init(void)
{
	struct dentry *debug_root = debugfs_create_dir(KBUILD_MODNAME, NULL);

	for_each_compatible_node_scoped(np, NULL, SECURE_HEAP_COMPATIBLE) {
		if (of_device_is_available(np))
			secure_heap_add(np, debug_root);
	}

	if (list_empty(&secure_heaps)) {
		pr_err("no usable %s node in the device tree\n",
		       SECURE_HEAP_COMPATIBLE);
		debugfs_remove(debug_root);
		return -ENODEV;
	}

	return 0;
}
module_init(secure_heap_init);

MODULE_DESCRIPTION("dma-buf heaps on memory that only devices and the secure world reach");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
