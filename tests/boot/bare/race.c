/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three non-secure cores use memory and devices while core 0 reprograms the TZASC 20 000 times.
 *
 * Protocol: `state` is odd while core 0 is at work; after the change and a DSB it is even, its bit 1 tells whether the
 * window is open, and the rest counts. A core that reads the same even state before and after an access knows the rule
 * that was in force, and the access must have followed it exactly. In between, any value must be that of the one rule
 * or the other, never a third. Two of each WAIT_EVERY changes, an opening one and a closing one, wait until each core has
 * done an access under the new rule.
 *
 *   core 1  loads: the window, words on both sides of it, a second window that is always denied
 *   core 2  device registers below DRAM; stores and exclusives into the denied window and into the open one
 *   core 3  runs code in the window and beside it
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define CHANGES 20000
#define WAIT_EVERY 100
#define SECONDS_MAX 10 /* for one core to see one change */

#define WORD (WINDOW + 0x1230)
#define WORD_BELOW (WINDOW - 8)
#define WORD_ABOVE WINDOW_END
#define TARGET (WINDOW + 0x3000) /* of core 2's stores */
#define CODE (WINDOW + 0x5000)
#define CODE_BELOW (WINDOW - 0x2000)
#define DENIED_WINDOW (WINDOW + 0x10000)
#define DENIED_WORD (DENIED_WINDOW + 0x40)
#define FAR_AWAY_BELOW 0x48000000ull
#define FAR_AWAY_ABOVE 0x60000000ull
#define MOVED_AWAY 0x58000000ull

#define PATTERN 0x5a5aa5a512345678ull
#define PATTERN_BELOW 0x0b0b0b0b0b0b0b0bull
#define PATTERN_ABOVE 0xa0a0a0a0a0a0a0a0ull
#define PATTERN_DENIED 0xdeaddeaddeaddeadull
#define SPARE_VALUE 0x600d600d
#define NUMBER 0x0ca1
#define NUMBER_BELOW 0x0ca2
#define MOV_X0(value) (0xd2800000u | (value) << 5)
#define RET 0xd65f03c0u

#define CHANGING 1
#define OPEN 2
#define STEP 4

struct tally {
	u64 strict_open, strict_closed, loose; /* accesses by what was known about the rule */
	u64 wrong;
	u64 others, wrong_others; /* accesses whose result does not depend on the rule */
	u64 first_wrong, wrong_state;
} __attribute__((aligned(64)));

static struct tally tallies[MAX_CPUS];
static u64 state __attribute__((aligned(64)));
static u64 seen_state[MAX_CPUS][8] __attribute__((aligned(64)));
static volatile u64 stop;

static u64 load_state(void)
{
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE);
}

static u64 load_state_again(void)
{
	dmb();
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE);
}

static bool known(u64 before, u64 after)
{
	return before == after && !(before & CHANGING);
}

/* @seen came between the two states; @denied is what a closed window gives. */
static void judge(struct tally *tally, u64 before, u64 after, u64 seen, u64 granted, u64 denied)
{
	bool right = seen == granted || seen == denied;

	if (known(before, after)) {
		right = seen == (before & OPEN ? granted : denied);
		tally->strict_open += !!(before & OPEN);
		tally->strict_closed += !(before & OPEN);
	} else {
		tally->loose++;
	}
	if (!right && !tally->wrong++) {
		tally->first_wrong = seen;
		tally->wrong_state = before;
	}
}

static void judge_other(struct tally *tally, u64 seen, u64 wanted)
{
	tally->others++;
	if (seen != wanted && !tally->wrong_others++) {
		tally->first_wrong = seen;
		tally->wrong_state = ~0ull;
	}
}

static void acknowledge(u64 number, u64 before, u64 after)
{
	if (before == after)
		__atomic_store_n(&seen_state[number][0], before, __ATOMIC_RELEASE);
}

static u64 load(u64 address)
{
	return *(volatile u64 *)address;
}

static void load_core(u64 number, struct tally *tally)
{
	u64 before = load_state(), value = load(WORD), after = load_state_again();

	judge(tally, before, after, value, PATTERN, 0);
	judge_other(tally, load(WORD_BELOW), PATTERN_BELOW);
	judge_other(tally, load(WORD_ABOVE), PATTERN_ABOVE);
	judge_other(tally, load(DENIED_WORD), 0);
	acknowledge(number, before, after);
}

/* Each store brings a new number, so that core 0 would see one that comes through late. */
static void device_core(u64 number, struct tally *tally, u64 typer)
{
	static u64 count;
	u64 before = load_state(), ones = ~0ull, value, after;

	count++;
	store_8(TARGET, &count);
	value = load(TARGET);
	after = load_state_again();
	/* If the window was opened between store and load, this is what an earlier store left. */
	judge(tally, before, after, value, !known(before, after) && value < count ? value : count, 0);
	judge_other(tally, read32(GPR_SPARE), SPARE_VALUE);
	judge_other(tally, read32(GICD_TYPER), typer);
	store_8(DENIED_WORD + 8, &ones);
	for (const struct access *access = accesses; access < accesses_end; access++)
		if (access->flags & ACCESS_EXCLUSIVE && access->bytes == 8)
			access->function(DENIED_WORD + 16, &ones);
	acknowledge(number, before, after);
}

static void code_core(u64 number, struct tally *tally)
{
	u64 before = load_state(), value, after;

	value = ((u64(*)(void))CODE)();
	after = load_state_again();
	judge(tally, before, after, value, NUMBER, FAULT_MARK);
	judge_other(tally, ((u64(*)(void))CODE_BELOW)(), NUMBER_BELOW);
	acknowledge(number, before, after);
}

static u64 hammer(u64 number)
{
	struct tally *tally = &tallies[number];
	u64 typer = read32(GICD_TYPER);

	guard(this_cpu());
	while (!stop) {
		if (number == 1)
			load_core(number, tally);
		else if (number == 2)
			device_core(number, tally, typer);
		else
			code_core(number, tally);
	}
	return 0;
}

/* One change of the rules. Odd ones turn something else on or off, which shifts what QEMU knows by number. */
static bool change(u64 number, bool open)
{
	if (number % 2) {
		unsigned region = number % 4 == 1 ? 3 : 4;

		if (number / 4 % 2)
			tzasc_region_off(region);
		else
			tzasc_region(region, region == 3 ? FAR_AWAY_BELOW : FAR_AWAY_ABOVE, WINDOW_LOG2 + 1, SP_SECURE,
				     0x5a);
		return open;
	}
	open = !open;
	switch (number / 4 % 4) {
	case 0:
		if (open)
			tzasc_region_off(1);
		else
			tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
		break;
	case 1:
		tzasc_move(1, open ? MOVED_AWAY : WINDOW);
		break;
	case 2:
		tzasc_region(1, WINDOW, WINDOW_LOG2, open ? SP_ALL : SP_SECURE, 0);
		break;
	default:
		tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, open ? 0xff : 0);
		break;
	}
	return open;
}

static bool wait_seen(u64 wanted)
{
	u64 end = ticks() + SECONDS_MAX * read_sysreg(cntfrq_el0);

	for (unsigned n = 1; n < MAX_CPUS; n++) {
		while (__atomic_load_n(&seen_state[n][0], __ATOMIC_ACQUIRE) != wanted) {
			if (ticks() > end)
				return false;
			asm volatile("yield");
		}
	}
	return true;
}

static void prepare(void)
{
	static const u32 code[] = { MOV_X0(NUMBER), RET };
	static const u32 code_below[] = { MOV_X0(NUMBER_BELOW), RET };

	*(volatile u64 *)WORD = PATTERN;
	*(volatile u64 *)WORD_BELOW = PATTERN_BELOW;
	*(volatile u64 *)WORD_ABOVE = PATTERN_ABOVE;
	*(volatile u64 *)TARGET = 0;
	for (unsigned i = 0; i < 4; i++)
		*(volatile u64 *)(DENIED_WORD + 8 * i) = PATTERN_DENIED;
	place_code(CODE, code, ARRAY_SIZE(code));
	place_code(CODE_BELOW, code_below, ARRAY_SIZE(code_below));
	write32(GPR_SPARE, SPARE_VALUE);
	tzasc_region(2, DENIED_WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
}

struct outcome {
	u64 changes, waits, late_stores, missed;
};

static struct outcome reprogram(void)
{
	struct outcome outcome = { 0 };
	u64 stable = 0, target = 0;
	bool open = false;

	__atomic_store_n(&state, stable, __ATOMIC_RELEASE);
	for (u64 number = 0; number < CHANGES && !outcome.missed; number++) {
		/* While the window was closed, no store of core 2 may have come through. */
		outcome.late_stores += !open && target != load(TARGET);
		__atomic_store_n(&state, stable | CHANGING, __ATOMIC_RELEASE);
		dsb();
		open = change(number, open);
		dsb();
		stable = (stable & ~(u64)(STEP - 1)) + STEP + (open ? OPEN : 0);
		__atomic_store_n(&state, stable, __ATOMIC_RELEASE);
		target = load(TARGET);
		outcome.changes++;
		if (number % WAIT_EVERY == 0 || number % WAIT_EVERY == 2) {
			outcome.waits++;
			outcome.missed += !wait_seen(stable);
		}
	}
	return outcome;
}

static void report(unsigned core, const char *what)
{
	const struct tally *tally = &tallies[core];
	u64 enough = CHANGES / WAIT_EVERY / 2;

	print("INFO race core=%d %s strict_open=%d strict_closed=%d loose=%d others=%d first_wrong=%x state=%x\n",
	      (u64)core, what, tally->strict_open, tally->strict_closed, tally->loose, tally->others,
	      tally->first_wrong, tally->wrong_state);
	check(0, tally->wrong, "race.%s.wrong", what);
	check(0, tally->wrong_others, "race.%s.wrong-elsewhere", what);
	check_least(enough, tally->strict_open, "race.%s.under-open-rule", what);
	check_least(enough, tally->strict_closed, "race.%s.under-closed-rule", what);
	check_least(enough, tally->others, "race.%s.elsewhere", what);
}

void test_race(void)
{
	struct outcome outcome;
	u64 begin;

	prepare();
	start_cpus(MAX_CPUS, hammer);
	begin = ticks();
	outcome = reprogram();
	stop = 1;
	dsb();
	check(1, wait_cpus(MAX_CPUS, SECONDS_MAX), "race.cores-finished");
	print("INFO race changes=%d waits=%d milliseconds=%d\n", outcome.changes, outcome.waits,
	      nanoseconds(ticks() - begin) / 1000000);
	check(CHANGES, outcome.changes, "race.changes");
	check(0, outcome.missed, "race.changes-not-seen");
	check(0, outcome.late_stores, "race.stores-into-closed-window");
	report(1, "load");
	report(2, "device");
	report(3, "code");
	tzasc_open_all();
	for (u64 i = 0; i < 4; i++)
		check(PATTERN_DENIED, load(DENIED_WORD + 8 * i), "race.denied-word%d-kept", i);
}
