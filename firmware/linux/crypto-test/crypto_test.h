/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Interface of /dev/crypto_test: one operation of one driver of the kernel's
 * crypto API, named by the caller. (Sockets of AF_ALG take no driver that
 * completes later, as those of hardware do.)
 */
#ifndef CRYPTO_TEST_H
#define CRYPTO_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CRYPTO_TEST_NAME_SIZE	64
#define CRYPTO_TEST_BYTES_MAX	65536
#define CRYPTO_TEST_ENTRIES_MAX	256

/* Kinds */
#define CRYPTO_TEST_SKCIPHER	0
#define CRYPTO_TEST_AEAD	1
#define CRYPTO_TEST_HASH	2
#define CRYPTO_TEST_AKCIPHER	3

/* Flags */
#define CRYPTO_TEST_DECRYPT	1	/* a private key, for akcipher */
#define CRYPTO_TEST_IN_PLACE	2	/* skcipher and aead */
#define CRYPTO_TEST_STEPS	4	/* hash: init, an update per entry, final */

/**
 * struct crypto_test_job - one operation
 * @driver:	[in] name of the driver, for example "cbc-aes-caam"
 * @kind:	[in] CRYPTO_TEST_SKCIPHER and so on
 * @flags:	[in] CRYPTO_TEST_DECRYPT and so on
 * @key:	[in] pointer to the key, as setkey() of the kind takes it
 * @iv:		[in] pointer to the initial vector; skcipher: [out] the next one
 * @assoc:	[in] aead: pointer to the associated data
 * @input:	[in] pointer to the data
 * @output:	[out] pointer to space for the result, without associated data
 * @key_size:	[in] bytes at @key, 0: no key is set
 * @iv_size:	[in] bytes at @iv, what the driver asks for
 * @assoc_size:	[in] bytes at @assoc
 * @input_size:	[in] bytes at @input
 * @output_size: [in] bytes that the result takes, or may take for akcipher
 * @auth_size:	[in] aead: bytes of the tag
 * @entry_size:	[in] bytes in each entry of a scatterlist, 0: one entry
 * @result:	[out] 0 or a negative errno of the operation
 *
 * The call itself fails for a job that cannot be tried: EINVAL, EFAULT,
 * ENOMEM, ENOENT for a driver that is not there.
 */
struct crypto_test_job {
	char driver[CRYPTO_TEST_NAME_SIZE];
	__u32 kind;
	__u32 flags;
	__u64 key;
	__u64 iv;
	__u64 assoc;
	__u64 input;
	__u64 output;
	__u32 key_size;
	__u32 iv_size;
	__u32 assoc_size;
	__u32 input_size;
	__u32 output_size;
	__u32 auth_size;
	__u32 entry_size;
	__s32 result;
};

#define CRYPTO_TEST_RUN	_IOWR('C', 0x70, struct crypto_test_job)

#endif
