// SPDX-License-Identifier: GPL-2.0-or-later
/* What the compiler calls by itself. */
#include <stddef.h>
#include <stdint.h>

void *memset(void *target, int byte, size_t bytes);
void *memcpy(void *target, const void *source, size_t bytes);

void *memset(void *target, int byte, size_t bytes)
{
	for (size_t n = 0; n < bytes; n++)
		((uint8_t *)target)[n] = (uint8_t)byte;

	return target;
}

void *memcpy(void *target, const void *source, size_t bytes)
{
	for (size_t n = 0; n < bytes; n++)
		((uint8_t *)target)[n] = ((const uint8_t *)source)[n];

	return target;
}
