# SPDX-License-Identifier: GPL-2.0-or-later
"""A test case with boards whose only CPU sleeps in the flash: everything that moves is a device, and time goes on."""

import struct
import tempfile
import unittest
from pathlib import Path

from svplib.machine.board import Board

SLEEP = struct.pack("<2I", 0xD503207F, 0x17FFFFFF)  # wfi; b .-4


class SleepingBoardCase(unittest.TestCase):
    """`folder` is a temporary one, `flash` a file in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.flash = self.folder / "flash"
        self.flash.write_bytes(SLEEP)

    def start_board(self, name, options, extra=()):
        """A running board with 1 GiB; it ends with the test."""
        board = Board(flash=self.flash, kernel=None, dtb=None, initrd=None, memory="1G", cpus=1, machine_options=options, allow_reboot=True,
                      name=name, extra=extra).start()
        self.addCleanup(board.stop)
        return board
