# SPDX-License-Identifier: GPL-2.0-or-later
"""Test results: progress lines, the closing line, JUnit XML and the JSON object."""

import time
from pathlib import Path
from xml.etree import ElementTree

from ..base.errors import HostError, SvpError, disk_trouble, explain

OUTCOMES = ("passed", "failed", "skipped")


class Result:
    """One test case: `suite` (unit, qtest, boot, lint), `name`, outcome, seconds, and text (why it failed or was skipped).

    `error`: the exception that ended it, if it is known; a disk that takes nothing is noted in `disk`, as a text.
    """

    def __init__(self, suite, name, outcome, seconds=0.0, text="", error=None):
        assert outcome in OUTCOMES
        self.suite = suite
        self.name = name
        self.outcome = outcome
        self.seconds = seconds
        self.text = text
        self.disk = disk_trouble(error)


class Results:
    """All results of a call of `svp test`, printed as they come."""

    def __init__(self):
        self.all = []

    def add(self, result):
        """Take a result and print its line."""
        self.all.append(result)
        sign = {"passed": "ok", "failed": "FAILED", "skipped": "skipped"}[result.outcome]
        reason = f": {result.text}" if result.outcome == "skipped" else ""
        print(f"{sign:8}{result.suite}: {result.name}  ({result.seconds:.1f} s){reason}", flush=True)
        if result.outcome == "failed" and result.text:
            print("\n".join("    | " + line for line in result.text.rstrip().splitlines()), flush=True)

    def count(self, outcome):
        """Number of results with that outcome."""
        return sum(result.outcome == outcome for result in self.all)

    def seconds(self):
        """Seconds that the tests of each suite took, one after the other."""
        return {suite: sum(result.seconds for result in self.all if result.suite == suite)
                for suite in dict.fromkeys(result.suite for result in self.all)}

    @property
    def ok(self):
        """True when something passed and nothing failed."""
        return self.count("failed") == 0 and self.count("passed") > 0

    def raise_disk_trouble(self):
        """Raise HostError when tests failed for want of a disk that can be written to: what they are for was not seen."""
        lines = [result.disk for result in self.all if result.disk]
        if lines:
            raise HostError(f"{len(lines)} of the tests could not be run: {lines[0]}")

    def closing_line(self):
        """The last line of `svp test`."""
        return ", ".join(f"{self.count(outcome)} {outcome}" for outcome in OUTCOMES)

    def as_object(self):
        """The object that --json writes."""
        checks = []
        for result in self.all:
            row = {"name": f"{result.suite}: {result.name}", "expected": "passed", "seen": result.outcome, "ok": result.outcome == "passed"}
            if result.outcome == "skipped":
                row["skipped"] = result.text or "no reason given"
            checks.append(row)
        return {"ok": self.ok, "checks": checks}

    def write_junit(self, path):
        """Write JUnit XML, one test suite for each kind of test."""
        root = ElementTree.Element("testsuites")
        for suite in dict.fromkeys(result.suite for result in self.all):
            rows = [result for result in self.all if result.suite == suite]
            element = ElementTree.SubElement(root, "testsuite", name=suite, tests=str(len(rows)), errors="0",
                                             failures=str(sum(row.outcome == "failed" for row in rows)),
                                             skipped=str(sum(row.outcome == "skipped" for row in rows)),
                                             time=f"{sum(row.seconds for row in rows):.3f}",
                                             timestamp=time.strftime("%Y-%m-%dT%H:%M:%S"))
            for row in rows:
                case = ElementTree.SubElement(element, "testcase", classname=f"svp.{suite}", name=row.name, time=f"{row.seconds:.3f}")
                if row.outcome != "passed":
                    kind = "failure" if row.outcome == "failed" else "skipped"
                    lines = row.text.strip().splitlines() or [""]
                    child = ElementTree.SubElement(case, kind, message=printable(lines[-1] if kind == "failure" else lines[0]))
                    child.text = printable(row.text)
        try:
            ElementTree.ElementTree(root).write(Path(path), encoding="utf-8", xml_declaration=True)
        except OSError as error:
            raise SvpError(f"--junit {path}: {explain(error, named=False)}") from None


def printable(text):
    """Text without the characters that XML forbids."""
    return "".join(letter if letter in "\n\t" or 32 <= ord(letter) < 0xD800 or 0xE000 <= ord(letter) < 0xFFFE or ord(letter) > 0xFFFF else "?"
                   for letter in text)
