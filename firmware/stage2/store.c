// SPDX-License-Identifier: GPL-2.0-or-later
/* Encodings: DDI 0487, C4.1, loads and stores. */
#include "store.h"

#define BITS(value, high, low) \
	((value) >> (low) & ((1u << ((high) - (low) + 1)) - 1))

static int64_t signed_bits(uint32_t value, unsigned int bits)
{
	return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

static void move(struct store_effect *effect, uint32_t instruction, int64_t by)
{
	effect->moves_base = true;
	effect->base = BITS(instruction, 9, 5);
	effect->by = by;
}

/* STP, STNP, of general and of SIMD registers */
static bool pair(uint32_t instruction, struct store_effect *effect)
{
	bool simd = BITS(instruction, 26, 26);
	unsigned int size = BITS(instruction, 31, 30);
	unsigned int scale = simd ? 2 + size : size ? 3 : 2;

	/* Post-indexed, pre-indexed */
	if (BITS(instruction, 24, 23) == 1 || BITS(instruction, 24, 23) == 3)
		move(effect, instruction,
		     signed_bits(BITS(instruction, 21, 15), 7) * (1 << scale));

	return true;
}

/* STR and the like, of general and of SIMD registers */
static bool single(uint32_t instruction, struct store_effect *effect)
{
	if (BITS(instruction, 24, 24) || BITS(instruction, 21, 21))
		return true;	/* an immediate, or a register, is added */
	/* Post-indexed, pre-indexed */
	if (BITS(instruction, 11, 10) == 1 || BITS(instruction, 11, 10) == 3)
		move(effect, instruction,
		     signed_bits(BITS(instruction, 20, 12), 9));

	return true;
}

/* STXR, STLXR, STXP, STLXP have a status, STLR has none */
static bool exclusive(uint32_t instruction, struct store_effect *effect)
{
	if (!BITS(instruction, 23, 23)) {
		effect->has_status = true;
		effect->status = BITS(instruction, 20, 16);
	}

	return true;
}

bool store_look(uint32_t instruction, struct store_effect *effect)
{
	*effect = (struct store_effect){ .moves_base = false };

	/* DC, by address */
	if ((instruction & 0xfff80000) == 0xd5080000)
		return true;
	switch (BITS(instruction, 29, 24) & 0x3b) {
	case 0x28: case 0x29:
		return pair(instruction, effect);
	case 0x38: case 0x39:
		return single(instruction, effect);
	case 0x08:
		/* Those of SIMD structures differ in bit 26 */
		if (!BITS(instruction, 26, 26))
			return exclusive(instruction, effect);
		return !BITS(instruction, 23, 23);
	case 0x09:
		return BITS(instruction, 26, 26) && !BITS(instruction, 23, 23);
	default:
		return false;
	}
}

/* SPSR: IT[7:2] in bits 15:10, IT[1:0] in bits 26:25, of 32-bit code in Thumb state only (DDI 0487, C5.2.18) */
#define STEPS		(1ull << 21)
#define THUMB		(1ull << 4 | 1ull << 5)
#define IT_BITS		(0x3full << 10 | 3ull << 25)

uint64_t store_state_behind(uint64_t state)
{
	uint64_t block = (state >> 10 & 0x3f) << 2 | (state >> 25 & 3);

	state &= ~STEPS;
	if ((state & THUMB) != THUMB)
		return state;
	/* Of the last one of a block nothing is left */
	block = block & 7 ? (block & 0xe0) | (block << 1 & 0x1f) : 0;

	return (state & ~IT_BITS) | block >> 2 << 10 | (block & 3) << 25;
}
