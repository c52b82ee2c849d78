# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU does not say about an access by itself (the table in hw/README.md): observers that leave no trace, DMA inside of a CPU's access.

The only CPU waits for a word in DRAM and then starts the Ethernet controller.
"""

import re
import socket
import struct
import time
import unittest

from ethernet import ACTIVE, BASE, ECR, ECR_ENABLE, LAST, READY, TDAR, TDSR, WRAP, Descriptor
from sleeping_board import SleepingBoardCase
from svplib.machine.test_port import MASTERS, secure_registers, write_cells

DRAM = 0x40000000
GO, RING, PAGE = DRAM, DRAM + 0x10000, DRAM + 0x100000
RDC, CSU, GICD_TYPER = 0x303D0000, 0x303E0000, 0x38800004
SLOT, LATCH = RDC + 0x800, RDC + 0x80C
SECRET = 0x5EC7E75EC7E75EC7
#: ldr x0, =GO; ldr x1, =TDAR; ldr w2, =ACTIVE; 1: ldr w3, [x0]; cbz w3, 1b; str w2, [x1]; wfi; b .-4
WAIT_AND_KICK = struct.pack("<8I", 0x58000100, 0x58000121, 0x18000142, 0xB9400003, 0x34FFFFE3, 0xB9000022, 0xD503207F, 0x17FFFFFF)
WAIT_AND_KICK += struct.pack("<QQI", GO, BASE + TDAR, ACTIVE)
SECONDS = 20


class AttributesCase(SleepingBoardCase):
    def setUp(self):
        super().setUp()
        self.flash.write_bytes(WAIT_AND_KICK)
        self.board = self.start_board("attributes", "test-port=on", ("-gdb", f"unix:{self.folder}/gdb,server=on,wait=off"))
        self.readl, self.writel = secure_registers(self.board.qmp)
        for word in range(64):
            self.writel(CSU + 4 * word, 0x00FF00FF)
        write_cells(self.board.qmp, PAGE, struct.pack("<Q", SECRET))

    def close(self, rights=0):
        for offset, value in ((0, PAGE - DRAM), (4, PAGE - DRAM + 0x1000), (8, 1 << 30 | rights)):
            self.writel(SLOT + offset, value)

    def violations(self):
        return self.board.qmp.command("query-svp-violations")["violations"]


class ObserverTest(AttributesCase):
    def look(self):
        """The secret page's first word, by each way to look from outside."""
        def examine(command):
            return int(re.search(r"0x([0-9a-f]{16})\b(?!:)", self.board.hmp(f"{command} /1gx {PAGE:#x}"))[1], 16)
        return {"xp": examine("xp"), "x": examine("x"), "pmemsave": int.from_bytes(self.board.read_memory(PAGE, 8), "little"),
                "gdb": self.gdb(False), "gdb, physical": self.gdb(True)}

    def gdb(self, physical):
        """An m packet of the remote protocol; the machine goes on afterwards."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(SECONDS)
            peer.connect(str(self.folder / "gdb"))
            answers = [self.packet(peer, text) for text in (f"Qqemu.PhyMemMode:{physical:d}", f"m{PAGE:x},8", "Qqemu.PhyMemMode:0", "D")]
        return int.from_bytes(bytes.fromhex(answers[1]), "little")

    @staticmethod
    def packet(peer, text):
        peer.sendall(f"${text}#{sum(text.encode()) & 0xFF:02x}".encode())
        answer = b""
        while not re.search(rb"\$[^#]*#..", answer):
            answer += peer.recv(4096)
        peer.sendall(b"+")
        return re.search(rb"\$([^#]*)#", answer)[1].decode()

    def test_observers_see_what_is_open_and_leave_no_trace(self):
        self.assertEqual(set(self.look().values()), {SECRET})
        self.close()
        self.assertEqual(set(self.look().values()), {0})
        self.assertEqual(self.violations(), [])
        self.assertEqual(self.readl(LATCH), 0, "no block has latched anything")

    def test_the_system_memory_has_the_rights_of_the_debug_access_port(self):
        """Of no other master: those of the Ethernet controller change nothing."""
        self.close(0x30)  # domain 2
        for domain in (2, 3, 2):
            self.writel(RDC + 0x200 + 4 * MASTERS["dap"], domain)
            for master in ("enet-tx", "enet-rx"):
                self.writel(RDC + 0x200 + 4 * MASTERS[master], 5 - domain)
            expected = SECRET if domain == 2 else 0
            self.assertEqual(int.from_bytes(self.board.read_memory(PAGE, 8), "little"), expected)
            self.assertEqual(self.gdb(True), expected)
        self.assertEqual(self.violations(), [])

    def test_interrupt_controller_has_no_dma(self):
        self.assertEqual(self.readl(GICD_TYPER) >> 17 & 1, 0, "no LPIs, so no tables in memory")


class RecordTest(AttributesCase):
    def test_dma_that_a_cpu_starts_is_not_the_cpus(self):
        """The controller works inside of the CPU's store: its denied accesses have no CPU and no program counter."""
        write_cells(self.board.qmp, RING, Descriptor(64, READY | WRAP | LAST, PAGE).packed())
        self.writel(BASE + TDSR, RING)
        self.writel(BASE + ECR, ECR_ENABLE)
        self.close()
        write_cells(self.board.qmp, GO, b"\\1")
        deadline = time.monotonic() + SECONDS
        while not (entries := self.violations()):
            self.assertLess(time.monotonic(), deadline, "the CPU has not started it")
            time.sleep(0.02)
        self.assertEqual([(entry["master"], entry["direction"], "cpu" in entry, "pc" in entry) for entry in entries],
                         [("enet-tx", "read", False, False)])


if __name__ == "__main__":
    unittest.main()
