/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of svp-crypto; each returns an exit status. */
#ifndef SVP_CRYPTO_H
#define SVP_CRYPTO_H

/* Builds the software MACs that CAAM's driver needs. */
int crypto_fallbacks(void);

/*
 * Lists the algorithms of drivers whose names end with -caam, and checks that
 * there are count of them and that each passed its self-test. Waits up to
 * seconds for tests that still run.
 */
int crypto_list(unsigned int count, unsigned int seconds);

/*
 * Decrypts so many MiB, at least 1, by the kernel's software for a mode of AES
 * ("ctr(aes)") with a key of 128 bits; prints a BENCH line.
 */
int crypto_speed(const char *algorithm, unsigned int mebibytes);

/* Runs the vectors in a file by /dev/crypto_test. */
int crypto_vectors(const char *path);

#endif
