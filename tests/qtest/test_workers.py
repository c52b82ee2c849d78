# SPDX-License-Identifier: GPL-2.0-or-later
"""Long jobs of a core on its thread, beside a running machine: the test port's, driven over QMP. The only CPU sleeps in the flash.

What is to be seen: the emulator stays responsive, a stop, a saved state and a reset find a job between two steps, a change of
rights holds for the rest of a job. The same jobs in place (sync=on, -icount) have the same results.
"""

import random
import time
import unittest

from sleeping_board import SleepingBoardCase
from svplib.machine.test_port import BASE, BUSY, COMMANDS, DONE, MAX_LENGTH, TestPort, read_cells, secure_registers, write_cells, write_command

MIB = 1 << 20
DRAM = 0x40000000
SOURCE, DESTINATION = DRAM + 64 * MIB, DRAM + 128 * MIB
TZASC, GPR10 = 0x32F80000, 0x30340028
SIZE_64M = 0x19
PATTERN = 0x600DF00D
FULL = PATTERN.to_bytes(4, "little") * (MIB // 4)
#: To find a job in its middle: a busy host may let it run to its end at once, again and again
ATTEMPTS = 300


class WorkerCase(SleepingBoardCase):
    def board(self, options="test-port=on", extra=()):
        board = self.start_board("workers", options, extra)
        return board, self.port(board)

    @staticmethod
    def port(board):
        return TestPort(*secure_registers(board.qmp))

    def chunk(self, board, number, base=DESTINATION):
        return read_cells(board.qmp, base + number * MIB, MIB)

    @staticmethod
    def start(board, command, then):
        """Start the job that is prepared, with a QMP command right behind."""
        board.qmp.commands([write_command(BASE + 0x20, COMMANDS[command]), then])

    def prepare_fill(self, port):
        port.prepare(master="gpu", destination=DESTINATION, length=MAX_LENGTH, pattern=PATTERN)

    def catch_fill(self, board, port):
        """Stop the machine while a fill is under way. Fails if none is ever caught."""
        for _ in range(ATTEMPTS):
            self.prepare_fill(port)
            self.start(board, "fill", ("stop", {}))
            if port.status & BUSY:
                return
            board.qmp.command("cont")
            port.wait()
            write_cells(board.qmp, DESTINATION, b"\0", MAX_LENGTH)
        self.fail(f"no job was under way in {ATTEMPTS} attempts")


class ThreadTest(WorkerCase):
    def test_results_are_those_of_work_in_place(self):
        data = random.Random(3).randbytes(4096)
        for options, extra in (("test-port=on", ()), ("test-port=on,sync=on", ()), ("test-port=on", ("-icount", "shift=4"))):
            with self.subTest(options=options, extra=extra):
                board, port = self.board(options, extra)
                for number in (0, 3):
                    write_cells(board.qmp, SOURCE + number * MIB, data, MIB)
                self.assertEqual(port.run("copy", master="gpu", source=SOURCE, destination=DESTINATION + 3, length=4 * MIB - 1), "okay")
                self.assertEqual(read_cells(board.qmp, DESTINATION + 3, MIB), data * 256)
                self.assertEqual(read_cells(board.qmp, DESTINATION + 3 + 3 * MIB, MIB), (data * 256)[:-1] + b"\0")
                self.assertEqual(port.run("fill", master="usb1", destination=DESTINATION, length=MAX_LENGTH, pattern=PATTERN), "okay")
                self.assertEqual([self.chunk(board, number) == FULL for number in range(64)], [True] * 64)
                board.stop()

    def test_the_emulator_answers_meanwhile(self):
        board, port = self.board()
        busy, answers, longest = 0, 0, 0.0
        for _ in range(5):
            self.prepare_fill(port)
            self.start(board, "fill", ("query-status", {}))
            while True:
                begin = time.monotonic()
                status = port.status
                longest = max(longest, time.monotonic() - begin)
                answers += 1
                busy += status & BUSY
                if status & DONE:
                    break
        self.assertGreater(busy, 5, f"of {answers} answers; the longest took {longest * 1000:.1f} ms")

    def test_stop_and_go_on(self):
        board, port = self.board()
        self.catch_fill(board, port)
        before = [self.chunk(board, number) for number in range(64)]
        time.sleep(0.2)
        self.assertEqual(port.status, BUSY)
        self.assertTrue([self.chunk(board, number) for number in range(64)] == before, "nothing moves while the machine is stopped")
        done = sum(chunk == FULL for chunk in before)
        self.assertEqual([chunk == FULL for chunk in before], [True] * done + [False] * (64 - done))
        board.qmp.command("cont")
        self.assertEqual(port.wait(), "okay")
        self.assertEqual([self.chunk(board, number) == FULL for number in range(64)], [True] * 64)

    def test_a_saved_job_goes_on_elsewhere(self):
        board, port = self.board()
        path = self.folder / "state"
        self.catch_fill(board, port)
        board.qmp.command("migrate", uri=f"file:{path}")
        while (status := board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            time.sleep(0.05)
        self.assertEqual(status, "completed")
        done = sum(self.chunk(board, number) == FULL for number in range(64))
        board.stop()
        other, port = self.board(extra=("-incoming", f"file:{path}"))
        deadline = time.monotonic() + 60
        while other.qmp.command("query-status")["status"] == "inmigrate" and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(port.status, BUSY)
        self.assertEqual(sum(self.chunk(other, number) == FULL for number in range(64)), done)
        other.qmp.command("cont")
        self.assertEqual(port.wait(), "okay")
        self.assertEqual([self.chunk(other, number) == FULL for number in range(64)], [True] * 64)
        self.assertEqual(port.run("fill", master="gpu", destination=SOURCE, length=4, pattern=1), "okay")

    def test_reset_in_the_middle(self):
        board, port = self.board()
        caught = 0
        for _ in range(ATTEMPTS):
            self.prepare_fill(port)
            self.start(board, "fill", ("system_reset", {}))
            board.qmp.wait_event("RESET")
            self.assertEqual(port.status, 0)
            last = self.chunk(board, 63)
            caught += last != FULL
            time.sleep(0.02)
            self.assertTrue(self.chunk(board, 63) == last, "nothing moves after the reset")
            if caught:
                break
            write_cells(board.qmp, DESTINATION + 63 * MIB, b"\0", MIB)
        self.assertTrue(caught, f"no job was under way in {ATTEMPTS} attempts")
        self.assertEqual(port.run("fill", master="gpu", destination=DESTINATION, length=MAX_LENGTH, pattern=PATTERN), "okay")
        self.assertEqual(self.chunk(board, 63), FULL)

    def test_policy_that_changes_holds_for_the_rest(self):
        """The TZASC closes destination or source while a copy runs: from then on nothing more arrives, or zeros do."""
        board, port = self.board()
        readl, writel = secure_registers(board.qmp)
        writel(TZASC + 0x108, 0xF << 28)
        writel(TZASC + 4, 0)
        for closed in (DESTINATION, SOURCE):
            writel(TZASC + 0x130, closed - DRAM)
            writel(TZASC + 0x138, SIZE_64M << 1 | 1)
            rest = b"\xFF" if closed == DESTINATION else b"\0"
            for attempt in range(ATTEMPTS):
                writel(GPR10, 0)
                self.assertEqual(port.run("fill", master="gpu", destination=SOURCE, length=MAX_LENGTH, pattern=PATTERN), "okay")
                self.assertEqual(port.run("fill", master="gpu", destination=DESTINATION, length=MAX_LENGTH, pattern=0xFFFFFFFF), "okay")
                port.prepare(master="gpu", source=SOURCE, destination=DESTINATION, length=MAX_LENGTH)
                self.start(board, "copy", write_command(GPR10, 1))
                port.wait()
                # Some of the copy came before the change, its end after it.
                if self.chunk(board, 0)[:4] == FULL[:4] and self.chunk(board, 63)[-4:] == rest * 4:
                    break
            else:
                self.fail(f"no copy was under way in {ATTEMPTS} attempts")
            content = b"".join(self.chunk(board, number) for number in range(64))
            copied = len(content.rstrip(rest))
            with self.subTest(closed=hex(closed), attempt=attempt, copied=copied):
                self.assertTrue(content[:copied] == FULL[:4] * (copied // 4))
                self.assertGreater(len(board.qmp.command("query-svp-violations", master="gpu")["violations"]), 0)


if __name__ == "__main__":
    unittest.main()
