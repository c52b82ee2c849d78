# SPDX-License-Identifier: GPL-2.0-or-later
"""A campaign: parsed and checked before anything boots. Its form is in README.md.

    campaign = campaign.read("firewalls.json")
    campaign.cases[3].name

Every mistake is a CampaignError, one line: file, case (or snapshot), field, what is wrong.
"""

import dataclasses
import hashlib
import json
from pathlib import Path

from ..base.errors import UsageError
from ..machine import bus_policy
from . import expectations, faults, steps, sweep, vocabulary as words
from .fields import load

FILE_BYTES = 64 << 20
CASES_LIMIT = 100_000
CASE_SECONDS = 60.0
SECONDS_LIMIT = 3600.0
NAME_BYTES = 120
MEMORY_RANGE = (3 << 30, 4 << 30)
CARD_RANGE = (1 << 20, 64 << 20)
#: The card with the films of `svp run`
FILM = "film"


@dataclasses.dataclass(frozen=True)
class Settings:
    """A machine: bus policy, DRAM bytes, CPUs, words for Linux's command line, content of an SD card (or None), network, guest commands first."""

    policy: str = "open"
    memory: int = 3 << 30
    cpus: int = 4
    append: str = ""
    card: tuple | str | None = None
    network: bool = False
    prepare: tuple = ()


@dataclasses.dataclass(frozen=True)
class Case:
    """One case. `snapshot`: name of the snapshot it starts from, None for a boot. `where` names it in messages."""

    index: int
    name: str
    where: str
    description: str
    snapshot: str | None
    settings: Settings
    timeout: float
    faults: tuple
    steps: tuple
    expected: expectations.Expected
    values: dict = dataclasses.field(default_factory=dict)  #: of "for", by name
    of: str = ""  #: the name that all cases of one "for" have in common


@dataclasses.dataclass(frozen=True)
class Campaign:
    """`identity`: hash of the content, equal for every shard of one campaign."""

    path: str
    name: str
    description: str
    identity: str
    snapshots: dict
    cases: tuple


def read(path):
    """Parse and check a campaign file; raises UsageError."""
    file = Path(path)
    try:
        if file.is_dir():
            raise UsageError(f"{path}: is a folder, not a campaign file")
        with open(file, "rb") as stream:
            data = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > FILE_BYTES:
        raise UsageError(f"{path}: larger than {FILE_BYTES >> 20} MiB, no campaign")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start}: not UTF-8") from None
    return parse(path, text)


def parse(path, text):
    """The same from a text; `path` is only for messages."""
    root = load(path, text)
    members = root.members(("name", "cases"), ("description", "snapshots"))
    snapshots = {}
    for name, field in members["snapshots"].entries() if "snapshots" in members else ():
        if not 1 <= len(name.encode()) <= NAME_BYTES or any(ord(letter) < 32 for letter in name):
            field.refuse(f"a name has 1 to {NAME_BYTES} bytes and no control characters")
        snapshots[name] = _settings(field.inside(f"{path}: snapshot '{name}'"), with_prepare=True)
    cases, seen = [], {}
    for position, entry in enumerate(members["cases"].items(CASES_LIMIT)):
        for values, item in sweep.expand(entry, CASES_LIMIT - len(cases)):
            case = _case(path, item, len(cases), snapshots)
            if case.name in seen:
                entry.refuse(f"name '{case.name}' is taken by cases[{seen[case.name]}]")
            seen[case.name] = position
            cases.append(dataclasses.replace(case, values=values, of=entry.value["name"]) if values else case)
    if not cases:
        members["cases"].refuse("there is none")
    identity = hashlib.sha256(json.dumps(root.value, sort_keys=True).encode()).hexdigest()
    return Campaign(str(path), members["name"].line(NAME_BYTES), members["description"].text() if "description" in members else "",
                    identity, snapshots, tuple(cases))


def _settings(field, with_prepare):
    members = field.members((), ("policy", "memory", "cpus", "append", "card", "network", *(("prepare",) if with_prepare else ())))
    values = {}
    if "policy" in members:
        values["policy"] = members["policy"].choice(bus_policy.POLICIES, "policy")
    if "memory" in members:
        values["memory"] = members["memory"].size(*MEMORY_RANGE)
        if values["memory"] % (1 << 20):
            members["memory"].refuse("is not a whole number of MiB")
    if "cpus" in members:
        values["cpus"] = members["cpus"].integer(1, 4)
    if "append" in members:
        values["append"] = members["append"].line(1024)
    if "card" in members:
        values["card"] = _card(members["card"])
    if "network" in members:
        values["network"] = members["network"].flag()
    if "prepare" in members:
        values["prepare"] = tuple(item.line(steps.LINE_BYTES) for item in members["prepare"].items(100))
    return Settings(**values)


def _card(field):
    """(bytes of the card, bytes that it is full of), or FILM."""
    if field.value == FILM:
        return FILM
    members = field.members(("size", "fill"))
    size = members["size"].size(*CARD_RANGE)
    if size & (size - 1):
        members["size"].refuse(f"{size} is no power of two")
    return size, members["fill"].octets(1 << 20)


def _case(path, item, index, snapshots):
    if isinstance(item.value, dict) and isinstance(item.value.get("name"), str) and item.value["name"]:
        name = item.members(item.value)["name"].line(NAME_BYTES)
        field = item.inside(f"{path}: case '{name}'")
    else:
        field = item.inside(f"{path}: case {index}")
    members = field.members(("name",), ("description", "snapshot", "boot", "timeout", "faults", "do", "expect"))
    members["name"].line(NAME_BYTES)
    if ("snapshot" in members) == ("boot" in members):
        field.refuse("needs one of snapshot, boot")
    snapshot = None
    if "snapshot" in members:
        snapshot = members["snapshot"].choice(tuple(snapshots), "snapshot") if snapshots else members["snapshot"].refuse("no snapshots are defined")
        settings = snapshots[snapshot]
    else:
        settings = _settings(members["boot"], with_prepare=False)
    timeout = members["timeout"].number(0.1, SECONDS_LIMIT) if "timeout" in members else CASE_SECONDS
    listed = faults.read_all(members["faults"]) if "faults" in members else []
    done = steps.read_all(members["do"], SECONDS_LIMIT) if "do" in members else []
    known = _known_faults(field, listed, done)
    expected = expectations.read(members["expect"], settings.memory, known) if "expect" in members else expectations.Expected()
    checks = any(isinstance(step, steps.Guest) and (step.status != steps.ANY_STATUS or step.output or step.absent)
                 or isinstance(step, steps.Port) and (step.answer or step.data is not None) for step in done)
    if not checks and "expect" not in members:
        field.refuse("expects nothing: add 'expect', or an expectation to a step")
    return Case(index, members["name"].value, field.where, members["description"].text() if "description" in members else "",
                snapshot, settings, timeout, tuple(listed), tuple(done), expected)


def _known_faults(field, listed, done):
    """Labels and positions by which expectations may name faults. Refuses a label that is used twice or removed before it is there."""
    known = list(range(len(listed))) + [fault.request["label"] for fault in listed if "label" in fault.request]
    for step in done:
        if isinstance(step, steps.Inject) and "label" in step.fault.request:
            if step.fault.request["label"] in known:
                field.refuse(f"{step.path}: two faults have the label '{step.fault.request['label']}'")
            known.append(step.fault.request["label"])
        if isinstance(step, steps.Remove) and step.label is not None and step.label not in known:
            field.refuse(f"{step.path}: no fault has the label '{step.label}' by then")
    if len(listed) + sum(isinstance(step, steps.Inject) for step in done) > words.FAULTS_LIMIT:
        field.refuse(f"more than {words.FAULTS_LIMIT} faults")
    return known
