# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast mainline's unmodified display driver flips pages, on a board whose time is the number of its instructions: no host is too slow for it."""

import re
import unittest

from boot_case import BOOT_SECONDS, wait_until
from screen import SHOW_SECONDS, TROUBLE, ShowingCase
from svplib.build import products

FLIPS, FLIPS_PER_LINE = 1000, 60
RATE, TOLERANCE = 60, 1  # Hz


class Rate(ShowingCase):
    DRIVER = "imx-dcss"

    @classmethod
    def prepare(cls):
        cls.BOARD = {"firmware": "none", "cpus": 1, "sd": [products.locate("media-card")], "extra": ("-icount", "shift=3,sleep=off")}

    def test_flips(self):
        text = self.board.command("svp-media modetest -M imx-dcss -c", timeout=BOOT_SECONDS, check=True).output
        connector = re.search(r"(?m)^(\d+)\t\d+\tconnected\tHDMI-A-1", text)[1]
        lines = FLIPS // FLIPS_PER_LINE + 1
        with self.shows(f"svp-media modetest -M imx-dcss -s {connector}:1920x1080 -v"):
            wait_until(f"{FLIPS} flips", lambda: int(self.guest("grep -c freq /tmp/said || true")) > lines, SHOW_SECONDS)
        rates = [float(rate) for rate in re.findall(r"freq: ([0-9.]+)Hz", self.said())]
        # The first one has the mode set in it.
        self.assertEqual([rate for rate in rates[1:] if abs(rate - RATE) > TOLERANCE], [], rates)
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)


if __name__ == "__main__":
    unittest.main()
