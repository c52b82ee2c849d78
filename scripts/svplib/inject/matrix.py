# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts by master, region and direction: denied accesses from the records, permitted ones from the steps of the test port."""

import dataclasses

from . import vocabulary as words
from .places import REGIONS, region


@dataclasses.dataclass
class Cell:
    """Accesses of one master in one direction to one region; `injected` are those of `denied` that a fault had a part in."""

    denied: int = 0
    injected: int = 0
    permitted: int = 0


def count(cases):
    """{(master, region, direction): Cell} of results."""
    cells = {}
    for case in cases:
        for row in case["violations"]:
            cell = cells.setdefault((row["master"], region(row["address"], case["memory"]), row["direction"]), Cell())
            cell.denied += row["count"]
            cell.injected += row["count"] if row["injected"] else 0
        for step in case["steps"]:
            if step["kind"] == "port" and step.get("denied") is False:
                for address, direction in _accesses(step):
                    cells.setdefault((step["master"], region(address, case["memory"]), direction), Cell()).permitted += 1
    return cells


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
