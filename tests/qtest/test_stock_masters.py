# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own bus masters: their world, domain and privilege are those that CSU and RDC give, and what they are denied is recorded.

uSDHC2 reads blocks of a card by SDMA, the FEC fetches a frame to send, from and to an OCRAM that the CSU guards.
"""

import struct
import tempfile
import unittest

from svplib.qtest import QTest
from svplib.test_port import MASTERS, read_cells, write_cells

OCRAM, DRAM = 0x00900000, 0x40000000
RDC, CSU, GPR11 = 0x303D0000, 0x303E0000, 0x3034002C
CSL_OCRAM = 118
HP0, SA0, HPCONTROL0 = CSU + 0x200, CSU + 0x218, CSU + 0x358
USDHC2, ENET1 = 0x30B50000, 0x30BE0000
FIELD_USDHC2, FIELD_ENET = 11, 9  # of HP, SA and HPCONTROL: two bits each
SUPERVISOR = 0xBB  # secure world all, non-secure supervisor all, non-secure user nothing
SECURE = 0x33
BLOCK = 512


class StockMasterCase(unittest.TestCase):
    def setUp(self):
        self.card = tempfile.NamedTemporaryFile()
        self.addCleanup(self.card.close)
        self.blocks = [bytes([0x10 + number]) * BLOCK for number in range(8)]
        self.card.write(b"".join(self.blocks) + bytes((1 << 20) - 8 * BLOCK))
        self.card.flush()
        self.machine = QTest(sd=[self.card.name]).start()
        self.addCleanup(self.machine.stop)

    def guard(self, level):
        """The CSU guards all of OCRAM at a level."""
        self.machine.writel(CSU + CSL_OCRAM // 2 * 4, level << 16 | level)
        self.machine.writel(GPR11, 1)

    def privilege(self, field, privileged):
        """HP of a master; None leaves it to the master itself."""
        self.machine.writel(HPCONTROL0, 0 if privileged is None else 1 << 2 * field)
        self.machine.writel(HP0, 1 << 2 * field if privileged else 0)

    def cells(self, length, address=OCRAM):
        return read_cells(self.machine.qmp, address, length)

    def take_violations(self):
        entries = self.machine.qmp.command("query-svp-violations")["violations"]
        self.machine.qmp.command("svp-clear-violations")
        return [(entry["master"], entry["world"], entry["domain"], entry["direction"], entry["denier"], entry["index"]) for entry in entries]


class CardTest(StockMasterCase):
    def command(self, index, argument=0, response=2, data=False):
        """Response types: 0 none, 1 of 136 bits, 2 of 48 bits, 3 of 48 bits with busy."""
        self.machine.writel(USDHC2 + 0x08, argument)
        self.machine.writel(USDHC2 + 0x0C, (index << 8 | response | (0x20 if data else 0)) << 16)
        return self.machine.readl(USDHC2 + 0x10)

    def setUp(self):
        super().setUp()
        self.machine.writel(USDHC2 + 0x2C, 7)
        self.command(0, response=0)
        self.command(8, 0x1AA)
        self.command(55)
        self.assertTrue(self.command(41, 0x40FF8000) >> 31, "the card is ready")
        self.command(2, response=1)
        address = self.command(3) & 0xFFFF0000
        self.command(7, address, response=3)
        self.machine.writel(USDHC2 + 0x28, 0)  # SDMA

    def read_block(self, number, destination):
        self.machine.writel(USDHC2 + 0x48, 0x11)  # DMA, from the card
        self.machine.writel(USDHC2 + 0x00, destination)
        self.machine.writel(USDHC2 + 0x04, 1 << 16 | BLOCK)
        self.command(17, number * BLOCK, data=True)

    def test_privilege_is_the_csus(self):
        self.read_block(0, OCRAM)
        self.assertEqual(self.cells(BLOCK), self.blocks[0], "an open OCRAM")
        self.guard(SUPERVISOR)
        denied = [("usdhc2", "non-secure", 0, "write", "ocram", CSL_OCRAM)]
        for number, (privileged, reached) in enumerate(((True, True), (False, False), (None, True), (False, False), (True, True)), 1):
            with self.subTest(privileged=privileged, number=number):
                before = self.cells(BLOCK)
                self.privilege(FIELD_USDHC2, privileged)
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(), [] if reached else denied)

    def test_world_is_the_csus(self):
        self.guard(SECURE)
        for number, (secure, reached) in enumerate(((False, False), (True, True), (False, False))):
            with self.subTest(secure=secure):
                before = self.cells(BLOCK)
                self.machine.writel(SA0, 0x55555555 & ~(secure << 2 * FIELD_USDHC2))
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(),
                                 [] if reached else [("usdhc2", "non-secure", 0, "write", "ocram", CSL_OCRAM)])

    def test_domain_is_the_rdcs(self):
        slot = RDC + 0x800 + 24 * 0x10
        for offset, value in ((0, OCRAM), (4, OCRAM + 0x1000), (8, 1 << 30 | 0xFF & ~0x30)):
            self.machine.writel(slot + offset, value)
        for number, (domain, reached) in enumerate(((0, True), (2, False), (3, True))):
            with self.subTest(domain=domain):
                before = self.cells(BLOCK)
                self.machine.writel(RDC + 0x200 + 4 * MASTERS["usdhc2"], domain)
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(), [] if reached else [("usdhc2", "non-secure", 2, "write", "rdc-region", 24)])


class EthernetTest(StockMasterCase):
    RING = DRAM + 0x1000

    def send(self, address, length=64):
        """One frame; flags of the descriptor: ready, wrap, last."""
        write_cells(self.machine.qmp, self.RING, struct.pack("<HHI", length, 0xA800, address))
        self.machine.writel(ENET1 + 0x24, 2)
        self.machine.writel(ENET1 + 0x184, self.RING)
        self.machine.writel(ENET1 + 0x14, 1 << 24)
        self.assertFalse(struct.unpack("<HHI", self.cells(8, self.RING))[1] & 0x8000, "the frame was fetched")

    def test_privilege_is_the_csus(self):
        self.send(OCRAM)
        self.guard(SUPERVISOR)
        for privileged in (True, False, None, False):
            with self.subTest(privileged=privileged):
                self.privilege(FIELD_ENET, privileged)
                self.send(OCRAM)
                self.assertEqual(self.take_violations(),
                                 [("enet-tx", "non-secure", 0, "read", "ocram", CSL_OCRAM)] if privileged is False else [])


if __name__ == "__main__":
    unittest.main()
