# SPDX-License-Identifier: GPL-2.0-or-later
"""What the secure heaps really hold, seen in the DRAM cells: needs Board(share_ram=True).

`svp-probe protect` (and so `proof`) has OP-TEE fill each heap and leaves it so: every 8 MiB of a heap, counted from its base, are
one fill of 32-bit little-endian words that count up from a start value of their own. Linux then tries to put GARBAGE everywhere.
"""

import array
import sys

HEAPS = {"video": (0xC0000000, 128 << 20), "vault": (0xC8000000, 32 << 20)}
OPTEE = (0xF0000000, 0x0FE00000)
#: 64 KiB of ordinary DRAM right below the heaps that Linux leaves alone, and its size
UNUSED = (0xBFFF0000, 64 << 10)
#: What Linux writes, as it would lie in memory
GARBAGE = (0x0BADF00DDEADC0DE).to_bytes(8, "little")
PIECE_BYTES = 8 << 20
_FIRST_WORD = 0x5E5E0001
_WORD_BYTES = 4


def pattern(piece, size=PIECE_BYTES):
    """The first `size` bytes that OP-TEE writes into piece number `piece` of a heap."""
    start = _FIRST_WORD ^ piece << 16
    words = array.array("I", range(start, start + size // _WORD_BYTES))
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def heap_content(board, heap):
    """'pattern' when every word of a heap is as OP-TEE left it, else a phrase that names the first one that is not."""
    base, size = HEAPS[heap]
    for piece in range(size // PIECE_BYTES):
        begin = base + piece * PIECE_BYTES
        wanted, seen = pattern(piece), board.ram(begin, PIECE_BYTES)
        if wanted != seen:
            at = next(at for at in range(0, PIECE_BYTES, _WORD_BYTES) if wanted[at:at + _WORD_BYTES] != seen[at:at + _WORD_BYTES])
            return f"{seen[at:at + _WORD_BYTES][::-1].hex()} at {begin + at:#x}"
    return "pattern"


def garbage(board, base, size):
    """Address of the first place in a range that holds what Linux tried to write, or None. The range may be large."""
    step, overlap = 64 << 20, len(GARBAGE) - 1
    for begin in range(base, base + size, step):
        found = board.ram(begin, min(step + overlap, base + size - begin)).find(GARBAGE)
        if found >= 0:
            return begin + found
    return None
