# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML of `svp run`: a test case for the run itself, and one for each check of a scenario."""

from ..testing.results import Result, Results

#: The check that a scenario fails which did not go to its end; here that is the run's own test case
END = "run: scenario went to its end"


def write(path, name, checks, seconds, failure):
    """Write the CheckList of scenario `name`; `failure`: why it did not go to its end, or None. Raises SvpError."""
    rows = [_result(name, END, not failure, str(failure or ""), seconds)]
    for check in (check for check in checks.checks if check.name != END):
        text = f"expected {check.expected}, seen {check.seen}"
        rows.append(Result(f"run.{name}", check.name, "skipped", text=check.skipped) if check.skipped else _result(name, check.name, check.ok, text))
    if len(rows) == 1 and not failure:
        rows.append(_result(name, "checks", False, "nothing was checked"))
    _write(path, rows)


def write_command(path, command, result, failure, seconds):
    """Write what came of --exec: `result` is the command's CommandResult, `failure` why it, or what belongs to it, failed, or None."""
    reason = failure or (f"status {result.status}" if result.status else "")
    _write(path, [_result("exec", command, not reason, f"{result.output}\n{reason}", seconds)])


def _result(suite, name, good, text, seconds=0.0):
    return Result(f"run.{suite}", name, "passed" if good else "failed", seconds, "" if good else text)


def _write(path, rows):
    results = Results()
    results.all.extend(rows)
    results.write_junit(path)
