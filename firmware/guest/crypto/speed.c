/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the kernel's software decrypts: what Linux would do without CAAM.
 * Through AF_ALG, which takes no asynchronous driver, and so none of CAAM's; its
 * two copies are a small part of what a cipher in software takes.
 */
#include "crypto.h"

#include <errno.h>
#include <linux/if_alg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { KEY_SIZE = 16, BLOCK = 16, PIECE = 64 << 10 };

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

static int failed(const char *algorithm, const char *what)
{
	fprintf(stderr, "svp-crypto: %s: %s: %s\n", algorithm, what,
		strerror(errno));
	return 1;
}

/* One message: decryption from a zero vector on, and its result */
static int decrypt(int operation, uint8_t *data)
{
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(sizeof(uint32_t)) +
			      CMSG_SPACE(sizeof(struct af_alg_iv) + BLOCK)];
	} control = { 0 };
	struct iovec piece = { .iov_base = data, .iov_len = PIECE };
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	const uint32_t direction = ALG_OP_DECRYPT, iv_size = BLOCK;
	size_t got = 0;

	header->cmsg_level = SOL_ALG;
	header->cmsg_type = ALG_SET_OP;
	header->cmsg_len = CMSG_LEN(sizeof(direction));
	memcpy(CMSG_DATA(header), &direction, sizeof(direction));
	header = CMSG_NXTHDR(&message, header);
	header->cmsg_level = SOL_ALG;
	header->cmsg_type = ALG_SET_IV;
	header->cmsg_len = CMSG_LEN(sizeof(struct af_alg_iv) + BLOCK);
	memcpy(CMSG_DATA(header), &iv_size, sizeof(iv_size));

	if (sendmsg(operation, &message, 0) != PIECE)
		return -1;
	while (got < PIECE) {
		ssize_t now = read(operation, data + got, PIECE - got);

		if (now <= 0)
			return -1;
		got += (size_t)now;
	}
	return 0;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int crypto_speed(const char *algorithm, unsigned int mebibytes)
{
	static uint8_t data[PIECE];
	struct sockaddr_alg name = {
		.salg_family = AF_ALG, .salg_type = "skcipher",
	};
	int cipher = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	unsigned int pieces = mebibytes * ((1 << 20) / PIECE), i;
	int operation = -1, status = 1;
	double begin;

	snprintf((char *)name.salg_name, sizeof(name.salg_name), "%s", algorithm);
	if (cipher < 0)
		return failed(algorithm, "AF_ALG");
	if (bind(cipher, (struct sockaddr *)&name, sizeof(name)))
		failed(algorithm, "no such synchronous cipher");
	else if (setsockopt(cipher, SOL_ALG, ALG_SET_KEY, data, KEY_SIZE))
		failed(algorithm, "key");
	else if ((operation = accept(cipher, NULL, NULL)) < 0)
		failed(algorithm, "accept");
	else
		status = 0;

	begin = seconds();
	for (i = 0; !status && i < pieces; i++)
		if (decrypt(operation, data))
			status = failed(algorithm, "decryption");
	if (!status)
		printf("BENCH %s %.1f MiB/s\n", algorithm,
		       mebibytes / (seconds() - begin));
	if (operation >= 0)
		close(operation);
	close(cipher);
	return status;
}
