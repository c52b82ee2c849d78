/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the kernel build the software MACs that CAAM's driver falls back to.
 *
 * For requests that it cannot hand to the hardware, the driver of cmac(aes) and
 * xcbc(aes) wants a synchronous software one whose state can be exported in the
 * kernel's common form. In Linux 7.3 the built-in ones (cmac-aes-lib,
 * xcbc-aes-lib) cannot export it, and the templates, which can, refuse the flag
 * that the driver asks with, so that they are not built on demand. Once built
 * they are found. Asked for by the name of the cipher's driver, the template is
 * the only match.
 */
#include "crypto.h"

#include <errno.h>
#include <linux/cryptouser.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const fallbacks[] = { "cmac(aes-lib)", "xcbc(aes-lib)" };

/* Asks for an algorithm by its driver's name; 0 or an errno. */
static int instantiate(int kernel, const char *driver)
{
	struct {
		struct nlmsghdr header;
		struct crypto_user_alg algorithm;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = CRYPTO_MSG_NEWALG,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
	};
	char answer[1024];
	const struct nlmsghdr *header = (const void *)answer;
	const struct nlmsgerr *status = NLMSG_DATA(header);
	ssize_t got;

	snprintf(request.algorithm.cru_driver_name,
		 sizeof(request.algorithm.cru_driver_name), "%s", driver);
	if (send(kernel, &request, sizeof(request), 0) < 0)
		return errno;
	got = recv(kernel, answer, sizeof(answer), 0);
	if (got < 0)
		return errno;
	if ((size_t)got < NLMSG_LENGTH(sizeof(*status)) ||
	    header->nlmsg_type != NLMSG_ERROR)
		return EPROTO;
	return status->error == -EEXIST ? 0 : -status->error;
}

int crypto_fallbacks(void)
{
	int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			    NETLINK_CRYPTO);
	size_t i;

	if (kernel < 0) {
		fprintf(stderr, "svp-crypto: NETLINK_CRYPTO: %s\n",
			strerror(errno));
		return 1;
	}
	for (i = 0; i < sizeof(fallbacks) / sizeof(*fallbacks); i++) {
		int error = instantiate(kernel, fallbacks[i]);

		if (error) {
			fprintf(stderr, "svp-crypto: %s: %s\n", fallbacks[i],
				strerror(error));
			close(kernel);
			return 1;
		}
	}
	close(kernel);
	return 0;
}
