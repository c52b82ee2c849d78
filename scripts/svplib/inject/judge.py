# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case showed against what it was expected to show: one check for each expectation."""

import json

from ..machine import heap_cells
from .expectations import wanted_text

_TEXT_SHOWN = 160
CHUNK_BYTES = 16 << 20


def shorten(text, limit=_TEXT_SHOWN):
    """The beginning of a text, on one line."""
    line = " | ".join(str(text).splitlines())
    return line if len(line) <= limit else line[:limit - 3] + "..."


def hex_text(data, limit=32):
    """Bytes for people; long ones are cut, a single repeated byte is said so."""
    if len(data) > 1 and data.count(data[0]) == len(data):
        return f"{len(data)} times {data[:1].hex()}"
    return data[:limit].hex() + (f"... ({len(data)} bytes)" if len(data) > limit else "")


def guest(checks, step, result):
    """A guest command's exit status and output."""
    if step.status != "any":
        checks.add(f"{step.path}: status of '{shorten(step.line, 60)}'", step.status, result.status)
    patterns(checks, step.path + ": output", step.output, step.absent, result.output)


def patterns(checks, name, shown, absent, text):
    """Patterns that a text must have, and must not have."""
    for pattern in shown:
        found = pattern.search(text)
        checks.add(f"{name} shows", wanted_text((pattern,)), shorten(found.group(0) or "an empty match") if found
                   else f"not in: {shorten(text[-_TEXT_SHOWN:]) or 'nothing'}", found is not None)
    for pattern in absent:
        found = pattern.search(text)
        checks.add(f"{name} does not show", f"no {wanted_text((pattern,))}", shorten(found.group(0)) if found else "absent", found is None)


def port(checks, step, answer, data):
    """Answer and data of the test port."""
    if step.answer is not None:
        checks.add(f"{step.path}: answer to {step.title}", step.answer, answer)
    if step.data is not None:
        different = next((at for at, (one, two) in enumerate(zip(step.data, data)) if one != two), None)
        seen = hex_text(data) if different is None or different < 16 else f"differs from byte {different:#x}: {hex_text(data[different:])}"
        checks.add(f"{step.path}: data of {step.title}", hex_text(step.data), seen, step.data == data)


def violations(checks, expected, log, identifiers, granted=()):
    """Records of denied accesses. `log`: answer of query-svp-violations with texts; `granted`: records that only expectations on "state" see."""
    records, wanted = log["violations"], expected.records
    for index, record in enumerate(wanted):
        seen = sum(row["count"] for row in (*records, *(granted if "state" in record.equal else ())) if record.fits(row, identifiers))
        checks.add(f"{record.path or index}: denied accesses of {record}", record.count, seen, record.count.holds(seen))
    if not expected.others:
        if log["dropped"]:
            checks.add(f"{expected.path}: records that were lost", "none", f"those of {log['dropped']} accesses")
        other = [row for row in records if not any(record.fits(row, identifiers) for record in wanted)]
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        checks.add(f"{expected.path}: other records", "none", shorten(other[0]["text"]) + more if other else "none", not other)


def cells(checks, expected, memory):
    """What DRAM cells hold. `memory.ram(address, size)` reads them."""
    name = f"{expected.path}: cells at {expected.address:#x}"
    if expected.how == "tee-fill":
        checks.add(f"{name}: OP-TEE's fill of {expected.heap}", "pattern", heap_cells.heap_content(memory, expected.heap))
    elif expected.how == "nowhere":
        at = _search(memory, expected.address, expected.length, expected.data)
        checks.add(name, f"{hex_text(expected.data)} nowhere in {expected.length:#x} bytes", "nowhere" if at is None else f"at {at:#x}", at is None)
    else:
        seen = b"".join(memory.ram(expected.address + at, min(CHUNK_BYTES, expected.length - at))
                        for at in range(0, expected.length, CHUNK_BYTES))
        equal = seen == expected.data
        at = 0 if equal else next(at for at, (one, two) in enumerate(zip(expected.data, seen)) if one != two)
        where = f" from {expected.address + at:#x}" if at >= 16 else ""
        shown = hex_text(seen[at if at >= 16 else 0:]) + where
        if expected.how == "is":
            checks.add(name, hex_text(expected.data), shown, equal)
        else:
            checks.add(name, f"not {hex_text(expected.data)}", shown, not equal)


def _search(memory, address, length, data):
    """Address of the first place in a range that holds some bytes, or None."""
    end = address + length
    for begin in range(address, end, CHUNK_BYTES):
        size = min(CHUNK_BYTES + len(data) - 1, end - begin)
        found = memory.ram(begin, size).find(data)
        if found >= 0:
            return begin + found
    return None


def fault_states(checks, expected, states, identifiers):
    """How often faults have happened. `states`: {identifier: row of query-svp-faults}."""
    for item in expected:
        state = states.get(identifiers.get(item.fault))
        if state is None:
            checks.add(f"{item.path}: fault {item.fault}", "was injected", "was not injected", False)
            continue
        for name, wanted in (("hits", item.hits), ("matches", item.matches)):
            if wanted is not None:
                checks.add(f"{item.path}: {name} of fault {item.fault}", wanted, state[name], wanted.holds(state[name]))
        if item.spent is not None:
            checks.add(f"{item.path}: fault {item.fault} is spent", json.dumps(item.spent), json.dumps(state["spent"]))
