// SPDX-License-Identifier: GPL-2.0
/*
 * Test aid for secure heaps, root only and of no other use.
 *
 * It plays the part of a device driver that imports a dma-buf, and it maps
 * memory outside of the kernel's linear mapping as Normal memory, so that a
 * program can throw every kind of CPU access at the memory firewall. /dev/mem
 * offers Device memory there, on which many kinds are not legal.
 *
 * Copyright (C) 2026 The svp authors
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/uaccess.h>

#include "secure_heap_test.h"

#define BUS_BITS_MIN	24
#define BUS_BITS_MAX	64

/* Serialises changes of the device's bus limit */
static DEFINE_MUTEX(importer_lock);
static struct platform_device *importer;

static void import_map(struct dma_buf_attachment *attachment,
		       struct secure_heap_test_import *import)
{
	struct sg_table *table;

	table = dma_buf_map_attachment_unlocked(attachment, DMA_BIDIRECTIONAL);
	if (IS_ERR(table)) {
		import->map = PTR_ERR(table);
		return;
	}

	import->map = 0;
	import->entries = table->nents;
	import->dma_address = sg_dma_address(table->sgl);
	import->length = sg_dma_len(table->sgl);
	dma_buf_unmap_attachment_unlocked(attachment, table, DMA_BIDIRECTIONAL);
}

static void import_cpu(struct dma_buf *dmabuf,
		       struct secure_heap_test_import *import)
{
	struct iosys_map map;

	import->vmap = dma_buf_vmap_unlocked(dmabuf, &map);
	if (!import->vmap)
		dma_buf_vunmap_unlocked(dmabuf, &map);

	import->cpu_access = dma_buf_begin_cpu_access(dmabuf,
						      DMA_BIDIRECTIONAL);
	if (!import->cpu_access)
		dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
}

static int import_dmabuf(struct secure_heap_test_import *import)
{
	struct dma_buf_attachment *attachment;
	struct dma_buf *dmabuf;

	/*
	 * The mask of a device may not be narrower than the platform's DMA
	 * zone, a bus in front of it may.
	 */
	importer->dev.bus_dma_limit = DMA_BIT_MASK(import->bus_bits);

	dmabuf = dma_buf_get(import->fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	attachment = dma_buf_attach(dmabuf, &importer->dev);
	if (IS_ERR(attachment)) {
		import->attach = PTR_ERR(attachment);
	} else {
		import_map(attachment, import);
		import_cpu(dmabuf, import);
		dma_buf_detach(dmabuf, attachment);
	}

	dma_buf_put(dmabuf);

	return 0;
}

static long test_ioctl(struct file *file, unsigned int command,
		       unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct secure_heap_test_import import;
	struct secure_heap_test_import result = {
		.map = -ENODATA,
		.vmap = -ENODATA,
		.cpu_access = -ENODATA,
	};
	int ret;

	if (command != SECURE_HEAP_TEST_IMPORT)
		return -ENOTTY;

	if (copy_from_user(&import, user, sizeof(import)))
		return -EFAULT;

	if (import.bus_bits < BUS_BITS_MIN ||
	    import.bus_bits > BUS_BITS_MAX || import.reserved)
		return -EINVAL;

	result.fd = import.fd;
	result.bus_bits = import.bus_bits;

	mutex_lock(&importer_lock);
	ret = import_dmabuf(&result);
	mutex_unlock(&importer_lock);
	if (ret)
		return ret;

	return copy_to_user(user, &result, sizeof(result)) ? -EFAULT : 0;
}

static int test_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long pages = size >> PAGE_SHIFT;
	unsigned long i;

	if (vma->vm_pgoff > ULONG_MAX - pages ||
	    vma->vm_pgoff + pages > PHYS_PFN(PHYS_MASK))
		return -EINVAL;

	/* Never a second mapping of memory that the kernel uses */
	for (i = 0; i < pages; i++) {
		if (!pfn_valid(vma->vm_pgoff + i) ||
		    pfn_is_map_memory(vma->vm_pgoff + i))
			return -EPERM;
	}

	if (file->f_flags & O_SYNC)
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);

	return remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff, size,
			       vma->vm_page_prot);
}

static const struct file_operations test_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = test_ioctl,
	.mmap = test_mmap,
};

static struct miscdevice test_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &test_fops,
	.mode = 0600,
};

static int __init secure_heap_test_init(void)
{
	int ret;

	importer = platform_device_register_simple(KBUILD_MODNAME,
						   PLATFORM_DEVID_NONE,
						   NULL, 0);
	if (IS_ERR(importer))
		return PTR_ERR(importer);

	ret = dma_set_mask_and_coherent(&importer->dev, DMA_BIT_MASK(64));
	if (ret)
		goto unregister_importer;

	ret = misc_register(&test_device);
	if (ret)
		goto unregister_importer;

	return 0;

unregister_importer:
	platform_device_unregister(importer);
	return ret;
}
module_init(secure_heap_test_init);

static void __exit secure_heap_test_exit(void)
{
	misc_deregister(&test_device);
	platform_device_unregister(importer);
}
module_exit(secure_heap_test_exit);

MODULE_DESCRIPTION("Test importer and memory window for secure heaps");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
