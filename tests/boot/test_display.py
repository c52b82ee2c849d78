# SPDX-License-Identifier: GPL-2.0-or-later
"""The display controller under Linux: mainline's unmodified driver, pictures that are known beforehand, flips, sleep."""

import re
import unittest

import screen
from boot_case import BOOT_SECONDS, fall_asleep, run_checks, wait_until, wake_up
from screen import KMS_CHECKS, SHOW_SECONDS, TROUBLE, ShowingCase
from svplib.build import products
from svplib.machine.board import Board
from test_snapshot import load, save

#: DRM's names; X is no alpha, A has modetest's 127/255 in the middle of its pattern, which two bits hold as 1/3
FORMATS = {f"{name}{bits}": {"X": 1.0, "A": 127 / 255 if bits == 24 else 1 / 3}[re.search("[XA]", name)[0]]
           for bits in (24, 30) for name in ("XR", "AR", "XB", "AB", "RX", "RA", "BX", "BA")}
MODES = ("1920x1080", "1280x1024", "1024x768", "800x600")  # and 640x480 for the formats
FLIPS = 1000
FLIPS_PER_LINE = 60
#: What mainline's driver says of itself, once
KNOWN = "pixel format with alpha exposed but blend mode not setup"


class Mainline(ShowingCase):
    """imx-dcss as it is, by modetest. Each test leaves the screen to the next one."""

    DRIVER = "imx-dcss"

    @classmethod
    def prepare(cls):
        cls.BOARD = {"sd": [products.locate("media-card")]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = cls.board.command("svp-media modetest -M imx-dcss -c", timeout=BOOT_SECONDS, check=True).output
        connector = re.search(r"(?m)^(\d+)\t\d+\tconnected\tHDMI-A-1", text)
        if not connector:
            raise AssertionError(text[:1000])
        cls.connector = connector[1]

    def modetest(self, mode, words=""):
        return self.shows(f"svp-media modetest -M imx-dcss -s {self.connector}:{mode} {words}")

    def test_modes(self):
        for mode in MODES:
            with self.subTest(mode), self.modetest(mode):
                self.expect_picture(screen.smpte(*map(int, mode.split("x"))))

    def test_formats(self):
        for name, alpha in FORMATS.items():
            with self.subTest(name), self.modetest(f"640x480@{name}"):
                self.expect_picture(screen.smpte(640, 480, alpha))

    def test_flips(self):
        """Each waits for a frame of its own, none is lost, and both pictures are seen."""
        lines = FLIPS // FLIPS_PER_LINE + 1
        wanted = {screen.smpte(1920, 1080), screen.plain(1920, 1080)}
        seen = set()

        def look():
            seen.add(screen.shown(self.board))
            return wanted <= seen
        with self.modetest("1920x1080", "-v"):
            wait_until("both pictures", look, SHOW_SECONDS)
            wait_until(f"{FLIPS} flips", lambda: self.flips() >= lines, SHOW_SECONDS)
            look()
        rates = [float(rate) for rate in re.findall(r"freq: ([0-9.]+)Hz", self.guest("cat /tmp/said"))]
        self.assertLessEqual(max(rates), 61, rates)

    def test_sleep(self):
        """The picture is there again after a suspend with the screen on."""
        with self.modetest("1024x768"):
            self.expect_picture(screen.smpte(1024, 768))
            fall_asleep(self.board)
            wake_up(self.board)
            self.expect_picture(screen.smpte(1024, 768))

    def test_checks_of_kms(self):
        """What any display driver promises by DRM/KMS (svp-kms)."""
        self.assertGreater(len(run_checks(self.board, "svp-kms", SHOW_SECONDS)), KMS_CHECKS)

    def test_y_saved_while_flipping(self):
        """Another machine goes on with the flips from a saved state, and takes this one's place."""
        with self.modetest("1280x1024", "-v"):
            flips = self.flips()
            wait_until("flips", lambda: self.flips() > flips, SHOW_SECONDS)
            state = self.scratch / "state"
            save(self.board, state, mapped=True)
            self.board.stop()
            board = Board(name="flips-on", extra=("-incoming", "defer"), **self.BOARD)
            self.addClassCleanup(board.stop)
            board.start()
            load(board, state, mapped=True)
            board.wait_shell(ready=None)
            type(self).board = board
            flips = self.flips()
            wait_until("flips after it", lambda: self.flips() > flips + 1, SHOW_SECONDS)
            self.expect_one_of({screen.smpte(1280, 1024), screen.plain(1280, 1024)})

    def flips(self):
        """Of the modetest that runs, in sixties."""
        return int(self.guest("grep -c freq /tmp/said || true"))

    def expect_one_of(self, pictures):
        wait_until("one of the pictures", lambda: screen.shown(self.board) in pictures, SHOW_SECONDS)

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)
        lines = [line for line in self.board.command("dmesg-check").output.splitlines() if line.startswith(("DMESG", "DEFERRED"))]
        self.assertEqual([line for line in lines if KNOWN not in line], [])


if __name__ == "__main__":
    unittest.main()
