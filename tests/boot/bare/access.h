/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of load and store that a Cortex-A53 has, as functions access(address, buffer). */
#ifndef BARE_ACCESS_H
#define BARE_ACCESS_H

#define ACCESS_STORE 1
#define ACCESS_ALIGNED 2   /* natural alignment is a must */
#define ACCESS_EXCLUSIVE 4 /* a store that reads first; the function gives STXR's status */
#define ACCESS_ZEROES 8    /* stores zeros, not the buffer */

#define ACCESS_MAX_BYTES 64

#ifndef __ASSEMBLER__

#include "machine.h"

struct access {
	char name[16];
	access_fn function;
	u32 bytes;
	u32 flags;
};

extern const struct access accesses[], accesses_end[];

/* As EL0 would do it (LDTR, STTR); 8 bytes. */
u64 load_as_user(u64 address, void *buffer);
u64 store_as_user(u64 address, void *buffer);
/* Plain 1, 4 and 8 bytes. */
u64 load_1(u64 address, void *buffer);
u64 load_4(u64 address, void *buffer);
u64 load_8(u64 address, void *buffer);
u64 store_1(u64 address, void *buffer);
u64 store_4(u64 address, void *buffer);
u64 store_8(u64 address, void *buffer);
/* LDADD of Armv8.1, which a Cortex-A53 has not. */
u64 atomic_add(u64 address, void *buffer);

#endif
#endif
