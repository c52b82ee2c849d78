/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine-readable results. Every check is one line on standard output:
 *
 *   CHECK <name> expected=<value> seen=<value> ok|FAIL
 *
 * Names and values hold no blanks (they are replaced by '_').
 */
#ifndef SVP_PROBE_CHECK_H
#define SVP_PROBE_CHECK_H

/* Prints one check; it is ok when both strings are equal. */
void check(const char *name, const char *expected, const char *seen);

/* The same, with a name made by printf rules. */
void check_named(const char *expected, const char *seen, const char *format,
		 ...) __attribute__((format(printf, 3, 4)));

/* The check could not be made: always FAIL. reason is what was missing. */
void check_impossible(const char *name, const char *reason);

/* printf into one of several rotating static buffers, valid for 8 calls. */
const char *text(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Symbol of an errno value ("EPERM"), "ok" for 0, else the number. */
const char *errno_name(int error);

/* 0 when at least one check was made and none failed, else 1. */
int check_status(void);

#endif
