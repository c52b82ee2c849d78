# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts by master, region and direction: what is on record (denied, granted because of a fault, or changed by one), what a fault has
opened, and what the test port did that is not on record."""

import dataclasses

from . import vocabulary as words
from .places import PLACES, REGIONS, region


@dataclasses.dataclass
class Cell:
    """Accesses of one master in one direction to one region; `injected` are those of `recorded` that a fault had a part in, `granted`
    those of them that only a fault let through. `opened`: a fault has left memory of it open."""

    recorded: int = 0
    injected: int = 0
    permitted: int = 0
    granted: int = 0
    opened: bool = False

    @property
    def leaks(self):
        return bool(self.granted or self.opened)


def recorded(violations, fitted):
    """[{"master", "region", "direction", "count", "injected", "granted"}] of records: what a result keeps of all of them.

    `fitted`: bytes of DRAM.
    """
    rows = {}
    for record in violations:
        key = record["master"], region(record["address"], fitted), record["direction"]
        row = rows.setdefault(key, {**dict(zip(("master", "region", "direction"), key)), "count": 0, "injected": 0, "granted": 0})
        row["count"] += record["count"]
        row["granted"] += record["count"] if record.get("state") == "granted" else 0
        row["injected"] += record["count"] if record["injected"] else 0
    return list(rows.values())


def count(cases):
    """{(master, region, direction): Cell} of results."""
    cells = {}
    for case in cases:
        for row in case["recorded"]:
            cell = cells.setdefault((row["master"], row["region"], row["direction"]), Cell())
            cell.recorded += row["count"]
            cell.injected += row["injected"]
            cell.granted += row.get("granted", 0)
        for row in case.get("opened", ()):
            for name in dict.fromkeys(region(address, case["memory"]) for address in _samples(row["first"], row["last"])):
                cells.setdefault((row["master"], name, row["direction"]), Cell()).opened = True
        for step in case["steps"]:
            if step["kind"] == "port" and step.get("recorded") is False:
                for address, direction in _accesses(step):
                    cells.setdefault((step["master"], region(address, case["memory"]), direction), Cell()).permitted += 1
    return cells


def _samples(first, last):
    """Addresses of a range, one at least in each region that it touches."""
    inside = [place for place, size in PLACES.values() if first <= place <= last or first <= place + size - 1 <= last]
    return [first, last, *inside]


def _accesses(step):
    """(address, direction) pairs of a step of the test port."""
    if step["operation"] == "copy":
        return [(step["from"], "read"), (step["to"], "write")]
    return [(step["address"], step["operation"])]


def axes(cells):
    """(masters, regions) that occur, in the order of their lists."""
    masters = [master for master in words.MASTERS if any(key[0] == master for key in cells)]
    return masters, [name for name in REGIONS if any(key[1] == name for key in cells)]


def strength(number):
    """1 to 4: how strong the colour of a count is."""
    return 1 + sum(number >= limit for limit in (10, 100, 1000))
