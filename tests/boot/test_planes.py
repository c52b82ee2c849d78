# SPDX-License-Identifier: GPL-2.0-or-later
"""Our driver of the display controller: three planes at once and videos against a composition made here, players, what it refuses, sleep."""

import math
import re
import struct
import unittest

import boot_case
from boot_case import fall_asleep, wake_up
from clips import Clip, raw_pictures
from screen import SHOW_SECONDS, TROUBLE, ShowingCase
from svplib.build import products
from svplib.film.composition import MOST, Canvas, scale, scale_chroma, to_rgb

WIDTH, HEIGHT = 640, 480
SCREEN = f"--mode {WIDTH}x{HEIGHT}"
FLIPS = 120
PAIRS = ("YUYV", "YVYU", "UYVY", "VYUY")
NUMBER = 61  # of the picture of a clip that is looked at
COVERAGE = "pixel blend mode=Coverage"


def waves(width, height, seed, most=255):
    """Numbers from 0 to `most`, line by line."""
    return [[round(most * (0.5 + 0.5 * math.sin((x * (3 + seed) + y * 2 * (seed % 3)) / 17 + seed))) for x in range(width)] for y in range(height)]


def pattern(width, height, seed, most=255):
    """The same with edges in between."""
    return [[value if (x + seed * y) % 61 > 3 else most * (y % 2) for x, value in enumerate(line)]
            for y, line in enumerate(waves(width, height, seed, most))]


def words(red, green, blue, alpha, shifts):
    """Bytes of pixels that are little-endian words; `shifts`: of red, green, blue and alpha."""
    return b"".join(struct.pack("<I", sum(part << shift for part, shift in zip(pixel, shifts)))
                    for lines in zip(red, green, blue, alpha) for pixel in zip(*lines))


def interleaved(cb, cr):
    return [[part for pair in zip(*lines) for part in pair] for lines in zip(cb, cr)]


def samples(lines, bits):
    """Bytes of a plane: 8 bits, 10 in the upper part of 16, or four samples of 10 in 5 bytes."""
    if bits == 8:
        return b"".join(bytes(line) for line in lines)
    if bits == 16:
        return b"".join(struct.pack(f"<{len(line)}H", *(value << 6 for value in line)) for line in lines)
    fours = (sum(value << 10 * i for i, value in enumerate(line[x:x + 4])) for line in lines for x in range(0, len(line), 4))
    return b"".join(four.to_bytes(5, "little") for four in fours)


def in_tiles(lines):
    """Lines whose bytes are in the order of tiles of 4x4 samples."""
    width = len(lines[0])
    tiles = [[value for y in range(4) for value in lines[top + y][left:left + 4]] for top in range(0, len(lines), 4) for left in range(0, width, 4)]
    flat = [value for tile in tiles for value in tile]
    return [flat[at:at + width] for at in range(0, len(flat), width)]


class Video:
    """A picture of YCbCr 4:2:0; components have 10 bits, of which only the upper `bits` may be set."""

    WIDTH, HEIGHT = 128, 64

    def __init__(self, seed, bits=8):
        drop = 10 - bits
        luma, cb, cr = [pattern(self.WIDTH // part, self.HEIGHT // part, seed + part + more, MOST) for part, more in ((1, 0), (2, 0), (2, 1))]
        self.luma, self.cb, self.cr = [[[value >> drop << drop for value in line] for line in lines] for lines in (luma, cb, cr)]

    def file(self, bits, tiled=False, cr_first=False):
        shift = 2 if bits == 8 else 0
        chroma = interleaved(self.cr, self.cb) if cr_first else interleaved(self.cb, self.cr)
        planes = [[[value >> shift for value in line] for line in lines] for lines in (self.luma, chroma)]
        return b"".join(samples(in_tiles(plane) if tiled else plane, bits) for plane in planes)

    def pairs(self, order):
        """As 4:2:2; each line of Cb and Cr twice. `order`: of the bytes, such as "YUYV"."""
        lines = []
        for y, luma in enumerate(self.luma):
            parts = {"U": self.cb[y // 2], "V": self.cr[y // 2]}
            for x in range(0, self.WIDTH, 2):
                bright = iter(luma[x:x + 2])
                lines += [(next(bright) if name == "Y" else parts[name][x // 2]) >> 2 for name in order]
        return bytes(lines)

    def rgb(self, encoding, full=False, bits=8, width=WIDTH, height=HEIGHT):
        chroma = [scale_chroma(lines, width, height) for lines in (self.cb, self.cr)]
        return to_rgb(scale(self.luma, width, height), *chroma, encoding, full, bits)

    def rgb_of_pairs(self, encoding):
        across = (0, 0.5)
        chroma = [scale([line for line in lines for _ in range(2)], self.WIDTH, self.HEIGHT, across) for lines in (self.cb, self.cr)]
        return to_rgb(self.luma, *chroma, encoding)


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
        cls.eight, cls.ten = Video(1), Video(2, 10)
        files |= {"a.nv12": cls.eight.file(8), "a.nv21": cls.eight.file(8, cr_first=True), "a.tiles": cls.eight.file(8, tiled=True),
                  "a.p010": cls.ten.file(16), "a.nv15": cls.ten.file(10), "b.tiles": cls.ten.file(10, tiled=True)}
        files |= {f"a.{order}": cls.eight.pairs(order) for order in PAIRS}
        make = cls.scratch / "clips"
        make.mkdir()
        cls.clip = Clip(make, "h264", "320x240", frames=NUMBER + 2, name="clip")
        files[cls.clip.name] = cls.clip.data
        cls.number = raw_pictures(cls.clip.path, "320x240")[NUMBER - 1]
        cls.video, cls.top = [ten_bits(lines) for lines in video], [ten_bits(lines) for lines in top]
        cls.inset, cls.veil = inset, [[value / 255 for value in line] for line in veil]
        cls.BOARD = {"sd": [boot_case.make_card(cls.scratch, files), products.locate("media-card")]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)
        cls.board.command("svp-video", timeout=SHOW_SECONDS, check=True)

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

    def expect_videos(self, left, right, left_rgb, right_rgb):
        """Two videos beside each other."""
        canvas = Canvas(WIDTH, HEIGHT)
        canvas.put(0, 0, left_rgb)
        canvas.put(256, 128, right_rgb)
        with self.planes(f"primary:{left},size=128x64,target={len(left_rgb[0][0])}x{len(left_rgb[0])}+0+0",
                         f"overlay-1:{right},size=128x64,target={len(right_rgb[0][0])}x{len(right_rgb[0])}+256+128"):
            self.expect_picture(canvas.picture(), 1)

    def test_videos(self):
        """Formats, in tiles and not, and encodings: at the same size, and twice as large."""
        eight, ten = self.eight, self.ten
        sd, hd, uhd = (f"COLOR_ENCODING=ITU-R BT.{name} YCbCr" for name in ("601", "709", "2020"))
        full = "COLOR_RANGE=YCbCr full range"
        cases = ((f"format=NV12,file=/mnt/a.nv12,{sd}", f"format=NV21,file=/mnt/a.nv21,{hd},{full}", eight.rgb("601"), eight.rgb("709", True)),
                 (f"format=NV12,file=/mnt/a.tiles,tiled,{hd}", f"format=P010,file=/mnt/a.p010,{uhd}", eight.rgb("709", width=256, height=128),
                  ten.rgb("2020", bits=10)),
                 (f"format=NV15,file=/mnt/b.tiles,tiled,{hd},{full}", f"format=NV12,file=/mnt/a.tiles,tiled,{sd}", ten.rgb("709", True, 10),
                  eight.rgb("601")),
                 (f"format=NV15,file=/mnt/a.nv15,{sd}", f"format=YUYV,file=/mnt/a.YUYV,{hd}", ten.rgb("601", bits=10), eight.rgb_of_pairs("709")),
                 (f"format=YVYU,file=/mnt/a.YVYU,{sd}", f"format=UYVY,file=/mnt/a.UYVY,{hd}", eight.rgb_of_pairs("601"), eight.rgb_of_pairs("709")),
                 (f"format=VYUY,file=/mnt/a.VYUY,{sd}", f"format=NV12,file=/mnt/a.nv12,{sd}", eight.rgb_of_pairs("601"), eight.rgb("601")))
        for left, right, left_rgb, right_rgb in cases:
            with self.subTest(left=left, right=right):
                self.expect_videos(left, right, left_rgb, right_rgb)

    def clip_picture(self):
        """The clip's picture in the middle of the screen, as it is."""
        planes = [[[value << 2 for value in line] for line in lines] for lines in self.number]
        canvas = Canvas(WIDTH, HEIGHT)
        canvas.put(160, 120, to_rgb(planes[0], *(scale_chroma(lines, 320, 240) for lines in planes[1:]), "601"))
        return canvas.picture()

    def test_player(self):
        """The 61st picture by svp-play, from the decoder's buffers and from a heap's."""
        for heap in ("", "--picture-heap default_cma_region"):
            with self.subTest(heap=heap), self.shows(f"svp-play --display {SCREEN} --area 320x240+160+120 {heap} --frames {NUMBER} /mnt/clip.264"):
                self.guest("while ! grep -q DISPLAYED /tmp/said; do usleep 100000; done", timeout=SHOW_SECONDS)
                self.assertIn(f"pictures={NUMBER}", self.said())
                self.expect_picture(self.clip_picture(), 1)

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
