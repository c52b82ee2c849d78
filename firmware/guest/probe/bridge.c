/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile use of /dev/secure_heap_tee, see bridge.h. */
#include "bridge.h"

#include "check.h"
#include "heap.h"
#include "secure_heap_tee.h"
#include "svp_decrypt.h"
#include "tee.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICE "/dev/secure_heap_tee"

enum {
	PAGE = 4096,
	WINDOW = 16 * PAGE,
	BUFFER = 8 * PAGE,
	SMALLEST_REQUEST = 1,
};

/* svp-decrypt, which refuses a request of one byte */
static const uint8_t trusted_application[TEE_UUID_SIZE] =
	SVP_DECRYPT_UUID_BYTES;

static const uint32_t bad_parameters = 0xffff0006;

/* A call with nothing wrong but the request: it gets to the TA */
static struct secure_heap_tee_invoke sound(int buffer)
{
	struct secure_heap_tee_invoke invoke = {
		.fd = buffer,
		.request_size = SMALLEST_REQUEST,
		.window_offset = PAGE,
		.size = BUFFER,
	};

	memcpy(invoke.uuid, trusted_application, sizeof(invoke.uuid));
	return invoke;
}

static void check_call(const char *what, const char *expected, int device,
		       struct secure_heap_tee_invoke invoke)
{
	int error = ioctl(device, SECURE_HEAP_TEE_INVOKE, &invoke) ? errno : 0;
	const char *seen = errno_name(error);

	if (!error && invoke.result == bad_parameters)
		seen = "refused-by-ta";
	check_named(expected, seen, "bridge.%s", what);
}

/* One field changed at a time */
static void check_fields(int device, int buffer)
{
	static const uint64_t huge[] = { WINDOW + 1, 1ull << 32, 1ull << 63,
					 UINT64_MAX };
	struct secure_heap_tee_invoke invoke = sound(buffer);

	check_call("sound", "refused-by-ta", device, invoke);
	invoke.flags = 2;
	check_call("flags", "EINVAL", device, invoke);
	invoke = sound(buffer);
	invoke.reserved = 1;
	check_call("reserved", "EINVAL", device, invoke);
	invoke = sound(buffer);
	invoke.size = 0;
	check_call("no-data", "ERANGE", device, invoke);
	invoke = sound(buffer);
	invoke.request_size = 0;
	check_call("no-request", "ERANGE", device, invoke);
	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
		invoke = sound(buffer);
		invoke.size = huge[i];
		check_call(text("size-%zu", i), "ERANGE", device, invoke);
		invoke = sound(buffer);
		invoke.buffer_offset = huge[i];
		check_call(text("buffer-offset-%zu", i), "ERANGE", device,
			   invoke);
		invoke = sound(buffer);
		invoke.window_offset = huge[i];
		check_call(text("window-offset-%zu", i), "ERANGE", device,
			   invoke);
		invoke = sound(buffer);
		invoke.request_offset = huge[i];
		check_call(text("request-offset-%zu", i), "ERANGE", device,
			   invoke);
	}
	invoke = sound(buffer);
	invoke.buffer_offset = 1;
	check_call("over-the-end", "ERANGE", device, invoke);
	check_call("still-sound", "refused-by-ta", device, sound(buffer));
}

/* Descriptors that are no buffers of a secure heap */
static void check_descriptors(int device)
{
	int system = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
	int ordinary = system < 0 ? -1 : heap_allocate(system, BUFFER);
	int tee = open("/dev/dma_heap/protected,secure-video",
		       O_RDWR | O_CLOEXEC);
	int foreign = tee < 0 ? -1 : heap_allocate(tee, BUFFER);

	check_call("closed-descriptor", "EBADF", device, sound(-1));
	check_call("no-dma-buf", "EINVAL", device, sound(device));
	check_call("system-heap", "EINVAL", device, sound(ordinary));
	check_call("tee-heap", "EINVAL", device, sound(foreign));
	if (foreign >= 0)
		close(foreign);
	if (tee >= 0)
		close(tee);
	if (ordinary >= 0)
		close(ordinary);
	if (system >= 0)
		close(system);
}

static void check_map(const char *what, const char *expected, int device,
		      size_t size, int flags, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, device,
			offset);

	check_named(expected, at == MAP_FAILED ? errno_name(errno) : "ok",
		    "bridge.%s", what);
	if (at != MAP_FAILED)
		munmap(at, size);
}

void bridge_checks(const struct region *region)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC);
	int heap = heap_open(region);
	int buffer = heap < 0 ? -1 : heap_allocate(heap, BUFFER);

	if (device < 0 || buffer < 0) {
		check_impossible("bridge", device < 0 ? "no-device" :
							"no-buffer");
	} else {
		check_call("no-window", "ENXIO", device, sound(buffer));
		check_map("map-private", "EINVAL", device, WINDOW, MAP_PRIVATE,
			  0);
		check_map("map-offset", "EINVAL", device, WINDOW, MAP_SHARED,
			  PAGE);
		check_map("map-large", "EINVAL", device,
			  SECURE_HEAP_TEE_WINDOW_MAX + PAGE, MAP_SHARED, 0);
		check_map("map", "ok", device, WINDOW, MAP_SHARED, 0);
		check_map("map-again", "EBUSY", device, WINDOW, MAP_SHARED, 0);
		check_fields(device, buffer);
		check_descriptors(device);
		check_named("ENOTTY",
			    errno_name(ioctl(device, SECURE_HEAP_TEE_INVOKE + 1,
					     NULL) ? errno : 0),
			    "bridge.other-ioctl");
		check_named("EFAULT",
			    errno_name(ioctl(device, SECURE_HEAP_TEE_INVOKE,
					     (void *)8) ? errno : 0),
			    "bridge.bad-pointer");
	}
	if (buffer >= 0)
		close(buffer);
	if (heap >= 0)
		close(heap);
	if (device >= 0)
		close(device);
}
