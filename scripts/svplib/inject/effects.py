# SPDX-License-Identifier: GPL-2.0-or-later
"""What came of each fault of a case: a leak, corruption, a crash, a hang, a refusal, or nothing.

leak         something was read, or is open to be read, that the firewalls keep from that master
corruption   something was written, or is open to be written, likewise; or data are not what was read or written
crash        the guest panicked or oopsed, or the machine was reset without a word
hang         a command, or the case, did not end in time
refused      an access was denied, by a firewall or by the fault
no effect    none of these, or the fault never happened
"""

from ..machine import guest_failures

OUTCOMES = ("leak", "corruption", "crash", "hang", "refused", "no effect")


def worst(outcomes):
    """The first in the list's order."""
    return min(outcomes, key=OUTCOMES.index, default="no effect")


def crashed(text, end):
    """Whether a guest failed, by what its consoles showed and by how the machine ended."""
    return guest_failures.find(text) is not None or end == "reset" and not guest_failures.restart_announced(text)


def of_faults(faults, records, granted, opened, closed, *, crash, hang):
    """{identifier: outcome}. `faults`: rows of query-svp-faults; `records`: with their state; `granted`: records that only expectations on "state" see;
    `opened`: rows of query-svp-fault-openings; `closed`: whether something was denied that was open at the case's start."""
    seen = {row["id"]: set() for row in faults}

    def add(identity, outcome):
        if identity in seen:
            seen[identity].add(outcome)

    for record in (*records, *granted):
        state = record["state"]
        if state == "granted":
            add(record.get("fault"), "leak" if record["direction"] == "read" else "corruption")
        elif state == "changed":
            add(record.get("fault"), "corruption")
        elif state in ("denied", "refused"):
            add(record.get("fault"), "refused")
    for row in opened:
        add(row["fault"], "leak" if row["direction"] == "read" else "corruption")
    for row in faults:
        if row.get("hits"):
            seen[row["id"]].update(name for name, happened in (("crash", crash), ("hang", hang), ("refused", closed)) if happened)
    return {identity: worst(outcomes) for identity, outcomes in seen.items()}
