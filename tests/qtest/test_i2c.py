# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's I2C controllers as a driver sees them: who acknowledges, and what the interrupt line does.

Reference: i.MX 8M reference manual, I2C: IIF is set after the ninth clock of a byte, RXAK tells whether somebody acknowledged it; the line is IIF while IEN
and IIEN are set. Patches 0050 and 0051 in hw/qemu/patches are held here.
"""

import unittest

from svplib.machine.qtest import QTest

CONTROLLERS = {0x30A20000: 35, 0x30A30000: 36, 0x30A40000: 37, 0x30A50000: 38}  # base: input of the GIC
I2CR, I2SR, I2DR = 0x8, 0xC, 0x10
IEN, IIEN, MSTA, MTX, TXAK, RSTA = 1 << 7, 1 << 6, 1 << 5, 1 << 4, 1 << 3, 1 << 2
ICF, IBB, IIF, RXAK = 1 << 7, 1 << 5, 1 << 1, 1 << 0
I2C1 = 0x30A20000
I2C2 = 0x30A30000
PMIC, SCREEN, ABSENT = 0x08, 0x50, 0x51
DEVICE_ID = 0x10  # register 0 of the PFUZE100
ON = IEN | IIEN


class I2cTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest().start()
        self.addCleanup(self.machine.stop)
        self.machine.intercept("/machine/soc/gic")
        self.base = I2C1

    def control(self, value):
        self.machine.writew(self.base + I2CR, value)

    def line(self):
        return self.machine.irq(CONTROLLERS[self.base])

    def send(self, byte):
        """One byte as master; returns whether it was acknowledged. Each byte ends with IIF and an interrupt."""
        self.machine.writew(self.base + I2DR, byte)
        status = self.machine.readw(self.base + I2SR)
        self.assertEqual(status & (ICF | IBB | IIF), ICF | IBB | IIF, hex(status))
        self.assertTrue(self.line())
        self.machine.writew(self.base + I2SR, 0)
        self.assertEqual(self.machine.readw(self.base + I2SR) & IIF, 0)
        self.assertFalse(self.line())
        return not status & RXAK

    def stop(self):
        self.control(ON)
        self.assertEqual(self.machine.readw(self.base + I2SR) & IBB, 0)

    def test_nobody_there(self):
        """The scan of i2cdetect, on all controllers: an answer at once at each address."""
        for base in CONTROLLERS:
            self.base = base
            found = []
            for address in range(0x03, 0x78) if base == I2C1 else (PMIC, SCREEN, ABSENT):
                self.control(ON | MSTA | MTX)
                if self.send(address << 1):
                    found.append(address)
                self.stop()
            self.assertEqual(found, {I2C1: [PMIC], I2C2: [SCREEN]}.get(base, []), hex(base))

    def test_reading_from_nobody(self):
        self.control(ON | MSTA | MTX)
        self.assertFalse(self.send(ABSENT << 1 | 1))
        self.stop()

    def test_after_no_acknowledge(self):
        """What follows is data for nobody: the transfer ends with the stop, or with a repeated start."""
        self.control(ON | MSTA | MTX)
        self.assertFalse(self.send(ABSENT << 1))
        self.assertFalse(self.send(PMIC << 1), "this is no address")
        self.control(ON | MSTA | MTX | RSTA)
        self.assertEqual(self.machine.readw(self.base + I2CR), ON | MSTA | MTX)
        self.assertTrue(self.send(PMIC << 1))
        self.stop()

    def test_somebody_there(self):
        self.control(ON | MSTA | MTX)
        self.assertTrue(self.send(PMIC << 1))
        self.assertTrue(self.send(0))
        self.control(ON | MSTA | MTX | RSTA)
        self.assertTrue(self.send(PMIC << 1 | 1))
        self.control(ON | MSTA | TXAK)
        self.machine.readw(self.base + I2DR)  # begins the first byte
        self.assertTrue(self.line())
        self.control(ON)
        self.assertEqual(self.machine.readw(self.base + I2DR), DEVICE_ID)

    def test_the_screen_tells_its_size(self):
        """An EDID, as VESA's standard has it: header, sum, and the first detailed timing."""
        self.base = I2C2
        self.control(ON | MSTA | MTX)
        self.assertTrue(self.send(SCREEN << 1))
        self.assertTrue(self.send(0))
        self.control(ON | MSTA | MTX | RSTA)
        self.assertTrue(self.send(SCREEN << 1 | 1))
        self.control(ON | MSTA)
        self.machine.readw(self.base + I2DR)  # begins the first byte
        edid = bytes(self.machine.readw(self.base + I2DR) for _ in range(128))
        self.stop()
        self.assertEqual(edid[:8], bytes([0, *[255] * 6, 0]))
        self.assertEqual(sum(edid) % 256, 0)
        timing = edid[54:72]
        clock = int.from_bytes(timing[:2], "little") * 10_000
        width, height = timing[2] | timing[4] >> 4 << 8, timing[5] | timing[7] >> 4 << 8
        total = (width + (timing[3] | (timing[4] & 15) << 8)) * (height + (timing[6] | (timing[7] & 15) << 8))
        self.assertEqual((width, height), (1920, 1080))
        self.assertAlmostEqual(clock / total, 60, delta=1)

    def test_line_follows_its_enables(self):
        for off in (0, IEN):
            with self.subTest(off=hex(off)):
                self.control(ON | MSTA | MTX)
                self.machine.writew(self.base + I2DR, ABSENT << 1)
                self.assertTrue(self.line())
                self.control(off)
                self.assertFalse(self.line(), "disabled with an interrupt pending")
                self.control(ON)
                self.assertEqual(self.line(), bool(off & IEN), "IIF outlives IIEN, and not IEN")
                self.control(0)

    def test_line_when_enabled_late(self):
        self.control(IEN | MSTA | MTX)
        self.machine.writew(self.base + I2DR, PMIC << 1)
        self.assertFalse(self.line())
        self.control(ON | MSTA | MTX)
        self.assertTrue(self.line())


if __name__ == "__main__":
    unittest.main()
