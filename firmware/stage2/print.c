// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include "calls.h"
#include "registers.h"

#define UART1		0x30860000
#define UART_UTXD	0x40
#define UART_UTS	0xb4
#define UTS_TXFULL	0x10
#define POLLS		0x100000	/* a dead UART must not stop the boot */

static void put(char byte)
{
	volatile uint32_t *status = (volatile uint32_t *)(UART1 + UART_UTS);

	for (unsigned int n = 0; n < POLLS && *status & UTS_TXFULL; n++)
		continue;
	*(volatile uint32_t *)(UART1 + UART_UTXD) = (uint8_t)byte;
}

void print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void print_hex(uint64_t number)
{
	int shift = 60;

	while (shift > 0 && !(number >> shift))
		shift -= 4;
	print("0x");
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[number >> shift & 15]);
}

void give_up(const char *text)
{
	struct registers call = { .x = { PSCI_SYSTEM_OFF } };

	print("svp-stage2: ");
	print(text);
	print("\n");
	firmware_call(&call);
	for (;;)
		__asm__ volatile("wfi");
}
