# SPDX-License-Identifier: GPL-2.0-or-later
"""Our driver of the display controller: three planes at once against a composition made here, what it refuses, flips, sleep, reloads."""

import math
import re
import struct
import unittest

import boot_case
from boot_case import fall_asleep, wake_up
from composition import MOST, Canvas, scale
from screen import SHOW_SECONDS, TROUBLE, ShowingCase
from svplib import products

WIDTH, HEIGHT = 640, 480
SCREEN = f"--mode {WIDTH}x{HEIGHT}"
FLIPS = 120
COVERAGE = "pixel blend mode=Coverage"


def pattern(width, height, seed, most=255):
    """Numbers from 0 to `most`, line by line: waves, with an edge in between."""
    return [[round(most * (0.5 + 0.5 * math.sin((x * (3 + seed) + y * 2 * (seed % 3)) / 17 + seed))) if (x + seed * y) % 61 > 3 else most * (y % 2)
             for x in range(width)] for y in range(height)]


def words(red, green, blue, alpha, shifts):
    """Bytes of pixels that are little-endian words; `shifts`: of red, green, blue and alpha."""
    return b"".join(struct.pack("<I", sum(part << shift for part, shift in zip(pixel, shifts)))
                    for lines in zip(red, green, blue, alpha) for pixel in zip(*lines))


def ten_bits(lines):
    """Components of 8 bits as the display has them."""
    return [[value << 2 | value >> 6 for value in line] for line in lines]


def constant(width, height, value):
    return [[value] * width for _ in range(height)]


class Planes(ShowingCase):
    """One board under `open`; pictures come from a card."""

    DRIVER = "imx8mq-dcss-svp"

    @classmethod
    def prepare(cls):
        video = [pattern(320, 240, seed) for seed in (1, 2, 3)]
        inset = [pattern(256, 128, seed, MOST) for seed in (4, 5, 6)]
        top = [pattern(200, 100, seed) for seed in (7, 8, 9)]
        veil = [[min(255, 2 * x) for x in range(200)] for _ in range(100)]
        files = {"video.xr24": words(*video, constant(320, 240, 0), (16, 8, 0, 24)),
                 "inset.xb30": words(*inset, constant(256, 128, 3), (0, 10, 20, 30)),
                 "top.ar24": words(*top, veil, (16, 8, 0, 24))}
        cls.video, cls.top = [ten_bits(lines) for lines in video], [ten_bits(lines) for lines in top]
        cls.inset, cls.veil = inset, [[value / 255 for value in line] for line in veil]
        cls.BOARD = {"sd": [boot_case.make_card(cls.scratch, files), products.locate("media-card")]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)

    def planes(self, *planes, more=""):
        return self.shows(f"svp-show {SCREEN} {more} " + " ".join(f"'{plane}'" for plane in planes))

    def below(self):
        """The two lower planes: one over the whole screen, twice as large; one half as large."""
        canvas = Canvas(WIDTH, HEIGHT)
        canvas.put(0, 0, [scale(lines, WIDTH, HEIGHT) for lines in self.video])
        canvas.put(480, 30, [scale(lines, 128, 64) for lines in self.inset])
        return canvas, ("primary:format=XR24,size=320x240,file=/mnt/video.xr24",
                        "overlay-1:format=XB30,size=256x128,file=/mnt/inset.xb30,target=128x64+480+30")

    def test_composition(self):
        canvas, planes = self.below()
        canvas.put(400, 50, self.top, self.veil)
        top = "overlay-2:format=AR24,size=200x100,file=/mnt/top.ar24,target=200x100+400+50"
        with self.planes(*planes, f"{top},{COVERAGE}"):
            self.expect_picture(canvas.picture(), 1)

    def test_alpha_of_a_plane(self):
        canvas, planes = self.below()
        canvas.put(20, 300, [scale(lines, 400, 100) for lines in self.top], 0x60 / 255)
        with self.planes(*planes, "overlay-2:format=XR24,size=200x100,file=/mnt/top.ar24,target=400x100+20+300,alpha=0x6000"):
            self.expect_picture(canvas.picture(), 1)

    def test_parts_and_flips(self):
        """The source's part, mirrored and turned by 180 degrees; out over the edge of the screen no plane goes."""
        canvas = Canvas(WIDTH, HEIGHT)
        part = [[line[40:140] for line in lines[20:80]] for lines in self.top]
        canvas.put(10, 10, [[line[::-1] for line in lines] for lines in part])
        canvas.put(300, 200, [[line[::-1] for line in lines[::-1]] for lines in part])
        source = "format=XR24,size=200x100,file=/mnt/top.ar24,source=100x60+40+20"
        with self.planes(f"overlay-1:{source},target=100x60+10+10,rotation=0x11", f"overlay-2:{source},target=100x60+300+200,rotation=4"):
            self.expect_picture(canvas.picture())

    def test_nearest(self):
        canvas = Canvas(WIDTH, HEIGHT)
        canvas.put(0, 0, [[[value for value in line for _ in range(3)] for line in lines for _ in range(2)] for lines in self.top])
        with self.planes("overlay-2:format=XR24,size=200x100,file=/mnt/top.ar24,target=600x200+0+0,SCALING_FILTER=Nearest Neighbor"):
            self.expect_picture(canvas.picture())

    def test_refusals(self):
        ui, video = "overlay-2:format=AR24,size=200x100", "overlay-1:format=NV12,size=128x64"
        for plane in (f"{ui},target=200x100+0+0", f"{ui},{COVERAGE},alpha=0x8000", f"{ui},{COVERAGE},target=60x100+0+0",
                      f"{ui},{COVERAGE},rotation=2", f"{video},target=24x64+0+0", f"{video},source=62x64+0+0", f"{video},source=64x32+1+0",
                      "primary:format=AR24,size=200x100", "overlay-2:format=NV12,size=128x64", f"{video},rotation=2", f"{video},tiled,rotation=4",
                      "primary:format=XR24,size=64x64,tiled", "primary:format=XR24,size=64x4"):
            with self.subTest(plane):
                result = self.board.command(f"svp-show {SCREEN} '{plane}' </dev/null")
                self.assertEqual(result.status, 1, result.output)
                self.assertRegex(result.output, "Invalid argument|Numerical result out of range")

    def test_page_flips(self):
        """Each has a frame of its own, and vertical blanks come at the rate of the mode."""
        _, planes = self.below()
        with self.planes(*planes, more=f"--flips {FLIPS}"):
            self.guest("while ! grep -q FLIPS /tmp/said; do usleep 100000; done", timeout=SHOW_SECONDS)
            flips, frames, seconds = re.search(r"FLIPS count=(\d+) frames=(\d+) seconds=([0-9.]+)", self.said()).groups()
        self.assertEqual(int(flips), FLIPS)
        self.assertGreaterEqual(int(frames), FLIPS)
        # 25.175 MHz, 800 x 525; frames may come late, but none before its time
        self.assertGreaterEqual(float(seconds) / int(frames), 0.99 * 800 * 525 / 25.175e6)

    def test_vertical_blanks(self):
        with self.planes(*self.below()[1]):
            text = self.board.command("svp-media timeout 5 vbltest -M imx8mq-dcss-svp", timeout=SHOW_SECONDS).output
        rates = [float(rate) for rate in re.findall(r"freq: ([0-9.]+)Hz", text)]
        self.assertTrue(rates, text)
        self.assertLessEqual(max(rates), 61, text)

    def test_sleep(self):
        canvas, planes = self.below()
        with self.planes(*planes):
            self.expect_picture(canvas.picture(), 1)
            fall_asleep(self.board)
            wake_up(self.board)
            self.expect_picture(canvas.picture(), 1)

    def test_reloads(self):
        """The driver goes and comes with its screen on. (Mainline's cannot go: Linux 7.3 crashes in drm_connector_free_work_fn.)"""
        canvas, planes = self.below()
        for _ in range(3):
            with self.planes(*planes):
                self.expect_picture(canvas.picture(), 1)
            self.guest(f"rmmod {self.DRIVER}; svp-screen {self.DRIVER}", timeout=SHOW_SECONDS)

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)


if __name__ == "__main__":
    unittest.main()
