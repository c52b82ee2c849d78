/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client of the probe pseudo-TA in OP-TEE, by the raw ioctls of /dev/tee0.
 *
 * The pseudo-TA works on physical ranges that lie wholly inside one secure
 * heap and answers TEE_ACCESS_DENIED to all others. The pattern rule: 32-bit
 * little-endian word i of a range is value + i.
 */
#ifndef SVP_PROBE_TEE_H
#define SVP_PROBE_TEE_H

#include <stddef.h>
#include <stdint.h>

/* GlobalPlatform TEE return codes */
enum {
	TEE_OK = 0,
	TEE_ACCESS_DENIED = (int)0xffff0001,
	TEE_NO_SESSION = (int)0xffff0008,
};

enum { TEE_UUID_SIZE = 16 }; /* in the byte order of RFC 4122 */
enum { TEE_COPY_MAX = 4096 }; /* bytes in one READ or WRITE */

struct tzc_state {
	uint32_t status;  /* int_status: bit 0 denied, bit 1 more than once */
	uint32_t address; /* fail_address_low, offset in DRAM */
	uint32_t control; /* fail_control: 24 write, 21 non-secure, 20 priv. */
	uint32_t id;      /* fail_id */
};

/* Opens device and session; returns 0 or an errno value. */
int tee_open(void);
void tee_close(void);

/* Result of opening a session with any trusted application; it is ended. */
int tee_try_session(const uint8_t *uuid);

/* The calls return a TEE result code, or TEE_NO_SESSION. */
int tee_fill(uint64_t address, uint32_t length, uint32_t value);
int tee_verify(uint64_t address, uint32_t length, uint32_t value,
	       uint32_t *mismatches, uint32_t *first);
int tee_read(uint64_t address, void *data, uint32_t length);
int tee_write(uint64_t address, const void *data, uint32_t length);
int tee_tzc(int clear, struct tzc_state *state);

/* "ok", "access-denied" or the code in hexadecimal. */
const char *tee_result_name(int result);

#endif
