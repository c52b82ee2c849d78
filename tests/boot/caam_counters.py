# SPDX-License-Identifier: GPL-2.0-or-later
"""What CAAM has done, from its performance counters: one place to ask, whatever the way."""

import re

#: Controller page, performance counters: name -> offset, each of 64 bits with the upper half first
BASE = 0x30900000
COUNTERS = {"jobs": 0xF00, "requests encrypted": 0xF08, "requests decrypted": 0xF10, "bytes encrypted": 0xF18, "bytes authenticated": 0xF20,
            "bytes decrypted": 0xF28, "bytes validated": 0xF30}
_WORD = re.compile(r"0x([0-9a-f]{8})\b")


def counters(board):
    """{name: value} now, as a non-secure reader sees the registers."""
    first, last = min(COUNTERS.values()), max(COUNTERS.values())
    text = board.hmp(f"xp /{(last - first) // 4 + 2}wx {BASE + first:#x}")
    words = [int(word, 16) for line in text.splitlines() for word in _WORD.findall(line.split(":", 1)[1])]
    return {name: words[(offset - first) // 4] << 32 | words[(offset - first) // 4 + 1] for name, offset in COUNTERS.items()}


def jobs(board):
    """Descriptors that CAAM has run since its reset."""
    return counters(board)["jobs"]
