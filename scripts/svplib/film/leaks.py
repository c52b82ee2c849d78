# SPDX-License-Identifier: GPL-2.0-or-later
"""What the board's leak oracle (hw/observer/README.md) has found while a film played."""

#: Of -M, for a board that has one
OPTION = "leak-oracle=on"
NONE = "no leak"
#: What is known to get out under a policy: by the display's way to ordinary memory, which `nxp` leaves it
KNOWN = {"nxp": "written by dcss"}


def found(qmp):
    """The oracle's record: `events`, `dropped`, `marked` (bytes) and `list`, whose entries have a `text`."""
    return qmp.command("query-svp-counters", device="bus-monitor")[0]["counters"]["leaks"]


def told(record):
    """The verdict in a word, or the first leak."""
    return NONE if not record["events"] else f"{record['events']} leaks: {record['list'][0]['text']}"


def by(record):
    """Who let something out, or NONE."""
    return ", ".join(sorted({f"{entry['kind']} by {entry['master']}" for entry in record["list"]})) or NONE
