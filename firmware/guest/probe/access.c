/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single accesses to physical memory, see access.h. */
#include "access.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int window_open(struct window *window, const char *device, uint64_t base,
		size_t size, int protection)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t start = base & ~(page - 1);
	int fd = open(device, O_RDWR | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	window->map_size = (size_t)(base - start) + size;
	window->map = mmap(NULL, window->map_size, protection, MAP_SHARED, fd,
			   (off_t)start);
	if (window->map == MAP_FAILED)
		error = errno;
	else
		window->bytes = (uint8_t *)window->map + (base - start);
	close(fd);
	return error;
}

void window_close(struct window *window)
{
	munmap(window->map, window->map_size);
	window->map = NULL;
}

static sigjmp_buf escape;
static volatile sig_atomic_t armed;

/* Outside of access_once() a signal is this program's fault and ends it. */
static void on_signal(int number)
{
	if (armed)
		siglongjmp(escape, number);
	signal(number, SIG_DFL);
}

/* Once for all, not per access: the bulk checks make millions of them */
static void catch_signals(void)
{
	static const int numbers[] = { SIGBUS, SIGSEGV, SIGILL };
	struct sigaction action = {
		.sa_handler = on_signal,
		.sa_flags = SA_NODEFER,
	};
	static bool caught;

	for (size_t i = 0; !caught && i < sizeof(numbers) / sizeof(*numbers);
	     i++)
		sigaction(numbers[i], &action, NULL);
	caught = true;
}

/* The instructions are spelled out so that the compiler neither splits, joins
 * nor drops an access. */
static void load(volatile void *address, unsigned int width,
		 union access_value *value)
{
	uint64_t x = 0;

	switch (width) {
	case 1:
		__asm__ volatile("ldrb %w0, [%1]" : "=r"(x) : "r"(address) : "memory");
		break;
	case 2:
		__asm__ volatile("ldrh %w0, [%1]" : "=r"(x) : "r"(address) : "memory");
		break;
	case 4:
		__asm__ volatile("ldr %w0, [%1]" : "=r"(x) : "r"(address) : "memory");
		break;
	case 8:
		__asm__ volatile("ldr %0, [%1]" : "=r"(x) : "r"(address) : "memory");
		break;
	case 16:
		__asm__ volatile("ldr q0, [%0]\n\tstr q0, [%1]" : : "r"(address), "r"(value->bytes) : "v0", "memory");
		return;
	default:
		__builtin_trap();
	}
	value->doubles[0] = x;
}

static void store(volatile void *address, unsigned int width,
		  const union access_value *value)
{
	uint64_t x = value->doubles[0];

	switch (width) {
	case 1:
		__asm__ volatile("strb %w0, [%1]" : : "r"(x), "r"(address) : "memory");
		break;
	case 2:
		__asm__ volatile("strh %w0, [%1]" : : "r"(x), "r"(address) : "memory");
		break;
	case 4:
		__asm__ volatile("str %w0, [%1]" : : "r"(x), "r"(address) : "memory");
		break;
	case 8:
		__asm__ volatile("str %0, [%1]" : : "r"(x), "r"(address) : "memory");
		break;
	case 16:
		__asm__ volatile("ldr q0, [%1]\n\tstr q0, [%0]" : : "r"(address), "r"(value->bytes) : "v0", "memory");
		break;
	default:
		__builtin_trap();
	}
}

static uint32_t exclusive(volatile void *address, union access_value *value)
{
	uint32_t seen, status;

	__asm__ volatile("ldxr %w0, [%2]\n\tstxr %w1, %w3, [%2]"
			 : "=&r"(seen), "=&r"(status)
			 : "r"(address), "r"(value->words[0])
			 : "memory");
	value->words[0] = seen;
	return status;
}

static uint32_t execute(volatile void *address)
{
	uint32_t (*function)(void) =
		(uint32_t (*)(void))(uintptr_t)address;

	return function();
}

struct outcome access_once(enum access_kind kind, volatile void *address,
			   unsigned int width, union access_value *value)
{
	/* Static, because locals are lost over siglongjmp */
	static struct outcome outcome;

	outcome = (struct outcome){ 0 };
	catch_signals();
	outcome.signal = sigsetjmp(escape, 0);
	if (outcome.signal == 0) {
		armed = 1;
		switch (kind) {
		case ACCESS_LOAD:
			load(address, width, value);
			break;
		case ACCESS_STORE:
			store(address, width, value);
			break;
		case ACCESS_EXCLUSIVE:
			outcome.store = exclusive(address, value);
			break;
		case ACCESS_ZERO:
			__asm__ volatile("dc zva, %0" : : "r"(address) : "memory");
			break;
		case ACCESS_EXECUTE:
			value->words[0] = execute(address);
			break;
		}
		/* A store's bus error is reported before what follows */
		__asm__ volatile("dsb sy" : : : "memory");
	}
	armed = 0;
	return outcome;
}

unsigned int access_zero_block(void)
{
	uint64_t dczid;

	__asm__("mrs %0, dczid_el0" : "=r"(dczid));
	return dczid & 0x10 ? 0 : 4u << (dczid & 0xf);
}

const char *signal_outcome(int number)
{
	switch (number) {
	case 0:
		return "ok";
	case SIGBUS:
		return "abort";
	case SIGSEGV:
		return "fault";
	case SIGILL:
		return "undefined";
	default:
		return "signal";
	}
}
