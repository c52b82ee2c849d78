/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svp-heed PROGRAM [ARGUMENT...]: become a program that heeds Ctrl-C.
 *
 * A shell without job control starts what runs in its background with SIGINT
 * and SIGQUIT ignored, and no shell below can undo that. Init runs everything
 * in its background, to hear the signals of poweroff and reboot meanwhile.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a shell gives for a program that is not there, or cannot be run */
enum { NOT_FOUND = 127, NOT_EXECUTABLE = 126, USAGE = 2 };

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: svp-heed PROGRAM [ARGUMENT...]\n");
		return USAGE;
	}
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	execvp(argv[1], argv + 1);
	fprintf(stderr, "init: %s: %s\n", argv[1],
		errno == ENOENT ? "not found" : strerror(errno));
	return errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
