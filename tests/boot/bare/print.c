/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See print.h. */
#include "print.h"

#include <stdarg.h>

#define UART1 0x30860000
#define UTXD 0x40
#define UCR1 0x80
#define UCR2 0x84
#define UTS 0xb4
#define UCR1_UARTEN 0x0001
#define UCR2_ON 0x4027 /* ignore RTS, 8 bits, both ways on, out of reset */
#define UTS_TXFULL 0x10

static u64 checks, failures;

void print_init(void)
{
	write32(UART1 + UCR1, read32(UART1 + UCR1) | UCR1_UARTEN);
	write32(UART1 + UCR2, read32(UART1 + UCR2) | UCR2_ON);
}

static void put(char c)
{
	while (read32(UART1 + UTS) & UTS_TXFULL)
		;
	write32(UART1 + UTXD, (u8)c);
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_number(u64 number, unsigned base)
{
	char digits[21];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	if (base == 16)
		put_text("0x");
	while (count)
		put(digits[--count]);
}

static void print_list(const char *format, va_list list)
{
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_text(va_arg(list, const char *));
			break;
		case 'd':
			put_number(va_arg(list, u64), 10);
			break;
		default:
			put_number(va_arg(list, u64), 16);
			break;
		}
	}
}

void print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print_list(format, list);
	va_end(list);
}

static void put_value(u64 value)
{
	put_number(value, value < 10000 ? 10 : 16);
}

static bool report(bool ok, const char *sign, u64 expected, u64 seen, const char *name, va_list list)
{
	print("CHECK ");
	print_list(name, list);
	print(" expected=%s", sign);
	put_value(expected);
	print(" seen=");
	put_value(seen);
	print(ok ? " ok\n" : " FAIL\n");
	checks++;
	failures += !ok;
	return ok;
}

bool check(u64 expected, u64 seen, const char *name, ...)
{
	va_list list;
	bool ok;

	va_start(list, name);
	ok = report(expected == seen, "", expected, seen, name, list);
	va_end(list);
	return ok;
}

bool check_least(u64 expected, u64 seen, const char *name, ...)
{
	va_list list;
	bool ok;

	va_start(list, name);
	ok = report(seen >= expected, ">=", expected, seen, name, list);
	va_end(list);
	return ok;
}

void print_done(void)
{
	print("DONE %d checks %d failed\n", checks, failures);
}
