/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text on UART1 and the lines that the test on the host counts. */
#ifndef BARE_PRINT_H
#define BARE_PRINT_H

#include "machine.h"

void print_init(void);

/* %s text, %d decimal and %x hexadecimal u64; every number must be passed as u64. */
void print(const char *format, ...);

/*
 * One line "CHECK <name> expected=<x> seen=<y> ok|FAIL". The name is a format as print() takes it, without blanks.
 * check() wants equality, check_least() that seen is not below expected.
 */
bool check(u64 expected, u64 seen, const char *name, ...);
bool check_least(u64 expected, u64 seen, const char *name, ...);

/* The last line; nothing may be printed after it. */
void print_done(void);

#endif
