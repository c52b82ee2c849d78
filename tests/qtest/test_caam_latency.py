# SPDX-License-Identifier: GPL-2.0-or-later
"""No CAAM job keeps the emulator, on a thread or in place: QMP, stop, a saved state and a reset come through whatever a job is doing.

How long the emulator takes is told by its CPU time, which a loaded machine does not stretch.
"""

import struct
import time
import unittest

from svplib.machine import caam_jobs
from svplib.machine.caam_jobs import CLASS1, IRBAR, IRJAR, IRSAR, IRSR, ORBAR, ORSFR, ORSR, Descriptor, Job
from svplib.machine.test_port import secure_registers, write_cells, write_command
from test_caam import CaamCase

MODES = (("", ()), ("sync=on", ()), ("", ("-icount", "shift=4")))
#: CPU seconds of the emulator that one answer may take: a slice or a grace of work, in a slow build
ANSWER = 4
ORJRR = 0x34
STORE_MATH0 = 0x0A << 27 | 3 << 25 | 8 << 16 | 4


def long_powers(memory, size=512, count=1000, written=True):
    """Seconds of public key work in one job that has written before, or has not, so that it can be put back into its ring."""
    number = (1 << 8 * size - 1 | 0x1234567 | 1).to_bytes(size, "big")
    n, a, e = (memory.put(number) for _ in range(3))
    descriptor = Descriptor()
    descriptor.words += [STORE_MATH0, memory.allocate(4)] if written else []
    descriptor.load(CLASS1, 0x08, n, size).load(CLASS1, 0x0C, a, size).key_at(CLASS1 | 1 << 16, e, size)
    descriptor.words += [0x15 << 27 | 0xC << 16 | 4 << 12 | 4, count]
    descriptor.operation(0x01800006)
    descriptor.words += [0x14 << 27 | 3 << 20 | 1 << 16 | 0x0C00 | 0xFF]
    return Job(memory, "powers", descriptor.store(0, 0x0D, memory.allocate(size), size))


class LatencyTest(CaamCase):
    def answer(self, board, command, **arguments):
        """One QMP command; the emulator must not work long before it answers."""
        begin = board.cpu_seconds()
        result = board.qmp.command(command, timeout=60, **arguments)
        self.assertLess(board.cpu_seconds() - begin, ANSWER, f"{command} took too long")
        return result

    def check_answers(self, board, ring):
        """QMP works, the machine stops in the middle of a job, goes on, and is reset."""
        for _ in range(5):
            self.answer(board, "query-status")
        self.assertEqual(ring.get(ORSFR), 0, "the job is still under way")
        self.answer(board, "stop")
        self.assertEqual(ring.get(ORSFR), 0, "the job was not waited for")
        self.answer(board, "cont")
        self.assertEqual(ring.get(ORSFR), 0)
        self.answer(board, "system_reset")
        board.qmp.wait_event("RESET")

    def test_a_long_job_that_has_written(self):
        for options, extra in MODES:
            with self.subTest(options=options, extra=extra):
                board = self.board(options, extra)
                memory, (ring,) = self.rings(board, (1,))
                ring.add([long_powers(memory)])
                self.check_answers(board, ring)
                memory, (ring,) = self.rings(board, (1,))
                self.run_all(ring, caam_jobs.mixed(memory, 3))
                board.stop()

    def test_a_job_that_stands_still_is_saved_and_goes_on(self):
        for options in ("", "sync=on"):
            with self.subTest(options=options):
                board = self.board(options)
                memory, (ring,) = self.rings(board, (1,))
                job = long_powers(memory, 256, 60)
                after = caam_jobs.aes_cbc(memory)
                ring.add([job, after])
                time.sleep(0.05)
                self.answer(board, "stop")
                self.assertEqual(ring.get(ORSFR), 0, "the job was not waited for")
                board = self.load(self.save(board), options)
                readl, writel = secure_registers(board.qmp)
                ring.on(readl, writel, caam_jobs.Memory(board.qmp, 0x58000000))
                self.assertEqual(ring.get(ORSFR), 0)
                board.qmp.command("cont")
                ring.wait(2)
                self.assertEqual(ring.results(), [(job.address, 0), (after.address, 0)])
                board.stop()

    def test_a_ring_whose_size_changes_under_its_only_job(self):
        """The machine stops, which puts the job back into a ring that has no place for it any more: a state that can be loaded all the same."""
        for size in (0, 1, 0x3FF):
            with self.subTest(size=size):
                board = self.board()
                memory, (ring,) = self.rings(board, (1,))
                places = ring.get(IRSAR)
                ring.add([long_powers(memory, written=False)])
                while ring.get(IRSAR) < places:
                    time.sleep(0.001)  # the job is taken out of the ring
                _, writel = secure_registers(board.qmp)
                writel(ring.register(IRSR), size)
                self.answer(board, "stop")
                self.assertEqual(ring.get(ORSFR), 0, "the job was not waited for")
                board = self.load(self.save(board), "")
                self.answer(board, "cont")
                self.answer(board, "system_reset")
                board.qmp.wait_event("RESET")
                memory, (ring,) = self.rings(board, (1,))
                self.run_all(ring, caam_jobs.mixed(memory, 3))
                board.stop()

    def test_a_ring_that_its_own_jobs_keep_full(self):
        for options, extra in MODES:
            with self.subTest(options=options, extra=extra):
                board = self.board(options, extra)
                memory, (ring,) = self.rings(board, (2,))
                one = memory.put(struct.pack("<I", 1))
                descriptor = Descriptor()
                for register in (ORJRR, IRJAR):
                    descriptor.words += [2 << 27 | 3 << 25 | 8 << 16 | 4, one, STORE_MATH0, ring.register(register)]
                job = Job(memory, "again", descriptor)
                for number in range(4):
                    write_cells(board.qmp, ring.inputs + 4 * number, struct.pack("<I", job.address))
                _, writel = secure_registers(board.qmp)
                writel(ring.register(0x6C), 1)  # flush and reset: the ring gets another size
                writel(ring.register(0x6C), 1)
                for offset, value in ((IRBAR, ring.inputs), (IRSR, 4), (ORBAR, ring.outputs), (ORSR, 4)):
                    writel(ring.register(offset), value)
                board.qmp.commands([write_command(ring.register(IRJAR), 2)])
                first = self.answer(board, "query-caam")["rings"][2]["jobs"]
                time.sleep(0.2)
                second = self.answer(board, "query-caam")["rings"][2]["jobs"]
                self.assertGreater(second, first, "the ring goes round")
                self.answer(board, "stop")
                self.answer(board, "cont")
                self.answer(board, "system_reset")
                board.stop()


if __name__ == "__main__":
    unittest.main()
