# SPDX-License-Identifier: GPL-2.0-or-later
"""The watchdogs: bits that are written once, when they reset the chip, and who is told of it.

Reference: i.MX 8M reference manual, WDOG: WDE is write once, WDW, WDBG and WDZST are write once; WICR's fields likewise. Clearing SRS is a reset by software,
a time-out of n means (n + 1) / 2 seconds. WRSR tells of the last reset that came from the watchdog, or of power-on; SRC, SRSR: collects all causes since
power-on until they are cleared. WT is loaded when the watchdog is enabled, and when it is served. WMCR.PDE can be cleared, but not set. Patches 0030 to 0037 in
hw/qemu/patches are held here, 0038 (STOP mode) by test_deep_sleep.
"""

import unittest

from svplib.machine.qtest import QTest

WATCHDOGS = (0x30280000, 0x30290000, 0x302A0000)
WCR, WICR = 0, 6
LONGEST = 0xFF00
WDW, WDA, SRS, WDE, WDBG, WDZST = 1 << 7, 1 << 5, 1 << 4, 1 << 2, 1 << 1, 1 << 0
IDLE = LONGEST | WDA | SRS
WIE, WTIS = 1 << 15, 1 << 14
WDT = 1 << 3
WSR, WRSR, WMCR, SRSR = 2, 4, 8, 0x3039005C
INTERRUPT = dict(zip(WATCHDOGS, (78, 79, 10)))
POWER_ON, TIMED_OUT, BY_SOFTWARE = 1 << 4, 1 << 1, 1 << 0  # of WRSR
SRSR_POWER_ON = 1 << 0
SRSR_WATCHDOG = dict(zip(WATCHDOGS, (1 << 4, 1 << 8, 1 << 7)))
HALF_SECOND = 500_000_000


class WatchdogTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(allow_reboot=True).start()
        self.addCleanup(self.machine.stop)

    def test_enabled_is_enabled(self):
        for watchdog in WATCHDOGS:
            with self.subTest(hex(watchdog)):
                self.machine.writew(watchdog + WCR, IDLE)
                self.machine.writew(watchdog + WCR, IDLE | WDE)
                for value in (IDLE, IDLE & ~LONGEST | 0x8000, IDLE | WDE):
                    self.machine.writew(watchdog + WCR, value)
                    self.assertEqual(self.machine.readw(watchdog + WCR), value | WDE)

    def test_written_once(self):
        for first, second in ((WDW | WDZST, WDBG), (0, WDW | WDBG | WDZST)):
            with self.subTest(first=first):
                self.machine.qmp.command("system_reset")
                self.machine.qmp.wait_event("RESET")
                self.machine.writew(WATCHDOGS[0] + WCR, IDLE | first)
                self.machine.writew(WATCHDOGS[0] + WCR, IDLE | second)
                self.assertEqual(self.machine.readw(WATCHDOGS[0] + WCR), IDLE | first)

    def test_warning_time_is_no_part_of_it(self):
        self.machine.writew(WATCHDOGS[1] + WICR, WIE | 0xFF)
        self.machine.writew(WATCHDOGS[1] + WCR, IDLE | WDE)
        self.machine.writew(WATCHDOGS[1] + WCR, IDLE & ~LONGEST | 0x4000)
        self.assertEqual(self.machine.readw(WATCHDOGS[1] + WCR), IDLE & ~LONGEST | 0x4000 | WDE)

    def resets(self):
        """How often the machine was reset since the last call. The main loop does it in its next turn."""
        for _ in range(2):
            self.machine.qmp.command("query-status")
        return sum(event["event"] == "RESET" for event in self.machine.qmp.take_events())

    def reset_by(self, watchdog, cause):
        if cause == BY_SOFTWARE:
            self.machine.writew(watchdog + WCR, WDA)
        else:
            self.machine.writew(watchdog + WCR, IDLE & ~LONGEST | WDE)
            self.machine.clock_step(2 * HALF_SECOND)
        self.machine.qmp.wait_event("RESET")

    def test_first_write_of_u_boot(self):
        """WCR = 0x0038 at each start: no reset comes of it, however often the machine was reset before."""
        for watchdog in WATCHDOGS:
            with self.subTest(hex(watchdog)):
                for _ in range(3):
                    self.assertEqual(self.machine.readw(watchdog + WCR), WDA | SRS)
                    for _ in range(2):
                        self.machine.writew(watchdog + WCR, WDA | SRS | WDT)
                        self.assertEqual(self.machine.readw(watchdog + WCR), WDA | SRS | WDT)
                    self.machine.writew(watchdog + WCR, WDA | SRS)
                    self.assertEqual(self.machine.readw(watchdog + WCR), WDA | SRS | WDT, "WDT is written once")
                    self.machine.clock_step(300 * HALF_SECOND)
                    self.assertEqual(self.resets(), 0)
                    self.machine.qmp.command("system_reset")
                    self.machine.qmp.wait_event("RESET")

    def test_shortest_and_longer_times(self):
        for halves in (1, 2, 5):
            with self.subTest(halves=halves):
                self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | halves - 1 << 8 | WDE)
                self.machine.clock_step(halves * HALF_SECOND - 1_000_000)
                self.assertEqual(self.resets(), 0)
                self.machine.clock_step(2_000_000)
                self.machine.qmp.wait_event("RESET")

    def test_a_set_enable_sticks_and_the_reset_comes(self):
        self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 3 << 8 | WDE)
        self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 3 << 8)
        self.machine.clock_step(4 * HALF_SECOND + 1_000_000)
        self.machine.qmp.wait_event("RESET")

    def serve(self, *words, watchdog=WATCHDOGS[0]):
        for word in words or (0x5555, 0xAAAA):
            self.machine.writew(watchdog + WSR, word)

    def test_service_puts_it_off(self):
        self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 1 << 8 | WDE)
        for _ in range(5):
            self.machine.clock_step(HALF_SECOND)
            self.serve()
        self.assertEqual(self.resets(), 0)

    def test_what_is_no_service(self):
        """The two words in a wrong order or with another one between them, and any write to WCR, the time included."""
        for words in ((0xAAAA, 0x5555), (0x5555, 0x1234, 0xAAAA), (0x5555, 0x5554, 0xAAAA), (0xAAAA, 0xAAAA), ()):
            with self.subTest(words=words):
                self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 3 << 8 | WDE)
                self.machine.clock_step(3 * HALF_SECOND)
                if words:
                    self.serve(*words)
                else:
                    self.machine.writew(WATCHDOGS[0] + WCR, IDLE | WDE)
                self.machine.clock_step(HALF_SECOND - 1_000_000)
                self.assertEqual(self.resets(), 0)
                self.machine.clock_step(2_000_000)
                self.assertEqual(self.resets(), 1)

    def test_a_new_time_counts_from_the_next_service(self):
        self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 3 << 8 | WDE)
        self.machine.clock_step(2 * HALF_SECOND)
        self.machine.writew(WATCHDOGS[0] + WCR, IDLE & ~LONGEST | 9 << 8 | WDE)
        self.serve()
        self.machine.clock_step(10 * HALF_SECOND - 1_000_000)
        self.assertEqual(self.resets(), 0)
        self.machine.clock_step(2_000_000)
        self.assertEqual(self.resets(), 1)

    def test_warns_each_time(self):
        """A second before the end, after each service; whoever acknowledges late does not shift the next warning."""
        self.machine.intercept("/machine/soc/gic")
        for watchdog in WATCHDOGS:
            with self.subTest(hex(watchdog)):
                self.machine.writew(watchdog + WICR, WIE | 2)
                self.machine.writew(watchdog + WCR, IDLE & ~LONGEST | 3 << 8 | WDE)
                for late in (False, True, False):
                    self.machine.clock_step(2 * HALF_SECOND - 1_000_000)
                    self.assertFalse(self.machine.irq(INTERRUPT[watchdog]))
                    self.machine.clock_step(2_000_000)
                    self.assertTrue(self.machine.irq(INTERRUPT[watchdog]))
                    self.assertEqual(self.machine.readw(watchdog + WICR), WIE | WTIS | 2)
                    if not late:
                        self.machine.writew(watchdog + WICR, WTIS)
                    self.serve(watchdog=watchdog)
                    if late:
                        self.machine.clock_step(HALF_SECOND // 4)
                        self.machine.writew(watchdog + WICR, WTIS)
                        self.machine.clock_step(2 * HALF_SECOND - HALF_SECOND // 4 + 1_000_000)
                        self.assertTrue(self.machine.irq(INTERRUPT[watchdog]))
                        self.machine.writew(watchdog + WICR, WTIS)
                        self.serve(watchdog=watchdog)
                    self.assertFalse(self.machine.irq(INTERRUPT[watchdog]))
                self.machine.clock_step(4 * HALF_SECOND + 1_000_000)
                self.assertEqual(self.resets(), 1)
                self.assertFalse(self.machine.irq(INTERRUPT[watchdog]), "the reset lowers the line")

    def test_power_down_counter_stays_off(self):
        for watchdog in WATCHDOGS:
            with self.subTest(hex(watchdog)):
                self.assertEqual(self.machine.readw(watchdog + WMCR), 1)
                for value in (1, 0, 1):
                    self.machine.writew(watchdog + WMCR, value)
                self.assertEqual(self.machine.readw(watchdog + WMCR), 0)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual([self.machine.readw(watchdog + WMCR) for watchdog in WATCHDOGS], [1] * 3)

    def test_software_reset_is_srs_alone(self):
        for value, resets in ((WDA, True), (0, True), (WDA | WDE, True), (SRS, False)):
            with self.subTest(hex(value)):
                self.machine.writew(WATCHDOGS[0] + WCR, LONGEST | value)
                if resets:
                    self.machine.qmp.wait_event("RESET")
                else:
                    self.assertEqual(self.resets(), 0)

    def test_cause_of_each_reset(self):
        wrsr = dict.fromkeys(WATCHDOGS, POWER_ON)
        srsr = SRSR_POWER_ON

        def check():
            self.assertEqual({watchdog: self.machine.readw(watchdog + WRSR) for watchdog in WATCHDOGS}, wrsr)
            self.assertEqual(self.machine.readl(SRSR), srsr)

        check()
        for cause in (TIMED_OUT, BY_SOFTWARE):
            for watchdog in WATCHDOGS:
                with self.subTest(hex(watchdog), cause=cause):
                    self.machine.writel(SRSR, srsr)
                    self.reset_by(watchdog, cause)
                    wrsr[watchdog], srsr = cause, SRSR_WATCHDOG[watchdog]
                    check()
        self.reset_by(WATCHDOGS[0], TIMED_OUT)
        wrsr[WATCHDOGS[0]], srsr = TIMED_OUT, srsr | SRSR_WATCHDOG[WATCHDOGS[0]]
        check()
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        wrsr, srsr = dict.fromkeys(WATCHDOGS, POWER_ON), SRSR_POWER_ON
        check()


if __name__ == "__main__":
    unittest.main()
