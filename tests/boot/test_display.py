# SPDX-License-Identifier: GPL-2.0-or-later
"""The display controller under Linux: mainline's unmodified driver, pictures that are known beforehand, flips, sleep."""

import contextlib
import re
import unittest

import screen
from boot_case import BOOT_SECONDS, BoardCase, fall_asleep, wait_until, wake_up
from svplib import products

SHOW_SECONDS = 120
#: DRM's names; X is no alpha, A has modetest's 127/255 in the middle of its pattern, which two bits hold as 1/3
FORMATS = {f"{name}{bits}": {"X": 1.0, "A": 127 / 255 if bits == 24 else 1 / 3}[re.search("[XA]", name)[0]]
           for bits in (24, 30) for name in ("XR", "AR", "XB", "AB", "RX", "RA", "BX", "BA")}
MODES = ("1920x1080", "1280x1024", "1024x768", "800x600")  # and 640x480 for the formats
FLIPS = 1000
FLIPS_PER_LINE = 60
#: What mainline's driver says of itself, once
KNOWN = "pixel format with alpha exposed but blend mode not setup"
TROUBLE = r"(?i)oops|BUG:|WARNING|timed? ?out|ctxld: error"


class Mainline(BoardCase):
    """imx-dcss as it is, by modetest. Each test leaves the screen to the next one."""

    @classmethod
    def prepare(cls):
        cls.BOARD = {"sd": [products.locate("media-card")]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command("svp-screen imx-dcss", timeout=BOOT_SECONDS, check=True)
        cls.board.command("mkfifo /tmp/key", check=True)
        text = cls.board.command("svp-media modetest -M imx-dcss -c", timeout=BOOT_SECONDS, check=True).output
        connector = re.search(r"(?m)^(\d+)\t\d+\tconnected\tHDMI-A-1", text)
        if not connector:
            raise AssertionError(text[:1000])
        cls.connector = connector[1]

    @contextlib.contextmanager
    def shows(self, mode, words=""):
        """modetest, which shows something meanwhile."""
        self.guest(f"svp-media modetest -M imx-dcss -s {self.connector}:{mode} {words} </tmp/key >/tmp/modetest 2>&1 &")
        self.guest("exec 3>/tmp/key")
        try:
            yield
        finally:
            self.guest("echo >&3; exec 3>&-; wait", timeout=SHOW_SECONDS)

    def expect_picture(self, wanted):
        def right():
            seen = screen.shown(self.board)
            return seen[:2] == wanted[:2] and seen[2] == wanted[2]
        try:
            wait_until("the picture", right, SHOW_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}: differs by (value, x, y) {screen.difference(screen.shown(self.board), wanted)}; "
                                 f"{self.guest('cat /tmp/modetest; dmesg | tail -5')}") from None

    def test_modes(self):
        for mode in MODES:
            with self.subTest(mode), self.shows(mode):
                self.expect_picture(screen.smpte(*map(int, mode.split("x"))))

    def test_formats(self):
        for name, alpha in FORMATS.items():
            with self.subTest(name), self.shows(f"640x480@{name}"):
                self.expect_picture(screen.smpte(640, 480, alpha))

    def test_flips(self):
        """Each waits for a frame of its own, none is lost, and both pictures are seen."""
        lines = FLIPS // FLIPS_PER_LINE + 1
        wanted = {screen.smpte(1920, 1080), screen.plain(1920, 1080)}
        seen = set()

        def look():
            seen.add(screen.shown(self.board))
            return wanted <= seen
        with self.shows("1920x1080", "-v"):
            wait_until("both pictures", look, SHOW_SECONDS)
            wait_until(f"{FLIPS} flips", lambda: int(self.guest("grep -c freq /tmp/modetest || true")) >= lines, SHOW_SECONDS)
            look()
        rates = [float(rate) for rate in re.findall(r"freq: ([0-9.]+)Hz", self.guest("cat /tmp/modetest"))]
        self.assertLessEqual(max(rates), 61, rates)

    def test_sleep(self):
        """The picture is there again after a suspend with the screen on."""
        with self.shows("1024x768"):
            self.expect_picture(screen.smpte(1024, 768))
            fall_asleep(self.board)
            wake_up(self.board)
            self.expect_picture(screen.smpte(1024, 768))

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)
        lines = [line for line in self.board.command("dmesg-check").output.splitlines() if line.startswith(("DMESG", "DEFERRED"))]
        self.assertEqual([line for line in lines if KNOWN not in line], [])


if __name__ == "__main__":
    unittest.main()
