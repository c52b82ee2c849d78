/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bits of VP9's headers: plain ones (VP9 Bitstream Specification, section 4.10)
 * and those of the boolean decoder (section 9.2). Behind the end of the bytes
 * come zeros, and it shows that they were read. Plain C.
 */
#ifndef SVP_VP9_READER_H
#define SVP_VP9_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct svp_bits {
	const uint8_t *data;
	size_t size;	/* bytes */
	size_t at;	/* next bit, the highest one of each byte first */
};

/* True if more was read than there is */
static inline bool svp_bits_overrun(const struct svp_bits *bits)
{
	return bits->at > 8 * bits->size;
}

static inline bool svp_bit(struct svp_bits *bits)
{
	size_t at = bits->at++;

	return at / 8 < bits->size &&
	       (bits->data[at / 8] >> (7 - at % 8) & 1);
}

/* @count: up to 32 */
static inline uint32_t svp_literal(struct svp_bits *bits, unsigned int count)
{
	uint32_t value = 0;

	while (count--)
		value = value << 1 | (svp_bit(bits) ? 1u : 0u);

	return value;
}

/* Magnitude of @count bits, up to 30, then the sign */
static inline int32_t svp_signed(struct svp_bits *bits, unsigned int count)
{
	int32_t magnitude = (int32_t)svp_literal(bits, count);

	return svp_bit(bits) ? -magnitude : magnitude;
}

struct svp_bool {
	struct svp_bits bits;
	uint32_t value;
	uint32_t range;	/* 128 to 255 */
};

static inline void svp_bool_start(struct svp_bool *reader, const uint8_t *data,
				  size_t size)
{
	reader->bits = (struct svp_bits){ .data = data, .size = size };
	reader->value = svp_literal(&reader->bits, 8);
	reader->range = 255;
}

/* @probability: of 0, in parts of 256, 1 to 255 */
static inline bool svp_decision(struct svp_bool *reader,
				uint32_t probability)
{
	uint32_t split = 1 + ((reader->range - 1) * probability >> 8);
	bool bit = reader->value >= split;

	if (bit)
		reader->value -= split;
	reader->range = bit ? reader->range - split : split;
	while (reader->range < 128) {
		reader->range <<= 1;
		reader->value = reader->value << 1 |
				(svp_bit(&reader->bits) ? 1u : 0u);
	}

	return bit;
}

static inline uint32_t svp_bool_literal(struct svp_bool *reader,
					unsigned int count)
{
	uint32_t value = 0;

	while (count--)
		value = value << 1 | (svp_decision(reader, 128) ? 1u : 0u);

	return value;
}

#endif
