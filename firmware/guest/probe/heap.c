/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dma-buf heaps, see heap.h. */
#include "heap.h"

#include "access.h"
#include "check.h"
#include "secure_heap_test.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 1 << 20, BUFFERS_MAX = 4096 };

int heap_open(const struct region *region)
{
	char path[2 * REGION_NAME_SIZE];
	int fd;

	snprintf(path, sizeof(path), "/dev/dma_heap/%s" HEAP_SUFFIX,
		 region->label);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int heap_allocate(int heap, uint64_t size)
{
	struct dma_heap_allocation_data data = {
		.len = size,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno :
							  (int)data.fd;
}

static const char *descriptor_outcome(int fd)
{
	return fd < 0 ? errno_name(-fd) : "ok";
}

static void check_allocation(const struct region *region, int heap,
			     const char *what, uint64_t size,
			     const char *expected)
{
	int fd = heap_allocate(heap, size);

	check_named(expected, descriptor_outcome(fd), "heap.%s.%s",
		    region->label, what);
	if (fd >= 0)
		close(fd);
}

static void check_cpu_access(const struct region *region, int buffer)
{
	static const struct {
		const char *name;
		int protection;
		int flags;
	} maps[] = {
		{ "mmap-read", PROT_READ, MAP_SHARED },
		{ "mmap-write", PROT_READ | PROT_WRITE, MAP_SHARED },
		{ "mmap-private", PROT_READ, MAP_PRIVATE },
	};
	struct dma_buf_sync sync = { DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	char byte = 0;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		void *map = mmap(NULL, PAGE, maps[i].protection, maps[i].flags,
				 buffer, 0);

		check_named("EINVAL",
			    errno_name(map == MAP_FAILED ? errno : 0),
			    "heap.%s.%s", region->label, maps[i].name);
	}
	check_named("EPERM",
		    errno_name(ioctl(buffer, DMA_BUF_IOCTL_SYNC, &sync) ?
				       errno : 0),
		    "heap.%s.sync-start", region->label);
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	check_named("EPERM",
		    errno_name(ioctl(buffer, DMA_BUF_IOCTL_SYNC, &sync) ?
				       errno : 0),
		    "heap.%s.sync-end", region->label);
	check_named("EINVAL", errno_name(read(buffer, &byte, 1) < 0 ? errno : 0),
		    "heap.%s.read", region->label);
	check_named("EINVAL",
		    errno_name(write(buffer, &byte, 1) < 0 ? errno : 0),
		    "heap.%s.write", region->label);
}

static int64_t debug_value(const struct region *region, const char *file)
{
	char path[2 * REGION_NAME_SIZE];
	int64_t value = -1;
	FILE *stream;

	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/secure_heap/%s" HEAP_SUFFIX "/%s",
		 region->label, file);
	stream = fopen(path, "r");
	if (!stream)
		return -1;
	if (fscanf(stream, "%" SCNd64, &value) != 1)
		value = -1;
	fclose(stream);
	return value;
}

static void check_free(const struct region *region, const char *when,
		       uint64_t expected)
{
	check_named(text("%" PRIu64, expected),
		    text("%" PRId64, debug_value(region, "free")),
		    "heap.%s.free-%s", region->label, when);
}

/* One buffer of the size of the heap leaves nothing, and gives all back. */
static void check_whole(const struct region *region, int heap)
{
	int buffer = heap_allocate(heap, region->size);

	check_named("ok", descriptor_outcome(buffer), "heap.%s.whole",
		    region->label);
	if (buffer < 0)
		return;
	check_named(text("%" PRIu64, region->size),
		    text("%jd", (intmax_t)lseek(buffer, 0, SEEK_END)),
		    "heap.%s.buffer-size", region->label);
	check_free(region, "none", 0);
	check_allocation(region, heap, "exhausted", PAGE, "ENOMEM");
	check_cpu_access(region, buffer);
	close(buffer);
	check_free(region, "all", region->size);
}

/* Fill with chunks, punch holes, fill the holes, free all. */
static void check_many(const struct region *region, int heap)
{
	static int buffers[BUFFERS_MAX];
	uint64_t chunks = region->size / CHUNK;
	struct rlimit files = { BUFFERS_MAX + 64, BUFFERS_MAX + 64 };
	uint64_t count = 0;

	if (chunks > BUFFERS_MAX)
		chunks = BUFFERS_MAX;
	setrlimit(RLIMIT_NOFILE, &files);
	while (count < chunks &&
	       (buffers[count] = heap_allocate(heap, CHUNK)) >= 0)
		count++;
	check_named(text("%" PRIu64, chunks), text("%" PRIu64, count),
		    "heap.%s.chunks", region->label);
	for (uint64_t i = 0; i < count; i += 2)
		close(buffers[i]);
	check_allocation(region, heap, "fragmented", 2 * CHUNK, "ENOMEM");
	for (uint64_t i = 0; i < count; i += 2)
		buffers[i] = heap_allocate(heap, CHUNK);
	check_free(region, "refilled", region->size - count * CHUNK);
	for (uint64_t i = 0; i < count; i++)
		if (buffers[i] >= 0)
			close(buffers[i]);
	check_allocation(region, heap, "whole-again", region->size, "ok");
}

void heap_checks(const struct region *region)
{
	int heap = heap_open(region);
	int odd;

	check_named("ok", descriptor_outcome(heap), "heap.%s.open",
		    region->label);
	if (heap < 0)
		return;
	check_named(text("%" PRIu64, region->size),
		    text("%" PRId64, debug_value(region, "total")),
		    "heap.%s.total", region->label);
	check_whole(region, heap);
	check_allocation(region, heap, "too-large", region->size + PAGE,
			 "ENOMEM");
	check_allocation(region, heap, "over-4GiB", 1ull << 32, "EINVAL");
	check_allocation(region, heap, "huge", UINT64_MAX, "EINVAL");
	check_allocation(region, heap, "nothing", 0, "EINVAL");
	odd = heap_allocate(heap, 300000);
	check_named("303104",
		    text("%jd", odd < 0 ? -1 : (intmax_t)lseek(odd, 0, SEEK_END)),
		    "heap.%s.rounded-size", region->label);
	if (odd >= 0)
		close(odd);
	check_many(region, heap);
	check_free(region, "end", region->size);
	close(heap);
}

static void check_import(const struct region *region, int device, int buffer)
{
	struct secure_heap_test_import import = {
		.fd = buffer, .bus_bits = 32,
	};

	if (ioctl(device, SECURE_HEAP_TEST_IMPORT, &import)) {
		check_named("ok", errno_name(errno), "import.%s.map",
			    region->label);
		return;
	}
	check_named("ok", errno_name(-import.attach), "import.%s.attach",
		    region->label);
	check_named("ok", errno_name(-import.map), "import.%s.map",
		    region->label);
	check_named("1", text("%u", import.entries), "import.%s.entries",
		    region->label);
	check_named(text("0x%" PRIx64, region->base),
		    text("0x%" PRIx64, (uint64_t)import.dma_address),
		    "import.%s.dma-address", region->label);
	check_named(text("%" PRIu64, region->size),
		    text("%" PRIu64, (uint64_t)import.length),
		    "import.%s.length", region->label);
	check_named("EINVAL", errno_name(-import.vmap), "import.%s.vmap",
		    region->label);
	check_named("EPERM", errno_name(-import.cpu_access),
		    "import.%s.cpu-access", region->label);
}

void import_checks(const struct region *region)
{
	struct secure_heap_test_import narrow = { .bus_bits = 31 };
	int device = open(MEMORY_NORMAL, O_RDWR | O_CLOEXEC);
	int heap = heap_open(region);
	int buffer = heap < 0 ? -1 : heap_allocate(heap, region->size);

	if (device < 0 || buffer < 0) {
		check_impossible(text("import.%s", region->label),
				 device < 0 ? "no-test-module" : "no-buffer");
	} else {
		check_import(region, device, buffer);
		narrow.fd = buffer;
		if (ioctl(device, SECURE_HEAP_TEST_IMPORT, &narrow))
			narrow.attach = -errno;
		check_named("EOPNOTSUPP", errno_name(-narrow.attach),
			    "import.%s.narrow-bus", region->label);
	}
	if (buffer >= 0)
		close(buffer);
	if (heap >= 0)
		close(heap);
	if (device >= 0)
		close(device);
}
