# SPDX-License-Identifier: GPL-2.0-or-later
"""Searches all DRAM that Linux can read, past every firewall: needs Board(share_ram=True)."""

import os

from . import heap_cells
from .dram import DRAM_BASE

#: What Linux cannot read
PROTECTED = sorted([*heap_cells.HEAPS.values(), heap_cells.OPTEE])
_STEP = 64 << 20


def pieces(board, overlap):
    """Pieces of DRAM that Linux can read and that were ever written: (address, bytes); each has `overlap` bytes of the next one."""
    edges = [DRAM_BASE]
    for base, size in PROTECTED:
        edges += [base, base + size]
    edges.append(DRAM_BASE + board.dram.size)
    for begin, end in zip(edges[::2], edges[1::2]):
        yield from _written(board.dram.descriptor, begin - DRAM_BASE, end - DRAM_BASE, overlap)


def _written(descriptor, at, end, overlap):
    while at < end:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
            stop = min(os.lseek(descriptor, at, os.SEEK_HOLE), end)
        except OSError:
            return
        for begin in range(at, stop, _STEP):
            yield DRAM_BASE + begin, os.pread(descriptor, min(_STEP + overlap, stop - begin), begin)
        at = stop


def places(board, needles):
    """{needle: address} for those byte strings that Linux could read somewhere."""
    found, longest = {}, max(map(len, needles), default=1)
    for address, data in pieces(board, longest - 1):
        for needle in needles:
            if needle not in found and (at := data.find(needle)) >= 0:
                found[needle] = address + at
    return found
