# SPDX-License-Identifier: GPL-2.0-or-later
"""OP-TEE's handler of the TZC-380's interrupt: a line on UART2 for each denial, few lines for many, and what the probe reads of it."""

import re
import time
import unittest

import boot_case
from boot_case import BoardCase, run_checks
from svplib.machine import heap_cells
from svplib.machine.console import timeout_scale

VIDEO = heap_cells.HEAPS["video"][0]
VAULT = heap_cells.HEAPS["vault"][0]
OPTEE = heap_cells.OPTEE[0]
DRAM_BASE = 0x40000000
LINE = re.compile(r"^TZC-380: denied (read|write) of (0x[0-9a-f]+), (non-secure|secure), (user|privileged), region (\d+), AXI id (\S+?)"
                  r"(, then others)?$", re.MULTILINE)
SUMMARY = re.compile(r"^TZC-380: (?:at least )?(\d+) more denials without a line(?:, interrupt was masked)?$", re.MULTILINE)
#: What OP-TEE allows itself in a second (violation_monitor.c)
LINES_IN_WINDOW, DENIALS_IN_WINDOW, WINDOW_SECONDS = 8, 256, 1.0
HAMMER_LOADS = 100_000


class Lines(BoardCase):
    """Tests run by name: the first one looks at a boot in which nothing was denied."""

    BOARD = {}

    def setUp(self):
        self.settle()
        self.guest("svp-probe latches clear")
        self.begin = len(self.board.secure_console.text)

    def settle(self):
        """Until the second of the last denial is over, so that the next one has lines."""
        time.sleep(1.5 * WINDOW_SECONDS * timeout_scale())

    def text(self):
        return self.board.secure_console.text[self.begin:]

    def lines(self, number):
        """[(direction, address, world, privilege, region)] of the lines since the test began, as soon as there are `number`."""
        deadline = time.monotonic() + 10 * timeout_scale()
        while len(LINE.findall(self.text())) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        return [(direction, int(address, 16), world, privilege, int(region)) for direction, address, world, privilege, region, _, _ in
                LINE.findall(self.text())]

    def region(self, address):
        """The TZC-380's region that judges an address, as QEMU's own record has it."""
        log = self.board.qmp.command("query-svp-violations")["violations"]
        return next(row["index"] for row in reversed(log) if row["denier"] == "tzc" and row["address"] == address)

    def test_0_boot_is_clean(self):
        self.assertEqual(self.board.secure_console.text, "")
        self.assertNotIn("TZC-380: denied", self.board.console.text)

    def test_each_access_has_a_line(self):
        tries = (("peek", VIDEO + 0x1230, "read"), ("poke", VIDEO + 0x4568, "write"), ("peek", VAULT, "read"), ("poke", OPTEE + 0x1000, "write"))
        for command, address, _ in tries:
            self.guest(f"svp-probe {command} {address:#x} 8" + (" 1" if command == "poke" else ""))
        expected = [(direction, address, "non-secure", "user", self.region(address)) for _, address, direction in tries]
        self.assertEqual(self.lines(len(tries)), expected)
        self.assertNotIn("TZC-380: denied", self.board.console.text)

    def test_other_masters(self):
        """A denied DMA master has its line too; it is of the world that the CSU gives it."""
        self.board.qmp.command("svp-test-port", operation="read", master="gpu", address=VAULT + 0x40, length=8)
        self.assertEqual([row[:3] for row in self.lines(1)], [("read", VAULT + 0x40, "non-secure")])

    def test_probe_sees_the_first(self):
        """The handler clears the latch at once; the probe has the first denial all the same, and that there were others."""
        self.guest(f"svp-probe peek {VIDEO + 0x1230:#x} 8")
        self.lines(1)
        once = self.guest("svp-probe latches")
        self.assertEqual(once, f"LATCHES status=1,address={VIDEO + 0x1230 - DRAM_BASE:#x},read,nonsecure")
        self.guest(f"svp-probe poke {VIDEO + 0x4568:#x} 8 1")
        self.lines(2)
        self.assertEqual(self.guest("svp-probe latches clear"), once.replace("status=1", "status=3"))
        self.assertIn("status=0", self.guest("svp-probe latches"))

    def test_hammer(self):
        """Many denials from one CPU: few lines, a count, and the interrupt works again afterwards."""
        for cpu in (0, boot_case.CPUS - 1):
            with self.subTest(cpu=cpu):
                self.begin = len(self.board.secure_console.text)
                begin = time.monotonic()
                output = self.guest(f"taskset -c {cpu} svp-probe hammer {VIDEO + 8:#x} 8 {HAMMER_LOADS}")
                self.assertEqual(output, f"HAMMER {VIDEO + 8:#x} {HAMMER_LOADS} ok")
                self.settle()
                windows = (time.monotonic() - begin) / WINDOW_SECONDS + 1
                lines, counts = LINE.findall(self.text()), [int(number) for number in SUMMARY.findall(self.text())]
                self.assertTrue(LINES_IN_WINDOW <= len(lines) <= LINES_IN_WINDOW * windows, self.text())
                self.assertTrue(1 <= len(counts) <= windows, self.text())
                # At least what fits before the mask; each latch stands for two at most.
                self.assertTrue(all(1 <= count <= 2 * DENIALS_IN_WINDOW for count in counts), counts)
                if cpu == 0:  # which takes the interrupt: it does nothing else until the interrupt is masked
                    self.assertGreaterEqual(counts[0], DENIALS_IN_WINDOW - LINES_IN_WINDOW)
                    self.assertIn("at least", self.text())
                self.assertEqual(len(lines) + len(counts), len(self.text().splitlines()), "no other lines")
                self.begin = len(self.board.secure_console.text)
                self.guest(f"svp-probe peek {VAULT:#x} 8")
                self.assertEqual([row[:2] for row in self.lines(1)], [("read", VAULT)])
                self.settle()

    def test_moves_with_the_cpus(self):
        """The interrupt goes to a CPU that runs, whichever it is."""
        for cpu in range(boot_case.CPUS - 1):
            self.guest(f"echo 0 > /sys/devices/system/cpu/cpu{cpu}/online")
            self.guest(f"svp-probe peek {VAULT + 8 * cpu:#x} 8")
            self.assertEqual([row[1] for row in self.lines(cpu + 1)], [VAULT + 8 * n for n in range(cpu + 1)])
        for cpu in range(boot_case.CPUS - 1):
            self.guest(f"echo 1 > /sys/devices/system/cpu/cpu{cpu}/online")
        self.settle()
        self.guest(f"svp-probe peek {VAULT:#x} 8")
        self.assertEqual(len(self.lines(boot_case.CPUS)), boot_case.CPUS)

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


if __name__ == "__main__":
    unittest.main()
