# SPDX-License-Identifier: GPL-2.0-or-later
"""The decoder with instructions counted: two runs of the same program have the same records, at the same nanoseconds.

The board's CPU runs a list of register writes, so nothing in a run comes from outside. Its jobs are of full-size pictures, which take many turns,
and meet pages that are closed to them. Without sleep=off QEMU lets time pass as the host's while all CPUs are idle.
"""

import struct
import time
import unittest

import test_vpu
from sleeping_board import SleepingBoardCase
from svplib.machine.board import Board
from svplib.machine.console import timeout_scale
from svplib.machine.test_port import read_cells, secure_registers, write_cells
from test_vpu import DEC_E, DRAM, INTER, INTERRUPT, KEY, RDC

Jobs = test_vpu.BesideTheMachineTest
#: At EL3: follows the list at 0x40100000. Its rows are an address, a word of 32 bits, and what to do with both.
PROGRAM = struct.pack("<17I",
                      0xD2A80200,  # mov  x0, #0x40100000
                      0xA8C10801,  # next: ldp x1, x2, [x0], #16
                      0xD360FC43,  # lsr  x3, x2, #32
                      0xB5000063,  # cbnz x3, other
                      0xB9000022,  # str  w2, [x1]
                      0x17FFFFFC,  # b    next
                      0xF100047F,  # other: cmp x3, #WAIT
                      0x540000A1,  # b.ne end
                      0xB9400024,  # again: ldr w4, [x1]
                      0x6A02009F,  # tst  w4, w2
                      0x54FFFFC1,  # b.ne again
                      0x17FFFFF6,  # b    next
                      0xD5033FDF,  # end: isb
                      0xD53BE025,  # mrs  x5, cntpct_el0
                      0xF9000025,  # str  x5, [x1]
                      0xD503207F,  # asleep: wfi
                      0x17FFFFFF)  # b    asleep
WRITE, WAIT, END = range(3)
LIST, COUNTER = DRAM + 0x0010_0000, DRAM + 0x000F_0000
SECONDS = 300
PAGE = 0x1000


class RepeatsTest(SleepingBoardCase):
    LARGE, CONTROL, COEFFICIENTS, FIRST, SECOND = Jobs.LARGE, Jobs.CONTROL, Jobs.COEFFICIENTS, Jobs.FIRST, Jobs.SECOND

    def rows(self):
        """A key frame and an interframe, with parts of what they read and write closed to the decoder."""
        rows = [(RDC + 0x200 + 4 * 4, 2)]
        for number, (address, rights) in enumerate(((Jobs.FIRST + 100 * PAGE, 0xFF - 0x20), (Jobs.SECOND + 300 * PAGE, 0xFF - 0x10),
                                                    (Jobs.COEFFICIENTS + PAGE, 0xFF - 0x30))):
            slot = RDC + 0x800 + 0x10 * number
            rows += [(slot, address - DRAM), (slot + 4, address - DRAM + 2 * PAGE), (slot + 8, 1 << 30 | rights)]
        listed = [(*row, WRITE) for row in rows]
        for kind, output, reference in ((KEY, Jobs.FIRST, Jobs.SECOND), (INTER, Jobs.SECOND, Jobs.FIRST)):
            Jobs.program(Jobs, lambda address, value: listed.append((address, value, WRITE)), kind, output, reference)
            listed += [(INTERRUPT, DEC_E, WRITE), (INTERRUPT, DEC_E, WAIT)]
        return [*listed, (COUNTER, 0, END)]

    def run_once(self, name):
        """(records, what the decoder counted, the status, both pictures, the counter's value at the end)."""
        with Board(flash=self.flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=1, machine_options="sync=on", paused=True, name=name,
                   extra=("-icount", "shift=4,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm")) as board:
            Jobs.fill(self, board)
            write_cells(board.qmp, LIST, b"".join(struct.pack("<QII", *row) for row in self.rows()))
            write_cells(board.qmp, COUNTER, bytes(8))
            board.qmp.command("cont")
            deadline = time.monotonic() + SECONDS * timeout_scale()
            while (ticks := read_cells(board.qmp, COUNTER, 8)) == bytes(8):
                self.assertLess(time.monotonic(), deadline, "the list comes to its end")
                time.sleep(0.05)
            readl, _ = secure_registers(board.qmp)
            records = board.qmp.command("query-svp-violations", limit=4096)["violations"]
            pictures = [Jobs.picture(self, board, address) for address in (Jobs.FIRST, Jobs.SECOND)]
            return records, board.qmp.command("query-vpu")[0], readl(INTERRUPT), pictures, int.from_bytes(ticks, "little")

    def test_two_runs(self):
        self.flash.write_bytes(PROGRAM)
        first, second = self.run_once("repeats-first"), self.run_once("repeats-second")
        self.assertEqual(first, second)
        records, counters, *_ = first
        self.assertEqual((counters["jobs"], counters["frames"]), (2, 2))
        self.assertEqual({(entry["master"], entry["direction"]) for entry in records}, {("vpu", "read"), ("vpu", "write")})
        times = {entry["time"] for entry in records}
        self.assertGreater(max(times) - min(times), 10_000_000, "a job takes longer than one turn of the main loop")


if __name__ == "__main__":
    unittest.main()
