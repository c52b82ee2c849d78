# SPDX-License-Identifier: GPL-2.0-or-later
"""The screen at the board's connector: what it tells over I2C2, its plug at GPIO1, and the transmitter that says whether the link is protected."""

import unittest

from svplib.machine.qmp import QmpError
from svplib.machine.qtest import QTest

I2C2, GPIO1, HDMI = 0x30A30000, 0x30200000, 0x32C00000
IFDR, I2CR, I2SR, I2DR = 0x04, 0x08, 0x0C, 0x10
IEN, MSTA, MTX, TXAK, RSTA = 0x80, 0x20, 0x10, 0x08, 0x04
RXAK = 0x01
DDC = 0x50
DR, GDIR, PSR, ICR1, IMR, ISR, EDGE_SEL = 0x00, 0x04, 0x08, 0x0C, 0x14, 0x18, 0x1C
PLUG = 1 << 10
SPI_GPIO1 = 64
EMPTY, TX, RX, EVENT0 = HDMI + 0x0C, HDMI + 0x10, HDMI + 0x14, HDMI + 0x44
STATUS_REQUEST, HDCP_CHANGED = (6, 7, 0, 0), 1 << 4
SIZES = ((1920, 1080), (1280, 720), (800, 600), (2560, 1600))
MACHINE, TRANSMITTER = "/machine", "/machine/soc/hdmi_controller"


class ScreenCase(unittest.TestCase):
    def start(self, **options):
        machine = QTest(memory="1G", allow_reboot=True, **options).start()
        self.addCleanup(machine.stop)
        machine.intercept("/machine/soc/gic")
        return machine

    @staticmethod
    def plug(machine, value):
        machine.qmp.command("qom-set", path=MACHINE, property="monitor", value=value)

    @staticmethod
    def edid(machine):
        """128 bytes as a driver reads them, or None if nobody answers to the address."""
        def send(byte):
            machine.writew(I2C2 + I2SR, 0)
            machine.writew(I2C2 + I2DR, byte)
            return not machine.readw(I2C2 + I2SR) & RXAK
        machine.writew(I2C2 + I2CR, IEN)
        machine.writew(I2C2 + I2CR, IEN | MSTA | MTX)
        try:
            if not send(DDC << 1):
                return None
            send(0)
            machine.writew(I2C2 + I2CR, IEN | MSTA | MTX | RSTA)
            send(DDC << 1 | 1)
            machine.writew(I2C2 + I2CR, IEN | MSTA)
            machine.readw(I2C2 + I2DR)  # of what comes before the first one
            return bytes(machine.readw(I2C2 + I2DR) & 0xFF for _ in range(128))
        finally:
            machine.writew(I2C2 + I2CR, IEN)

    @staticmethod
    def preferred(edid):
        """Width and height of the first detailed timing (EDID 1.4, 3.10.2), after header and sum have been looked at."""
        assert edid[:8] == b"\0" + b"\xff" * 6 + b"\0" and sum(edid) % 256 == 0, edid.hex()
        timing = edid[54:72]
        return timing[2] | timing[4] >> 4 << 8, timing[5] | timing[7] >> 4 << 8


class ScreenTest(ScreenCase):
    def test_sizes(self):
        for width, height in SIZES:
            with self.subTest(width=width, height=height):
                machine = self.start(machine_options=f"monitor={width}x{height}")
                self.assertEqual(self.preferred(self.edid(machine)), (width, height))
                self.assertEqual(machine.readl(GPIO1 + PSR) & PLUG, PLUG)
                machine.stop()

    def test_plug(self):
        """It is there from the start unless somebody says otherwise, and comes and goes; each time with an interrupt, and with its new size."""
        machine = self.start()
        self.assertEqual(self.preferred(self.edid(machine)), (1920, 1080))
        machine.writel(GPIO1 + EDGE_SEL, PLUG)
        machine.writel(GPIO1 + ISR, PLUG)
        machine.writel(GPIO1 + IMR, PLUG)
        for value, size in (("off", None), ("1280x720", (1280, 720)), ("off", None), ("1920x1080", (1920, 1080))):
            with self.subTest(value):
                self.assertFalse(machine.irq(SPI_GPIO1))
                self.plug(machine, value)
                self.assertEqual(machine.qmp.command("qom-get", path=MACHINE, property="monitor"), value)
                self.assertTrue(machine.irq(SPI_GPIO1))
                self.assertEqual(machine.readl(GPIO1 + ISR) & PLUG, PLUG)
                machine.writel(GPIO1 + ISR, PLUG)
                self.assertEqual(bool(machine.readl(GPIO1 + PSR) & PLUG), size is not None)
                edid = self.edid(machine)
                self.assertEqual(edid and self.preferred(edid), size)

    def test_a_reset_leaves_the_plug_alone(self):
        machine = self.start(machine_options="monitor=off")
        for value, there in (("off", 0), ("1280x720", PLUG)):
            self.plug(machine, value)
            machine.qmp.command("system_reset")
            machine.qmp.wait_event("RESET")
            self.assertEqual(machine.readl(GPIO1 + PSR) & PLUG, there)

    def test_wrong_sizes(self):
        machine = self.start()
        for value in ("", "on", "1280", "1280x", "1280x720p", "319x200", "320x199", "2561x1600", "2560x1601", "-1x-1", "12800x720"):
            with self.subTest(value), self.assertRaisesRegex(QmpError, "from 320x200 to 2560x1600"):
                self.plug(machine, value)
        self.assertEqual(machine.qmp.command("qom-get", path=MACHINE, property="monitor"), "1920x1080")


class LinkTest(ScreenCase):
    def status(self, machine):
        for byte in STATUS_REQUEST:
            machine.writel(TX, byte)
        answer = []
        while not machine.readl(EMPTY):
            answer.append(machine.readl(RX))
        self.assertEqual((answer[:4], len(answer)), ([6, 7, 0, 5], 9))
        return answer[4] << 8 | answer[5]

    def test_link(self):
        """Open, until the host says that it is protected; software is told of each change."""
        machine = self.start()
        self.assertEqual(self.status(machine), 0)
        for value in (1, 0, 1):
            machine.qmp.command("qom-set", path=TRANSMITTER, property="hdcp", value=value)
            self.assertEqual(machine.readl(EVENT0), HDCP_CHANGED)
            self.assertEqual(machine.readl(EVENT0), 0)
            self.assertEqual(self.status(machine), value)
            counters = machine.qmp.command("query-svp-counters", device="hdmi_controller")[0]["counters"]
            self.assertEqual(counters["link-protected"], bool(value))
        with self.assertRaisesRegex(QmpError, "hdcp is 0 or 1"):
            machine.qmp.command("qom-set", path=TRANSMITTER, property="hdcp", value=2)

    def test_from_the_start(self):
        machine = self.start(extra=("-global", "driver=imx8mq.hdmi-tx,property=hdcp,value=1"))
        self.assertEqual(self.status(machine), 1)

    def test_other_properties_stay(self):
        machine = self.start()
        with self.assertRaisesRegex(QmpError, "only be set before realize"):
            machine.qmp.command("qom-set", path="/machine/soc/dcss", property="crc", value=1)


if __name__ == "__main__":
    unittest.main()
