/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the chosen groups of tests, each from a TZASC that allows everything, then switches the board off. */
#include "groups.h"
#include "print.h"
#include "tzasc.h"

extern const volatile u32 selection;

void main(void) __attribute__((noreturn));

void main(void)
{
	static const struct {
		char name[16];
		void (*run)(void);
	} groups[] = {
		{ "matrix", test_matrix },	     { "fetch", test_fetch }, { "action", test_action },
		{ "permission", test_permission },   { "alias", test_alias }, { "race", test_race },
		{ "cost", measure_cost },	     { "without-fence", test_without_fence },
		{ "hammer", test_hammer },	     { "privilege", test_privilege },
	};

	print_init();
	mmu_init();
	mmu_init_cpu();
	machine_init_cpu();
	machine_init();
	for (unsigned i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!(selection >> i & 1))
			continue;
		print("GROUP %s\n", groups[i].name);
		tzasc_open_all();
		groups[i].run();
	}
	print_done();
	power_off();
}
