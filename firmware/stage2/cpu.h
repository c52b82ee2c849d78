/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System registers and barriers, by the names of the Arm Architecture Reference Manual (DDI 0487). */
#ifndef STAGE2_CPU_H
#define STAGE2_CPU_H

#include <stdint.h>

#define read_register(name) ({ \
	uint64_t value_; \
	__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
	value_; \
})
#define write_register(name, value) \
	__asm__ volatile("msr " #name ", %0" :: "r"((uint64_t)(value)))

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
	__asm__ volatile("dsb ish" ::: "memory");
}

/* What was written with the MMU off must not be met by stale lines of the caches */
static inline void forget_cache_lines(const void *start, uint64_t bytes)
{
	uint64_t line = (uint64_t)start & ~63ul;

	for (; line < (uint64_t)start + bytes; line += 64)
		__asm__ volatile("dc ivac, %0" :: "r"(line) : "memory");
	dsb();
}

/* What was written is in memory, too, for those who read it without caches */
static inline void clean_cache_lines(const void *start, uint64_t bytes)
{
	uint64_t line = (uint64_t)start & ~63ul;

	dsb();
	for (; line < (uint64_t)start + bytes; line += 64)
		__asm__ volatile("dc cvac, %0" :: "r"(line) : "memory");
	__asm__ volatile("dsb sy" ::: "memory");
}

/* Number of this core, 0 to 3 */
static inline unsigned int core(void)
{
	return read_register(mpidr_el1) & 3;
}

/* Of all cores: nothing of the second stage is remembered */
static inline void forget_translations(void)
{
	dsb();
	__asm__ volatile("tlbi vmalls12e1is" ::: "memory");
	dsb();
	isb();
}

/* Needs the MMU */
typedef struct {
	uint32_t taken;
} lock_t;

static inline void take(lock_t *lock)
{
	while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("yield");
}

static inline void give(lock_t *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
