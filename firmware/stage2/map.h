/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Linux sees of the board: the second stage of translation, identical
 * where there is something. Four cores share one set of tables.
 */
#ifndef STAGE2_MAP_H
#define STAGE2_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* The tables lie in [base, end), whole pages; the first one becomes the root. @zeros: a page of zeros. */
void map_begin(uint64_t base, uint64_t end, uint64_t zeros);

/* Whole pages [base, end), which are not mapped yet, as they are. False if there is no room for tables. */
bool map_same(uint64_t base, uint64_t end);

/* All that is to be mapped for good is. */
void map_done(void);

/* Address of the root table, for VTTBR_EL2 */
uint64_t map_root(void);

/*
 * A page of zeros, that nobody writes, where nothing is mapped at an address;
 * nothing changes if there is something. Needs the MMU.
 */
void map_zeros(uint64_t address);

/* Takes all pages of zeros away again, unless that was done less than @ticks of the system counter ago. */
void map_forget_zeros(uint64_t ticks);

#endif
