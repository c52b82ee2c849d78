/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Client of the probe pseudo-TA, see tee.h. */
#include "tee.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tee.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICE "/dev/tee0"

enum { PARAMETERS = 4 };

enum command { FILL, VERIFY, READ, WRITE, TZC };

/* 5c9b1f0e-6f0b-4d7a-9d1f-53565050524f in the byte order of RFC 4122 */
static const uint8_t probe_uuid[TEE_IOCTL_UUID_LEN] = {
	0x5c, 0x9b, 0x1f, 0x0e, 0x6f, 0x0b, 0x4d, 0x7a,
	0x9d, 0x1f, 0x53, 0x56, 0x50, 0x50, 0x52, 0x4f,
};

static int device = -1;
static uint32_t session;
static int buffer_id = -1;
static void *buffer = MAP_FAILED; /* TEE_COPY_MAX bytes shared with OP-TEE */
static int buffer_fd = -1;

int tee_try_session(const uint8_t *uuid)
{
	struct tee_ioctl_open_session_arg argument = { 0 };
	struct tee_ioctl_buf_data data = {
		.buf_ptr = (uintptr_t)&argument,
		.buf_len = sizeof(argument),
	};
	int tee = open(DEVICE, O_RDWR | O_CLOEXEC);
	int result = TEE_NO_SESSION;

	if (tee < 0)
		return result;
	memcpy(argument.uuid, uuid, sizeof(argument.uuid));
	argument.clnt_login = TEE_IOCTL_LOGIN_PUBLIC;
	if (!ioctl(tee, TEE_IOC_OPEN_SESSION, &data))
		result = (int)argument.ret;
	close(tee); /* ends the session */
	return result;
}

static int open_session(void)
{
	struct tee_ioctl_open_session_arg argument = { 0 };
	struct tee_ioctl_buf_data data = {
		.buf_ptr = (uintptr_t)&argument,
		.buf_len = sizeof(argument),
	};

	memcpy(argument.uuid, probe_uuid, sizeof(probe_uuid));
	argument.clnt_login = TEE_IOCTL_LOGIN_PUBLIC;
	if (ioctl(device, TEE_IOC_OPEN_SESSION, &data))
		return errno;
	if (argument.ret != TEE_OK)
		return ECONNREFUSED;
	session = argument.session;
	return 0;
}

static int share_buffer(void)
{
	struct tee_ioctl_shm_alloc_data data = { .size = TEE_COPY_MAX };

	buffer_fd = ioctl(device, TEE_IOC_SHM_ALLOC, &data);
	if (buffer_fd < 0)
		return errno;
	buffer_id = data.id;
	buffer = mmap(NULL, TEE_COPY_MAX, PROT_READ | PROT_WRITE, MAP_SHARED,
		      buffer_fd, 0);
	return buffer == MAP_FAILED ? errno : 0;
}

int tee_open(void)
{
	int error;

	if (device >= 0)
		return 0;
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return errno;
	error = open_session();
	if (!error)
		error = share_buffer();
	if (error)
		tee_close();
	return error;
}

/* Closing the device ends the session and frees the shared memory. */
void tee_close(void)
{
	if (buffer != MAP_FAILED)
		munmap(buffer, TEE_COPY_MAX);
	if (buffer_fd >= 0)
		close(buffer_fd);
	if (device >= 0)
		close(device);
	buffer = MAP_FAILED;
	buffer_fd = -1;
	buffer_id = -1;
	device = -1;
}

static int invoke(enum command command, struct tee_ioctl_param *parameters)
{
	struct {
		struct tee_ioctl_invoke_arg head;
		struct tee_ioctl_param parameters[PARAMETERS];
	} argument = { 0 };
	struct tee_ioctl_buf_data data = {
		.buf_ptr = (uintptr_t)&argument,
		.buf_len = sizeof(argument),
	};

	if (device < 0)
		return TEE_NO_SESSION;
	argument.head.func = command;
	argument.head.session = session;
	argument.head.num_params = PARAMETERS;
	memcpy(argument.parameters, parameters, sizeof(argument.parameters));
	if (ioctl(device, TEE_IOC_INVOKE, &data))
		return TEE_NO_SESSION;
	memcpy(parameters, argument.parameters, sizeof(argument.parameters));
	return (int)argument.head.ret;
}

static struct tee_ioctl_param value_in(uint64_t a, uint64_t b)
{
	return (struct tee_ioctl_param){
		.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT, .a = a, .b = b,
	};
}

static struct tee_ioctl_param value_out(void)
{
	return (struct tee_ioctl_param){
		.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT,
	};
}

static struct tee_ioctl_param memory(uint64_t type, uint32_t length)
{
	return (struct tee_ioctl_param){
		.attr = type, .a = 0, .b = length, .c = (uint64_t)buffer_id,
	};
}

static struct tee_ioctl_param address_in(uint64_t address)
{
	return value_in((uint32_t)address, address >> 32);
}

int tee_fill(uint64_t address, uint32_t length, uint32_t value)
{
	struct tee_ioctl_param parameters[PARAMETERS] = {
		address_in(address), value_in(length, value),
	};

	return invoke(FILL, parameters);
}

int tee_verify(uint64_t address, uint32_t length, uint32_t value,
	       uint32_t *mismatches, uint32_t *first)
{
	struct tee_ioctl_param parameters[PARAMETERS] = {
		address_in(address), value_in(length, value), value_out(),
	};
	int result = invoke(VERIFY, parameters);

	*mismatches = (uint32_t)parameters[2].a;
	*first = (uint32_t)parameters[2].b;
	return result;
}

int tee_read(uint64_t address, void *data, uint32_t length)
{
	struct tee_ioctl_param parameters[PARAMETERS] = {
		address_in(address), value_in(length, 0),
		memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT, length),
	};
	int result;

	if (length > TEE_COPY_MAX || buffer == MAP_FAILED)
		return TEE_NO_SESSION;
	memset(buffer, 0xa5, length);
	result = invoke(READ, parameters);
	memcpy(data, buffer, length);
	return result;
}

int tee_write(uint64_t address, const void *data, uint32_t length)
{
	struct tee_ioctl_param parameters[PARAMETERS] = {
		address_in(address), value_in(length, 0),
		memory(TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT, length),
	};

	if (length > TEE_COPY_MAX || buffer == MAP_FAILED)
		return TEE_NO_SESSION;
	memcpy(buffer, data, length);
	return invoke(WRITE, parameters);
}

int tee_tzc(int clear, struct tzc_state *state)
{
	struct tee_ioctl_param parameters[PARAMETERS] = {
		value_in(0, 0), value_in(0, clear ? 1 : 0), value_out(),
		value_out(),
	};
	int result = invoke(TZC, parameters);

	state->status = (uint32_t)parameters[2].a;
	state->address = (uint32_t)parameters[2].b;
	state->control = (uint32_t)parameters[3].a;
	state->id = (uint32_t)parameters[3].b;
	return result;
}

const char *tee_result_name(int result)
{
	switch (result) {
	case TEE_OK:
		return "ok";
	case TEE_ACCESS_DENIED:
		return "access-denied";
	case TEE_NO_SESSION:
		return "no-session";
	default:
		return text("0x%08x", (unsigned int)result);
	}
}
