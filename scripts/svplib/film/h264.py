# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the header of an H.264 slice ends (ITU-T H.264, clause 7.3): that far a film stays clear, for players parse it."""

from ..base.errors import SvpError
from .bits import Bits

SLICES = (1, 5)
_SPS, _PPS, _IDR = 7, 8, 5
_HEADER_BITS = 8
#: Profiles whose sequence parameter sets say more about samples (clause 7.3.2.1.1)
_HIGH = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_P, _B, _SP, _SI = 0, 1, 3, 4
_INTRA = (2, _SI)


class ParameterSets:
    """The parameter sets that were seen so far."""

    def __init__(self):
        self._sequence, self._picture = {}, {}

    def take(self, unit):
        """Look at a NAL unit, without its length; other units are passed over."""
        kind = unit[0] & 31 if unit else 0
        if kind == _SPS:
            bits = Bits(unit, _HEADER_BITS)
            number, content = _sequence(bits)
            self._sequence[number] = content
        elif kind == _PPS:
            bits = Bits(unit, _HEADER_BITS)
            number, content = _picture(bits)
            self._picture[number] = content

    def clear_bytes(self, unit):
        """Bytes at a unit's beginning that stay clear: all of what is no slice, of a slice its header."""
        if not unit or unit[0] & 31 not in SLICES:
            return len(unit)
        bits = Bits(unit, _HEADER_BITS)
        bits.ue()
        kind, picture = bits.ue() % 5, self._picture.get(bits.ue())
        sequence = self._sequence.get(picture["sequence"]) if picture else None
        if not sequence:
            raise SvpError("a slice of the film refers to a parameter set that is not there")
        _slice(bits, kind, unit[0] >> 5 & 3, unit[0] & 31 == _IDR, sequence, picture)
        return bits.used_bytes()


def _scaling_list(bits, size):
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se() + 256) % 256
        last = following or last


def _sequence(bits):
    profile = bits.bits(8)
    bits.bits(16)
    number, content = bits.ue(), {"chroma": 1, "planes": 0}
    if profile in _HIGH:
        content["chroma"] = bits.ue()
        if content["chroma"] == 3:
            content["planes"] = bits.bits(1)
        bits.ue()
        bits.ue()
        bits.bits(1)
        if bits.bits(1):
            for place in range(8 if content["chroma"] != 3 else 12):
                if bits.bits(1):
                    _scaling_list(bits, 16 if place < 6 else 64)
    content["frame-num-bits"] = bits.ue() + 4
    content["order"] = bits.ue()
    if content["order"] == 0:
        content["order-bits"] = bits.ue() + 4
    elif content["order"] == 1:
        content["delta-always-zero"] = bits.bits(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()
    bits.bits(1)
    bits.ue()
    bits.ue()
    content["frames-only"] = bits.bits(1)
    return number, content


def _picture(bits):
    number, content = bits.ue(), {"sequence": bits.ue()}
    content["cabac"] = bits.bits(1)
    content["bottom-order"] = bits.bits(1)
    if bits.ue():
        raise SvpError("the film has slice groups (FMO), which no player of protected films takes")
    content["references"] = (bits.ue() + 1, bits.ue() + 1)
    content["weighted"] = bits.bits(1)
    content["weighted-b"] = bits.bits(2)
    for _ in range(3):
        bits.se()
    content["deblocking"] = bits.bits(1)
    bits.bits(1)
    content["redundant"] = bits.bits(1)
    return number, content


def _slice(bits, kind, reference, idr, sequence, picture):
    """Read a slice header from its fourth element on."""
    if sequence["planes"]:
        bits.bits(2)
    bits.bits(sequence["frame-num-bits"])
    field = 0 if sequence["frames-only"] else bits.bits(1)
    if field:
        bits.bits(1)
    if idr:
        bits.ue()
    if sequence["order"] == 0:
        bits.bits(sequence["order-bits"])
        if picture["bottom-order"] and not field:
            bits.se()
    elif sequence["order"] == 1 and not sequence["delta-always-zero"]:
        bits.se()
        if picture["bottom-order"] and not field:
            bits.se()
    if picture["redundant"]:
        bits.ue()
    if kind == _B:
        bits.bits(1)
    lists = 0 if kind in _INTRA else 2 if kind == _B else 1
    counts = list(picture["references"])
    if lists and bits.bits(1):
        for number in range(lists):
            counts[number] = bits.ue() + 1
    if max(counts) > 32:
        raise SvpError("a slice of the film has more than 32 references")
    for _ in range(lists):
        if bits.bits(1):
            while bits.ue() != 3:
                bits.ue()
    if picture["weighted"] and kind in (_P, _SP) or picture["weighted-b"] == 1 and kind == _B:
        _weights(bits, counts[:lists], sequence["chroma"] and not sequence["planes"])
    if reference:
        _marking(bits, idr)
    if picture["cabac"] and kind not in _INTRA:
        bits.ue()
    bits.se()
    if kind in (_SP, _SI):
        if kind == _SP:
            bits.bits(1)
        bits.se()
    if picture["deblocking"] and bits.ue() != 1:
        bits.se()
        bits.se()


def _weights(bits, counts, chroma):
    bits.ue()
    if chroma:
        bits.ue()
    for count in counts:
        for _ in range(count):
            if bits.bits(1):
                bits.se()
                bits.se()
            if chroma and bits.bits(1):
                for _ in range(4):
                    bits.se()


def _marking(bits, idr):
    if idr:
        bits.bits(2)
    elif bits.bits(1):
        while (operation := bits.ue()) != 0:
            for _ in range({1: 1, 2: 1, 3: 2, 4: 1, 6: 1}.get(operation, 0)):
                bits.ue()
