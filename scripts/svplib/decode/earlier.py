# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of other runs, to stand beside those of this one: of `svp decode --json`, and fluster's summaries as JSON and as Markdown."""

import json
import re
from pathlib import Path

from ..base.errors import UsageError, explain
from .verdict import Verdict

#: Results as fluster's JSON and its tables have them -> ours; the others stay what they are, in small letters
_RESULTS = {"success": "passed", "reference": "passed", "fail": "failed", "not run": "-", "not supported": "skipped",
            "✔": "passed", "❌": "failed", "⌛": "timeout", "☠": "error", "○": "skipped",
            "ok": "passed", "ko": "failed", "to": "timeout", "er": "error", "ns": "skipped", "": "-"}
_SUITE = re.compile(r"test suite: *([^\s*]+)", re.IGNORECASE)


class Earlier:
    """One other run: `title` of its column, `results`: {(suite, stream): word}."""

    def __init__(self, title, results):
        self.title = title
        self.results = results

    def of(self, verdict):
        """The word for a stream, "-" if the run had it not."""
        return self.results.get((verdict.suite, verdict.name), "-")


def read(path):
    """The runs of a file, a list of Earlier. Raises UsageError for a file that holds none."""
    try:
        text = Path(path).read_text(errors="replace")
    except OSError as error:
        raise UsageError(f"--compare {path}: {explain(error, named=False)}") from None
    try:
        runs = _from_json(json.loads(text))
    except ValueError:
        runs = _from_markdown(text)
    except (KeyError, TypeError, AttributeError):
        runs = []
    if not runs:
        raise UsageError(f"--compare {path}: no results of 'svp decode --json' and no summary of fluster's")
    return runs


def beside(runs, verdicts):
    """Those of `runs` that know one of the streams at least; the first if none does."""
    return [run for run in runs if any((verdict.suite, verdict.name) in run.results for verdict in verdicts)] or runs[:1]


def _word(text):
    text = text.strip().rstrip("\ufe0f").lower()  # emoji may ask for colours
    return _RESULTS.get(text, text)


def _from_json(value):
    if "streams" in value:
        try:
            verdicts = [Verdict.from_object(row) for row in value["streams"]]
        except ValueError:
            return []
        return [Earlier("before", {(verdict.suite, verdict.name): verdict.outcome for verdict in verdicts})]
    runs = {}
    for suite, decoders in value["test_suites"].items():
        for name, run in decoders["decoders"].items():
            runs.setdefault(name, {}).update({(suite, vector): _word(row["result"]) for vector, row in run["vectors"].items()})
    return [Earlier(name, results) for name, results in runs.items()]


def _from_markdown(text):
    runs, columns, suite = [], [], None
    for line in text.splitlines():
        if named := _SUITE.search(line):
            suite = named.group(1)
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells[:1] == ["Test"]:
            columns = [Earlier(title, {}) for title in cells[1:]]
            runs += columns
        elif len(cells) == len(columns) + 1 and cells[0] not in ("-", "TOTAL", "TOTAL TIME"):
            for run, cell in zip(columns, cells[1:]):
                run.results[suite, cells[0]] = _word(cell)
        elif not cells:
            columns = []
    return [run for run in runs if run.results]
