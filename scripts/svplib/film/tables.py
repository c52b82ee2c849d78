# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the samples of a track lie: tables stsz, stsc, stco and co64 (ISO/IEC 14496-12, clause 8.7)."""

import struct

from ..base.errors import SvpError
from .boxes import full, version_and_flags


def _words(box, skip, form):
    """Tuples of a table whose count is the word at byte `skip` behind version and flags."""
    _, _, body = version_and_flags(box)
    row = struct.Struct(">" + form)
    count = struct.unpack_from(">I", body, skip)[0] if len(body) >= skip + 4 else 0
    table = body[skip + 4:]
    if count * row.size > len(table):
        raise SvpError(f"the film's table '{box.name}' is cut")
    return [row.unpack_from(table, number * row.size) for number in range(count)]


def sizes(stbl):
    """Bytes of each sample."""
    box = stbl.child("stsz")
    _, _, body = version_and_flags(box)
    if len(body) < 8:
        raise SvpError("the film's table 'stsz' is cut")
    same, count = struct.unpack_from(">II", body)
    return [same] * count if same else [size for size, in _words(box, 4, "I")]


def _chunks(stbl):
    """(box, offsets) of the chunks."""
    found = stbl.all("stco")
    if found:
        return found[0], [offset for offset, in _words(found[0], 0, "I")]
    box = stbl.child("co64")
    return box, [offset for offset, in _words(box, 0, "Q")]


def samples(stbl):
    """[(offset in the file, bytes)] of all samples."""
    left, offsets = sizes(stbl), _chunks(stbl)[1]
    runs = _words(stbl.child("stsc"), 0, "III")
    found, number = [], 0
    for place, (first, each, _) in enumerate(runs):
        last = runs[place + 1][0] if place + 1 < len(runs) else len(offsets) + 1
        for chunk in range(first - 1, last - 1):
            if not 0 <= chunk < len(offsets):
                raise SvpError("the film's table 'stsc' names a chunk that is not there")
            at = offsets[chunk]
            for size in left[number:number + each]:
                found.append((at, size))
                at += size
            number += each
    if len(found) != len(left):
        raise SvpError(f"the film's tables place {len(found)} of {len(left)} samples")
    return found


def move_chunks(stbl, by):
    """Let the samples lie `by` bytes further back in the file."""
    box, offsets = _chunks(stbl)
    moved = [offset + by for offset in offsets]
    form = "I" if box.name == "stco" else "Q"
    if moved and max(moved) >= 1 << 32 and form == "I":
        raise SvpError("the film is too long for its table of offsets")
    box.body = full(box.name, 0, 0, struct.pack(f">I{len(moved)}{form}", len(moved), *moved)).body
