# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of a campaign: objects as QMP's svp-inject-fault takes them, checked before anything boots.

Two things are added: texts for numbers ("0x...", "20ms", places), and `after`, which is `not-before` counted from where the case starts.
A register may be named in place of target, offset and bit. The rules are those of hw/observer/fault.cpp; what only the machine can know (names
of devices, offsets of registers) is left to QEMU.
"""

import dataclasses

from . import vocabulary as words

_MATCH_MEMBERS = ("masters", "first", "last", "direction")
#: Own members of flip-bit with a register's name
_NAMED = {"register": True, "bit": False}


@dataclasses.dataclass(frozen=True)
class Fault:
    """One fault: `request` as QMP takes it, `after` in nanoseconds from the case's start (or None), `path` of its field; `register`: the name of
    the register or field that it was written with."""

    request: dict
    after: int | None
    path: str
    register: str = ""

    @property
    def name(self):
        """How people are told which one it is."""
        kind = " ".join(filter(None, (self.request["kind"], self.register)))
        return self.request.get("label") or f"{self.path} ({kind})"

    def arguments(self, start):
        """Arguments of svp-inject-fault for a case that starts at that virtual time."""
        return self.request if self.after is None else {**self.request, "not-before": min(start + self.after, words.TIME_LIMIT)}

    def complaint(self, description):
        """QEMU's reason to refuse the fault, with the path of the field that it names."""
        member, colon, rest = description.partition(": ")
        if not colon or " " in member:
            return f"{self.path}: {description}"
        inside = "match." if member in _MATCH_MEMBERS and member in self.request.get("match", {}) else ""
        return f"{self.path}.{inside}{member}: {rest}"


def read(field):
    """A Fault from its Field."""
    field.must_be((dict,), "an object")
    if "kind" not in field.value:
        field.refuse("'kind' is missing")
    kind = type(field)(field.value["kind"], field.where, f"{field.path}.kind").choice(tuple(words.FAULT_KINDS), "kind of fault")
    named = kind == "flip-bit" and "register" in field.value
    own = _NAMED if named else words.FAULT_KINDS[kind]
    members = field.members(("kind", *(name for name, required in own.items() if required)),
                            ("match", "nth", "not-before", "after", "times", "label", *(name for name, required in own.items() if not required)))
    request = {"kind": kind}
    if "match" in members:
        if kind in words.ON_INTERRUPT:
            members["match"].refuse(f"{kind} waits for an interrupt, not for a transaction")
        if kind in words.ON_DEVICE:
            members["match"].refuse(f"{kind} waits for the device, not for a transaction")
        request["match"] = _match(members["match"], kind)
    place = members["register"].register() if named else None
    request.update(_bit_of(place, field, members) if named else {name: _own_member(members[name], name, kind) for name in own if name in members})
    after = _trigger(field, members, request)
    return Fault(request, after, field.path, place.name if place else "")


def _bit_of(place, field, members):
    """Where the bit is that a fault flips, as QMP takes it; `bit` counts inside the named field."""
    if not place.changeable:
        members["register"].refuse(f"{place.name} is read-only, no fault changes it")
    if place.width > 1 and "bit" not in members:
        field.refuse(f"'bit' is missing: {place.name} has bits 0 to {place.width - 1}")
    bit = members["bit"].integer(0, place.width - 1) if "bit" in members else 0
    return {"target": place.block, "offset": place.offset, "bit": place.shift + bit}


def read_all(field):
    """Faults of a list, their labels all different."""
    faults = [read(item) for item in field.items(words.FAULTS_LIMIT)]
    labels = [fault.request["label"] for fault in faults if "label" in fault.request]
    for label in labels:
        if labels.count(label) > 1:
            field.refuse(f"two faults have the label '{label}'")
    return faults


def _trigger(field, members, request):
    """Add when and how often to a request; returns `after`."""
    kind = request["kind"]
    for name, low in (("nth", 1), ("times", 0)):
        if name in members:
            request[name] = members[name].integer(low, words.U64)
    if kind not in (*words.ON_TRANSACTION, *words.ON_INTERRUPT, *words.ON_DEVICE) and "match" not in request:
        for name in ("nth", "times"):
            if request.get(name, 1) != 1:
                members[name].refuse("without a match it happens exactly once")
    if "label" in members:
        request["label"] = members["label"].line(words.LABEL_BYTES)
    if "after" in members and "not-before" in members:
        field.refuse("has both 'after' and 'not-before'")
    if "not-before" in members:
        request["not-before"] = members["not-before"].nanoseconds(0, words.TIME_LIMIT)
    return members["after"].nanoseconds(0, words.TIME_LIMIT) if "after" in members else None


def _match(field, kind):
    members = field.members((), ("masters", "world", "direction", "first", "last"))
    match = {}
    if "masters" in members:
        match["masters"] = [item.choice(words.MASTERS, "master") for item in members["masters"].items(len(words.MASTERS))]
        if not match["masters"]:
            members["masters"].refuse("names none")
        if kind == "delay":
            for item in members["masters"].items():
                if item.value not in words.PATIENT_MASTERS:
                    item.refuse(f"only {', '.join(words.PATIENT_MASTERS)} can be delayed, not {item.value}")
    if "world" in members:
        match["world"] = members["world"].choice(words.WORLDS, "world")
    if "direction" in members:
        match["direction"] = members["direction"].choice(words.DIRECTIONS, "direction")
        if kind == "drop" and match["direction"] == "read":
            members["direction"].refuse("only writes can be dropped")
    for name in ("first", "last"):
        if name in members:
            match[name] = members[name].address()
    if match.get("first", 0) > match.get("last", words.U64):
        members["last"].refuse(f"{match['last']:#x} is below first, {match['first']:#x}")
    return match


def _own_member(field, name, kind):
    """A member that only some kinds have."""
    if name == "mask":
        return field.integer(1, words.U64)
    if name == "duration" and kind in words.ON_DEVICE:
        return field.nanoseconds(0, words.STALL_LIMIT)
    if name == "duration":
        return field.nanoseconds(1, words.NANOSECONDS_LIMIT)
    if name == "offset":
        offset = field.integer(0, 0xFFFF)
        return offset if offset % 4 == 0 else field.refuse(f"{offset:#x} is no multiple of 4")
    if name in ("bit", "domain"):
        return field.integer(0, 31 if name == "bit" else words.DOMAINS - 1)
    if name == "line":
        return field.integer(0, 1023)
    if name == "value":
        return field.integer(0, words.U64)
    if name in ("device", "fault"):
        return field.line(64)
    names = {"answer": words.ANSWERS, "world": words.WORLDS, "master": words.MASTERS, "target": words.BLOCKS}[name]
    return field.choice(names, {"target": "firewall block"}.get(name, name))
