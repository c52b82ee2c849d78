# SPDX-License-Identifier: GPL-2.0-or-later
"""What was tried, what was expected and what was seen; as a table for people and as an object for programs."""

import json
import re
import sys
from pathlib import Path

from .errors import SvpError, UsageError, explain

#: A check that the guest made itself and prints on its console
GUEST_LINE = re.compile(r"^CHECK (\S+) expected=(.*?) seen=(.*?) (ok|FAIL)\s*$", re.MULTILINE)


class Check:
    """One thing that was checked; `skipped` is the reason when it was not, and then `ok` is False but counts as no failure."""

    def __init__(self, name, expected, seen, ok, skipped=None):
        self.name = name
        self.expected = str(expected)
        self.seen = str(seen)
        self.ok = bool(ok)
        self.skipped = skipped

    def as_object(self):
        """Member of "checks" in every --json."""
        row = {"name": self.name, "expected": self.expected, "seen": self.seen, "ok": self.ok}
        if self.skipped:
            row["skipped"] = self.skipped
        return row


class CheckList:
    """Checks in the order in which they were made."""

    def __init__(self):
        self.checks = []
        self.texts = []

    def add(self, name, expected, seen, ok=None):
        """Add a check; `ok` None means that seen must equal expected. Returns whether it holds."""
        check = Check(name, expected, seen, str(expected) == str(seen) if ok is None else ok)
        self.checks.append(check)
        return check.ok

    def skip(self, name, expected, reason):
        """Add a check that could not be made."""
        self.checks.append(Check(name, expected, "", False, skipped=reason))

    def add_text(self, title, text):
        """Something for people to look at, shown before the table of checks."""
        self.texts.append(f"{title}\n\n{text}\n")

    def add_guest_lines(self, text):
        """Add every check that a guest printed; returns how many. A line that says ok although its values differ in form
        is believed: the guest knows what it compared."""
        found = GUEST_LINE.findall(text)
        for name, expected, seen, verdict in found:
            self.add(name, expected, seen, verdict == "ok")
        return len(found)

    @property
    def failed(self):
        """Checks that do not hold."""
        return [check for check in self.checks if not check.ok and not check.skipped]

    @property
    def ok(self):
        """True when at least one check was made and all that were made hold."""
        return not self.failed and any(check.ok for check in self.checks)

    def table(self):
        """Aligned text table, with a line of totals."""
        rows = [("check", "expected", "seen", "")]
        rows += [(check.name, check.expected, check.skipped or check.seen,
                  "ok" if check.ok else "skipped" if check.skipped else "FAIL") for check in self.checks]
        widths = [min(60, max(len(row[column]) for row in rows)) for column in range(3)]
        lines = ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]).rstrip() for row in rows]
        lines.insert(1, "  ".join("-" * width for width in widths) + "  ----")
        passed = sum(check.ok for check in self.checks)
        skipped = sum(bool(check.skipped) for check in self.checks)
        lines.append(f"{passed} of {len(self.checks)} hold" + (f", {skipped} skipped" if skipped else ""))
        return "\n".join(lines)

    def as_object(self):
        """The object that --json writes."""
        return {"ok": self.ok, "checks": [check.as_object() for check in self.checks]}


def look_at_targets(arguments, names):
    """Refuse files of results that cannot be written before anything long begins; `names`: options that name one."""
    for name in names:
        target = getattr(arguments, name)
        if not target or target == "-":
            continue
        path = Path(target)
        if path.is_dir():
            raise UsageError(f"--{name}: {target} is a folder")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"--{name}: {target}: there is no such folder")
        was_there = path.exists()
        if was_there and not path.is_file():
            continue  # a pipe or a device: opening it might wait
        try:
            with open(path, "ab"):
                pass
            if not was_there:
                path.unlink()
        except OSError as error:
            raise UsageError(f"--{name}: {target}: {explain(error, named=False)}") from None


_noted = {}


def note_with_results(name, make):
    """From now on every object that write_json() writes has a member `name` more, with what make() returns then."""
    _noted[name] = make


def write_json(target, value):
    """Write an object as JSON to a file, '-' is stdout; with what is noted with all results."""
    text = json.dumps({**value, **{name: make() for name, make in _noted.items()}}, indent=2) + "\n"
    if str(target) == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text)
    except OSError as error:
        raise SvpError(f"--json {target}: {explain(error, named=False)}") from None
