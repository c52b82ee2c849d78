# SPDX-License-Identifier: GPL-2.0-or-later
"""Four CPUs that read a register over and over leave the emulator to others: QMP, stop, a saved state and a reset come through.

How long that takes is told by what the CPUs have done meanwhile, which each counts in a word of DRAM: who waits for the emulator's lock lets
them read for as long. A loaded host slows both down.
"""

import base64
import struct
import time
import unittest

from sleeping_board import SleepingBoardCase
from svplib.machine.board import Board

CPUS = 4
#: Reads of all CPUs together that one answer may take: half a second of a core that does nothing else, several times over
ANSWER = 5_000_000
COUNTERS, COUNTER_STRIDE = 0x40000000, 64
SECONDS = 120

#: CPU 0 has SRC and GPC start the others at 0x08000100; there each CPU reads the register and counts, for ever.
START = (0xD53800A6,  # mrs x6, mpidr_el1
         0xF24004C6,  # ands x6, x6, #3
         0x540007C1,  # b.ne poll
         0xD2A60721,  # mov x1, #0x30390000
         0x52800102, 0x52800803,  # mov w2, #8; mov w3, #0x40: the entry, as the SRC takes it
         0xB9007C22, 0xB9008023, 0xB9008422, 0xB9008823, 0xB9008C22, 0xB9009023,  # str w2, [x1, #0x7c]; str w3, [x1, #0x80]; ...
         0xB9400824, 0x321F0884, 0xB9000824,  # ldr w4, [x1, #8]; orr w4, w4, #0xe; str w4, [x1, #8]
         0x14000031)  # b poll
POLL = (0xD53800A6, 0x924004C6,  # poll: mrs x6, mpidr_el1; and x6, x6, #3
        0xD2A80001, 0x8B061821,  # mov x1, #0x40000000; add x1, x1, x6, lsl #6
        0x580000C0,  # ldr x0, target
        0xB9400004, 0x110004A5, 0xB9000025, 0x17FFFFFD,  # 1: ldr w4, [x0]; add w5, w5, #1; str w5, [x1]; b 1b
        0xD503201F)  # target: behind this nop


def program(register):
    return struct.pack("<16I", *START).ljust(0x100, b"\0") + struct.pack("<10IQ", *POLL, register)


class PollersTest(SleepingBoardCase):
    #: Registers of a core of ours that works, of one that rights come from, and of a model of QEMU's; options of the machine
    REGISTERS = {"decoder": (0x38300004, ""), "decoder in place": (0x38300004, "sync=on"), "TZASC": (0x32F80000, ""), "UART": (0x30860098, "")}

    def counts(self):
        data = base64.b64decode(self.board.qmp.command("svp-read-cells", address=COUNTERS, length=COUNTER_STRIDE * CPUS)["data"])
        return [struct.unpack_from("<I", data, COUNTER_STRIDE * cpu)[0] for cpu in range(CPUS)]

    def all_poll(self):
        """Wait until each CPU has read on."""
        before, deadline = self.counts(), time.monotonic() + SECONDS
        while any(now == then for now, then in zip(self.counts(), before)):
            self.assertLess(time.monotonic(), deadline, f"not all CPUs read: {before}, {self.counts()}")
            time.sleep(0.02)

    def answer(self, command, **arguments):
        before = self.counts()
        self.board.qmp.command(command, timeout=SECONDS, **arguments)
        after = self.counts()
        self.assertLess(sum((now - then) & 0xFFFFFFFF for now, then in zip(after, before)), ANSWER, f"{command} took too long")

    def test_answers_beside_four_pollers(self):
        for name, (register, options) in self.REGISTERS.items():
            with self.subTest(name):
                self.flash.write_bytes(program(register))
                self.board = Board(flash=self.flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=CPUS, machine_options=options,
                                   allow_reboot=True, name="pollers").start()
                self.addCleanup(self.board.stop)
                self.all_poll()
                for _ in range(5):
                    self.answer("query-status")
                self.answer("stop")
                stopped = self.counts()
                self.answer("migrate", uri=f"file:{self.folder / 'state'}")
                self.assertEqual(self.counts(), stopped)
                while self.board.qmp.command("query-migrate")["status"] not in ("completed", "failed"):
                    time.sleep(0.02)
                self.answer("cont")
                self.all_poll()
                self.board.qmp.command("system_reset", timeout=SECONDS)
                self.board.qmp.wait_event("RESET")
                self.all_poll()
                self.board.stop()


if __name__ == "__main__":
    unittest.main()
