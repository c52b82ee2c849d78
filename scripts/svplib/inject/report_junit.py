# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML of a campaign: a test suite a snapshot, a test case a case."""

import time
from xml.etree import ElementTree

from ..base.errors import SvpError, explain
from ..testing.results import printable


def write(outcome, path):
    """Write it; raises SvpError."""
    root = ElementTree.Element("testsuites", name=printable(outcome.name))
    for source in dict.fromkeys(case["from"] for case in outcome.cases):
        rows = [case for case in outcome.cases if case["from"] == source]
        suite = ElementTree.SubElement(root, "testsuite", name=printable(f"{outcome.name}: {source}"), tests=str(len(rows)), skipped="0",
                                       failures=str(sum(row["verdict"] in ("failed", "timeout") for row in rows)),
                                       errors=str(sum(row["verdict"] == "broken" for row in rows)),
                                       time=f"{sum(row['seconds'] for row in rows):.3f}", timestamp=time.strftime("%Y-%m-%dT%H:%M:%S"))
        for row in rows:
            case = ElementTree.SubElement(suite, "testcase", classname=printable(f"svp.inject.{source}"), name=printable(row["name"]),
                                          time=f"{row['seconds']:.3f}")
            if row["verdict"] != "passed":
                child = ElementTree.SubElement(case, "error" if row["verdict"] == "broken" else "failure", type=row["verdict"],
                                               message=printable((row["message"].splitlines() or [""])[0]))
                child.text = printable(_details(row))
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise SvpError(f"--junit {path}: {explain(error, named=False)}") from None


def _details(row):
    lines = [row["message"], ""]
    lines += [f"{check['name']}: expected {check['expected']}, seen {check['seen']}" for check in row["checks"] if not check["ok"]]
    lines += ["", "violations:", *(violation.get("text", "") for violation in row["violations"][:50])]
    lines += ["", "end of the console:", *row.get("console", ())]
    return "\n".join(lines)
