# SPDX-License-Identifier: GPL-2.0-or-later
"""What faults there are, and what on the board they can be aimed at. Nothing here is a list of its own: kinds come with their meaning from the
QMP schema, registers from the device cores, devices from a board that is asked."""

import re

from ..build import parts
from ..machine.qmp import QmpError
from ..machine.qtest import QTest
from . import vocabulary as words

SCHEMA = "hw/qemu/svp-faults.json"
_LINES_LIMIT = 256
_NOTHING = "?"


def kinds():
    """{kind of fault: what it does}, of all that a campaign may name."""
    text = (parts.REPOSITORY / SCHEMA).read_text()
    comment = text.split("# @SvpFaultKind:", 1)[1].split("# Since:", 1)[0]
    meanings = {}
    for part in re.split(r"^# @", comment, flags=re.MULTILINE)[1:]:
        name, _, meaning = part.partition(":")
        meanings[name] = " ".join(line.lstrip("# ") for line in meaning.splitlines()).strip()
    return {name: meanings[name] for name in words.FAULT_KINDS}


def members(kind):
    """Members of its own that a kind of fault has, those in brackets may be left out; as text."""
    own = words.FAULT_KINDS[kind]
    if kind == "flip-bit":
        return "target offset bit, or register [bit]"
    return " ".join(name if required else f"[{name}]" for name, required in own.items())


def waits_for(kind):
    """What a fault of that kind waits for."""
    if kind in words.ON_TRANSACTION:
        return "transactions"
    if kind in words.ON_INTERRUPT:
        return "interrupts of the device"
    return "occasions of the device" if kind in words.ON_DEVICE else "transactions, or a time"


def devices():
    """[{"name", "type", "faults": own ones by name, "lines": interrupt lines}] of the devices in which something can go wrong, asked of a board
    whose CPUs do not run."""
    with QTest(name="fault-targets") as board:
        found = []
        for child in board.qmp.command("qom-list", path="/machine/soc"):
            kind = re.fullmatch(r"child<(.*)>", child["type"])
            if kind and kind.group(1) not in ("memory-region", "split-irq"):
                faults, lines = _own_faults(board, child["name"]), _lines(board, child["name"])
                if faults or lines:
                    found.append({"name": child["name"], "type": kind.group(1), "faults": faults, "lines": lines})
    return sorted(found, key=lambda device: device["name"])


def _own_faults(board, device):
    """Names of what can go wrong in a device: the board tells when it is asked for something else."""
    try:
        board.qmp.command("svp-inject-fault", kind="disturb-device", device=device, fault=_NOTHING)
    except QmpError as error:
        told = re.search(r"it has (.+)$", str(error))
        return told.group(1).split(", ") if told else []
    return []


def _lines(board, device):
    """How many interrupt lines of a device faults can be aimed at."""
    for line in range(_LINES_LIMIT):
        try:
            fault = board.qmp.command("svp-inject-fault", kind="lose-interrupt", device=device, line=line)
        except QmpError:
            return line
        board.qmp.command("svp-remove-fault", id=fault["id"])
    return _LINES_LIMIT
