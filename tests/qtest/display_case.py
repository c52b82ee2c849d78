# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures in all formats of the display controller: how each lies in memory, and which registers a driver writes for it."""

import random
from dataclasses import dataclass, field

import display_oracle as oracle

DCSS, ANATOP, BLKCTL = 0x32E00000, 0x30360000, 0x32E2F000
DTRC, DPR, SUBSAM, SCALER, DTG, CTXLD = (DCSS + offset for offset in (0x15000, 0x18000, 0x1B000, 0x1C000, 0x20000, 0x23000))
LEFT, TOP = 9, 5
CHROMA = 0x80000  # from a picture to its other plane
LUMA_WINDOW, CHROMA_WINDOW = 0, 0x10000000
CHOSEN = (3, 2, 1, 0)  # bytes of alpha, red, green and blue in ARGB8888


@dataclass(frozen=True)
class Format:
    """`mode` is MODE_CTRL0, `source` SRC_FORMAT; `across` and `down`: pixels that share a chroma sample."""

    mode: int
    source: int = 2
    depth: int = 0
    order: int = 0
    bits: int = 8
    yuv: bool = False
    across: int = 1
    down: int = 1
    layout: str = "linear"
    chosen: tuple = CHOSEN

    @property
    def detiled(self):
        return self.layout in ("g2", "g1")


def rgb(*chosen):
    return Format(3 | 2 << 8 | sum(byte << 12 + 2 * i for i, byte in enumerate(reversed(chosen))), chosen=chosen)


def ten(order):
    return Format(3 | 2 << 8 | 0xE4000, depth=0x22, order=order, bits=10)


def video(mode=0, depth=0, bits=8, layout="linear"):
    return Format(0xC1 | mode, source=0, depth=depth, bits=bits, yuv=True, across=2, down=2, layout=layout)


def pairs(swaps):
    return Format(0x141 | swaps, source=1, yuv=True, across=2)


LUMA_SWAP, CHROMA_SWAP = 1 << 10, 1 << 11
#: by DRM's and V4L2's names
FORMATS = {
    "ARGB8888": rgb(3, 2, 1, 0), "ABGR8888": rgb(3, 0, 1, 2), "RGBA8888": rgb(0, 3, 2, 1), "BGRA8888": rgb(0, 1, 2, 3),
    "ARGB2101010": ten(0), "ABGR2101010": ten(5), "RGBA1010102": ten(6), "BGRA1010102": ten(11),
    "AYUV": Format(0x243, yuv=True), "UYVY": pairs(0), "YUYV": pairs(LUMA_SWAP), "VYUY": pairs(CHROMA_SWAP), "YVYU": pairs(LUMA_SWAP | CHROMA_SWAP),
    "NV12": video(), "NV21": video(CHROMA_SWAP), "NV15": video(depth=0x22, bits=10), "P010": video(1 << 8, depth=2, bits=10),
    "ARGB8888 in tiles": Format(0xE4207, layout="tiles"), "ARGB8888 in super-tiles": Format(0xE420B, layout="super"),
    "NV12_4L4": video(layout="g2"), "NV15_4L4": video(depth=0x22, bits=10, layout="g2"), "NV12 in tiles of G1": video(layout="g1"),
}
#: where the fields of a word of 10:10:10:2 begin: red, green, blue, alpha
FIELDS = {0: (20, 10, 0, 30), 5: (0, 10, 20, 30), 6: (22, 12, 2, 0), 11: (2, 12, 22, 0)}


class Picture:
    """Random samples of a format, `width` x `height` as they lie in memory."""

    def __init__(self, name, width, height, seed=""):
        self.format, self.width, self.height = FORMATS[name], width, height
        numbers, form = random.Random(f"{name} {width} {height} {seed}"), self.format
        small = (width // form.across, height // form.down)
        self.components = [oracle.lines_of(size[1], size[0], lambda x, y: numbers.randrange(1 << form.bits)) for size in ((width, height), small, small)]
        if form.source == 2:
            most = 4 if form.bits == 10 else 256
            self.components.append(oracle.lines_of(height, width, lambda x, y: numbers.choice((0, most - 1, numbers.randrange(most)))))

    def words(self):
        def word(x, y):
            parts = [component[y][x] for component in self.components]
            if self.format.bits == 10:
                return sum(part << at for part, at in zip(parts, FIELDS[self.format.order]))
            red, green, blue, alpha = parts  # or luma, Cb, Cr
            return sum(part << 8 * byte for part, byte in zip((alpha, red, green, blue), self.format.chosen))
        return oracle.lines_of(self.height, self.width, word)

    def pairs(self):
        luma, blue, red = self.components
        swapped, first = self.format.mode & CHROMA_SWAP, self.format.mode & LUMA_SWAP
        lines = []
        for y in range(self.height):
            line = []
            for x in range(0, self.width, 2):
                one, other = (red, blue) if swapped else (blue, red)
                chroma = one[y][x // 2], other[y][x // 2]
                for i in range(2):
                    line += [luma[y][x + i], chroma[i]] if first else [chroma[i], luma[y][x + i]]
            lines.append(line)
        return lines

    def planes(self):
        """Lines of luma, and of both chroma components in turn."""
        luma, blue, red = self.components
        one, other = (red, blue) if self.format.mode & CHROMA_SWAP else (blue, red)
        return [luma, [[sample for two in zip(a, b) for sample in two] for a, b in zip(one, other)]]

    def memory(self):
        """Pitch in bytes, and the bytes of each plane."""
        form = self.format
        if form.source == 2:
            words = self.words()
            if form.layout == "linear":
                pitch = 4 * self.width + 64
                return pitch, [oracle.linear(words, pitch)]
            across = 4 * len(oracle.grown(words, 64 if form.layout == "super" else 4)[0])
            return across, [oracle.super_tiles(words) if form.layout == "super" else oracle.tiles(oracle.grown(words, 4), 4, 4)]
        if form.source == 1:
            return 2 * self.width + 64, [oracle.linear(self.pairs(), 2 * self.width + 64, 1)]
        planes = self.planes()
        if form.detiled:
            if form.bits == 10:
                return self.width * 10 // 8, [oracle.tiles_of_ten(plane) for plane in planes]
            return self.width, [oracle.tiles(plane, 8 if form.layout == "g1" else 4, 4, 1) for plane in planes]
        pitch = 2 * self.width + 64
        if form.mode & 1 << 8:
            return pitch, [oracle.linear([[sample << 6 for sample in line] for line in plane], pitch, 2) for plane in planes]
        if form.bits == 10:
            return pitch, [b"".join(oracle.packed_ten(line).ljust(pitch, b"\xEE") for line in plane) for plane in planes]
        return pitch, [oracle.linear(plane, pitch, 1) for plane in planes]

    def ten_bits(self):
        """Components with ten bits a sample: the upper bits again below those of colours and alpha, zeros below those of a video."""
        def grown(number, sample):
            bits = 2 if number == 3 and self.format.bits == 10 else self.format.bits
            if bits == 2:
                return sample * 341
            colour = not self.format.yuv or number == 3
            return sample if bits == 10 else sample << 2 | (sample >> 6 if colour else 0)
        return [[[grown(number, sample) for sample in line] for line in lines] for number, lines in enumerate(self.components)]


def middle():
    return [[0, 0, 0, 1024, 0, 0, 0]] * 16


def some_taps(numbers, five=False):
    """Positive and negative ones, whose sum is near 1."""
    phases = []
    for _ in range(16):
        side = [numbers.randrange(-90, 200) for _ in range(7)]
        if five:
            side[0] = side[6] = 0
        side[3] += 1024 - sum(side)
        phases.append(side)
    return phases


def increment(source, target):
    return (2 * (source << 13) + target) // (2 * target)


@dataclass
class Shown:
    """A picture on a channel (0: the upper one): turned, scaled to `size`, converted by `matrix`, at x, y."""

    channel: int
    name: str
    width: int = 32
    height: int = 16
    size: tuple = None
    x: int = 0
    y: int = 0
    flip_x: bool = False
    flip_y: bool = False
    quarters: int = 0
    taps: bool = False  # random ones instead of the nearest sample
    crop: tuple = None  # of a detiled picture: left, top, width, height
    matrix: oracle.Matrix = None
    second: oracle.Matrix = None
    alpha: int = 255  # None: each pixel's own
    background: tuple = (0, 0, 0)
    beyond: int = 0  # pixels and lines by which the rectangle exceeds the picture
    filters: list = field(default_factory=list)

    def __post_init__(self):
        self.picture = Picture(self.name, self.width, self.height, self.channel)
        form, numbers = self.picture.format, random.Random(f"{self.channel} {self.name} {self.size} {self.width}")
        stored = self.crop[2:] if self.crop else (self.width, self.height)
        self.source = stored[::-1] if self.quarters % 2 else stored
        self.chroma = (self.source[0] // form.across, self.source[1] // form.down)
        self.size = self.size or self.source
        self.base = 0x42000000 + self.channel * 0x200000
        # Vertical and horizontal ones of luma, then of chroma; RGB has but the first two.
        for size in (self.source, self.chroma):
            for way in (1, 0):
                phases = some_taps(numbers, form.source == 1 and way == 1) if self.taps else middle()
                start = -2048 if self.taps and way == 1 and size is self.chroma and form.down == 2 else 0
                self.filters.append(oracle.Filter(increment(size[way], self.size[way]), phases, start))

    def plane(self):
        """What must be seen of it."""
        components = self.picture.ten_bits()
        if self.crop:
            left, top, width, height = self.crop
            form = self.picture.format
            for number, lines in enumerate(components):
                across, down = (1, 1) if number == 0 else (form.across, form.down)
                components[number] = [line[left // across:(left + width) // across] for line in lines[top // down:(top + height) // down]]
        seen = []
        for number, lines in enumerate(components):
            chroma = self.picture.format.yuv and number in (1, 2)
            vertical, horizontal = self.filters[2:] if chroma else self.filters[:2]
            seen.append(oracle.scaled(oracle.turned(lines, self.flip_x, self.flip_y, self.quarters), vertical, horizontal, *self.size))
        for matrix in filter(None, (self.matrix, self.second)):
            pixels = [[matrix.of(pixel) for pixel in zip(*lines)] for lines in zip(*seen[:3])]
            seen[:3] = [[[pixel[i] for pixel in line] for line in pixels] for i in range(3)]
        alpha = None if self.alpha is None else self.alpha << 2 | self.alpha >> 6
        rectangle = (self.size[0] + self.beyond, self.size[1] + self.beyond)
        return oracle.Plane(seen, self.x, self.y, alpha, self.background, rectangle)

    def memory(self):
        _, planes = self.picture.memory()
        return [(self.base + CHROMA * number, data) for number, data in enumerate(planes)]

    # What a driver writes.

    def items(self):
        form, fetch, at = self.picture.format, DPR + 0x1000 * self.channel, SCALER + 0x400 * self.channel
        pitch, _ = self.picture.memory()
        base, chroma = self.base, self.base + CHROMA
        if form.detiled:
            base, chroma = LUMA_WINDOW, CHROMA_WINDOW
            pitch = self.source[0] * form.bits // 8
        yield from ((fetch + 0x50, form.mode), (fetch + 0x70, pitch << 16 | self.quarters << 2 | self.flip_y << 1 | self.flip_x), (fetch + 0xA0, self.width),
                    (fetch + 0xB0, self.height), (fetch + 0xC0, base), (fetch + 0xF0, self.width), (fetch + 0x100, self.height // 2), (fetch + 0x110, chroma))
        if self.channel:
            yield from self.detiler()
        yield from ((at + 0x08, form.order << 8 | form.yuv), (at + 0x0C, form.depth), (at + 0x10, form.source), (at + 0x14, 2))
        for offset, (width, height) in ((0x18, self.source), (0x1C, self.chroma), (0x20, self.size), (0x24, self.size)):
            yield at + offset, height - 1 << 16 | width - 1
        for number, (one, coefficients) in enumerate(zip(self.filters, (0x80, 0x140, 0x200, 0x300))):
            yield from self.filter(one, at + 0x48 + 8 * number, at + coefficients, form.source == 1 and number % 2 == 0)
        pipe = DCSS + 0x4000 * self.channel
        for control, matrix in ((pipe + 0x3000, self.matrix), (pipe + 0x3800, self.second)):
            yield from ((control + 4 + 4 * i, word) for i, word in enumerate(matrix.words() if matrix else ()))
            yield control, 3 if matrix else 1 << 15
        left, top = LEFT + self.x, TOP + self.y
        yield from ((DTG + 0x10 + 8 * self.channel, top << 16 | left),
                    (DTG + 0x14 + 8 * self.channel, top + self.size[1] + self.beyond << 16 | left + self.size[0] + self.beyond),
                    (DTG + (0x2C, 0x30, 0x64)[self.channel], self.background[0] << 20 | self.background[1] << 10 | self.background[2]), (fetch, 5), (at, 0x11))

    def detiler(self):
        form, at = self.picture.format, DTRC + 0x1000 * self.channel
        if form.detiled:
            left, top, width, height = self.crop or (0, 0, 0, 0)
            for bank in (0, 0x60):
                yield from ((at + bank + offset, value) for offset, value in (
                    (0x00, self.base), (0x04, self.base + CHROMA), (0x10, self.height // 8 << 16 | self.width // 8), (0x14, LUMA_WINDOW), (0x18, 1 << 20),
                    (0x1C, CHROMA_WINDOW), (0x20, CHROMA_WINDOW + (1 << 20)), (0x24, top << 16 | left), (0x28, height << 16 | width),
                    (0x2C, 1 | 1 << 17 | (form.bits == 8) << 1 | bool(self.crop) << 18)))
        yield at + 0xC8, 2 if not form.detiled else (form.layout == "g1") << 3

    @staticmethod
    def filter(one, start, coefficients, five):
        yield from ((start, one.start & 0x7FFFF), (start + 4, one.increment))
        for number, phase in enumerate(one.phases):
            taps = [tap & 0xFFF for tap in (phase[1:6] + [0, 0] if five else phase)]
            words = (taps[0] << 16 | taps[1] << 4 | taps[2] >> 8, (taps[2] & 0xFF) << 20 | taps[3] << 8 | taps[4] >> 4,
                     (taps[4] & 0xF) << 24 | taps[5] << 12 | taps[6])
            yield from ((coefficients + 0x40 * i + 4 * number, word) for i, word in enumerate(words))
