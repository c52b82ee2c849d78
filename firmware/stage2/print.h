/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines on UART1, before Linux has it. */
#ifndef STAGE2_PRINT_H
#define STAGE2_PRINT_H

#include <stdint.h>

void print(const char *text);
void print_hex(uint64_t number);

/* Prints "svp-stage2: TEXT" and powers the board off. */
__attribute__((noreturn)) void give_up(const char *text);

#endif
