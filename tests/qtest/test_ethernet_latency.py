# SPDX-License-Identifier: GPL-2.0-or-later
"""A send ring without end, beside a running machine: QMP, stop, a saved state and a reset come through.

How long the emulator takes is told by its CPU time, which a loaded machine does not stretch. The only CPU sleeps in the flash.
"""

import time
import unittest

from ethernet import BASE, ECR, ECR_ENABLE, LAST, READY, WRAP, Descriptor, Fec
from sleeping_board import SleepingBoardCase
from svplib.machine.test_port import read_cells, secure_registers, write_cells

DRAM, SLOT_0 = 0x40000000, 0x303D0800
READ_ONLY, FRAME = DRAM + 0x40000, DRAM + 0x1000000
#: CPU seconds of the emulator that one answer may take: a turn of the model, in a slow build
ANSWER = 4


class RunningMachine:
    """A board as the driver takes it."""

    def __init__(self, board):
        self.qmp = board.qmp
        self.readl, self.writel = secure_registers(board.qmp)

    def write(self, address, data):
        write_cells(self.qmp, address, data)

    def read(self, address, length):
        return read_cells(self.qmp, address, length)


class EthernetLatencyTest(SleepingBoardCase):
    def answer(self, board, command, **arguments):
        begin = board.cpu_seconds()
        board.qmp.command(command, timeout=120, **arguments)
        self.assertLess(board.cpu_seconds() - begin, ANSWER, f"{command} took too long")

    def check_answers(self, board, under_way):
        for _ in range(5):
            self.answer(board, "query-status")
        self.answer(board, "stop")
        self.assertTrue(under_way())
        self.answer(board, "migrate", uri=f"file:{self.folder / 'state'}")
        while (status := board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            time.sleep(0.02)
        self.assertEqual(status, "completed")
        self.answer(board, "cont")
        self.assertTrue(under_way(), "it goes on")
        self.answer(board, "system_reset")
        board.qmp.wait_event("RESET")

    def endless_frames(self, machine):
        """A send ring of one descriptor that stays ready, since the controller may not write it."""
        for offset, value in ((0, READ_ONLY - DRAM), (4, READ_ONLY - DRAM + 0x1000), (8, 1 << 30 | 0xAA)):
            machine.writel(SLOT_0 + offset, value)
        machine.write(READ_ONLY, Descriptor(64, READY | WRAP | LAST, FRAME).packed())
        fec = Fec(machine)
        fec.set_send_ring(READ_ONLY, None)
        fec.kick()
        return fec.sending

    def test_work_without_end(self):
        for extra in ((), ("-icount", "shift=4")):
            with self.subTest(extra=extra):
                board = self.start_board("ethernet", "", extra)
                machine = RunningMachine(board)
                self.check_answers(board, self.endless_frames(machine))
                self.assertEqual(machine.readl(BASE + ECR) & ECR_ENABLE, 0, "it is off after the reset")
                board.stop()


if __name__ == "__main__":
    unittest.main()
