# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program of EL2 has refused Linux under the policy `stage2` (firmware/stage2/record.h): needs Board(share_ram=True).

It has it on record in memory of its own, which is looked at here past every firewall.
"""

import struct

PLACE, MAGIC, KEPT = 0xEFE10000, b"SVSTAGE2", 64
KINDS = ("read", "write", "fetch", "walk", "address", "call")
_HEAD, _ENTRY = struct.Struct("<8s6QQ"), struct.Struct("<3Q2I")
#: Nanoseconds of a tick of the system counter
_TICK = 120


def read(board):
    """{"counts": {kind: number}, "total", "latest": the newest refusals, the oldest first}; None if no such program runs. Each of `latest` has `number` (from
    1), `kind`, `address` (of a call: its number), `pc`, `time` (virtual, ns) and `core`."""
    magic, *counts, total = _HEAD.unpack(board.ram(PLACE, _HEAD.size))
    if magic != MAGIC:
        return None
    entries = board.ram(PLACE + _HEAD.size, KEPT * _ENTRY.size)
    latest = []
    for number in range(max(0, total - KEPT), total):
        address, pc, ticks, kind, core = _ENTRY.unpack_from(entries, number % KEPT * _ENTRY.size)
        latest.append({"number": number + 1, "kind": KINDS[kind], "address": address, "pc": pc, "time": ticks * _TICK, "core": core})
    return {"counts": dict(zip(KINDS, counts)), "total": total, "latest": latest}


def text(refusal):
    """A refusal in a line."""
    return (f"EL2 #{refusal['number']} {refusal['time'] / 1e9:.9f}s {refusal['kind']} {refusal['address']:#x} refused, core {refusal['core']} "
            f"pc {refusal['pc']:#x}")


def as_violation(refusal):
    """A refusal of an access as a row like those of query-svp-violations."""
    return {"master": "a53", "world": "non-secure", "direction": "write" if refusal["kind"] == "write" else "read", "address": refusal["address"],
            "time": refusal["time"], "last-time": refusal["time"], "count": 1, "denier": "stage2", "index": 0, "injected": False, "text": text(refusal)}


class Watcher:
    """Tells what has come since it was asked for last."""

    def __init__(self, board):
        self._board = board
        self._seen = (read(board) or {"total": 0})["total"]

    def take(self):
        """(new refusals among the latest, how many more there were); ([], 0) if no such program runs."""
        record = read(self._board)
        if record is None:
            return [], 0
        new = [refusal for refusal in record["latest"] if refusal["number"] > self._seen]
        lost = record["total"] - self._seen - len(new)
        self._seen = record["total"]
        return new, lost
