# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the header of a slice segment of HEVC ends (ITU-T H.265, clause 7.3): that far a film stays clear, for players and decoders parse it."""

from ..base.errors import SvpError
from .bits import Bits

_SPS, _PPS, _FIRST_IRAP, _LAST_IRAP, _IDR = 33, 34, 16, 23, (19, 20)
_HEADER_BITS = 16
_B, _P = 0, 1
_MOST_SETS, _MOST_PICTURES = 64, 16
_PROFILE_BITS, _LEVEL_BITS = 88, 8


class ParameterSets:
    """The parameter sets that were seen so far."""

    def __init__(self):
        self._sequence, self._picture = {}, {}

    def take(self, unit):
        """Look at a NAL unit, without its length; other units are passed over."""
        kind = _kind(unit)
        if kind == _SPS:
            number, content = _sequence(Bits(unit, _HEADER_BITS))
            self._sequence[number] = content
        elif kind == _PPS:
            number, content = _picture(Bits(unit, _HEADER_BITS))
            self._picture[number] = content

    def clear_bytes(self, unit):
        """Bytes at a unit's beginning that stay clear: all of what is no slice, of a slice segment its header."""
        kind = _kind(unit)
        if not (0 <= kind < 10 or _FIRST_IRAP <= kind <= 21):
            return len(unit)
        bits = Bits(unit, _HEADER_BITS)
        first = bits.bits(1)
        if _FIRST_IRAP <= kind <= _LAST_IRAP:
            bits.bits(1)
        picture = self._picture.get(bits.ue())
        sequence = self._sequence.get(picture["sequence"]) if picture else None
        if not sequence:
            raise SvpError("a slice of the film refers to a parameter set that is not there")
        dependent = not first and picture["dependent"] and bits.bits(1)
        if not first:
            bits.bits(_width(sequence["blocks"]))
        if not dependent:
            _slice(bits, kind in _IDR, sequence, picture)
        if picture["entry-points"]:
            _entry_points(bits)
        if picture["extension"]:
            bits.bits(8 * bits.ue())
        if not bits.bits(1):  # of the alignment, which fills the byte
            raise SvpError("a slice header of the film does not end where it should")
        return bits.used_bytes()


def _kind(unit):
    return unit[0] >> 1 & 63 if len(unit) > 2 else -1


def _width(count):
    """Bits of a number below `count`."""
    return (count - 1).bit_length()


def _profile(bits, sub_layers):
    bits.bits(_PROFILE_BITS + _LEVEL_BITS)
    present = [(bits.bits(1), bits.bits(1)) for _ in range(sub_layers)]
    bits.bits(2 * (8 - sub_layers) if sub_layers else 0)
    for profile, level in present:
        bits.bits(_PROFILE_BITS * profile + _LEVEL_BITS * level)


def _scaling_lists(bits):
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not bits.bits(1):
                bits.ue()
                continue
            for _ in range(min(64, 16 << 2 * size) + (size > 1)):
                bits.se()


def _reference_set(bits, before, count):
    """A short-term reference picture set: [(difference of the order count, used)]. `before`: those with lower numbers, `count` of the sequence's."""
    number = len(before)
    if number and bits.bits(1):
        back = bits.ue() + 1 if number == count else 1
        if back > number:
            raise SvpError("a set of references of the film is predicted from one that is not there")
        sign = bits.bits(1)
        change = (bits.ue() + 1) * (-1 if sign else 1)
        made = []
        for delta, _ in [*before[number - back], (0, 0)]:
            used = bits.bits(1)
            kept = used or bits.bits(1)
            if kept and delta + change:
                made.append((delta + change, used))
        return sorted((each for each in made if each[0] < 0), reverse=True) + sorted(each for each in made if each[0] > 0)
    negative, positive = bits.ue(), bits.ue()
    if max(negative, positive) > _MOST_PICTURES:
        raise SvpError("a set of references of the film has more than 16 pictures")
    made = []
    for pictures, sign in ((negative, -1), (positive, 1)):
        delta = 0
        for _ in range(pictures):
            delta += sign * (bits.ue() + 1)
            made.append((delta, bits.bits(1)))
    return made


def _sequence(bits):
    bits.bits(4)
    sub_layers = bits.bits(3)
    bits.bits(1)
    _profile(bits, sub_layers)
    number, content = bits.ue(), {"chroma": bits.ue(), "planes": 0}
    if content["chroma"] == 3:
        content["planes"] = bits.bits(1)
    width, height = bits.ue(), bits.ue()
    if bits.bits(1):
        for _ in range(4):
            bits.ue()
    bits.ue()
    bits.ue()
    content["order-bits"] = bits.ue() + 4
    for _ in range(sub_layers + 1 if bits.bits(1) else 1):
        for _ in range(3):
            bits.ue()
    block = 1 << bits.ue() + 3 + bits.ue()
    content["blocks"] = (width + block - 1) // block * ((height + block - 1) // block)
    for _ in range(4):
        bits.ue()
    if bits.bits(1) and bits.bits(1):
        _scaling_lists(bits)
    bits.bits(1)
    content["offset"] = bits.bits(1)
    if bits.bits(1):
        bits.bits(8)
        bits.ue()
        bits.ue()
        bits.bits(1)
    count = bits.ue()
    if count > _MOST_SETS:
        raise SvpError("the film has more than 64 sets of references")
    content["sets"] = []
    for _ in range(count):
        content["sets"].append(_reference_set(bits, content["sets"], count))
    content["long-term"] = [] if bits.bits(1) else None
    for _ in range(bits.ue() if content["long-term"] is not None else 0):
        bits.bits(content["order-bits"])
        content["long-term"].append(bits.bits(1))
    content["temporal"] = bits.bits(1)
    return number, content


def _picture(bits):
    number, content = bits.ue(), {"sequence": bits.ue()}
    content["dependent"], content["output"], content["reserved"] = bits.bits(1), bits.bits(1), bits.bits(3)
    bits.bits(1)
    content["cabac-init"] = bits.bits(1)
    content["references"] = (bits.ue() + 1, bits.ue() + 1)
    bits.se()
    bits.bits(2)
    if bits.bits(1):
        bits.ue()
    bits.se()
    bits.se()
    content["chroma-offsets"] = bits.bits(1)
    content["weighted"] = {_P: bits.bits(1), _B: bits.bits(1)}
    bits.bits(1)
    tiles, rows = bits.bits(1), bits.bits(1)
    content["entry-points"] = tiles or rows
    if tiles:
        columns, lines = bits.ue(), bits.ue()
        for _ in range(0 if bits.bits(1) else columns + lines):
            bits.ue()
        bits.bits(1)
    content["across"] = bits.bits(1)
    content["override"] = content["no-deblocking"] = 0
    if bits.bits(1):
        content["override"], content["no-deblocking"] = bits.bits(1), bits.bits(1)
        if not content["no-deblocking"]:
            bits.se()
            bits.se()
    if bits.bits(1):
        _scaling_lists(bits)
    content["modification"] = bits.bits(1)
    bits.ue()
    content["extension"] = bits.bits(1)
    return number, content


def _slice(bits, idr, sequence, picture):
    """Read a slice segment header from the reserved bits on, to the entry points."""
    bits.bits(picture["reserved"])
    kind = bits.ue()
    bits.bits(picture["output"])
    bits.bits(2 * sequence["planes"])
    used, temporal = (0, 0) if idr else _references(bits, sequence)
    colour = sequence["chroma"] and not sequence["planes"]
    offset = sequence["offset"] and bits.bits(1)
    if sequence["offset"] and colour:
        offset |= bits.bits(1)
    if kind in (_B, _P):
        _prediction(bits, kind, picture, used, temporal, colour)
    for _ in range(3 if picture["chroma-offsets"] else 1):
        bits.se()
    deblocking = not picture["no-deblocking"]
    if picture["override"] and bits.bits(1):
        deblocking = not bits.bits(1)
        for _ in range(2 * deblocking):
            bits.se()
    if picture["across"] and (offset or deblocking):
        bits.bits(1)


def _references(bits, sequence):
    """(pictures that the slice may refer to, whether their motion is used)."""
    bits.bits(sequence["order-bits"])
    sets = sequence["sets"]
    if bits.bits(1):
        number = bits.bits(_width(len(sets))) if len(sets) > 1 else 0
        if number >= len(sets):
            raise SvpError("a slice of the film has a set of references that is not there")
        chosen = sets[number]
    else:
        chosen = _reference_set(bits, sets, len(sets))
    used, known = sum(each for _, each in chosen), sequence["long-term"]
    if known is not None:
        listed = bits.ue() if known else 0
        for number in range(listed + bits.ue()):
            if number >= listed:
                bits.bits(sequence["order-bits"])
                used += bits.bits(1)
            else:
                place = bits.bits(_width(len(known)))
                used += known[place] if place < len(known) else 0
            if bits.bits(1):
                bits.ue()
    return used, sequence["temporal"] and bits.bits(1)


def _prediction(bits, kind, picture, used, temporal, colour):
    lists = 2 if kind == _B else 1
    counts = list(picture["references"][:lists])
    if bits.bits(1):
        counts = [bits.ue() + 1 for _ in range(lists)]
    if max(counts) > _MOST_PICTURES:
        raise SvpError("a slice of the film has more than 16 references")
    if picture["modification"] and used > 1:
        for count in counts:
            if bits.bits(1):
                bits.bits(count * _width(used))
    if kind == _B:
        bits.bits(1)
    if picture["cabac-init"]:
        bits.bits(1)
    if temporal:
        which = 1 - bits.bits(1) if kind == _B else 0
        if counts[which] > 1:
            bits.ue()
    if picture["weighted"][kind]:
        _weights(bits, counts, colour)
    bits.ue()


def _weights(bits, counts, colour):
    bits.ue()
    if colour:
        bits.se()
    for count in counts:
        luma = [bits.bits(1) for _ in range(count)]
        chroma = [bits.bits(1) for _ in range(count)] if colour else [0] * count
        for has_luma, has_chroma in zip(luma, chroma):
            for _ in range(2 * has_luma + 4 * has_chroma):
                bits.se()


def _entry_points(bits):
    count = bits.ue()
    if count:
        bits.bits(count * (bits.ue() + 1))
