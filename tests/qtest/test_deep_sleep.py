# SPDX-License-Identifier: GPL-2.0-or-later
"""What deep sleep costs each block: the table of hw/README.md, row by row, on a board whose only CPU loses its power and gets it back."""

import re
import struct
import time
import unittest
from pathlib import Path

from sleeping_board import SleepingBoardCase
from svplib.machine.console import timeout_scale
from svplib.machine.test_port import port_write, read_cells, secure_registers, write_cells

README = Path(__file__).resolve().parents[2] / "hw/README.md"

LPCR_A53_AD = 0x303A0004
GPC, SRC, UART4 = 0x303A0000, 0x30390000, 0x30A60000
CORE0_STATUS, CORE_WAS_OFF = GPC + 0x80C, 1
FLASH = 0x08000000
WAKE_SPI = 29  # UART4
WDOG1 = 0x30280000
WRSR = {watchdog: watchdog + 4 for watchdog in (WDOG1, 0x30290000)}
TEN_SECONDS, WDZST = 19 << 8 | 0x34, 1 << 0  # of WCR, enabled
POWER_ON, TIMED_OUT = 1 << 4, 1 << 1  # of WRSR
LPCR, SRTC_HIGH, SRTC_LOW, LPTAR, LPSR = 0x30370038, 0x30370050, 0x30370054, 0x30370058, 0x3037004C
SNVS_SPI, WATCHDOG_SPIS = 19, {10, 78, 79}

#: Block of the table: (register, value that is written there) each; what is read back must differ from the reset value
REGISTERS = {
    "CAAM": [(0x30900018, 0x00080001), (0x30900020, 0x800B8011), (0x3090000C, 0x400), (0x30900610, 0x0C800200), (0x30902004, 0x40000000)],
    "TZASC": [(0x32F80004, 2), (0x32F80110, 0x40000000)],
    "RDC, semaphores": [(0x303D0200 + 4 * 18, 1), (0x303D0804, 0x1000), (0x303C0000, 2)],
    "CSU": [(0x303E0000 + 0x70, 0x00FF0033), (0x303E0218, 0x1)],
    "IOMUXC_GPR": [(0x30340004, 0x10), (0x30340028, 0x10001)],
    "AIPSTZ": [(0x301F0000, 0x12345678), (0x305F0000, 0x12345678), (0x309F0000, 0x12345678), (0x32DF0000, 0x12345678)],
    "CCM": [(0x30384050, 3), (0x30388080, 0x10000000)],
    "ANATOP": [(0x30360070, 0x5)],
    "GIC": [(0x38800480, 0xA0A0A0A0), (0x38806400, 3)],  # priority and route of SPIs
    "GPC": [(GPC + 0x50, 0xFFFF0000), (GPC + 0x884, 0x123)],
    "SRC": [(SRC + 0x84, 0x12345678)],
    "OCOTP": [(0x30350010, 0x1234)],
    "IOMUXC": [(0x30330014, 5)],
    "SNVS": [(0x30370030, 0x12345678), (0x30370058, 0x12345678)],  # both halves
    "system counter": [(0x306B0024, 0x5)],
    "TMU": [(0x30260028, 0x1234)],
    "HDMI transmitter": [(0x32C00000, 0xC)],
    "irqsteer": [(0x32E2D004, 0x55)],
    "DCSS": [(0x32E180C0, 0x12345678), (0x32E2F004, 0x17)],
    "VPU blk-ctrl": [(0x38320004, 0x3)],
    "VPU G1, G2": [(0x38300034, 0x12345678), (0x38310104, 0x12345678)],
    "UART": [(base + 0xA8, 0x1234) for base in (0x30860000, 0x30890000, 0x30880000, UART4)],
    "I2C": [(base + 0x4, 0x25) for base in (0x30A20000, 0x30A30000, 0x30A40000, 0x30A50000)],
    "ECSPI": [(base + 0x8, 0x12340001) for base in (0x30820000, 0x30830000, 0x30840000)],
    "GPIO": [(0x30200000 + 0x10000 * bank + 4, 0x5A) for bank in range(5)],
    "uSDHC": [(base + 0x8, 0x1234) for base in (0x30B40000, 0x30B50000)],
    "FEC": [(0x30BE00E4, 0x00112233)],
    "USB": [(base + 0x70, 0x40000000) for base in (0x38100000, 0x38200000)],
    "WDOG": [(0x30280000 + 0x10000 * number, 0xAB30) for number in range(3)],
}
#: Blocks that the board has in their power-on state after deep sleep, by default
LOST = {"CAAM", "TZASC"}
#: The bit of imx8mq.gpc's property dsm-loses that decides it
SWITCHES = {"TZASC": 1, "RDC, semaphores": 2, "CSU": 4, "CAAM": 8}
#: RDC's semaphores keep their gates whatever the RDC loses
APART = {0x303C0000}
PMIC_MEMA = 0x1C  # a register that is for software
MEMORIES = {"DRAM": 0x40100000, "OCRAM": 0x00900100}


class Pmic:
    """The PFUZE100 behind I2C1, by the controller's registers (reference manual, I2C; data sheet of the MMPF0100)."""

    CONTROL, DATA = 0x30A20008, 0x30A20010
    ENABLE, MASTER, TRANSMIT, AGAIN, LAST = 1 << 7, 1 << 5, 1 << 4, 1 << 2, 1 << 3
    ADDRESS = 0x08 << 1

    def __init__(self, readl, writel):
        self._readl, self._writel = readl, writel

    def transfer(self, register, value=None):
        """Write a register, or read it."""
        master = self.ENABLE | self.MASTER
        self._writel(self.CONTROL, master | self.TRANSMIT)
        for byte in (self.ADDRESS, register, *([] if value is None else [value])):
            self._writel(self.DATA, byte)
        if value is None:
            self._writel(self.CONTROL, master | self.TRANSMIT | self.AGAIN)
            self._writel(self.DATA, self.ADDRESS | 1)
            self._writel(self.CONTROL, master | self.LAST)
            self._readl(self.DATA)  # begins the first byte
        self._writel(self.CONTROL, self.ENABLE)
        return self._readl(self.DATA) & 0xFF


def wait_for(what, condition):
    deadline = time.monotonic() + 30 * timeout_scale()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not in 30 s")
        time.sleep(0.01)


class DeepSleepTest(SleepingBoardCase):
    def prepare_sleep(self, board, spis):
        """As PSCI SYSTEM_SUSPEND leaves GPC and SRC: the next WFI is deep sleep, until one of these interrupts; the CPU comes back to where it slept."""
        readl, writel = secure_registers(board.qmp)
        writel(SRC + 0x74, FLASH >> 24)
        writel(SRC + 0x78, 0)
        for word in range(4):
            writel(GPC + 0x30 + 4 * word, 0xFFFFFFFF & ~sum(1 << spi % 32 for spi in spis if spi // 32 == word))
        writel(GPC + 0x00, readl(GPC + 0x00) | 0xA)
        writel(GPC + 0x108, 0xA)
        writel(GPC + 0x14, readl(GPC + 0x14) | 1 << 31)
        writel(CORE0_STATUS, CORE_WAS_OFF)
        writel(GPC + 0x800, 1)
        writel(GPC + 0x04, 1 << 0 | 1 << 20 | 1 << 9)

    def sleep_and_wake(self, board):
        readl, writel = secure_registers(board.qmp)
        self.prepare_sleep(board, {WAKE_SPI})
        wait_for("deep sleep", lambda: readl(CORE0_STATUS) & CORE_WAS_OFF)
        writel(GPC + 0x04, 1 << 9)  # once
        writel(UART4 + 0x80, 0x2001)  # an empty transmitter interrupts
        writel(UART4 + 0x80, 0)
        writel(GPC + 0x14, readl(GPC + 0x14) & ~(1 << 31))

    def check(self, loses, lost):
        board = self.start_board("deep-sleep", "", extra=() if loses is None else
                                 ("-global", f"driver=imx8mq.gpc,property=dsm-loses,value={loses}"))
        readl, writel = secure_registers(board.qmp)
        rows = [(block, *row) for block, registers in REGISTERS.items() for row in registers]
        fresh = {address: readl(address) for _, address, _ in rows}
        for _, address, value in rows:
            writel(address, value)
        written = {address: readl(address) for _, address, _ in rows}
        for address in MEMORIES.values():
            write_cells(board.qmp, address, b"stays here")
        pmic = Pmic(readl, writel)
        pmic.transfer(PMIC_MEMA, 0x5A)
        self.sleep_and_wake(board)
        with self.subTest(block="PFUZE100"):
            self.assertEqual(pmic.transfer(PMIC_MEMA), 0x5A)
        for block, address, _ in rows:
            with self.subTest(block=block, register=f"{address:#x}"):
                self.assertNotEqual(written[address], fresh[address], "the register holds state")
                kept = block not in lost or address in APART
                self.assertEqual(f"{readl(address):#x}", f"{(written if kept else fresh)[address]:#x}", "kept" if kept else "lost")
        for memory, address in MEMORIES.items():
            with self.subTest(memory=memory):
                self.assertEqual(read_cells(board.qmp, address, 10), b"stays here")
        board.stop()

    def test_every_block(self):
        self.check(None, LOST)

    def test_the_switch(self):
        for loses in (0, 15):
            with self.subTest(loses=loses):
                self.check(loses, {block for block, bit in SWITCHES.items() if loses & bit})

    def test_a_watchdog_that_stands_still(self):
        """WCR.WDZST: a watchdog does not count in deep sleep, which another one or the SNVS's alarm ends; afterwards it goes on."""
        for other, alarm in ((0x30290000, None), (None, 100)):
            with self.subTest(other=other, alarm=alarm):
                board = self.start_board("watchdogs", "", extra=("-icount", "shift=0,sleep=off", "-rtc", "clock=vm"))
                readl, writel = secure_registers(board.qmp)
                board.qmp.command("stop")
                self.prepare_sleep(board, WATCHDOG_SPIS | {SNVS_SPI})
                begin = readl(SRTC_LOW) >> 15 | readl(SRTC_HIGH) << 17
                port_write(board.qmp, "a53-secure", WDOG1, struct.pack("<H", TEN_SECONDS | WDZST))
                if other:
                    port_write(board.qmp, "a53-secure", other, struct.pack("<H", TEN_SECONDS + (4 << 8)))
                else:
                    writel(LPTAR, begin + alarm)
                    writel(LPCR, 0xB)
                board.qmp.command("cont")
                if alarm:
                    wait_for("the alarm", lambda: readl(LPSR) & 1)
                    writel(LPCR_A53_AD, 1 << 9)  # no sleep again, though the alarm would end it at once
                board.qmp.wait_event("RESET")
                self.assertEqual(readl(WRSR[WDOG1]) & 0xFFFF, POWER_ON if other else TIMED_OUT)
                if other:
                    self.assertEqual(readl(WRSR[other]) & 0xFFFF, TIMED_OUT)
                else:
                    passed = (readl(SRTC_LOW) >> 15 | readl(SRTC_HIGH) << 17) - begin
                    self.assertGreaterEqual(passed, alarm + 9)
                board.stop()

    def test_the_table_has_these_rows(self):
        section = README.read_text(encoding="utf-8").split("## What deep sleep costs")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| ([^|]+) \| (keeps|loses)", section, re.MULTILINE))
        self.assertEqual({block for block, word in rows.items() if word == "loses"}, LOST)
        self.assertEqual(set(rows), set(REGISTERS) | set(MEMORIES) | {"PFUZE100"})


if __name__ == "__main__":
    unittest.main()
