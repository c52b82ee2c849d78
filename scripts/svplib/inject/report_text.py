# SPDX-License-Identifier: GPL-2.0-or-later
"""The table on the terminal: a line a case, what failed below it, totals."""

from ..base.progress import duration
from . import sweeps
from .effects import OUTCOMES
from .outcome import VERDICTS

FAILURES_SHOWN = 8
LINE_WIDTH = 200


def row(result, width):
    """Lines of one case; `width`: of the column of names."""
    verdict = {"passed": "ok", "failed": "FAILED", "timeout": "TIMEOUT", "broken": "BROKEN"}[result["verdict"]]
    lines = [f"{verdict:8} {result['name']:{width}}  {result['seconds']:6.2f} s  {result['from']}".rstrip()
             + (f"  fault: {result['outcome']}" if result.get("outcome") else "")]
    failed = [check for check in result["checks"] if not check["ok"]]
    lines += [_cut(f"    {check['name']}: expected {check['expected']}, seen {check['seen']}") for check in failed[:FAILURES_SHOWN]]
    if len(failed) > FAILURES_SHOWN:
        lines.append(f"    and {len(failed) - FAILURES_SHOWN} more")
    if result["verdict"] in ("timeout", "broken") or (result["message"] and not failed and result["verdict"] != "passed"):
        lines += [_cut("    " + line) for line in result["message"].splitlines()[:12]]
    return "\n".join(lines)


def outcomes(outcome):
    """A line on what came of the faults; empty when there was none."""
    found = [fault["outcome"] for case in outcome.cases for fault in case["faults"] if fault.get("outcome")]
    counts = [f"{found.count(name)} {name}" for name in OUTCOMES if name in found]
    return f"{len(found)} faults: {', '.join(counts)}" if found else ""


def swept(outcome):
    """A table for each name that a sweep varies: its values, and how many cases had which outcome."""
    lines = []
    for sweep in sweeps.of(outcome.cases):
        for name in sweep.names:
            rows = sweep.rows(name)
            width = max(len(name), *(len(value) for value, _ in rows))
            lines += ["", f"{sweep.name}:", "  ".join([f"  {name:{width}}", *sweep.outcomes])]
            for value, found in rows:
                lines.append("  ".join([f"  {value:{width}}", *(f"{len(found.get(column, ())) or '.':>{len(column)}}" for column in sweep.outcomes)]))
    return "\n".join([*lines, ""]) if lines else ""


def totals(outcome):
    """The last line."""
    counts = ", ".join(f"{outcome.count(verdict)} {verdict}" for verdict in VERDICTS if verdict in ("passed", "failed") or outcome.count(verdict))
    rate = f", {60 * len(outcome.cases) / outcome.seconds:.0f} cases a minute" if outcome.seconds else ""
    part = f" of {outcome.total}" if len(outcome.cases) != outcome.total else ""
    return f"{counts}: {len(outcome.cases)}{part} cases of '{outcome.name}' in {duration(outcome.seconds)}{rate}"


def table(outcome):
    """All of it."""
    width = column(case["name"] for case in outcome.cases)
    return "\n".join([*(row(case, width) for case in outcome.cases), *filter(None, [swept(outcome), outcomes(outcome)]), totals(outcome)])


def column(names):
    """Width of the column of names."""
    return min(70, max((len(name) for name in names), default=0))


def _cut(line):
    return line if len(line) <= LINE_WIDTH else line[:LINE_WIDTH - 3] + "..."
