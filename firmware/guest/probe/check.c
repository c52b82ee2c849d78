/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine-readable results, see check.h. */
#include "check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 256, TEXT_SLOTS = 8 };

static unsigned int made;
static unsigned int failed;

static void print_word(const char *word)
{
	if (*word == '\0')
		putchar('-');
	for (; *word != '\0'; word++)
		putchar(*word > ' ' && *word < 0x7f ? *word : '_');
}

void check(const char *name, const char *expected, const char *seen)
{
	int equal = strcmp(expected, seen) == 0;

	made++;
	failed += !equal;
	fputs("CHECK ", stdout);
	print_word(name);
	fputs(" expected=", stdout);
	print_word(expected);
	fputs(" seen=", stdout);
	print_word(seen);
	puts(equal ? " ok" : " FAIL");
	fflush(stdout);
}

void check_named(const char *expected, const char *seen, const char *format,
		 ...)
{
	char name[TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	check(name, expected, seen);
}

void check_impossible(const char *name, const char *reason)
{
	check(name, "possible", reason);
}

const char *text(const char *format, ...)
{
	static char slots[TEXT_SLOTS][TEXT_SIZE];
	static unsigned int next;
	char *slot = slots[next++ % TEXT_SLOTS];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(slot, TEXT_SIZE, format, arguments);
	va_end(arguments);
	return slot;
}

const char *errno_name(int error)
{
	const char *name = error ? strerrorname_np(error) : "ok";

	return name ? name : text("error-%d", error);
}

int check_status(void)
{
	printf("CHECKS made=%u failed=%u\n", made, failed);
	return made > 0 && failed == 0 ? 0 : 1;
}
