# SPDX-License-Identifier: GPL-2.0-or-later
"""Samples of VP9 whose headers are wrong, made of good ones: for the trusted application that reads them."""

import struct

from svplib.film import vp9
from svplib.film.cipher import Aes

#: Where fields of a key frame of profile 0 lie, in bits from its beginning
_MARKER, _PROFILE, _EXISTING, _TYPE, _SYNC, _COLOUR, _WIDTH = 0, 2, 4, 5, 8, 32, 36
_MARKER_BITS, _SYNC_BITS, _SIZE_BITS, _SLOTS = 2, 24, 16, 8
_IV_BYTES = 16
_CENC = 2


def _changed(sample, at, bits, value):
    """The sample with another number in so many bits."""
    whole, shift = int.from_bytes(sample, "big"), 8 * len(sample) - at - bits
    return (whole & ~((1 << bits) - 1 << shift) | value << shift).to_bytes(len(sample), "big")


def before_any_frame(key):
    """What needs a picture from before, of which there is none: a frame that refers to it, and those that show it again."""
    return [_changed(key, _TYPE, 1, 1), *(_changed(key[:2], _EXISTING, 4, 8 | slot) for slot in range(_SLOTS)), bytes(1)]


def after_a_frame(key):
    """Samples that are wrong at any time, made of a key frame."""
    header = vp9.Headers().clear_bytes(key)
    return [
        *(_changed(key, _MARKER, _MARKER_BITS, value) for value in (0, 1, 3)), *(_changed(key, _PROFILE, 2, value) for value in (2, 3)),
        *(_changed(key, _SYNC + bit, 1, 1 - (key[(_SYNC + bit) // 8] >> 7 - bit % 8 & 1)) for bit in range(_SYNC_BITS)),
        _changed(key, _COLOUR, 3, 7), _changed(key, _WIDTH, _SIZE_BITS, 4096), _changed(key, _WIDTH + _SIZE_BITS, _SIZE_BITS, 0xFFFF),
        _changed(key, _WIDTH, 2 * _SIZE_BITS, 0x0FFF0FFF),
        # An index of frames that are longer than the sample
        *(key + _index([len(key) + 1] * count) for count in range(1, 9)), *(key + _index([1 << 32 - count] * count) for count in range(1, 9)),
        # The first frame of two is good
        key + bytes(2) + _index([len(key), 2]),
        *(key[:size] for size in range(2, min(header, 45))), *(key[:header - cut] for cut in (1, 2, 3, 10)),
    ]


def _index(sizes):
    """Of a superframe (annex B), with sizes of four bytes."""
    marker = bytes((0xC0 | 3 << 3 | len(sizes) - 1,))
    return marker + b"".join(struct.pack("<I", size) for size in sizes) + marker


def container(key, blob, samples):
    """A container of svp-decrypt with such samples, each encrypted as a whole (firmware/guest/decrypt/container.hpp)."""
    aes, rows, data = Aes(key), b"", b""
    for number, sample in enumerate(samples):
        iv = (number + 1).to_bytes(8, "big").ljust(_IV_BYTES, b"\0")
        rows += struct.pack("<2I16s", len(sample), 0, iv)
        data += aes.ctr(iv, sample)
    sizes = struct.pack("<8I", 8 + 32 + len(blob) + len(rows), _CENC, 0, 0, _IV_BYTES, len(blob), len(samples), 0)
    return b"SVPENC1\0" + sizes + blob + rows + data
