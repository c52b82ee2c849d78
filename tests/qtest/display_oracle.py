# SPDX-License-Identifier: GPL-2.0-or-later
"""What the display controller must show, by the definitions and with whole numbers only: pictures as they lie in memory, turned, scaled, converted, blended.

A plane is a list of lines of samples. Nothing here is fast, or shared with the model: formats are those of DRM and V4L2, filters and conversions those of the
registers' description in hw/dcss.
"""

import struct
from dataclasses import dataclass, field

TEN, TAPS = 1023, 7


def lines_of(height, width, value):
    return [[value(x, y) for x in range(width)] for y in range(height)]


# How samples lie in memory.


def linear(words, pitch, size=4):
    """Lines of words of `size` bytes, padded with bytes that nobody must see."""
    return b"".join(b"".join(word.to_bytes(size, "little") for word in line).ljust(pitch, b"\xEE") for line in words)


def tiles(words, width, height, size=4):
    """Tiles of width x height words, row by row, and so are the words in each."""
    return b"".join(word.to_bytes(size, "little") for top in range(0, len(words), height) for left in range(0, len(words[0]), width)
                    for line in words[top:top + height] for word in line[left:left + width])


def grown(words, unit):
    """Repeats the border until both sides are multiples of `unit`."""
    across, down = -len(words[0]) % unit, -len(words) % unit
    lines = [line + [line[-1]] * across for line in words]
    return lines + [lines[-1]] * down


def super_tiles(words):
    """Vivante's: 64 x 64 words, in which blocks of 8 x 16 stand row by row, in which tiles of 4 x 4 do."""
    words = grown(words, 64)
    result = b""
    for top in range(0, len(words), 64):
        for left in range(0, len(words[0]), 64):
            for y in range(top, top + 64, 16):
                for x in range(left, left + 64, 8):
                    result += tiles([line[x:x + 8] for line in words[y:y + 16]], 4, 4)
    return result


def packed_ten(samples):
    """Four samples of ten bits in five bytes, the first one lowest."""
    number = sum(sample << 10 * i for i, sample in enumerate(samples))
    return number.to_bytes((10 * len(samples) + 7) // 8, "little")


def tiles_of_ten(lines):
    return b"".join(packed_ten(line[left:left + 4]) for top in range(0, len(lines), 4) for left in range(0, len(lines[0]), 4) for line in lines[top:top + 4])


# From memory to the screen.


def turned(lines, flip_x=False, flip_y=False, quarters=0):
    """Flips, then quarter turns against the clock."""
    lines = [line[::-1] for line in lines] if flip_x else lines
    lines = lines[::-1] if flip_y else lines
    for _ in range(quarters):
        lines = [list(column) for column in zip(*lines)][::-1]
    return lines


@dataclass
class Filter:
    """Coefficients of sixteen phases with seven taps each, in 1/1024; start and increment in 1/8192."""

    increment: int
    phases: list
    start: int = 0

    def of(self, samples, count):
        result, last = [], len(samples) - 1
        for number in range(count):
            position = self.start + number * self.increment
            whole, fraction = divmod(position, 8192)
            total = sum(weight * samples[min(max(whole + tap - 3, 0), last)] for tap, weight in enumerate(self.phases[fraction * 16 // 8192]) if weight)
            result.append(min(max((2 * total + 1024) // 2048, 0), TEN))
        return result


def scaled(lines, vertical, horizontal, width, height):
    columns = [vertical.of(column, height) for column in zip(*lines)]
    return [horizontal.of(line, width) for line in zip(*columns)]


@dataclass
class Matrix:
    """A CSC as its registers have it."""

    rows: tuple
    before: tuple = (0, 0, 0)
    least: tuple = (0, 0, 0)
    most: tuple = (TEN, TEN, TEN)
    shift: int = 13
    after: tuple = (0, 0, 0)
    low: tuple = (0, 0, 0)
    high: tuple = (TEN, TEN, TEN)

    def of(self, pixel):
        pixel = [min(max(value + offset, least), most) for value, offset, least, most in zip(pixel, self.before, self.least, self.most)]
        half = 1 << self.shift >> 1
        sums = [(sum(weight * value for weight, value in zip(row, pixel)) + half >> self.shift) + after for row, after in zip(self.rows, self.after)]
        return tuple(min(max(value, low), high) for value, low, high in zip(sums, self.low, self.high))

    def words(self):
        """All registers behind the control word, one after the other."""
        numbers = (*(weight for row in self.rows for weight in row), *self.before, *self.least, *self.most, self.shift, *self.after, *self.low, *self.high)
        return [number & 0xFFFFFFFF for number in numbers]


@dataclass
class Plane:
    """What a channel shows: components of ten bits (and alpha), where, under which alpha."""

    components: list
    x: int = 0
    y: int = 0
    alpha: int = TEN  # None: each pixel's own
    background: tuple = (0, 0, 0)
    shown: tuple = None  # size of its rectangle, if that is not the picture's

    def pixel(self, x, y):
        """Colour and alpha, or None beside it."""
        width, height = len(self.components[0][0]), len(self.components[0])
        across, down = self.shown or (width, height)
        x, y = x - self.x, y - self.y
        if not (0 <= x < across and 0 <= y < down):
            return None
        if x >= width or y >= height:
            return self.background, TEN
        return tuple(component[y][x] for component in self.components[:3]), self.components[3][y][x] if self.alpha is None else self.alpha


@dataclass
class Screen:
    width: int
    height: int
    planes: list = field(default_factory=list)  # the upper ones first
    last: object = None  # a Matrix behind the blending

    def pixels(self):
        """Bytes of red, green and blue, line by line."""
        result = bytearray()
        for y in range(self.height):
            for x in range(self.width):
                colour = (0, 0, 0)
                for plane in reversed(self.planes):
                    found = plane.pixel(x, y)
                    if found:
                        above, alpha = found
                        colour = tuple((2 * (a * alpha + b * (TEN - alpha)) + TEN) // (2 * TEN) for a, b in zip(above, colour))
                colour = self.last.of(colour) if self.last else colour
                result += struct.pack("3B", *(value >> 2 for value in colour))
        return bytes(result)
