# SPDX-License-Identifier: GPL-2.0-or-later
"""What the display controller may not write under `strict`: root in Linux aims its write scaler at ordinary memory, and at the heap `video`."""

import unittest

from boot_case import wait_until
from screen import SHOW_SECONDS, ShowingCase
from svplib.machine import heap_cells
from svplib.machine.test_port import read_cells, write_cells

SIDE = 64  # pixels of the picture
BYTES = 4 * SIDE * SIDE
ORDINARY, HEAP = heap_cells.UNUSED[0], heap_cells.HEAPS["video"][0]
SCALER_OF_CHANNEL_3, SHOWS, TO_MEMORY = 0x32E1C800, 0x11, 1 << 8
WRSCL, ADDRESS, PITCH, EACH_FRAME = 0x32E21000, 0x10, 0x14, 2 << 2 | 3  # of words with three components of ten bits
BEFORE = b"\xEE"
FRAMES = 3


class Rights(ShowingCase):
    DRIVER = "imx8mq-dcss-svp"
    BOARD = {"policy": "strict", "share_ram": True}

    def written_frames(self):
        return self.board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["written-frames"]

    def poke(self, *registers):
        self.guest("; ".join(f"svp-probe poke {address:#x} 4 {value:#x}" for address, value in registers))

    def write_back_to(self, target):
        """Cells there after some frames, and records of the display's writes."""
        write_cells(self.board.qmp, target, BEFORE, BYTES)
        self.board.qmp.command("svp-clear-violations")
        self.poke((WRSCL + ADDRESS, target), (WRSCL + PITCH, 4 * SIDE), (WRSCL, EACH_FRAME), (SCALER_OF_CHANNEL_3, SHOWS | TO_MEMORY))
        frames = self.written_frames()
        wait_until("frames written", lambda: self.written_frames() >= frames + FRAMES, SHOW_SECONDS)
        self.poke((SCALER_OF_CHANNEL_3, SHOWS), (WRSCL, 0))
        frames = self.written_frames()
        cells = read_cells(self.board.qmp, target, BYTES)
        return cells, [row for row in self.board.qmp.command("query-svp-violations", limit=4096)["violations"] if row["master"] == "dcss"]

    def test_write_back(self):
        """All of it stays as it is, and each frame's parts are on record."""
        picture = f"primary:format=XR24,size={SIDE}x{SIDE},target={SIDE}x{SIDE}+0+0"
        with self.shows(f"svp-show --mode 640x480 '{picture}'"):
            wait_until("the picture", lambda: self.board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["channels"][2]["shows"],
                       SHOW_SECONDS)
            for target in (ORDINARY, HEAP):
                with self.subTest(hex(target)):
                    cells, records = self.write_back_to(target)
                    self.assertTrue(cells == BEFORE * BYTES)
                    self.assertEqual({row["direction"] for row in records}, {"write"})
                    self.assertTrue(all(target <= row["address"] < target + BYTES for row in records), records)
                    self.assertGreaterEqual(sum(row["count"] for row in records), FRAMES)


if __name__ == "__main__":
    unittest.main()
