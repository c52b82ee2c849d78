# SPDX-License-Identifier: GPL-2.0-or-later
"""Our driver of the display controller: three planes at once and videos against a composition made here, players, what it refuses, sleep,
and what is left on the screen of a picture that the firewall denies."""

import math
import re
import struct
import unittest

import boot_case
import ffmpeg_planes
from boot_case import fall_asleep, run_checks, wait_until, wake_up
from clips import Clip, raw_pictures
from screen import KMS_CHECKS, SHOW_SECONDS, TROUBLE, ShowingCase
from svplib.build import products
from svplib.film.composition import MOST, Canvas, scale, scale_chroma, to_rgb
from svplib.machine.test_port import secure_registers

WIDTH, HEIGHT = 640, 480
SCREEN = f"--mode {WIDTH}x{HEIGHT}"
FLIPS, PLUGGED = 120, 100
CONNECTOR = "/sys/class/drm/card0-HDMI-A-1"
PAIRS = ("YUYV", "YVYU", "UYVY", "VYUY")
NUMBER = 61  # of the picture of a clip that is looked at
COVERAGE = "pixel blend mode=Coverage"
PLACE_OF_GSTREAMER, MODE_OF_GSTREAMER = (800, 420), (1920, 1080)  # the mode is the screen's preferred one
DRAM, PAGE = 0x40000000, 0x1000
#: A memory slot of the RDC that is free under `open`; rights of domains 0 to 2, and of all
RDC_SLOT, BUT_DOMAIN_3, EVERYBODY = 0x303D0870, 1 << 30 | 0x3F, 0xFF
RDC_MDA_DCSS = 0x303D0200 + 4 * 17
#: Status of channel 3's prefetch, and what it says; SEC_ERR_RESP_EN of IOMUXC_GPR10
PREFETCH_STATUS, ALL_STATUSES, FETCHED, READ_ERROR = 0x32E1A040, 0xFF, 1 << 0, 1 << 3
GPR10, ANSWER_ERRORS = 0x30340028, 1 << 2
#: CONTROL0 of BLKCTL
LINK, LINK_IS_PROTECTED = 0x32E2F010, 1 << 16
#: The HDMI transmitter's mailbox: opcode, module and length of a request for HDCP's status, and of that the bit in its second byte
TRANSMITTER_EMPTY, TRANSMITTER_IN, TRANSMITTER_OUT = 0x32C0000C, 0x32C00010, 0x32C00014
HDCP_STATUS, AUTHENTICATED = (6, 7, 0, 0), 1


def waves(width, height, seed, most=255):
    """Numbers from 0 to `most`, line by line."""
    return [[round(most * (0.5 + 0.5 * math.sin((x * (3 + seed) + y * 2 * (seed % 3)) / 17 + seed))) for x in range(width)] for y in range(height)]


def pattern(width, height, seed, most=255):
    """The same with edges in between."""
    return [[value if (x + seed * y) % 61 > 3 else most * (y % 2) for x, value in enumerate(line)]
            for y, line in enumerate(waves(width, height, seed, most))]


def smooth(width, height, seed, most=255):
    """Waves that no scaling takes out of the range."""
    return [[most // 16 + value * 7 // 8 for value in line] for line in waves(width, height, seed, most)]


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


def chroma_of_pairs(lines):
    """Cb or Cr of 4:2:0 for each pixel, by way of 4:2:2 that has each line twice."""
    return scale([line for line in lines for _ in range(2)], 2 * len(lines[0]), 2 * len(lines), (0, 0.5))


def ten_bits_of_video(planes, bits=8):
    return [[[value << 10 - bits for value in line] for line in lines] for lines in planes]


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
        return to_rgb(self.luma, chroma_of_pairs(self.cb), chroma_of_pairs(self.cr), encoding)


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
        cls.soft = [[smooth(width, height, 3 * number + i, most) for i in (1, 2, 3)]
                    for number, (width, height, most) in enumerate(((320, 240, 255), (256, 128, MOST), (200, 100, 255)))]
        files |= {"soft.xr24": words(*cls.soft[0], constant(320, 240, 0), (16, 8, 0, 24)),
                  "soft.xb30": words(*cls.soft[1], constant(256, 128, 3), (0, 10, 20, 30)), "soft.ar24": words(*cls.soft[2], veil, (16, 8, 0, 24))}
        cls.soft[2].append(veil)
        cls.eight, cls.ten = Video(1), Video(2, 10)
        files |= {"a.nv12": cls.eight.file(8), "a.nv21": cls.eight.file(8, cr_first=True), "a.tiles": cls.eight.file(8, tiled=True),
                  "a.p010": cls.ten.file(16), "a.nv15": cls.ten.file(10), "b.tiles": cls.ten.file(10, tiled=True)}
        files |= {f"a.{order}": cls.eight.pairs(order) for order in PAIRS}
        make = cls.scratch / "clips"
        make.mkdir()
        cls.clip = Clip(make, "h264", "320x240", frames=NUMBER + 2, name="clip")
        cls.clips = [cls.clip, *(Clip(make, "hevc", "320x240", frames=NUMBER + 2, name=f"clip-{bits}", bits=bits) for bits in (8, 10))]
        files |= {clip.name: clip.data for clip in cls.clips}
        cls.pictures = raw_pictures(cls.clip.path, "320x240")
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

    def test_composition_by_ffmpeg(self):
        """Pictures whose scaling goes beyond no limit on its way, where everybody clips elsewhere."""
        video, inset, top = self.soft
        pixels = ffmpeg_planes.compose(self.scratch, WIDTH, HEIGHT, video, (inset, (128, 64, 480, 30)), (top, (200, 100, 400, 50)))
        with self.planes("primary:format=XR24,size=320x240,file=/mnt/soft.xr24", "overlay-1:format=XB30,size=256x128,file=/mnt/soft.xb30,target=128x64+480+30",
                         f"overlay-2:format=AR24,size=200x100,file=/mnt/soft.ar24,target=200x100+400+50,{COVERAGE}"):
            self.expect_picture((WIDTH, HEIGHT, pixels), 1)

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

    @staticmethod
    def clip_picture(planes, bits=8, screen=(WIDTH, HEIGHT)):
        """A clip's picture in the middle of the screen, as it is; a larger screen has it at the same place."""
        luma, *chroma = ten_bits_of_video(planes, bits)
        canvas = Canvas(*screen)
        canvas.put(160, 120, to_rgb(luma, *(scale_chroma(lines, 320, 240) for lines in chroma), "601", bits=bits))
        return canvas.picture()

    def test_player(self):
        """The 61st picture by svp-play, from the decoders' buffers and from a heap's: NV12 and P010 by lines, and G2's tiles with 8 and 10 bits."""
        heap = "--picture-heap default_cma_region"
        h264, eight, ten = [(clip, self.clip_picture(raw_pictures(clip.path, clip.size, clip.bits)[NUMBER - 1], clip.bits)) for clip in self.clips]
        lines, tiles = "linear", "decoder-tiles"
        cases = ((h264, "", "yuv-420-8", lines), (h264, heap, "yuv-420-8", lines), (eight, "", "yuv-420-8", lines), (eight, "--tiled", "yuv-420-8", tiles),
                 (ten, "", "yuv-420-10-of-16", lines), (ten, f"--tiled {heap}", "yuv-420-10", tiles))
        for (clip, picture), options, form, tiling in cases:
            command = f"svp-play --display {SCREEN} --area 320x240+160+120 {options} --frames {NUMBER} /mnt/{clip.name}"
            with self.subTest(clip=clip.name, options=options), self.shows(command):
                self.guest("while ! grep -q DISPLAYED /tmp/said; do usleep 100000; done", timeout=SHOW_SECONDS)
                self.assertIn(f"pictures={NUMBER}", self.said())
                self.expect_picture(picture, 1)
                channel = next(channel for channel in map(self.channel, (1, 2, 3)) if channel["shows"])
                self.assertEqual((channel["format"], channel["tiling"]), (form, tiling))

    def test_mode_changes_while_playing(self):
        """Playing goes on in another mode, into the decoder's buffers as before."""
        larger = (800, 600)
        with self.shows(f"svp-play --display {SCREEN} --later 800x600@{NUMBER // 2} --area 320x240+160+120 --frames {NUMBER} /mnt/{self.clip.name}"):
            self.guest("while ! grep -q DISPLAYED /tmp/said; do usleep 100000; done", timeout=SHOW_SECONDS)
            self.assertIn(f"pictures={NUMBER}", self.said())
            self.expect_picture(self.clip_picture(self.pictures[NUMBER - 1], screen=larger), 1)

    def test_gstreamer(self):
        """The last picture by kmssink, in the middle plane, of the post-processor's YUYV, which GStreamer prefers, and as NV12; BT.709 is the plane's
        default. A branch of the pipeline without an end keeps it on the screen."""
        place = ",".join(map(str, (*PLACE_OF_GSTREAMER, 320, 240)))
        luma, *chroma = ten_bits_of_video(self.pictures[-1])
        cases = (("", "yuv-422-8", chroma_of_pairs), ("video/x-raw,format=NV12 ! ", "yuv-420-8", lambda lines: scale_chroma(lines, 320, 240)))
        for caps, form, whole in cases:
            canvas = Canvas(*MODE_OF_GSTREAMER)
            canvas.put(*PLACE_OF_GSTREAMER, to_rgb(luma, *map(whole, chroma), "709"))
            with self.subTest(form), self.shows("svp-media gst-launch-1.0 --no-position filesrc location=/mnt/clip.264 ! h264parse ! v4l2slh264dec ! "
                                                f"{caps}kmssink driver-name={self.DRIVER} render-rectangle='<{place}>' fdsrc ! fakesink async=false"):
                self.expect_picture(canvas.picture(), 1)
                self.assertEqual(self.channel(2)["format"], form)

    def channel(self, number):
        """Counters of a channel, from 1."""
        return self.board.qmp.command("query-svp-counters", device="dcss")[0]["counters"]["channels"][number - 1]

    def test_denied_video(self):
        """The RDC takes the lowest plane's picture from the display: each frame of it is denied and on record, zeros are green, the planes above
        stay as they are. If the bus answers with errors, the prefetch has RD_ERR, and black is shown. Then all is right again."""
        qmp, (readl, writel) = self.board.qmp, secure_registers(self.board.qmp)
        _, (_, inset) = self.below()
        lowest_plane = "primary:format=NV12,size=128x64,file=/mnt/a.nv12,target=512x256+0+0,COLOR_ENCODING=ITU-R BT.601 YCbCr"
        top = f"overlay-2:format=AR24,size=200x100,file=/mnt/top.ar24,target=200x100+400+50,{COVERAGE}"
        nothing = to_rgb(*[constant(512, 256, 0)] * 3, "601")
        wanted = []
        for lowest in (self.eight.rgb("601", width=512, height=256), nothing, [constant(512, 256, 0)] * 3):
            canvas = Canvas(WIDTH, HEIGHT)
            canvas.put(0, 0, lowest)
            canvas.put(480, 30, [scale(lines, 128, 64) for lines in self.inset])
            canvas.put(400, 50, self.top, self.veil)
            wanted.append(canvas.picture())
        with self.planes(lowest_plane, inset, top):
            self.expect_picture(wanted[0], 1)
            qmp.command("stop")
            before = self.channel(3)
            luma, chroma = before["address"], before["chroma-address"]
            last = chroma + Video.WIDTH * Video.HEIGHT // 2 - 1
            for offset, value in ((0, luma // PAGE * PAGE - DRAM), (4, last // PAGE * PAGE + PAGE - DRAM), (8, BUT_DOMAIN_3)):
                writel(RDC_SLOT + offset, value)
            self.addCleanup(writel, RDC_SLOT + 8, EVERYBODY)
            self.addCleanup(writel, RDC_MDA_DCSS, 0)
            qmp.command("svp-clear-violations")
            writel(PREFETCH_STATUS, ALL_STATUSES)
            writel(RDC_MDA_DCSS, 3)
            qmp.command("cont")
            self.expect_picture(wanted[1], 1)
            wait_until("20 frames", lambda: self.channel(3)["refused-frames"] >= before["refused-frames"] + 20)
            qmp.command("stop")
            after, records = self.channel(3), qmp.command("query-svp-violations")["violations"]
            # Zeros are no error; with an error as the bus's answer, the prefetch says so, and the plane is its background.
            self.assertEqual(readl(PREFETCH_STATUS) & (FETCHED | READ_ERROR), FETCHED)
            answers = readl(GPR10)
            self.addCleanup(writel, GPR10, answers)
            writel(GPR10, answers | ANSWER_ERRORS)
            qmp.command("cont")
            self.expect_picture(wanted[2], 1)
            self.assertEqual(readl(PREFETCH_STATUS) & (FETCHED | READ_ERROR), FETCHED | READ_ERROR)
            writel(RDC_MDA_DCSS, 0)
            self.expect_picture(wanted[0], 1)
        refused = after["refused-frames"] - before["refused-frames"]
        self.assertEqual(after["fetched-frames"] - before["fetched-frames"], refused)
        self.assertEqual({(record["master"], record["direction"], record["denier"]) for record in records},
                         {("dcss", "read", "rdc-region")})
        for address in (luma, chroma):
            self.assertEqual(sum(record["count"] for record in records if record["address"] == address), refused)
        self.assertEqual({record["address"] for record in records}, {luma, chroma})

    def judge_link(self, protected):
        """What secure software does once the host has opened or protected the link: it asks the transmitter, and tells the display."""
        readl, writel = secure_registers(self.board.qmp)
        self.board.qmp.command("qom-set", path="/machine/soc/hdmi_controller", property="hdcp", value=int(protected))
        for byte in HDCP_STATUS:
            writel(TRANSMITTER_IN, byte)
        answer = []
        while not readl(TRANSMITTER_EMPTY):
            answer.append(readl(TRANSMITTER_OUT))
        writel(LINK, LINK_IS_PROTECTED if answer[5] & AUTHENTICATED else 0)

    def test_content_protection(self):
        """A picture in the protected heap is shown only while secure software says that the link is protected; others always are. The heap's zeros
        are green in a video."""
        self.addCleanup(self.judge_link, False)
        heap = "primary:format=NV12,size=128x64,heap=video,target=256x128+0+0,COLOR_ENCODING=ITU-R BT.601 YCbCr"
        top = f"overlay-2:format=AR24,size=200x100,file=/mnt/top.ar24,target=200x100+400+50,{COVERAGE}"
        for wanted, protected, shown in (("Undesired", False, True), ("Desired", False, False), ("Desired", True, True), ("Desired", False, False)):
            canvas = Canvas(WIDTH, HEIGHT)
            if shown:
                canvas.put(0, 0, to_rgb(*[constant(256, 128, 0)] * 3, "601"))
            canvas.put(400, 50, self.top, self.veil)
            self.judge_link(protected)
            with self.subTest(wanted=wanted, protected=protected), self.planes(heap, top, more=f"--property 'Content Protection={wanted}'"):
                self.expect_picture(canvas.picture(), 1)
                self.assertEqual(self.channel(3)["shows"], shown)

    def plug(self, size, status):
        """Somebody plugs a screen in, or unplugs it; returns when Linux has noticed."""
        self.board.qmp.command("qom-set", path="/machine", property="monitor", value=size)
        self.guest(f"until grep -qx {status} {CONNECTOR}/status; do usleep 10000; done", timeout=SHOW_SECONDS)

    def test_plugging(self):
        """A hundred times, with planes on the screen; a screen of another size has other modes. What is shown stays."""
        canvas, planes = self.below()
        self.addCleanup(self.plug, "1920x1080", "connected")
        with self.planes(*planes):
            self.expect_picture(canvas.picture(), 1)
            for _ in range(PLUGGED):
                self.plug("off", "disconnected")
                self.plug("1920x1080", "connected")
            self.expect_picture(canvas.picture(), 1)
        self.plug("off", "disconnected")
        self.plug("1280x720", "connected")
        modes = self.guest(f"cat {CONNECTOR}/modes").split()
        self.assertEqual((modes[0], "1920x1080" in modes), ("1280x720", False))

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
        rates = []
        with self.planes(*self.below()[1]):
            for seconds in (5, 15, 45):  # it tells the rate of each 60, and gives up if none comes for a while: a busy host is slow
                text = self.board.command(f"svp-media timeout {seconds} vbltest -M imx8mq-dcss-svp", timeout=SHOW_SECONDS).output
                rates += [float(rate) for rate in re.findall(r"freq: ([0-9.]+)Hz", text)]
                if rates:
                    break
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

    def test_checks_of_kms(self):
        """What any display driver promises by DRM/KMS (svp-kms)."""
        self.assertGreater(len(run_checks(self.board, "svp-kms", SHOW_SECONDS)), KMS_CHECKS)

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), TROUBLE)


if __name__ == "__main__":
    unittest.main()
