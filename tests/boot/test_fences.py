# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory fences as a guest sees them: a bare-metal program (see bare/README.md) tries every access that a CPU can make.

Each group of its tests runs on a board of its own. The number of checks is fixed here, so that a guest that tries less is noticed.
"""

import unittest

from svplib.machine import bare_guest


class Fences(unittest.TestCase):
    """One test for each group."""

    def expect_all(self, group, count, **arguments):
        """Run one group; every check holds, and there are `count` of them."""
        result = bare_guest.run((group,), **arguments)
        self.assertEqual(result.trouble, [])
        self.assertEqual(result.failed, [])
        self.assertEqual(len(result.checks), count, "number of checks")
        return result

    def test_matrix(self):
        """1 to 64 bytes, unaligned, across both edges, exclusives, DC ZVA; closed, read-only, write-only; zeros and aborts."""
        result = self.expect_all("matrix", 621, timeout=120)
        tried = sum(int(check.expected) for check in result.checks if check.name.startswith(("denied.", "decerr-denied.")))
        self.assertEqual(tried, 5 * 1208, "accesses under rules that close the window")

    def test_fetch_and_walk(self):
        """Instruction fetches and page-table walks."""
        self.expect_all("fetch", 152)

    def test_action_and_latches(self):
        """Responses, interrupt 108, what is recorded of the first violation."""
        self.expect_all("action", 305)

    def test_permissions(self):
        """sp codes, sub-regions, priority, bypass, locks."""
        self.expect_all("permission", 110)

    def test_privilege(self):
        """Who an access says it is: EL0, EL1, LDTR, the table walker, under none, one and two stages of translation."""
        self.expect_all("privilege", 549)

    def test_images_of_ddr(self):
        """DRAM shows up again above its fitted size, and each image has rights of its own."""
        for memory, gib in (("1G", 1), ("2G", 2), ("3G", 3)):
            with self.subTest(memory=memory):
                result = self.expect_all("alias", 32, memory=memory)
                self.assertIn(f"\nINFO ddr_gib {gib}\n", result.text)

    def test_no_image_of_4_gib(self):
        """4 GiB fill the window."""
        result = self.expect_all("alias", 16, memory="4G")
        self.assertIn("\nINFO ddr_gib 4\n", result.text)

    def test_race(self):
        """20 000 changes while three cores load, store and run code: no wrong value, none from a wrong device."""
        self.expect_all("race", 23, timeout=300)

    def test_cost_is_measured(self):
        """The figures for svp bench come out, from changes and denials that took effect."""
        result = self.expect_all("cost", 3)
        self.assertEqual(set(result.bench), {"region_change", "denied_read", "denied_write", "permitted_read", "permitted_write",
                                             "device_read"})
        self.assertLess(result.bench["permitted_read"][0], result.bench["denied_read"][0])

    def test_checks_can_fail(self):
        """With the TZASC out of the path the same checks fail, each of them."""
        result = bare_guest.run(("without-fence",))
        self.assertEqual(len(result.checks), 41)
        self.assertEqual(len(result.failed), 41)


if __name__ == "__main__":
    unittest.main()
