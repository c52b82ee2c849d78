# SPDX-License-Identifier: GPL-2.0-or-later
"""A test case with a machine whose DRAM cells it reads and writes itself, past every firewall."""

import unittest

from svplib.machine.dram import DRAM_BASE
from svplib.machine.qtest import QTest


class CellsCase(unittest.TestCase):
    """`memory`: bytes of DRAM; `machine`: one for each test."""

    memory = 1 << 30

    def setUp(self):
        self.machine = QTest(memory=f"{self.memory >> 30}G", share_ram=True, allow_reboot=True).start()
        self.addCleanup(self.machine.stop)

    def cell(self, address):
        """Address of the cells that answer at an address: what lies above the fitted size is an image."""
        return DRAM_BASE + (address - DRAM_BASE) % self.memory

    def put(self, address, data):
        self.machine.dram.write(self.cell(address), data)

    def get(self, address, size):
        return self.machine.dram.read(self.cell(address), size)
