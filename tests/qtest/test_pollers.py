# SPDX-License-Identifier: GPL-2.0-or-later
"""Four CPUs that read a register over and over leave the emulator to others: QMP, stop, a saved state and a reset come through. And a look at a
large screen leaves it to them.

How long that takes is told by what the CPUs have done meanwhile, which each counts in a word of DRAM: who waits for the emulator's lock lets
them read for as long. A loaded host slows both down.
"""

import base64
import socket
import struct
import time
import unittest

from sleeping_board import SleepingBoardCase
from svplib.machine.board import Board
from svplib.machine.test_port import write_cells, write_command

CPUS = 4
#: Reads of all CPUs together that one answer may take: half a second of a core that does nothing else, several times over
ANSWER = 5_000_000
COUNTERS, COUNTER_STRIDE = 0x40000000, 64
SECONDS = 120

#: The display controller: a picture of 1920x1080 pixels over the largest screen
DCSS = 0x32E00000
DPR, SUBSAM, SCALER, DTG = (DCSS + offset for offset in (0x18000, 0x1B000, 0x1C000, 0x20000))
WIDTH, HEIGHT, SCREEN_WIDTH, SCREEN_HEIGHT = 1920, 1080, 4096, 2304
PICTURE, TAPS = 0x42000000, (8, 60, 236, 416, 236, 60, 8)
SEEN_BETWEEN, QUESTIONS = 3, 50

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

    def start_pollers(self, register, options="", extra=()):
        self.flash.write_bytes(program(register))
        self.board = Board(flash=self.flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=CPUS, machine_options=options, allow_reboot=True,
                           name="pollers", extra=extra).start()
        self.addCleanup(self.board.stop)
        self.all_poll()

    def show_large_picture(self):
        """Scaled with seven taps each way, so that a look takes long."""
        phase = (TAPS[0] << 16 | TAPS[1] << 4 | TAPS[2] >> 8, (TAPS[2] & 0xFF) << 20 | TAPS[3] << 8 | TAPS[4] >> 4,
                 (TAPS[4] & 0xF) << 24 | TAPS[5] << 12 | TAPS[6])
        filters = [(SCALER + at + 0x40 * word + 4 * number, value) for at in (0x80, 0x140) for word, value in enumerate(phase) for number in range(16)]
        screen = SCREEN_HEIGHT << 16 | SCREEN_WIDTH
        registers = ((DPR + 0x50, 0xE4200 | 3), (DPR + 0x70, 4 * WIDTH << 16), (DPR + 0xA0, WIDTH), (DPR + 0xB0, HEIGHT), (DPR + 0xC0, PICTURE),
                     (SCALER + 0x10, 2), (SCALER + 0x14, 2), (SCALER + 0x18, HEIGHT - 1 << 16 | WIDTH - 1),
                     (SCALER + 0x20, SCREEN_HEIGHT - 1 << 16 | SCREEN_WIDTH - 1), (SCALER + 0x4C, (HEIGHT << 13) // SCREEN_HEIGHT),
                     (SCALER + 0x54, (WIDTH << 13) // SCREEN_WIDTH), *filters, (DTG + 0x04, 2399 << 16 | 4399), (DTG + 0x08, 0), (DTG + 0x0C, screen),
                     (DTG + 0x10, 0), (DTG + 0x14, screen), (DPR, 5), (SCALER, 0x11), (SUBSAM, 1), (DTG, 0xFF000104))
        self.board.qmp.commands([write_command(address, value) for address, value in registers])

    def see_composing(self):
        """QMP has answers while the screen is composed: it is not done in one go with the emulator's lock. All lines are, each time, since all of the
        picture has changed."""
        self.show_large_picture()
        before, deadline, between, value = self.lines(), time.monotonic() + SECONDS, 0, 0
        while between < SEEN_BETWEEN:
            self.assertLess(time.monotonic(), deadline, f"seen {between} times, {self.lines() - before} lines composed")
            value += 1
            write_cells(self.board.qmp, PICTURE, bytes([value % 256]), 4 * WIDTH * HEIGHT)
            between += any([self.lines() % SCREEN_HEIGHT for _ in range(QUESTIONS)])
        self.all_poll()

    def test_looks_beside_four_pollers(self):
        """Who looks is a viewer, every now and then."""
        viewer = self.folder / "viewer"
        self.start_pollers(DPR + 0x50, extra=("-vnc", f"unix:{viewer}"))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(viewer))
            self.see_composing()

    def test_crcs_beside_four_pollers(self):
        self.start_pollers(DPR + 0x50, extra=("-global", "driver=imx8mq.dcss,property=crc,value=1"))
        self.see_composing()
        self.assertGreater(self.board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["crcs"][0]["frame"], 1)

    def lines(self):
        return self.board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["composed-lines"]

    def test_answers_beside_four_pollers(self):
        for name, (register, options) in self.REGISTERS.items():
            with self.subTest(name):
                self.start_pollers(register, options)
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
