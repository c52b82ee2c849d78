# SPDX-License-Identifier: GPL-2.0-or-later
"""A case with a member "for" stands for many: one for each combination of values, in the order of its names, the last one fastest.

    {"name": "flip", "for": {"bit": {"from": 0, "to": 31}, "time": ["0ms", "5ms"]}, "faults": [{"bit": "$bit", "after": "$time", ...}], ...}

"$NAME" alone is the value itself, inside of a longer text it is the value as text; "$$" is a dollar sign. Ranges are of whole numbers, of
texts "0x..." and of times; both ends belong to them.
"""

import itertools
import math
import re

from .fields import Field

NAMES_LIMIT = 8
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_USE = re.compile(r"\$(\$|[a-z][a-z0-9-]*)")
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s)")
_UNITS = {"ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000}
_SCALARS = (str, int, float, bool)


def expand(item, most):
    """[(values, Field)] of one entry of "cases": {} and the entry itself if it has no "for". At most `most` of them."""
    if not (isinstance(item.value, dict) and "for" in item.value):
        return [({}, item)]
    name = item.value.get("name")
    item = item.inside(f"{item.where}: case '{name}'" if isinstance(name, str) and name else f"{item.where}: {item.path}")
    names = _values(Field(item.value["for"], item.where, "for"), most)
    if math.prod(len(values) for values in names.values()) > most:
        item.refuse(f"for: more than {most} cases")
    template = {key: value for key, value in item.value.items() if key != "for"}
    used = set()
    found = []
    for combination in itertools.product(*names.values()):
        values = dict(zip(names, combination))
        made = _filled(template, values, used, item)
        if isinstance(made.get("name"), str) and made["name"] == name:
            made["name"] = f"{name} ({', '.join(f'{key} {value}' for key, value in values.items())})"
        found.append((values, Field(made, item.where.rsplit(": case ", 1)[0], item.path)))
    unused = [name for name in names if name not in used]
    if unused:
        item.refuse(f"for: ${unused[0]} is used nowhere")
    return found


def _values(field, most):
    """{name: values} of a member "for"."""
    entries = field.entries()
    if not 1 <= len(entries) <= NAMES_LIMIT:
        field.refuse(f"{len(entries)} names, must be 1 to {NAMES_LIMIT}")
    found = {}
    for name, values in entries:
        if not _NAME.fullmatch(name):
            values.refuse("a name has small letters, digits and '-', and begins with a letter")
        found[name] = _range(values, most) if isinstance(values.value, dict) else [item.must_be(_SCALARS, "a text or a number") for item in values.items(most)]
        if not found[name]:
            values.refuse("is empty")
        if len(set(map(str, found[name]))) != len(found[name]):
            values.refuse("has the same value twice")
    return found


def _range(field, most):
    """All values of {"from", "to", "step"?}."""
    members = field.members(("from", "to"), ("step",))
    first, last = members["from"].value, members["to"].value
    timed = any(isinstance(value, str) and _TIME.fullmatch(value) for value in (first, last))

    def number(member):
        return member.nanoseconds(0, (1 << 63) - 1) if timed else member.integer(0, (1 << 64) - 1)

    low, high = number(members["from"]), number(members["to"])
    step = number(members["step"]) if "step" in members else 1
    if timed and "step" not in members:
        field.refuse("a range of times needs a step")
    if step < 1:
        members["step"].refuse("must be 1 or more")
    if high < low:
        members["to"].refuse(f"{last} is below from, {first}")
    if (high - low) // step >= most:
        field.refuse(f"more than {most} values")
    numbers = range(low, high + 1, step)
    if timed:
        return [_time_text(value) for value in numbers]
    return [f"{value:#x}" for value in numbers] if isinstance(first, str) and first.startswith("0x") else list(numbers)


def _time_text(nanoseconds):
    unit = max((unit for unit in _UNITS if nanoseconds % _UNITS[unit] == 0), key=_UNITS.get)
    return f"{nanoseconds // _UNITS[unit]}{unit}"


def _filled(value, values, used, item):
    """`value` with all uses of names in its texts replaced; notes them in `used`."""
    if isinstance(value, dict):
        return {key: _filled(inner, values, used, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values, used, item) for inner in value]
    if not isinstance(value, str):
        return value

    def take(match):
        name = match.group(1)
        if name == "$":
            return "$"
        if name not in values:
            item.refuse(f"${name}: 'for' has no such name; known: {', '.join(values)} ($$ is a dollar sign)")
        used.add(name)
        return str(values[name])

    whole = _USE.fullmatch(value)
    if whole and whole.group(1) in values:
        used.add(whole.group(1))
        return values[whole.group(1)]
    return _USE.sub(take, value)
