# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case expects when its steps are done: violations, memory cells, faults, consoles, the machine's end."""

import dataclasses
import re

from ..machine import heap_cells
from ..machine.dram import DRAM_BASE
from . import effects, vocabulary as words
from .fields import REPEATED_BYTES_LIMIT
from .places import PLACES

_ON_CHIP = (PLACES["ocram"], PLACES["ocram-s"])
ENDS = ("running", "off", "reset")
_RECORD_CHOICES = {"master": words.MASTERS, "world": words.WORLDS, "direction": words.DIRECTIONS, "denier": words.DENIERS,
                   "answer": words.ANSWERS, "state": words.STATES}
_RECORD_NUMBERS = {"domain": words.DOMAINS - 1, "index": 0xFFFF, "cpu": 3, "length": words.U64}


@dataclasses.dataclass(frozen=True)
class Range:
    """At least `low` and at most `high`; `high` None has no limit."""

    low: int
    high: int | None

    def holds(self, number):
        return self.low <= number and (self.high is None or number <= self.high)

    def __str__(self):
        if self.high == self.low:
            return str(self.low)
        return f"{self.low} or more" if self.high is None else f"{self.low} to {self.high}"


@dataclasses.dataclass(frozen=True)
class Record:
    """Denied accesses that are alike: `equal` are members of a record, its address lies in [first, last]; `fault` is a label or a position."""

    path: str
    equal: dict
    first: int
    last: int
    fault: str | int | None
    count: Range

    def fits(self, record, identifiers):
        """Whether a record of QMP belongs to it. `identifiers`: {label or position: the fault's identifier}."""
        if any(record.get(name) != value for name, value in self.equal.items()) or not self.first <= record["address"] <= self.last:
            return False
        return self.fault is None or record.get("fault") == identifiers.get(self.fault)

    def __str__(self):
        parts = [f"{name} {value}" for name, value in self.equal.items()]
        if (self.first, self.last) != (0, words.U64):
            parts.append(f"{self.first:#x} to {self.last:#x}")
        if self.fault is not None:
            parts.append(f"fault {self.fault}")
        return ", ".join(parts) or "any"


@dataclasses.dataclass(frozen=True)
class Violations:
    """`records`: what must be there; `others`: whether more may be."""

    path: str
    records: tuple
    others: bool


@dataclasses.dataclass(frozen=True)
class Cells:
    """What memory cells must hold. `how` is "is", "not" (differs somewhere), "nowhere" (not found in `length` bytes) or "tee-fill"."""

    path: str
    address: int
    length: int
    how: str
    data: bytes
    heap: str | None = None


@dataclasses.dataclass(frozen=True)
class FaultState:
    """How often a fault has happened."""

    path: str
    fault: str | int
    hits: Range | None
    matches: Range | None
    spent: bool | None


@dataclasses.dataclass(frozen=True)
class Expected:
    """All of it; None and () are not looked at. `shown` and `absent` are patterns for the text of both consoles. `outcome`: those of which the worst
    outcome of the case's faults must be one."""

    violations: Violations | None = None
    memory: tuple = ()
    faults: tuple = ()
    shown: tuple = ()
    absent: tuple = ()
    end: str | None = "running"
    outcome: tuple = ()


def read(field, memory, known_faults):
    """Expected from its Field. `memory`: bytes of DRAM fitted; `known_faults`: labels and positions that exist."""
    members = field.members((), ("violations", "memory", "faults", "console", "end", "outcome"))
    if not members:
        field.refuse("is empty")
    console = members["console"].members((), ("shows", "absent")) if "console" in members else {}
    return Expected(
        violations=_violations(members["violations"], known_faults) if "violations" in members else None,
        memory=tuple(_cells(item, memory) for item in members["memory"].items(1000)) if "memory" in members else (),
        faults=tuple(_fault_state(item, known_faults) for item in members["faults"].items(words.FAULTS_LIMIT)) if "faults" in members else (),
        shown=tuple(console["shows"].patterns()) if "shows" in console else (),
        absent=tuple(console["absent"].patterns()) if "absent" in console else (),
        end=members["end"].choice(ENDS, "end") if "end" in members else None if "outcome" in members else "running",
        outcome=_outcomes(members["outcome"], known_faults) if "outcome" in members else ())


def _outcomes(field, known_faults):
    """One of effects.OUTCOMES, or a list of them."""
    if not known_faults:
        field.refuse("the case has no fault")
    items = field.items(len(effects.OUTCOMES)) if isinstance(field.value, list) else [field]
    return tuple(item.choice(effects.OUTCOMES, "outcome") for item in items) or field.refuse("is empty")


def _range(field):
    """N, or {"min"?: N, "max"?: N}."""
    if not isinstance(field.value, dict):
        number = field.integer(0, words.U64)
        return Range(number, number)
    members = field.members((), ("min", "max"))
    if not members:
        field.refuse("needs min or max")
    low = members["min"].integer(0, words.U64) if "min" in members else 0
    high = members["max"].integer(0, words.U64) if "max" in members else None
    if high is not None and high < low:
        members["max"].refuse(f"{high} is below min, {low}")
    return Range(low, high)


def _violations(field, known_faults):
    """A list of records (no others may be), or {"records": [...], "others": "none"|"any"}."""
    if isinstance(field.value, list):
        return Violations(field.path, tuple(_record(item, known_faults) for item in field.items(1000)), False)
    members = field.members((), ("records", "others"))
    records = tuple(_record(item, known_faults) for item in members["records"].items(1000)) if "records" in members else ()
    others = members["others"].choice(("none", "any"), "word") == "any" if "others" in members else False
    if others and not records:
        field.refuse("expects nothing: no records, and any others")
    return Violations(field.path, records, others)


def _record(field, known_faults):
    members = field.members((), (*_RECORD_CHOICES, *_RECORD_NUMBERS, "first", "last", "injected", "fault", "count"))
    equal = {name: members[name].choice(names, name) for name, names in _RECORD_CHOICES.items() if name in members}
    equal.update({name: members[name].integer(0, high) for name, high in _RECORD_NUMBERS.items() if name in members})
    if "injected" in members:
        equal["injected"] = members["injected"].flag()
    first = members["first"].address() if "first" in members else 0
    last = members["last"].address() if "last" in members else words.U64
    if first > last:
        members["last"].refuse(f"{last:#x} is below first, {first:#x}")
    fault = _fault_name(members["fault"], known_faults) if "fault" in members else None
    return Record(field.path, equal, first, last, fault, _range(members["count"]) if "count" in members else Range(1, None))


def _fault_name(field, known_faults):
    """A label, or the position in "faults" from 0."""
    name = field.line(words.LABEL_BYTES) if isinstance(field.value, str) else field.integer(0, words.FAULTS_LIMIT)
    if name not in known_faults:
        field.refuse(f"no fault {name!r}; known: {', '.join(map(repr, known_faults)) or 'none'}")
    return name


def _cells(field, memory):
    how = [name for name in ("is", "not", "nowhere", "tee-fill") if isinstance(field.value, dict) and name in field.value]
    members = field.members(() if how == ["tee-fill"] else ("address",), ("length", "is", "not", "nowhere", "tee-fill"))
    if len(how) != 1:
        field.refuse("needs one of is, not, nowhere, tee-fill")
    if how == ["tee-fill"]:
        heap = members["tee-fill"].choice(tuple(heap_cells.HEAPS), "heap")
        if "length" in members:
            members["length"].refuse("tee-fill is always the whole heap")
        return Cells(field.path, *heap_cells.HEAPS[heap], "tee-fill", b"", heap)
    data = members[how[0]].octets(REPEATED_BYTES_LIMIT)
    address = members["address"].address()
    if how == ["nowhere"] and "length" not in members:
        field.refuse("'length' is missing (how far to look)")
    length = members["length"].size(1, 4 << 30) if "length" in members else len(data)
    if how != ["nowhere"]:
        if length % len(data):
            members["length"].refuse(f"{length} is no multiple of the {len(data)} bytes expected")
        if length > REPEATED_BYTES_LIMIT:
            members["length"].refuse(f"{length} bytes, the limit is {REPEATED_BYTES_LIMIT}")
        data *= length // len(data)
    if not any(first <= address <= address + length <= first + size for first, size in ((DRAM_BASE, memory), *_ON_CHIP)):
        members["address"].refuse(f"{length} bytes at {address:#x} are neither inside of the DRAM, {DRAM_BASE:#x} to "
                                  f"{DRAM_BASE + memory - 1:#x}, nor of ocram or ocram-s")
    return Cells(field.path, address, length, how[0], data)


def _fault_state(field, known_faults):
    members = field.members(("fault",), ("hits", "matches", "spent"))
    if len(members) == 1:
        field.refuse("needs one of hits, matches, spent")
    return FaultState(field.path, _fault_name(members["fault"], known_faults),
                      _range(members["hits"]) if "hits" in members else None,
                      _range(members["matches"]) if "matches" in members else None,
                      members["spent"].flag() if "spent" in members else None)


def wanted_text(patterns):
    """Patterns for people."""
    return ", ".join(f"/{pattern.pattern}/" for pattern in patterns if isinstance(pattern, re.Pattern))
