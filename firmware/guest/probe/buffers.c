/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another process' dma-bufs, see buffers.h. */
#include "buffers.h"

#include "check.h"

#include <dirent.h>
#include <drm/drm.h>
#include <drm/drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CARDS = 4, PIECE = 16 };

static const char dma_buf_link[] = "/dmabuf:";

/* The first bytes of size at map that are not zero, or "zeros"; unmaps it. */
static const char *content(void *map, size_t size, bool *data)
{
	const volatile unsigned char *bytes = map;
	static char digits[2 * PIECE + 1];
	const char *result = "zeros";

	for (size_t at = 0; at + PIECE <= size; at += PIECE) {
		bool any = false;

		for (unsigned int i = 0; i < PIECE; i++) {
			snprintf(digits + 2 * i, 3, "%02x", bytes[at + i]);
			any = any || bytes[at + i];
		}
		if (any) {
			*data = true;
			result = digits;
			break;
		}
	}
	munmap(map, size);
	return result;
}

static const char *map_outcome(int fd, size_t size, off_t offset, bool *data)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, offset);

	return map == MAP_FAILED ? errno_name(errno) : content(map, size, data);
}

static const char *call_outcome(int result)
{
	return errno_name(result < 0 ? errno : 0);
}

/* The first display device that takes the buffer, and its handle there. */
static int import_buffer(int buffer, uint32_t *handle)
{
	int error = ENODEV;

	for (int number = 0; number < CARDS; number++) {
		struct drm_prime_handle prime = { .fd = buffer };
		char path[32];
		int card;

		snprintf(path, sizeof(path), "/dev/dri/card%d", number);
		card = open(path, O_RDWR | O_CLOEXEC);
		if (card < 0)
			continue;
		if (!ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime)) {
			*handle = prime.handle;
			return card;
		}
		error = errno;
		close(card);
	}
	errno = error;
	return -1;
}

/* By the display's driver: as one of its own buffers, and given back by it. */
static void try_prime(int buffer, size_t size, bool *data)
{
	uint32_t handle = 0;
	int card = import_buffer(buffer, &handle);
	struct drm_mode_map_dumb dumb = { .handle = handle };
	struct drm_prime_handle prime = { .handle = handle,
					  .flags = DRM_CLOEXEC | DRM_RDWR };

	printf(" import=%s", call_outcome(card));
	if (card < 0)
		return;
	if (ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &dumb))
		printf(" dumb-map=%s", errno_name(errno));
	else
		printf(" dumb-map=%s",
		       map_outcome(card, size, (off_t)dumb.offset, data));
	if (ioctl(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime)) {
		printf(" export-mmap=%s", errno_name(errno));
	} else {
		printf(" export-mmap=%s",
		       map_outcome(prime.fd, size, 0, data));
		close(prime.fd);
	}
	close(card);
}

static bool try_buffer(int buffer)
{
	struct dma_buf_sync sync = { DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ };
	off_t size = lseek(buffer, 0, SEEK_END);
	unsigned char byte = 0;
	bool data = false;

	lseek(buffer, 0, SEEK_SET);
	if (size <= 0)
		return false;
	printf("BUFFER %lld mmap=%s", (long long)size,
	       map_outcome(buffer, (size_t)size, 0, &data));
	printf(" sync=%s",
	       call_outcome(ioctl(buffer, DMA_BUF_IOCTL_SYNC, &sync)));
	printf(" read=%s", call_outcome((int)read(buffer, &byte, 1)));
	try_prime(buffer, (size_t)size, &data);
	putchar('\n');
	return data;
}

int buffers_of(int pid)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	unsigned int count = 0, with_data = 0;
	const struct dirent *entry;
	char path[64], target[64];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	if (!folder || process < 0) {
		fprintf(stderr, "svp-probe: process %d: %s\n", pid,
			strerror(errno));
		if (folder)
			closedir(folder);
		return 1;
	}
	while ((entry = readdir(folder))) {
		ssize_t length;
		int buffer;

		length = readlinkat(dirfd(folder), entry->d_name, target,
				    sizeof(target) - 1);
		if (length < (ssize_t)strlen(dma_buf_link) ||
		    strncmp(target, dma_buf_link, strlen(dma_buf_link)) != 0)
			continue;
		buffer = (int)syscall(SYS_pidfd_getfd, process,
				      atoi(entry->d_name), 0);
		if (buffer < 0) {
			printf("BUFFER - take=%s\n", errno_name(errno));
			continue;
		}
		count++;
		with_data += try_buffer(buffer);
		close(buffer);
	}
	closedir(folder);
	close(process);
	printf("BUFFERS %u data=%u\n", count, with_data);
	return count ? 0 : 1;
}
