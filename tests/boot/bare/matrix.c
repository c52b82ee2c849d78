/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every kind of access at and across both edges of the window, under rules that deny reads, writes or both.
 *
 * Each byte is judged on its own: a permitted one is read or written, a denied one reads as zero or keeps its value,
 * and none beside the access changes. With bus errors switched on, an access that touches a denied byte must abort
 * once, must not bring denied data along, and must not write it.
 */
#include "access.h"
#include "groups.h"
#include "print.h"
#include "tzasc.h"

#define BESIDE 64 /* bytes looked at before and after an access */
#define STXR_TRIES 100
#define INSIDE (WINDOW + 0x108)
#define INNER_PAGE_EDGE (WINDOW + 0x1000)

struct setting {
	char name[24];
	enum world world;
	unsigned sp;
	bool inversion;
	bool decerr;
	bool read, write; /* what the world may do in the window */
};

static const struct setting settings[] = {
	{ "open", WORLD_EL1, SP_ALL, false, false, true, true },
	{ "denied", WORLD_EL1, SP_SECURE, false, false, false, false },
	{ "denied", WORLD_EL3_NS, SP_SECURE, false, false, false, false },
	{ "read-only", WORLD_EL1, SP_NS_READ, false, false, true, false },
	{ "write-only", WORLD_EL1, SP_NS_WRITE, false, false, false, true },
	{ "denied-to-all", WORLD_SECURE, SP_NONE, false, false, false, false },
	{ "ns-only", WORLD_SECURE, 0x3, true, false, false, false },
	{ "ns-only", WORLD_EL1, 0x3, true, false, true, true },
	{ "secure-read-only", WORLD_SECURE, 0x8, false, false, true, false },
	{ "secure-write-only", WORLD_SECURE, 0x4, false, false, false, true },
	{ "decerr-denied", WORLD_EL1, SP_SECURE, false, true, false, false },
	{ "decerr-denied", WORLD_EL3_NS, SP_SECURE, false, true, false, false },
	{ "decerr-denied", WORLD_SECURE, SP_NONE, false, true, false, false },
	{ "decerr-read-only", WORLD_EL1, SP_NS_READ, false, true, true, false },
	{ "decerr-write-only", WORLD_EL1, SP_NS_WRITE, false, true, false, true },
};

static struct counts {
	u64 tried, right;
} counts;

static bool in_window(u64 address)
{
	return address >= WINDOW && address < WINDOW_END;
}

/* Never 0 and never above 0x7f, which stored bytes and the mark of access.S are. */
static u8 pattern(u64 address)
{
	u8 value = (address * 29 + (address >> 7)) & 0x7f;

	return value ? value : 0x55;
}

static u8 stored_byte(unsigned index)
{
	return 0x80 | (index + 1);
}

static void rule_on(const struct setting *s)
{
	tzasc_inversion(s->inversion);
	tzasc_action(s->decerr ? ACTION_DECERR : 0);
	tzasc_region(1, WINDOW, WINDOW_LOG2, s->sp, 0);
}

/* The test's own look at memory is a secure one, for which some rules have to go for a while. */
static void rule_pause(const struct setting *s)
{
	if (s->world == WORLD_SECURE || s->inversion) {
		tzasc_inversion(false);
		tzasc_region_off(1);
	}
}

static void fill(u64 first, u64 length)
{
	for (u64 at = first; at < first + length; at++)
		*(volatile u8 *)at = pattern(at);
	dsb();
}

/* The first of @bytes at @address that the rule denies, and how many there are. */
static unsigned denied_bytes(const struct setting *s, const struct access *access, u64 address)
{
	bool exclusive_needs_read = access->flags & ACCESS_EXCLUSIVE && s->decerr;
	bool store = access->flags & ACCESS_STORE;
	bool granted = store ? s->write && (s->read || !exclusive_needs_read) : s->read;
	unsigned count = 0;

	for (unsigned i = 0; i < access->bytes && !granted; i++)
		count += in_window(address + i);
	return count;
}

static void complain(const struct setting *s, const struct access *access, u64 address, const char *what, u64 offset,
		     u64 expected, u64 seen)
{
	print("MISMATCH %s.%s %s at %x: %s %d: expected %x, seen %x\n", s->name, world_name(s->world), access->name,
	      address, what, offset, expected, seen);
}

/* Whether exceptions came as the rule wants: none, or one external abort. */
static bool right_exceptions(const struct setting *s, const struct access *access, u64 address, unsigned denied)
{
	const struct cpu *cpu = this_cpu();
	u64 level = s->world == WORLD_EL1 ? 1 : 3;
	u64 view = s->world == WORLD_EL3_NS ? NS_VIEW : 0;
	bool writes = access->flags & ACCESS_STORE;

	if (!s->decerr || !denied) {
		if (cpu->faults)
			complain(s, access, address, "exceptions", 0, 0, cpu->esr);
		return !cpu->faults;
	}
	if (cpu->faults != 1 || exception_class(cpu) != EC_DATA_ABORT || fault_status(cpu) != FSC_EXTERNAL ||
	    cpu->level != level || cpu->far < address + view || cpu->far >= address + view + access->bytes ||
	    (!(access->flags & ACCESS_EXCLUSIVE) && (cpu->esr >> 6 & 1) != writes)) {
		complain(s, access, address, "abort, far", cpu->far, 1, cpu->esr);
		return false;
	}
	return true;
}

static bool try_load(const struct setting *s, const struct access *access, u64 address)
{
	u8 buffer[ACCESS_MAX_BYTES] __attribute__((aligned(16))) = { 0 };
	unsigned denied = denied_bytes(s, access, address);

	perform(s->world, access->function, address, buffer);
	if (!right_exceptions(s, access, address, denied))
		return false;
	for (unsigned i = 0; i < access->bytes; i++) {
		bool hidden = denied && in_window(address + i);
		u8 wanted = hidden ? 0 : pattern(address + i);
		/* An aborted load gives nothing that counts, but never what is hidden. */
		bool right = s->decerr && denied ? !hidden || buffer[i] != pattern(address + i) : buffer[i] == wanted;

		if (!right) {
			complain(s, access, address, "byte", i, wanted, buffer[i]);
			return false;
		}
	}
	return true;
}

static bool try_store(const struct setting *s, const struct access *access, u64 address)
{
	u8 buffer[ACCESS_MAX_BYTES] __attribute__((aligned(16)));
	unsigned denied = denied_bytes(s, access, address), tries = 0;
	bool right;

	fill(address - BESIDE, access->bytes + 2 * BESIDE);
	for (unsigned i = 0; i < ACCESS_MAX_BYTES; i++)
		buffer[i] = access->flags & ACCESS_ZEROES ? 0 : stored_byte(i);
	rule_on(s);
	/* STXR may fail for no reason that matters here. */
	while (perform(s->world, access->function, address, buffer) && !this_cpu()->faults && ++tries < STXR_TRIES)
		;
	rule_pause(s);
	right = right_exceptions(s, access, address, denied);
	for (u64 at = address - BESIDE; right && at < address + access->bytes + BESIDE; at++) {
		bool inside = at >= address && at < address + access->bytes;
		bool kept = !inside || (denied && in_window(at));
		u8 wanted = kept ? pattern(at) : buffer[at - address];
		u8 seen = *(volatile u8 *)at;

		/* What an aborted store does to its permitted bytes is not defined. */
		right = seen == wanted || (s->decerr && denied && !kept && seen == pattern(at));
		if (!right)
			complain(s, access, address, "byte", at - address, wanted, seen);
	}
	return right;
}

static void try_at(const struct setting *s, const struct access *access, u64 address)
{
	bool right = access->flags & ACCESS_STORE ? try_store(s, access, address) : try_load(s, access, address);

	counts.tried++;
	counts.right += right;
}

static void try_around(const struct setting *s, const struct access *access, u64 edge)
{
	u32 step = access->flags & ACCESS_ALIGNED ? access->bytes : 1;

	for (u32 back = 0; back <= access->bytes; back += step)
		try_at(s, access, edge - back);
}

static void try_access(const struct setting *s, const struct access *access)
{
	counts = (struct counts){ 0 };
	if (!(access->flags & ACCESS_STORE)) {
		fill(WINDOW - 2 * BESIDE, WINDOW_LENGTH + 4 * BESIDE);
		rule_on(s);
	}
	try_around(s, access, WINDOW);
	try_around(s, access, WINDOW_END);
	try_around(s, access, INNER_PAGE_EDGE);
	if (!(access->flags & ACCESS_ALIGNED))
		try_at(s, access, INSIDE + 1);
	rule_pause(s);
	check(counts.tried, counts.right, "%s.%s.%s", s->name, world_name(s->world), access->name);
}

/* A Cortex-A53 has no atomics of Armv8.1: the instruction does not exist, and memory stays as it is. */
static void try_atomic(enum world world)
{
	u64 buffer = 1, before;

	tzasc_open_all();
	fill(INSIDE, 8);
	before = *(volatile u64 *)INSIDE;
	tzasc_region(1, WINDOW, WINDOW_LOG2, SP_SECURE, 0);
	perform(world, atomic_add, INSIDE, &buffer);
	check(EC_UNKNOWN, this_cpu()->faults == 1 ? exception_class(this_cpu()) : ~0ull, "ldadd-undefined.%s",
	      world_name(world));
	check(before, *(volatile u64 *)INSIDE, "ldadd-no-effect.%s", world_name(world));
}

void test_matrix(void)
{
	check(0, read_sysreg(id_aa64isar0_el1) >> 20 & 0xf, "no-atomics-in-id-register");
	check(4, read_sysreg(dczid_el0), "dc-zva-block");
	for (unsigned i = 0; i < ARRAY_SIZE(settings); i++) {
		tzasc_open_all();
		for (const struct access *access = accesses; access < accesses_end; access++)
			try_access(&settings[i], access);
	}
	try_atomic(WORLD_EL1);
	try_atomic(WORLD_EL3_NS);
}

void test_without_fence(void)
{
	tzasc_in_path(false);
	for (const struct access *access = accesses; access < accesses_end; access++)
		try_access(&settings[1], access);
}
