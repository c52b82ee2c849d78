# SPDX-License-Identifier: GPL-2.0-or-later
"""CRCs of frames as Linux' debugfs has them (and IGT takes them), under our driver: made by the emulator, where time is the number of instructions."""

import re
import unittest
import zlib

from screen import SHOW_SECONDS, TROUBLE, ShowingCase
from svplib.film.screenshot import shown

CRC = "/sys/kernel/debug/dri/0/crtc-0/crc"
FRAMES = 5


def crc_of(picture):
    """Of words 0x00RRGGBB, the lowest byte first."""
    _, _, pixels = picture
    words = bytearray(len(pixels) // 3 * 4)
    words[0::4], words[1::4], words[2::4] = pixels[2::3], pixels[1::3], pixels[0::3]
    return zlib.crc32(words)


class Crcs(ShowingCase):
    DRIVER = "imx8mq-dcss-svp crcs=1"
    BOARD = {"firmware": "none", "cpus": 1,
             "extra": ("-icount", "shift=3,sleep=off", "-global", "driver=imx8mq.dcss,property=crc,value=1")}

    def test_crcs(self):
        """One a frame while somebody reads them, each of what is on the screen."""
        self.guest("mount -t debugfs none /sys/kernel/debug 2>/dev/null || true")
        for format_of in ("XR24", "NV12"):
            with self.subTest(format_of), self.shows(f"svp-show --mode 640x480 'primary:format={format_of},size=320x240,target=320x240+7+9'"):
                self.guest("while ! grep -q SHOWN /tmp/said; do usleep 100000; done", timeout=SHOW_SECONDS)
                text = self.guest(f"echo -n auto > {CRC}/control; head -n {FRAMES} {CRC}/data", timeout=SHOW_SECONDS)
                entries = [(int(frame, 0), int(crc, 0)) for frame, crc in re.findall(r"(0x[0-9a-f]+) (0x[0-9a-f]+)", text)]
                self.assertEqual([frame - entries[0][0] for frame, _ in entries], list(range(FRAMES)), text)
                self.assertEqual({crc for _, crc in entries}, {crc_of(shown(self.board))}, text)
        self.assertNotEqual(self.board.command(f"echo -n pipe > {CRC}/control && cat {CRC}/data").status, 0)
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)


if __name__ == "__main__":
    unittest.main()
