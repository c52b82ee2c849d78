// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include "cpu.h"
#include "layout.h"

static struct record *const record = (struct record *)STAGE2_RECORD;
static lock_t lock;

_Static_assert(sizeof(struct record) <= 0x1000, "one page");

void record_begin(void)
{
	uint64_t *word = (uint64_t *)record;

	for (unsigned int n = 0; n < sizeof(*record) / sizeof(*word); n++)
		word[n] = 0;
	record->magic = RECORD_MAGIC;
}

void record_refusal(enum refusal kind, uint64_t address, uint64_t pc)
{
	take(&lock);
	record->latest[record->total % RECORD_ENTRIES] = (struct refused){
		.address = address,
		.pc = pc,
		.time = read_register(cntpct_el0),
		.kind = kind,
		.core = core(),
	};
	record->counts[kind]++;
	record->total++;
	give(&lock);
}
