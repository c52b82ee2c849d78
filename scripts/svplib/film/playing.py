# SPDX-License-Identifier: GPL-2.0-or-later
"""A film that plays in the guest, followed from the host: its pictures are read in the heap's memory cells.

svp-play (firmware/guest/film) is told by a FIFO when to go on; it says which picture is in which buffer. Where a buffer lies follows
from the heap, which gives the first free pages: bitstream buffers come first, then those for pictures. That is no promise of the heap's,
and needs none: pictures at wrong places would have wrong checksums.
"""

import array
import hashlib
import re
import struct

from ..base.errors import SvpError
from ..machine import heap_cells

PAGE = 4096
_CONTROL, OUTPUT = "/tmp/film-control", "/tmp/film-output"
_BUFFERS = re.compile(r"^buffers (\S+) streams=(\d+)x(\d+) pictures=(\d+)x(\d+) size=(\d+)x(\d+) visible=(\d+)x(\d+)\+(\d+)\+(\d+) stride=(\d+) lines=(\d+) layout=(\S+)$", re.MULTILINE)
_SHOWN = re.compile(r"^shown (\d+) (\d+) (\d+)$", re.MULTILINE)
_PLAYED = re.compile(r"^PLAYED (\S+) (.*) by (.*)$", re.MULTILINE)
_START_SECONDS, _STEP_SECONDS = 60, 60


def _lines(tiles, unit):
    """A row of 4x4 tiles as four lines; `unit`: bytes of a tile's line."""
    if unit == 4:
        words = array.array("I", tiles)
        return b"".join(words[line::4].tobytes() for line in range(4))
    return b"".join(tiles[at:at + unit] for line in range(4) for at in range(line * unit, len(tiles), 4 * unit))


def _untiled(memory, stride, unit):
    """Lines of a plane in 4x4 tiles, `stride` bytes each."""
    return b"".join(_lines(memory[at:at + 4 * stride], unit) for at in range(0, len(memory), 4 * stride))


def _ten_bits(memory):
    """Samples of 10 bits, four in five bytes, as two bytes each."""
    fours = (int.from_bytes(memory[at:at + 5], "little") for at in range(0, len(memory), 5))
    return b"".join(struct.pack("<4H", four & 1023, four >> 10 & 1023, four >> 20 & 1023, four >> 30) for four in fours)


def planar(memory, width, height, stride, rows, layout="nv12"):
    """Planes one after the other (YUV 4:2:0) of the top left `width` x `height` samples of a picture: `rows` rows of `stride` bytes, then the rows of
    chroma. `layout`: nv12; nv12_4l4: the same in 4x4 tiles; nv15_4l4: of 10 bits, samples have two bytes then."""
    if layout != "nv12":
        unit = 5 if layout == "nv15_4l4" else 4
        memory = _untiled(memory[:rows * stride], stride, unit) + _untiled(memory[rows * stride:], stride, unit)
        if unit == 5:
            return _planar_words(_ten_bits(memory), width, height, 2 * stride * 4 // 5, rows)
    luma = b"".join(memory[y * stride:y * stride + width] for y in range(height))
    base, half = rows * stride, (width + 1) // 2
    chroma = b"".join(memory[base + y * stride:base + y * stride + 2 * half] for y in range((height + 1) // 2))
    return luma + chroma[::2] + chroma[1::2]


def _planar_words(memory, width, height, stride, rows):
    """The same of samples of two bytes."""
    luma = b"".join(memory[y * stride:y * stride + 2 * width] for y in range(height))
    base, half = rows * stride, (width + 1) // 2
    chroma = array.array("H", b"".join(memory[base + y * stride:base + y * stride + 4 * half] for y in range((height + 1) // 2)))
    return luma + chroma[::2].tobytes() + chroma[1::2].tobytes()


class Playing:
    """A film that was started on a `board` (share_ram) with its decoder's drivers loaded, paused before its first picture.

    `path`: in the guest; `options`: of svp-play; `keep`: pictures that stay in their buffers, so many can be looked at in one pause.
    """

    def __init__(self, board, path, options="--secure", keep=8):
        self._board, self.keep = board, keep
        self.going, self.last = True, 0
        board.command(f"rm -f {_CONTROL} {OUTPUT}; mkfifo {_CONTROL}; "
                      f"svp-heed svp-play {options} --paused --keep {keep} --control {_CONTROL} {path} > {OUTPUT} 2>&1 &", check=True)
        self.paused_at(0, _START_SECONDS)
        self.learn()

    def go_on_with(self, board):
        """The machine goes on as another board."""
        self._board = board

    def learn(self):
        """Learn from the player what buffers there are now."""
        found = next(reversed(list(_BUFFERS.finditer(self.output()))), None)
        if not found:
            raise SvpError("the player told of no buffers", self.output().splitlines()[-5:])
        self.heap, self.layout, numbers = found[1], found[14], list(map(int, found.groups()[1:13]))
        self.streams, self._stream_bytes, self.pictures, self._picture_bytes = numbers[:4]
        self.size, self.visible, self.stride = tuple(numbers[4:6]), tuple(numbers[6:8]), numbers[10]
        self._lines = numbers[11]

    def output(self):
        """All that the player said."""
        return self._board.command(f"cat {OUTPUT}").output

    def tell(self, command):
        """Give the player a command."""
        self._board.command(f"echo {command} 1<> {_CONTROL}", check=True)  # for reading as well: does not wait for a player that has ended

    def paused_at(self, number, seconds=_STEP_SECONDS):
        """Wait until the player has stopped after so many pictures, or has ended. Returns whether it has stopped."""
        line = f"while ! grep -q -e '^paused {number}$' -e '^PLAYED' {OUTPUT}; do pidof svp-play > /dev/null || break; usleep 2000; done; grep -c '^paused {number}$' {OUTPUT}"
        return self._board.command(line, timeout=seconds).output.strip() == "1"

    def step(self, shown, count):
        """Show `count` more pictures after `shown`; [(number, milliseconds, buffer)] of those that were."""
        self.tell(f"step {count}")
        self.going = self.paused_at(shown + count)
        lines = self._board.command(f"grep '^shown' {OUTPUT} | tail -n +{shown + 1}").output
        return [tuple(map(int, found)) for found in _SHOWN.findall(lines)]

    def place(self, buffer):
        """(address, bytes) of a buffer of pictures."""
        def pages(size):
            return (size + PAGE - 1) // PAGE * PAGE
        base = heap_cells.HEAPS[self.heap][0] + self.streams * pages(self._stream_bytes)
        return base + buffer * pages(self._picture_bytes), self._picture_bytes

    def stream_place(self, number=0):
        """(address, bytes) of a buffer of bitstreams."""
        size = (self._stream_bytes + PAGE - 1) // PAGE * PAGE
        return heap_cells.HEAPS[self.heap][0] + number * size, self._stream_bytes

    def picture(self, buffer):
        """The picture in a buffer, from the memory's cells: planes one after the other."""
        return self.planes(self._board.ram(self.place(buffer)[0], self.stride * self._lines * 3 // 2))

    def planes(self, memory):
        """The visible picture in the bytes of a buffer, however they were got."""
        return planar(memory, *self.visible, self.stride, self._lines, self.layout)

    def digest(self, buffer):
        """MD5 of that."""
        return hashlib.md5(self.picture(buffer), usedforsecurity=False).hexdigest()

    def all_digests(self, look=None):
        """Play to the end; MD5 of every picture in the order in which they are shown. look(number): called at each pause."""
        digests = []
        while True:
            shown = self.step(len(digests), self.keep)
            digests += [self.digest(buffer) for _, _, buffer in shown]
            self.last = shown[-1][2] if shown else self.last
            if not self.going:
                return digests
            if look:
                look(len(digests))

    def ended(self):
        """Wait for the player's end; the numbers of its last line. Raises SvpError if it has none."""
        self._board.command(f"while pidof svp-play > /dev/null; do usleep 10000; done; grep -q '^PLAYED' {OUTPUT}", timeout=_STEP_SECONDS)
        found = _PLAYED.search(self.output())
        if not found:
            raise SvpError("the player ended without a word", self.output().splitlines()[-5:])
        return {name: int(value) for name, value in (word.split("=") for word in found[2].split())}
