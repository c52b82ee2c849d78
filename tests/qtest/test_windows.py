# SPDX-License-Identifier: GPL-2.0-or-later
"""No hole in the memory map: every address inside of a block's window answers, whether a model has a register there or not.

On the chip a bus error ends a driver that reads an unused offset; here it did so to Debian's dwc3 module, at an offset that QEMU's model lacks. The windows are
those of the RDC's and the CSU's tables in the reference manual, as `query-svp-policy` has them, and what no firewall guards: GIC and TZASC.
"""

import struct
import unittest

from svplib.machine.qtest import QTest
from svplib.machine.test_port import port_read, port_write

UNGUARDED = {"gic": (0x38800000, 0x100000), "tzasc": (0x32F80000, 0x10000), "aipstz4": (0x32DF0000, 0x10000)}
MEMORIES = ("ocram", "ocram_s", "caam_secure_ram")
STEP = 0x1000
#: inside of a page of registers; the last is the end of it
OFFSETS = (0x000, 0x01C, 0x3A0, 0x704, 0xFFC)
WINDOW_PAGES = 3  # of a large window: from its start on, and its last
GPR10, SLVERR_WHEN_DENIED = 0x30340028, 1 << 2
GPIO5, ECSPI1_CONREG, ENET_PALR = 0x30240000, 0x30820008, 0x30BE00E4
DWC3 = (0x38100000, 0x38200000)
GSNPSID, GHWPARAMS0, DCTL, GUCTL3, LLUCTL = 0xC120, 0xC140, 0xC704, 0xC60C, 0xD024


class WindowsTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest().start()
        self.addCleanup(self.machine.stop)

    def slaves(self):
        return self.machine.qmp.command("query-svp-policy", slaves=True)[0]["slaves"]

    def windows(self):
        found = {slave["name"]: (slave["pieces"][0]["first"], sum(piece["length"] for piece in slave["pieces"]))
                 for slave in self.slaves() if slave["name"] not in MEMORIES}
        self.assertGreater(len(found), 90)
        return {**found, **UNGUARDED}

    @staticmethod
    def addresses(first, size):
        pages = range(first, first + size, STEP)
        for page in [*pages[:WINDOW_PAGES], pages[-1]]:
            for offset in OFFSETS:
                yield page + offset

    def test_every_window_answers(self):
        """To the CPU in its secure world, with the width that drivers use."""
        silent = {}
        for name, (first, size) in self.windows().items():
            for address in self.addresses(first, size):
                answer, _ = port_read(self.machine.qmp, "a53-secure", address, 4)
                if answer != "okay":
                    silent.setdefault(name, []).append(hex(address))
        self.assertEqual(silent, {})

    def test_every_width(self):
        """Registers and holes, in the first page of each window: no access that is aligned is a bus error. A hole reads as zero by each width."""
        silent = {}
        for name, (first, size) in self.windows().items():
            for width in (1, 2, 8):
                for offset in (0, width, 0x18 + width, 0x704 & -width, 0xFF8):
                    answer, _ = port_read(self.machine.qmp, "a53-secure", first + offset, width)
                    if answer != "okay":
                        silent.setdefault(name, []).append((hex(offset), width))
        self.assertEqual(silent, {})

    def test_parts_of_words(self):
        """Models that take words only: what is narrower reads its part of the word, and writes nothing."""
        for register, value in ((GPIO5 + 4, 0x12345678), (ECSPI1_CONREG, 0x87654321), (ENET_PALR, 0x11223344)):
            with self.subTest(hex(register)):
                self.machine.writel(register, value)
                self.assertEqual(self.machine.readl(register), value)
                self.assertEqual([self.machine.readb(register + lane) for lane in range(4)], list(struct.pack("<I", value)))
                self.assertEqual([self.machine.readw(register + lane) for lane in (0, 2)], [value & 0xFFFF, value >> 16])
                for lane in range(4):
                    self.machine.writeb(register + lane, 0xFF)
                self.machine.writew(register + 2, 0)
                self.assertEqual(self.machine.readl(register), value)

    def test_holes_read_zero_and_keep_nothing(self):
        """The last word of each QEMU model's window, where none has a register."""
        for address in (0x3020FFFC, 0x3028FFFC, 0x3082FFFC, 0x3086FFFC, 0x30A2FFFC, 0x30B4FFFC, 0x30BEFFFC, 0x38100000 + DCTL, 0x3810FFFC, 0x388FFFFC):
            with self.subTest(hex(address)):
                self.assertEqual(port_write(self.machine.qmp, "a53-secure", address, b"\xff" * 4), "okay")
                self.assertEqual(port_read(self.machine.qmp, "a53-secure", address, 4), ("okay", bytes(4)))

    def test_a_hole_is_guarded_as_its_block(self):
        """CSL of usdhc1 and uart1 closed for the non-secure world: their holes answer as their registers do."""
        self.machine.writel(GPR10, SLVERR_WHEN_DENIED)
        for block, register, hole in ((0x30B40000, 0x30B40024, 0x30B4F000), (0x30860000, 0x30860090, 0x3086F000)):
            with self.subTest(hex(block)):
                self.assertEqual(port_read(self.machine.qmp, "a53", hole, 4)[0], "okay")
                self.close(block)
                answers = {port_read(self.machine.qmp, "a53", address, 4)[0] for address in (register, hole)}
                self.assertEqual(len(answers), 1, answers)
                self.assertNotEqual(answers, {"okay"})
                self.assertEqual(port_read(self.machine.qmp, "a53-secure", hole, 4)[0], "okay")
        log = self.machine.qmp.command("query-svp-violations")["violations"]
        self.assertEqual({row["address"] for row in log}, {0x30B40024, 0x30B4F000, 0x30860090, 0x3086F000})

    def close(self, block):
        index = next(slave["index"] for slave in self.slaves() if slave["pieces"][0]["first"] == block)
        register, shift = 0x303E0000 + 4 * (index // 2), 16 * (index % 2)
        value = struct.unpack("<I", port_read(self.machine.qmp, "a53-secure", register, 4)[1])[0]
        value = value & ~(0xFF << shift) | 0x33 << shift
        self.assertEqual(port_write(self.machine.qmp, "a53-secure", register, struct.pack("<I", value)), "okay")

    def test_what_a_driver_of_dwc3_reads(self):
        for base in DWC3:
            with self.subTest(hex(base)):
                self.assertEqual(self.machine.readl(base + GSNPSID) >> 16, 0x5533)
                self.assertEqual(self.machine.readl(base + GHWPARAMS0) & 3, 1, "a host")
                for register in (DCTL, GUCTL3, LLUCTL):
                    self.assertEqual(self.machine.readl(base + register), 0)


if __name__ == "__main__":
    unittest.main()
