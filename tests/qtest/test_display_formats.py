# SPDX-License-Identifier: GPL-2.0-or-later
"""The display controller's picture on QEMU's console, of each format, layout, turn, ratio of scaling, conversion and blending, against a slow program of whole
numbers (display_oracle.py) that shares nothing with the model. All settings come by lists of the context loader."""

import itertools
import struct
import tempfile
import unittest
from pathlib import Path

import display_oracle as oracle
from display_case import ANATOP, BLKCTL, CTXLD, DCSS, DTG, FORMATS, LEFT, SUBSAM, TOP, Shown
from svplib.machine.qtest import QTest

LIST = 0x41000000
WIDTH, HEIGHT = 48, 32
ENABLE, COMPLETE = 1, 7 << 17
FRAME = 1_000_000_000 // 120
ROUNDS = 20
LINEAR = [name for name, form in FORMATS.items() if form.layout == "linear"]
WORDS = [name for name in FORMATS if name.startswith("A") and "2101010" not in name and name != "AYUV"]
DETILED = [name for name, form in FORMATS.items() if form.detiled]

#: By Kr, Kb and whether black is 64: luma, Cb, Cr to red, green, blue, in 1/8192
STANDARDS = {"BT.601": (0.299, 0.114), "BT.709": (0.2126, 0.0722), "BT.2020": (0.2627, 0.0593)}


def standard(name, limited):
    red, blue = STANDARDS[name]
    green = 1 - red - blue
    luma, chroma = (1023 / 876, 1023 / 896) if limited else (1, 1023 / 1023)
    rows = ((luma, 0, 2 * (1 - red) * chroma), (luma, -2 * (1 - blue) * blue / green * chroma, -2 * (1 - red) * red / green * chroma),
            (luma, 2 * (1 - blue) * chroma, 0))
    black, half = (64, 448) if limited else (0, 511)
    return oracle.Matrix(tuple(tuple(round(8192 * value) for value in row) for row in rows), (-black, -512, -512), (0, -half, -half),
                         (876 if limited else 1023, half, half))


class FormatsTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(memory="1G", display="none").start()
        self.addCleanup(self.machine.stop)
        for address, value in ((BLKCTL + 4, 0x17), (ANATOP + 0x5C, 24 << 19 | 31 << 13 | 23 << 7 | 63 << 1), (ANATOP + 0x54, 1 << 9),
                               (DTG + 0x04, 59 << 16 | 79), (DTG + 0x08, TOP << 16 | LEFT), (DTG + 0x0C, TOP + HEIGHT << 16 | LEFT + WIDTH), (SUBSAM, 1),
                               (DTG, 1 << 8)):
            self.machine.writel(address, value)

    def load(self, items):
        self.machine.write(LIST, b"".join(struct.pack("<II", value, address) for address, value in items))
        for offset, value in ((0x08, COMPLETE), (0x10, 0), (0x14, 0), (0x18, LIST), (0x1C, len(items)), (0x04, ENABLE)):
            self.machine.writel(CTXLD + offset, value)
        for _ in range(ROUNDS):
            self.machine.clock_step(FRAME)
            if self.machine.readl(CTXLD) & (ENABLE | COMPLETE) == COMPLETE:
                break
        else:
            self.fail("the list is not loaded")
        self.machine.clock_step(2 * FRAME)

    def screen(self):
        with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
            self.machine.qmp.command("screendump", filename=file.name)
            head, size, levels, pixels = Path(file.name).read_bytes().split(b"\n", 3)
        self.assertEqual((head, size, levels), (b"P6", b"%d %d" % (WIDTH, HEIGHT), b"255"))
        return pixels

    def check(self, *planes, last=None):
        """These planes, the upper ones first, and no others."""
        control, output = 1 << 8, DCSS + 0xF000
        for plane in planes:
            for address, data in plane.memory():
                self.machine.write(address, data)
            control |= 4 >> plane.channel
            if plane.channel == 0:
                control |= 1 << 10 if plane.alpha is None else plane.alpha << 24
        words = [(output + 4 + 4 * i, word) for i, word in enumerate(last.words() if last else ())]
        self.load([item for plane in planes for item in plane.items()] + words + [(output, 3 if last else 1 << 15), (DTG, control)])
        expected, seen = oracle.Screen(WIDTH, HEIGHT, [plane.plane() for plane in planes], last).pixels(), self.screen()
        if expected != seen:
            wrong = [i // 3 for i in range(0, len(expected), 3) if expected[i:i + 3] != seen[i:i + 3]]
            self.fail(f"{len(wrong)} wrong pixels; at {wrong[0] % WIDTH}, {wrong[0] // WIDTH}: {seen[3 * wrong[0]:][:3].hex()}, not "
                      f"{expected[3 * wrong[0]:][:3].hex()}")

    def test_formats(self):
        for name, form in FORMATS.items():
            for channel in range(1 if form.detiled else 0, 3):
                with self.subTest(name, channel=channel):
                    self.check(Shown(channel, name, x=3 * channel, y=channel))
        self.check(Shown(1, "ARGB8888 in super-tiles", 96, 80, size=(WIDTH, HEIGHT)))  # more than one each way

    def test_flips_and_turns(self):
        for name in FORMATS:
            for flip_x, flip_y, quarters in itertools.product((False, True), (False, True), (0, 1, 2, 3) if name in WORDS else (0, 2)):
                if flip_x or flip_y or quarters:
                    with self.subTest(name, flip_x=flip_x, flip_y=flip_y, quarters=quarters):
                        self.check(Shown(1, name, 24, 16, flip_x=flip_x, flip_y=flip_y, quarters=quarters))

    def test_parts_of_detiled_pictures(self):
        for name in DETILED:
            for crop in ((0, 0, 24, 10), (8, 2, 16, 8), (8, 6, 20, 10)):
                with self.subTest(name, crop=crop):
                    self.check(Shown(2, name, 32, 16, crop=crop))

    def test_scaling(self):
        """To the ratios that drivers allow: a third or a fifth, and eight times."""
        for name in ("ARGB8888", "UYVY", "NV12", "NV15", "AYUV", "NV12_4L4"):
            for channel, width, height, size in ((0, 48, 24, (16, 8)), (0, 8, 4, (64, 32)), (1, 80, 40, (16, 8)), (2, 8, 4, (64, 32)), (1, 32, 16, (32, 16)),
                                                 (2, 24, 16, (37, 29)), (0, 40, 24, (23, 31)), (1, 16, 48, (48, 13))):
                if FORMATS[name].detiled:
                    channel, height = channel or 1, (height + 7) // 8 * 8
                for taps in (False, True):
                    with self.subTest(name, channel=channel, source=(width, height), size=size, taps=taps):
                        self.check(Shown(channel, name, width, height, size=size, taps=taps))

    def test_colours(self):
        for name, limited in itertools.product(STANDARDS, (False, True)):
            with self.subTest(name, limited=limited):
                self.check(Shown(2, "NV12", matrix=standard(name, limited)))
                self.check(Shown(1, "P010", matrix=standard(name, limited), size=(40, 30), taps=True))
        swap = oracle.Matrix(((0, 0, 8192), (8192, 0, 0), (0, 8192, 0)))
        shade = oracle.Matrix(((4000, 300, -200), (0, 7000, 900), (-1000, 0, 8000)), shift=13, after=(20, -30, 100), low=(64, 4, 0), high=(940, 1000, 512))
        for first, second, last in ((None, swap, None), (shade, swap, None), (swap, shade, shade), (None, None, swap)):
            self.check(Shown(1, "AYUV", matrix=first, second=second), Shown(2, "ARGB8888", x=4, y=7), last=last)

    def test_blending(self):
        """Alphas of all kinds, over two videos that exceed the screen and their own pictures."""
        below = (Shown(1, "NV12", x=10, y=8, size=(30, 40), background=(100, 200, 300), beyond=4), Shown(2, "P010", 48, 32, taps=True, x=-5, y=-2))
        for name, alpha in (*((name, None) for name in ("ARGB8888", "RGBA8888", "AYUV", "ARGB2101010", "BGRA1010102")),
                            *(("ARGB8888", value) for value in (0, 1, 127, 128, 254, 255))):
            with self.subTest(name, alpha=alpha):
                self.check(Shown(0, name, 40, 24, x=2, y=3, alpha=alpha, background=(1023, 5, 600), beyond=3), *below)
        self.check(Shown(0, "ARGB8888", 24, 24, size=(48, 32), taps=True, alpha=None), *below)
        whole = Shown(0, "ARGB8888", WIDTH, HEIGHT, alpha=None)
        whole.picture.components[3][HEIGHT // 2:] = [[255] * WIDTH] * (HEIGHT // 2)  # nothing is seen below these lines
        self.check(whole, *below)
        self.check()


if __name__ == "__main__":
    unittest.main()
