# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of your own with unittest: one board for all of them, commands in the guest, memory, violations, a fault."""

import unittest

from svplib.board import Board
from svplib.test_port import port_read, read_cells, write_cells

VIDEO = 0xC0000000  # the heap for decrypted video
ORDINARY = 0xBFFF0000  # DRAM below it that Linux leaves alone
SECRET = b"nobody may read this"


class VideoHeap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.board = Board(policy="strict", cpus=1, name="example").start()
        cls.addClassCleanup(cls.board.stop)
        cls.board.wait_shell()

    def setUp(self):
        for address in (VIDEO, ORDINARY):
            write_cells(self.board.qmp, address, SECRET)
        self.board.qmp.command("svp-clear-violations")

    def violations(self):
        return self.board.qmp.command("query-svp-violations")["violations"]

    def test_the_guest_runs(self):
        self.assertEqual(self.board.command("nproc", check=True).output, "1")
        self.assertEqual(self.board.command("false").status, 1)

    def test_ordinary_memory_is_open(self):
        self.assertEqual(port_read(self.board.qmp, "usdhc1", ORDINARY, len(SECRET)), ("okay", SECRET))
        self.assertEqual(self.violations(), [])

    def test_the_heap_is_closed(self):
        answer, data = port_read(self.board.qmp, "usdhc1", VIDEO, len(SECRET))
        self.assertEqual(data, bytes(len(SECRET)))
        self.assertEqual(read_cells(self.board.qmp, VIDEO, len(SECRET)), SECRET)
        record, = self.violations()
        self.assertEqual((record["master"], record["direction"], record["address"]), ("usdhc1", "read", VIDEO))

    def test_linux_reads_zeros(self):
        self.assertRegex(self.board.command(f"svp-probe peek {VIDEO:#x} 8", check=True).output, r"PEEK 0xc0000000 0x0{16}")
        self.assertEqual({record["master"] for record in self.violations()}, {"a53"})

    def test_a_fault_lets_it_read(self):
        """A glitch on the bus: the next access of that master passes for the decoder's, in the secure world."""
        for kind, more in (("change-master", {"master": "vpu"}), ("change-world", {"world": "secure"})):
            self.board.qmp.command("svp-inject-fault", kind=kind, match={"masters": ["usdhc1"]}, **more)
        self.addCleanup(self.board.qmp.command, "svp-remove-fault")
        self.assertEqual(port_read(self.board.qmp, "usdhc1", VIDEO, len(SECRET))[1], SECRET)
        self.assertTrue(all(record["injected"] for record in self.violations()))


if __name__ == "__main__":
    unittest.main()
