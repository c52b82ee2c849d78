# SPDX-License-Identifier: GPL-2.0-or-later
"""The SNVS behind QEMU's buses: its lines at the GIC, the board's key and power. What it decides is tested in unit/soc/test_snvs.cpp.

Reference: i.MX 8M reference manual, SNVS and interrupts: SPI 19 for both alarms, SPI 4 for the ON/OFF key.
"""

import unittest

from svplib.machine.qtest import QTest

SNVS = 0x30370000
HPCR, HPSR, HPRTCLR, HPTAMR, HPTALR, LPCR, LPSR, SRTC_HIGH, SRTC_LOW, LPTAR = 0x08, 0x14, 0x28, 0x2C, 0x30, 0x38, 0x4C, 0x50, 0x54, 0x58
RUN, ALARM, WAKE, DUMB_PMIC, TOP = 1, 2, 8, 1 << 5, 1 << 6
BUTTON, SET_POWER_OFF = 1 << 6, 1 << 18
GIC_ALARM, GIC_KEY = 19, 4
SECOND = 1_000_000_000
BASE, EPOCH = "2030-01-02T03:04:05", 1893553445


class SnvsTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(allow_reboot=True, extra=("-rtc", f"base={BASE}")).start()
        self.addCleanup(self.machine.stop)
        self.machine.intercept("/machine/soc/gic")
        self.start = self.seconds()

    def read(self, offset):
        return self.machine.readl(SNVS + offset)

    def write(self, offset, value):
        self.machine.writel(SNVS + offset, value)

    def seconds(self):
        return (self.read(SRTC_HIGH) << 32 | self.read(SRTC_LOW)) >> 15

    def test_clock(self):
        """It begins with what -rtc says when the board is made, and goes on through a reset."""
        self.assertIn(self.start, range(EPOCH, EPOCH + 100))
        self.machine.clock_step(3 * SECOND)
        self.assertEqual(self.seconds(), self.start + 3)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(self.seconds(), self.start + 3)

    def test_alarm_in_seconds(self):
        self.write(LPTAR, self.start + 5)
        self.write(LPCR, RUN | ALARM | WAKE)
        self.machine.clock_step(5 * SECOND - 1)
        self.assertFalse(self.machine.irq(GIC_ALARM))
        self.machine.clock_step(1)
        self.assertTrue(self.machine.irq(GIC_ALARM))
        self.write(LPSR, 1)
        self.assertFalse(self.machine.irq(GIC_ALARM))

    def test_alarm_in_ticks(self):
        self.write(HPTAMR, 0)
        self.write(HPTALR, 2 << 15)
        self.write(HPCR, RUN | ALARM)
        self.machine.clock_step(2 * SECOND - 1)
        self.assertFalse(self.machine.irq(GIC_ALARM))
        self.machine.clock_step(1)
        self.assertTrue(self.machine.irq(GIC_ALARM))
        self.write(HPCR, RUN)
        self.assertFalse(self.machine.irq(GIC_ALARM))

    def test_alarm_over_a_reset(self):
        self.write(LPTAR, self.start + 5)
        self.write(LPCR, RUN | ALARM)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.machine.clock_step(5 * SECOND)
        self.assertTrue(self.machine.irq(GIC_ALARM), "the battery's half keeps its alarm")

    def test_key(self):
        """QMP's system_powerdown is a press of the board's ON/OFF key."""
        self.write(LPCR, RUN | DUMB_PMIC)
        self.assertFalse(self.machine.irq(GIC_KEY))
        self.machine.qmp.command("system_powerdown")
        self.assertTrue(self.machine.irq(GIC_KEY))
        self.assertEqual(self.read(LPSR), SET_POWER_OFF)
        self.write(LPSR, SET_POWER_OFF)
        self.assertFalse(self.machine.irq(GIC_KEY))
        self.assertEqual(self.read(HPSR), BUTTON)
        self.machine.clock_step(SECOND)
        self.assertEqual(self.read(HPSR), 0)

    def test_power_off(self):
        self.write(LPCR, RUN | DUMB_PMIC | TOP)
        self.assertEqual(self.machine.wait_exit(timeout=30), 0)


if __name__ == "__main__":
    unittest.main()
