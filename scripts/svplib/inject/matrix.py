# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts by master, region and direction: what is on record (denied, or changed by a fault), and what the test port did that is not."""

import dataclasses

from . import vocabulary as words
from .places import REGIONS, region


@dataclasses.dataclass
class Cell:
    """Accesses of one master in one direction to one region; `injected` are those of `recorded` that a fault had a part in."""

    recorded: int = 0
    injected: int = 0
    permitted: int = 0


def recorded(violations, fitted):
    """[{"master", "region", "direction", "count", "injected"}] of records; `fitted`: bytes of DRAM. What a result keeps of all its records."""
    rows = {}
    for record in violations:
        key = record["master"], region(record["address"], fitted), record["direction"]
        row = rows.setdefault(key, {**dict(zip(("master", "region", "direction"), key)), "count": 0, "injected": 0})
        row["count"] += record["count"]
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
        for step in case["steps"]:
            if step["kind"] == "port" and step.get("recorded") is False:
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
