/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine under the tests: addresses, registers, worlds, exceptions, other cores.
 *
 * C code runs at EL3 (secure) and at EL1 (non-secure) from the same addresses. Virtual addresses are physical ones
 * with a view added to them (see mmu.c): plain, NS_VIEW (EL3: non-secure accesses), USER_VIEW (EL1: pages that EL0
 * may use as well, for LDTR and STTR and for code at EL0).
 */
#ifndef BARE_MACHINE_H
#define BARE_MACHINE_H

#define MAX_CPUS 4
#define CPU_BYTES 128
#define CPU_EL3_SP 0
#define CPU_NS_STACK 8
#define CPU_EL1_SP 16
#define CPU_ESR 48
#define STACK_BYTES 4096

#define FLASH_BASE 0x08000000
#define DRAM_BASE 0x40000000
#define WINDOW_BYTES 0x100000000 /* DRAM and its images */
#define NS_VIEW 0x200000000
#define USER_VIEW 0x400000000
#define WALK_SLOT 40 /* level-1 entry that the page-walk test hangs its table into */
#define WALK_VIEW 0xa00000000

#define EC_UNKNOWN 0x00
#define EC_SVC64 0x15
#define EC_SMC64 0x17
#define EC_FETCH_ABORT 0x21
#define EC_DATA_ABORT 0x25
#define FSC_EXTERNAL 0x10
#define FSC_EXTERNAL_WALK_L2 0x16
#define FSC_TRANSLATION_L2 0x06

/* The value that a call gives when an exception ended it (all but data aborts, which are skipped). */
#define FAULT_MARK 0xfa017fa017fa017f

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define read_sysreg(name)                                         \
	({                                                        \
		u64 value_;                                       \
		asm volatile("mrs %0, " #name : "=r"(value_));    \
		value_;                                           \
	})
#define write_sysreg(value, name) asm volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")
#define isb() asm volatile("isb" : : : "memory")
#define dsb() asm volatile("dsb sy" : : : "memory")
#define dmb() asm volatile("dmb sy" : : : "memory")

static inline u32 read32(u64 address)
{
	return *(volatile u32 *)address;
}

static inline void write32(u64 address, u32 value)
{
	*(volatile u32 *)address = value;
}

/* One core; entry.S knows the members that have a number above. */
struct cpu {
	u64 el3_sp;
	u64 ns_stack;
	u64 el1_sp;
	u64 number;
	u64 guarded; /* exceptions are expected and recorded; otherwise they end the run */
	u64 faults;  /* since the last guard(); the rest is about the first one */
	u64 esr;
	u64 far;
	u64 elr;
	u64 level;
} __attribute__((aligned(CPU_BYTES)));

extern struct cpu cpus[MAX_CPUS];

static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)read_sysreg(tpidr_el0);
}

void guard(struct cpu *cpu);
static inline u64 exception_class(const struct cpu *cpu)
{
	return cpu->esr >> 26 & 0x3f;
}
static inline u64 fault_status(const struct cpu *cpu)
{
	return cpu->esr & 0x3f;
}

/* Who does an access. */
enum world {
	WORLD_SECURE, /* EL3 */
	WORLD_EL3_NS, /* EL3 through pages with NS = 1 */
	WORLD_EL1,    /* non-secure EL1 */
};
const char *world_name(enum world world);

typedef u64 (*access_fn)(u64 address, void *buffer);

/* EL3 only: runs function(a, b, c) at non-secure EL1 of this core. */
u64 ns_call(void *function, u64 a, u64 b, u64 c);

/* EL1 only: runs function(a, b) at EL0, in USER_VIEW or, while stage 1 is off, at its physical address. */
u64 user_call(void *function, u64 a, u64 b);
u64 user_call_flat(void *function, u64 a, u64 b);

/* EL3 only: one access in a world, with exceptions recorded in this_cpu(). */
u64 perform(enum world world, access_fn access, u64 address, void *buffer);

/* EL3 only: makes new code visible; calls it in a world as a function without arguments, as perform() does an access. */
void place_code(u64 address, const u32 *words, size_t count);
u64 execute(enum world world, u64 address);

/* EL3 only: starts the other cores at non-secure EL1 in function(number); wait_cpus() until all have returned. */
void start_cpus(unsigned count, u64 (*function)(u64 number));
bool wait_cpus(unsigned count, u64 seconds);

void machine_init(void);
void machine_init_cpu(void);
void mmu_init(void);
void mmu_init_cpu(void);
void mmu_set_walk_entry(enum world world, u64 descriptor);
/* EL3 only: a second stage for non-secure EL1 and EL0, which maps everything to itself. */
void mmu_stage2(bool on);
void power_off(void) __attribute__((noreturn));

/* Interrupt at the head of core 0's secure queue (INTID), 1023 if there is none. */
u64 pending_interrupt(void);
u64 acknowledge_interrupt(void);
void end_interrupt(u64 number);
#define NO_INTERRUPT 1023
#define TZASC_INTID 140 /* SPI 108 */

static inline u64 ticks(void)
{
	isb();
	return read_sysreg(cntpct_el0);
}
/* Nanoseconds of @count counter ticks. */
u64 nanoseconds(u64 count);

/* Storage register without a function, in the IOMUXC_GPR block: below DRAM in the memory map. */
#define GPR10 0x30340028
#define GPR_SPARE 0x30340050
#define GICD_BASE 0x38800000
#define GICD_TYPER (GICD_BASE + 4)

#endif
#endif
