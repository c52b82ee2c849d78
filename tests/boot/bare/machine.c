/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See machine.h. */
#include "machine.h"

#include "print.h"

#define CSU_CSL 0x303e0000
#define CSU_CSL_WORDS 64
#define CSU_ALL_UNLOCKED 0x00ff00ff
#define SNVS_LPCR 0x30370038
#define LPCR_POWER_OFF 0x61
#define SRC_A53RCR1 0x30390008
#define SRC_ENTRY 0x30390074
#define GPC_CORE_PCR 0x303a0800
#define GPC_CORE_UP 0x303a00f0

#define GICD_CTLR 0x0
#define GICD_ISENABLER 0x100
#define GICD_IPRIORITYR 0x400
#define GICD_IROUTER 0x6000
#define GICD_ARE 0x30
#define GICD_GROUP0 0x1
#define GICR_WAKER 0x38880014
#define GICR_CHILDREN_ASLEEP 0x4

#define SCR_EL3 0x531 /* NS, RES1, HCE, RW: AArch64 below; aborts stay where they happen */
#define HCR_RW (1ull << 31)
#define CPTR_EL2_NO_TRAP 0x33ff
#define CPACR_NO_TRAP (3 << 20)
#define CNTHCTL_EL1_COUNTER 3
#define ICC_ON 0xf

struct cpu cpus[MAX_CPUS];

static u64 (*secondary_function)(u64 number);
static volatile u64 finished[MAX_CPUS];

u64 on_exception(struct cpu *cpu, u64 esr, u64 far, u64 elr, u64 *frame);
void on_stray_exception(u64 vector, u64 esr, u64 far, u64 elr) __attribute__((noreturn));
void secondary_main(void);

void power_off(void)
{
	write32(SNVS_LPCR, read32(SNVS_LPCR) | LPCR_POWER_OFF);
	for (;;)
		asm volatile("wfi");
}

void on_stray_exception(u64 vector, u64 esr, u64 far, u64 elr)
{
	print("STRAY exception vector=%d el=%d esr=%x far=%x elr=%x\n", vector, read_sysreg(currentel) >> 2, esr, far,
	      elr);
	power_off();
}

/* Gives the address to go on at: behind a load or store, but back to the caller from all else. */
u64 on_exception(struct cpu *cpu, u64 esr, u64 far, u64 elr, u64 *frame)
{
	if (!cpu->guarded)
		on_stray_exception(4, esr, far, elr);
	if (!cpu->faults++) {
		cpu->esr = esr;
		cpu->far = far;
		cpu->elr = elr;
		cpu->level = read_sysreg(currentel) >> 2;
	}
	if ((esr >> 26 & 0x3f) == EC_DATA_ABORT)
		return elr + 4;
	frame[0] = FAULT_MARK;
	return frame[30];
}

void guard(struct cpu *cpu)
{
	cpu->faults = cpu->esr = cpu->far = cpu->elr = cpu->level = 0;
	cpu->guarded = 1;
}

const char *world_name(enum world world)
{
	static const char names[][8] = { "secure", "el3-ns", "el1" };

	return names[world];
}

u64 perform(enum world world, access_fn access, u64 address, void *buffer)
{
	struct cpu *cpu = this_cpu();
	u64 result;

	guard(cpu);
	if (world == WORLD_EL1)
		result = ns_call(access, address, (u64)buffer, 0);
	else
		result = access(address + (world == WORLD_EL3_NS ? NS_VIEW : 0), buffer);
	cpu->guarded = 0;
	return result;
}

void place_code(u64 address, const u32 *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write32(address + 4 * i, words[i]);
		asm volatile("dc cvau, %0; dsb ish; ic ivau, %0" : : "r"(address + 4 * i) : "memory");
	}
	asm volatile("dsb ish; isb" : : : "memory");
}

static u64 call_code(u64 address, void *unused)
{
	(void)unused;
	return ((u64(*)(void))address)();
}

u64 execute(enum world world, u64 address)
{
	return perform(world, call_code, address, NULL);
}

u64 nanoseconds(u64 count)
{
	return count * 1000000000ull / read_sysreg(cntfrq_el0);
}

void machine_init_cpu(void)
{
	this_cpu()->number = read_sysreg(mpidr_el1) & 0xff;
	write_sysreg(SCR_EL3, scr_el3);
	write_sysreg(0, cptr_el3);
	write_sysreg(HCR_RW, hcr_el2);
	write_sysreg(CPTR_EL2_NO_TRAP, cptr_el2);
	write_sysreg(CNTHCTL_EL1_COUNTER, cnthctl_el2);
	write_sysreg(CPACR_NO_TRAP, cpacr_el1);
	write_sysreg(ICC_ON, s3_6_c12_c12_5); /* ICC_SRE_EL3 */
	isb();
}

static void gic_init(void)
{
	write32(GICD_BASE + GICD_CTLR, GICD_ARE);
	write32(GICD_BASE + GICD_CTLR, GICD_ARE | GICD_GROUP0);
	write32(GICR_WAKER, 0);
	while (read32(GICR_WAKER) & GICR_CHILDREN_ASLEEP)
		;
	*(volatile u8 *)(GICD_BASE + GICD_IPRIORITYR + TZASC_INTID) = 0x40;
	*(volatile u64 *)(GICD_BASE + GICD_IROUTER + 8 * TZASC_INTID) = 0;
	write32(GICD_BASE + GICD_ISENABLER + TZASC_INTID / 32 * 4, 1u << TZASC_INTID % 32);
	write_sysreg(0xff, s3_0_c4_c6_0); /* ICC_PMR_EL1 */
	write_sysreg(1, s3_0_c12_c12_6);  /* ICC_IGRPEN0_EL1 */
	isb();
}

void machine_init(void)
{
	/* As firmware leaves the CSU: every peripheral open to both worlds. */
	for (unsigned i = 0; i < CSU_CSL_WORDS; i++)
		write32(CSU_CSL + 4 * i, CSU_ALL_UNLOCKED);
	gic_init();
}

u64 pending_interrupt(void)
{
	isb();
	return read_sysreg(s3_0_c12_c8_2); /* ICC_HPPIR0_EL1 */
}

u64 acknowledge_interrupt(void)
{
	u64 number = read_sysreg(s3_0_c12_c8_0); /* ICC_IAR0_EL1 */

	dsb();
	return number;
}

void end_interrupt(u64 number)
{
	write_sysreg(number, s3_0_c12_c8_1); /* ICC_EOIR0_EL1 */
	isb();
}

/* Other cores: reset vector in SRC, power through GPC, as TF-A's PSCI does. */

void secondary_main(void)
{
	u64 number = read_sysreg(mpidr_el1) & 0xff;

	mmu_init_cpu();
	machine_init_cpu();
	ns_call(secondary_function, number, 0, 0);
	finished[number] = 1;
	dsb();
}

void start_cpus(unsigned count, u64 (*function)(u64 number))
{
	secondary_function = function;
	for (unsigned n = 1; n < count; n++)
		finished[n] = 0;
	dsb();
	for (unsigned n = 1; n < count; n++) {
		write32(SRC_ENTRY + 8 * n, FLASH_BASE >> 24 & 0xffff);
		write32(SRC_ENTRY + 8 * n + 4, FLASH_BASE >> 2 & 0x3fffff);
		write32(SRC_A53RCR1, read32(SRC_A53RCR1) & ~(1u << n));
		write32(GPC_CORE_PCR + 0x40 * n, read32(GPC_CORE_PCR + 0x40 * n) | 1);
		write32(GPC_CORE_UP, read32(GPC_CORE_UP) | 1u << n);
		while (read32(GPC_CORE_UP) >> n & 1)
			;
		write32(GPC_CORE_PCR + 0x40 * n, read32(GPC_CORE_PCR + 0x40 * n) & ~1u);
		write32(SRC_A53RCR1, read32(SRC_A53RCR1) | 1u << n);
	}
}

bool wait_cpus(unsigned count, u64 seconds)
{
	u64 end = ticks() + seconds * read_sysreg(cntfrq_el0);

	for (unsigned n = 1; n < count; n++)
		while (!finished[n])
			if (ticks() > end)
				return false;
	return true;
}
