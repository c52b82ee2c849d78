// SPDX-License-Identifier: GPL-2.0
/*
 * Hands buffers of secure heaps to trusted applications of OP-TEE.
 *
 * The TEE subsystem takes a dma-buf by file descriptor only from its own heap.
 * This module is a client of OP-TEE inside the kernel instead: it turns a
 * secure heap's dma-buf into a memory reference by physical address, which
 * OP-TEE checks against its own list of heaps. Nothing is mapped or copied.
 *
 * Copyright (C) 2026 The svp authors
 */

#include <linux/cleanup.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tee_drv.h>
#include <linux/uaccess.h>

#include "secure_heap.h"
#include "secure_heap_tee.h"

/* GlobalPlatform TEE Client API: the TA is gone, for instance by a panic */
#define TEEC_ERROR_TARGET_DEAD	0xffff3024

/* Of the TA's call, see struct secure_heap_tee_invoke */
enum { REQUEST, SOURCE, DESTINATION, VALUES, PARAMETERS };

/* One open file */
struct bridge {
	/* Serialises calls, and use of window, session and uuid */
	struct mutex lock;
	struct tee_context *context;
	struct tee_shm *window;
	bool has_session;
	u32 session;
	u8 uuid[TEE_IOCTL_UUID_LEN];
};

static int is_optee(struct tee_ioctl_version_data *version, const void *data)
{
	return version->impl_id == TEE_IMPL_ID_OPTEE;
}

static int bridge_open(struct inode *inode, struct file *file)
{
	struct bridge *bridge;

	bridge = kzalloc_obj(*bridge);
	if (!bridge)
		return -ENOMEM;

	bridge->context = tee_client_open_context(NULL, is_optee, NULL, NULL);
	if (IS_ERR(bridge->context)) {
		int ret = PTR_ERR(bridge->context);

		kfree(bridge);
		return ret;
	}

	mutex_init(&bridge->lock);
	file->private_data = bridge;

	return 0;
}

static void bridge_end_session(struct bridge *bridge)
{
	if (bridge->has_session)
		tee_client_close_session(bridge->context, bridge->session);
	bridge->has_session = false;
}

/* Each mapping of the window holds a reference of the file */
static int bridge_release(struct inode *inode, struct file *file)
{
	struct bridge *bridge = file->private_data;

	bridge_end_session(bridge);
	if (bridge->window)
		tee_shm_free(bridge->window);
	tee_client_close_context(bridge->context);
	mutex_destroy(&bridge->lock);
	kfree(bridge);

	return 0;
}

static int bridge_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct bridge *bridge = file->private_data;
	size_t size = vma->vm_end - vma->vm_start;
	struct tee_shm *window;
	phys_addr_t base;
	int ret;

	if (vma->vm_pgoff || !(vma->vm_flags & VM_SHARED) ||
	    size > SECURE_HEAP_TEE_WINDOW_MAX)
		return -EINVAL;

	guard(mutex)(&bridge->lock);

	if (bridge->window)
		return -EBUSY;

	window = tee_shm_alloc_kernel_buf(bridge->context, size);
	if (IS_ERR(window))
		return PTR_ERR(window);

	ret = tee_shm_get_pa(window, 0, &base);
	if (!ret)
		ret = remap_pfn_range(vma, vma->vm_start, PHYS_PFN(base), size,
				      vma->vm_page_prot);
	if (ret) {
		tee_shm_free(window);
		return ret;
	}

	bridge->window = window;

	return 0;
}

/* The session of the file, with this TA; -ECONNREFUSED: see result */
static int bridge_session(struct bridge *bridge,
			  struct secure_heap_tee_invoke *invoke)
{
	struct tee_ioctl_open_session_arg arg = {
		.clnt_login = TEE_IOCTL_LOGIN_PUBLIC,
	};
	int ret;

	if (bridge->has_session) {
		if (!memcmp(bridge->uuid, invoke->uuid, sizeof(bridge->uuid)))
			return 0;
		bridge_end_session(bridge);
	}

	memcpy(arg.uuid, invoke->uuid, sizeof(arg.uuid));
	ret = tee_client_open_session(bridge->context, &arg, NULL);
	if (ret)
		return ret;

	if (arg.ret) {
		invoke->result = arg.ret;
		invoke->origin = arg.ret_origin;
		return -ECONNREFUSED;
	}

	memcpy(bridge->uuid, invoke->uuid, sizeof(bridge->uuid));
	bridge->session = arg.session;
	bridge->has_session = true;

	return 0;
}

/* True for a range of at least one byte that lies within @limit bytes */
static bool is_inside(u64 offset, u64 size, u64 limit)
{
	u64 end;

	return size && !check_add_overflow(offset, size, &end) && end <= limit;
}

static void set_memory(struct tee_param *parameter, u64 attribute,
		       struct tee_shm *memory, u64 offset, u64 size)
{
	parameter->attr = attribute;
	parameter->u.memref.shm = memory;
	parameter->u.memref.shm_offs = offset;
	parameter->u.memref.size = size;
}

static int bridge_call(struct bridge *bridge, struct tee_shm *buffer,
		       struct secure_heap_tee_invoke *invoke)
{
	bool reverse = invoke->flags & SECURE_HEAP_TEE_REVERSE;
	struct tee_param parameters[PARAMETERS] = {};
	struct tee_ioctl_invoke_arg arg = {
		.func = invoke->function,
		.session = bridge->session,
		.num_params = PARAMETERS,
	};
	int ret;

	set_memory(&parameters[REQUEST], TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT,
		   bridge->window, invoke->request_offset,
		   invoke->request_size);
	set_memory(&parameters[reverse ? DESTINATION : SOURCE],
		   reverse ? TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT :
			     TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT,
		   bridge->window, invoke->window_offset, invoke->size);
	set_memory(&parameters[reverse ? SOURCE : DESTINATION],
		   reverse ? TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT :
			     TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT,
		   buffer, invoke->buffer_offset, invoke->size);
	parameters[VALUES].attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT;

	ret = tee_client_invoke_func(bridge->context, &arg, parameters);
	if (ret)
		return ret;

	invoke->result = arg.ret;
	invoke->origin = arg.ret_origin;
	invoke->values[0] = parameters[VALUES].u.value.a;
	invoke->values[1] = parameters[VALUES].u.value.b;
	if (arg.ret == TEEC_ERROR_TARGET_DEAD)
		bridge_end_session(bridge);

	return 0;
}

static int bridge_invoke(struct bridge *bridge, struct dma_buf *dmabuf,
			 struct secure_heap_tee_invoke *invoke)
{
	/* No flag: OP-TEE's driver passes it on as a physical range */
	struct tee_shm buffer = { .ctx = bridge->context };
	int ret;

	ret = secure_heap_buffer_range(dmabuf, &buffer.paddr, &buffer.size);
	if (ret)
		return ret;

	if (!is_inside(invoke->buffer_offset, invoke->size, buffer.size))
		return -ERANGE;

	guard(mutex)(&bridge->lock);

	if (!bridge->window)
		return -ENXIO;

	if (!is_inside(invoke->request_offset, invoke->request_size,
		       bridge->window->size) ||
	    !is_inside(invoke->window_offset, invoke->size,
		       bridge->window->size))
		return -ERANGE;

	ret = bridge_session(bridge, invoke);
	if (ret)
		return ret == -ECONNREFUSED ? 0 : ret;

	return bridge_call(bridge, &buffer, invoke);
}

static long bridge_ioctl(struct file *file, unsigned int command,
			 unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct secure_heap_tee_invoke invoke;
	struct dma_buf *dmabuf;
	int ret;

	if (command != SECURE_HEAP_TEE_INVOKE)
		return -ENOTTY;

	if (copy_from_user(&invoke, user, sizeof(invoke)))
		return -EFAULT;

	if (invoke.flags & ~SECURE_HEAP_TEE_REVERSE || invoke.reserved)
		return -EINVAL;

	invoke.result = 0;
	invoke.origin = 0;
	memset(invoke.values, 0, sizeof(invoke.values));

	/* The reference keeps the range from being given to somebody else */
	dmabuf = dma_buf_get(invoke.fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	ret = bridge_invoke(file->private_data, dmabuf, &invoke);
	dma_buf_put(dmabuf);
	if (ret)
		return ret;

	return copy_to_user(user, &invoke, sizeof(invoke)) ? -EFAULT : 0;
}

static const struct file_operations bridge_fops = {
	.owner = THIS_MODULE,
	.open = bridge_open,
	.release = bridge_release,
	.mmap = bridge_mmap,
	.unlocked_ioctl = bridge_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice bridge_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &bridge_fops,
	.mode = 0600,
};
module_misc_device(bridge_device);

MODULE_DESCRIPTION("Trusted applications on buffers of secure heaps");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
MODULE_IMPORT_NS("SECURE_HEAP");
