/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single accesses to physical memory, by exactly one instruction each, which
 * may fail: a bus error is an outcome, not the end of the program.
 *
 * Two ways lead to physical memory. /dev/mem maps memory that Linux does not
 * own as Device memory, where the Arm architecture forbids unaligned accesses,
 * DC ZVA and execution, and promises nothing for exclusives. The test module's
 * /dev/secure_heap_test maps the same memory as Normal memory, where all of
 * these are legal.
 */
#ifndef SVP_PROBE_ACCESS_H
#define SVP_PROBE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_DEVICE "/dev/mem"
#define MEMORY_NORMAL "/dev/secure_heap_test"

struct window {
	volatile uint8_t *bytes; /* first byte asked for */
	void *map;
	size_t map_size;
};

/*
 * Maps [base, base + size) by the device file; flags are PROT_* bits. Returns
 * 0 or an errno value.
 */
int window_open(struct window *window, const char *device, uint64_t base,
		size_t size, int protection);
void window_close(struct window *window);

enum access_kind {
	ACCESS_LOAD,      /* LDRB, LDRH, LDR W, X, Q by width */
	ACCESS_STORE,     /* STRB, STRH, STR W, X, Q by width */
	ACCESS_EXCLUSIVE, /* LDXR W, then STXR W of the value; width 4 */
	ACCESS_ZERO,      /* DC ZVA; the width is the block size */
	ACCESS_EXECUTE,   /* BLR to the address; the result is W0 */
};

union access_value {
	uint8_t bytes[16];
	uint32_t words[4];
	uint64_t doubles[2];
};

/* What became of an access */
struct outcome {
	int signal;     /* 0, SIGBUS, SIGSEGV or SIGILL */
	uint32_t store; /* ACCESS_EXCLUSIVE: STXR's status, 0 is success */
};

/*
 * Makes one access of width bytes (1, 2, 4, 8 or 16) at address. A load
 * leaves what it read in *value, a store takes it from there.
 */
struct outcome access_once(enum access_kind kind, volatile void *address,
			   unsigned int width, union access_value *value);

/* Bytes that one DC ZVA clears; 0 when the instruction is not permitted. */
unsigned int access_zero_block(void);

/* "abort" for SIGBUS, "fault" for SIGSEGV, "undefined" for SIGILL, "ok". */
const char *signal_outcome(int signal);

#endif
