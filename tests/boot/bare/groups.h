/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups of tests, in the order of their bits in the selection word of the flash. All run at EL3 on core 0. */
#ifndef BARE_GROUPS_H
#define BARE_GROUPS_H

#include "machine.h"

/* Test memory, in the first gibibyte of DRAM: a window of 32 KiB, the smallest that the TZASC knows. */
#define WINDOW 0x50008000ull
#define WINDOW_LOG2 15
#define WINDOW_LENGTH 0x8000ull
#define WINDOW_END (WINDOW + WINDOW_LENGTH)

void test_matrix(void);
void test_fetch(void);
void test_action(void);
void test_permission(void);
void test_alias(void);
void test_race(void);
void measure_cost(void);
/* The access matrix with the fence out of the path: its checks must fail. */
void test_without_fence(void);
/* Waits for the host twice; see hammer.c. */
void test_hammer(void);
void test_privilege(void);

#endif
