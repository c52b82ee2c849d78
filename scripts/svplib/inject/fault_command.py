# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp fault`: which faults there are, and what they can be aimed at."""

from ..base.checks import write_json
from ..base.errors import UsageError
from ..build import parts
from . import fault_targets, registers, vocabulary as words


def add_arguments(parser):
    """Options of `svp fault`."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    kinds = tasks.add_parser("list", help="kinds of faults: what each does, its members, what it waits for")
    targets = tasks.add_parser("targets", help="masters, devices with faults and interrupt lines of their own, registers and fields of the firewalls")
    targets.add_argument("name", nargs="?", metavar="NAME", help="a firewall block, or the beginning of a register's name: tzasc, rdc.MRC3")
    for task in (kinds, targets):
        task.add_argument("--json", metavar="FILE", help="write it as JSON ('-': stdout)")


def main(arguments):
    """Do it; returns the exit status."""
    made, text = _kinds() if arguments.task == "list" else _registers(arguments.name) if arguments.name else _targets()
    if arguments.json:
        write_json(arguments.json, made)
    if arguments.json != "-":
        print(text)
    return 0


def _kinds():
    rows = [{"kind": kind, "members": fault_targets.members(kind), "waits-for": fault_targets.waits_for(kind), "does": does}
            for kind, does in fault_targets.kinds().items()]
    return {"kinds": rows}, _columns(("kind", "its members", "waits for", "what happens"), [tuple(row.values()) for row in rows])


def _targets():
    table = registers.table()
    parts.build(["qemu"])
    devices = fault_targets.devices()
    blocks = {block: sum(register.state for register in table.registers if register.block == block) for block in table.blocks}
    text = f"masters (match, change-master): {', '.join(words.MASTERS)}\n"
    text += f"masters that can be delayed: {', '.join(words.PATIENT_MASTERS)}\n\n"
    text += _columns(("device", "disturb-device", "interrupt lines"), [
        (device["name"], ", ".join(device["faults"]) or "-", f"0 to {device['lines'] - 1}" if device["lines"] > 1 else "0" if device["lines"] else "-")
        for device in devices])
    text += "\n\n" + _columns(("block", "registers with state"), [(block, str(count)) for block, count in blocks.items()])
    text += f"\n\ntheir registers and fields: svp fault targets {next(iter(blocks))}"
    return {"masters": list(words.MASTERS), "patient-masters": list(words.PATIENT_MASTERS), "devices": devices,
            "registers": [_object(register) for register in table.registers if register.state]}, text


def _registers(name):
    table = registers.table()
    try:
        chosen = [table.find(name).register]
    except registers.UnknownName as error:
        chosen = [register for register in table.registers if register.full_name.lower().startswith(name.lower()) and register.state]
        if not chosen:
            raise UsageError(f"targets: {error}") from None
    rows = [(register.full_name, f"{register.offset:#x}", "  ".join(map(_bits, register.fields)) or "31:0") for register in chosen]
    return {"registers": [_object(register) for register in chosen]}, _columns(("register", "offset", "fields"), rows)


def _bits(field):
    last = field.shift + field.width - 1
    return f"{field.name} {last if field.width == 1 else f'{last}:{field.shift}'}" + ("" if field.writable else " (read-only)")


def _object(register):
    return {"name": register.full_name, "block": register.block, "offset": register.offset, "state": register.state,
            "fields": [{"name": field.name, "shift": field.shift, "width": field.width, "read-only": not field.writable} for field in register.fields]}


def _columns(heads, rows):
    """An aligned table, its last column as wide as it needs."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads) - 1)]
    return "\n".join("  ".join((*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1])).rstrip() for row in (heads, *rows))
