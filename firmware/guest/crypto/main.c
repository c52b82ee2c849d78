/* SPDX-License-Identifier: GPL-2.0-or-later */
/* svp-crypto: the kernel's crypto API and CAAM's drivers in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto.h"

enum { WAIT_SECONDS = 30, USAGE_STATUS = 2 };

static const char usage[] =
	"usage: svp-crypto fallbacks\n"
	"       svp-crypto list COUNT [SECONDS]\n"
	"       svp-crypto vectors FILE\n"
	"       svp-crypto speed ALGORITHM MIB\n"
	"\n"
	"fallbacks builds the software MACs that CAAM's driver needs, before it\n"
	"is loaded. list checks that COUNT algorithms of CAAM are there and passed\n"
	"their self-tests, within SECONDS (30). vectors runs test vectors, with\n"
	"the module crypto_test. speed decrypts MIB mebibytes by the kernel's\n"
	"software for a mode of AES, such as ctr(aes).\n";

int main(int count, char **words)
{
	const char *command = count > 1 ? words[1] : "";

	if (count == 2 && !strcmp(command, "fallbacks"))
		return crypto_fallbacks();
	if ((count == 3 || count == 4) && !strcmp(command, "list"))
		return crypto_list(strtoul(words[2], NULL, 10),
				   count == 4 ? strtoul(words[3], NULL, 10)
					      : WAIT_SECONDS);
	if (count == 3 && !strcmp(command, "vectors"))
		return crypto_vectors(words[2]);
	if (count == 4 && !strcmp(command, "speed") && atoi(words[3]) > 0)
		return crypto_speed(words[2], (unsigned int)atoi(words[3]));
	fputs(usage, stderr);
	return USAGE_STATUS;
}
