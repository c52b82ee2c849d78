# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the headers of a VP9 frame end (VP9 Bitstream Specification, sections 6.1 to 6.4 and annex B): that far a film stays clear.

The binding of VP9 to Common Encryption leaves the uncompressed header clear. Here the compressed one is clear as well: without a parser in the secure
world a player needs both, for Linux's decoders are told what is in them.
"""

from ..base.errors import SvpError
from .bits import PlainBits

_SLOTS, _SEGMENTS = 8, 8
_SYNC, _RGB = 0x498342, 7
#: Bits of a segment's features, and whether they have a sign
_FEATURES = ((8, True), (6, True), (2, False), (0, False))


def frames(sample):
    """[(offset, size)] of the frames in a sample: one, or those of a superframe, whose index is in none of them."""
    last = sample[-1] if sample else 0
    count, width = (last & 7) + 1, (last >> 3 & 3) + 1
    index = 2 + count * width
    if last >> 5 != 6 or len(sample) < index or sample[-index] != last:
        return [(0, len(sample))] if sample else []
    found, at, places = [], 0, len(sample) - index
    for number in range(count):
        place = places + 1 + number * width
        size = min(int.from_bytes(sample[place:place + width], "little"), places - at)
        if size:
            found.append((at, size))
        at += size
    return found


class Headers:
    """The headers of a stream's frames, one after the other; widths of references last, for the number of tiles follows from them."""

    def __init__(self):
        self._widths = [0] * _SLOTS

    def take(self, unit):
        """Nothing is to be known before clear_bytes()."""

    def clear_bytes(self, unit):
        """Bytes at a frame's beginning that stay clear: both headers, or all of one that has no more. Frames are asked about in their order."""
        bits = PlainBits(unit)
        if bits.bits(2) != 2:
            raise SvpError("a frame of the film is not VP9")
        profile = bits.bits(1) | bits.bits(1) << 1
        if profile == 3:
            bits.bits(1)
        if bits.bits(1):  # show_existing_frame
            return len(unit)
        inter, shown, resilient = bits.bits(1), bits.bits(1), bits.bits(1)
        refresh, width = self._inter(bits, profile, shown, resilient) if inter else self._key(bits, profile)
        if not resilient:
            bits.bits(2)
        bits.bits(2)
        _filter_and_quantizer(bits)
        _segmentation(bits)
        _tiles(bits, width)
        compressed = bits.bits(16)
        self._widths = [width if refresh >> slot & 1 else before for slot, before in enumerate(self._widths)]
        end = (bits.at + 7) // 8 + compressed
        if not compressed or end > len(unit):
            raise SvpError(f"a frame of the film has {len(unit)} bytes, its headers {end}")
        return end

    def _key(self, bits, profile):
        """(slots that become this frame, its width) of a key frame."""
        _colours(bits, profile)
        return (1 << _SLOTS) - 1, _size(bits)

    def _inter(self, bits, profile, shown, resilient):
        intra = not shown and bits.bits(1)
        if not resilient:
            bits.bits(2)
        if intra:
            if profile:
                _colours(bits, profile)
            elif bits.bits(24) != _SYNC:
                raise SvpError("an intra frame of the film has no sync code")
            refresh = bits.bits(_SLOTS)
            return refresh, _size(bits)
        refresh = bits.bits(_SLOTS)
        references = [(bits.bits(3), bits.bits(1))[0] for _ in range(3)]
        same = next((slot for slot in references if bits.bits(1)), None)
        width = self._widths[same] if same is not None else bits.bits(16) + 1
        if same is None:
            bits.bits(16)
        _render_size(bits)
        bits.bits(1)
        if not bits.bits(1):
            bits.bits(2)
        return refresh, width


def _colours(bits, profile):
    if bits.bits(24) != _SYNC:
        raise SvpError("a key frame of the film has no sync code")
    if profile >= 2:
        bits.bits(1)
    if bits.bits(3) != _RGB:
        bits.bits(1)
        if profile % 2:
            bits.bits(3)
    elif profile % 2:
        bits.bits(1)


def _size(bits):
    width = bits.bits(16) + 1
    bits.bits(16)
    _render_size(bits)
    return width


def _render_size(bits):
    if bits.bits(1):
        bits.bits(32)


def _filter_and_quantizer(bits):
    bits.bits(9)
    if bits.bits(1) and bits.bits(1):
        for _ in range(4 + 2):
            if bits.bits(1):
                bits.bits(7)
    bits.bits(8)
    for _ in range(3):
        if bits.bits(1):
            bits.bits(5)


def _segmentation(bits):
    if not bits.bits(1):
        return
    if bits.bits(1):
        for _ in range(7):
            if bits.bits(1):
                bits.bits(8)
        if bits.bits(1):
            for _ in range(3):
                if bits.bits(1):
                    bits.bits(8)
    if not bits.bits(1):
        return
    bits.bits(1)
    for _ in range(_SEGMENTS):
        for count, signed in _FEATURES:
            if bits.bits(1):
                bits.bits(count + signed)


def _tiles(bits, width):
    """Tiles are 256 to 4096 samples wide."""
    blocks, least, most = (width + 63) // 64, 0, 1
    while 64 << least < blocks:
        least += 1
    while blocks >> most >= 4:
        most += 1
    columns = least
    while columns < most - 1 and bits.bits(1):
        columns += 1
    if bits.bits(1):
        bits.bits(1)
