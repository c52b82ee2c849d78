/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes and halfwords for models that take whole words only, whose registers
 * and holes would be bus errors to them.
 */
#ifndef MACHINES_WORDS_H
#define MACHINES_WORDS_H

#include "exec/memory.h"

/*
 * A region as large as @model, for its place: words pass, what is narrower
 * reads its part of the word, and has no effect as a write, which a log says.
 */
MemoryRegion *words_in_front_of(MemoryRegion *model, const char *name);

#endif
