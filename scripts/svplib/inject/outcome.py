# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of a campaign as one object: what --json writes and --merge reads.

    {"ok", "checks": [{"name", "expected", "seen", "ok"}],           as of every svp command; one check a case
     "format": 1, "campaign": {"name", "description", "identity", "cases"},
     "shard": {"index", "of"} or null, "seconds", "jobs",
     "cases": [results, see case_run.py]}
"""

import json
from pathlib import Path

from ..base.errors import UsageError

FORMAT = 1
VERDICTS = ("passed", "failed", "timeout", "broken")
_FILE_BYTES = 1 << 30


class Outcome:
    """Results of (a part of) a campaign. `shard`: (K, N) or None."""

    def __init__(self, name, description, identity, total, cases, *, shard=None, seconds=0.0, jobs=1):
        self.name = name
        self.description = description
        self.identity = identity
        self.total = total
        self.cases = cases
        self.shard = shard
        self.seconds = seconds
        self.jobs = jobs

    @property
    def ok(self):
        """True when there is a case and all have passed."""
        return bool(self.cases) and all(case["verdict"] == "passed" for case in self.cases)

    def count(self, verdict):
        """Number of cases with that verdict."""
        return sum(case["verdict"] == verdict for case in self.cases)

    def as_object(self):
        """The object that --json writes."""
        checks = [{"name": case["name"], "expected": "passed", "seen": case["verdict"], "ok": case["verdict"] == "passed"} for case in self.cases]
        return {"ok": self.ok, "checks": checks, "format": FORMAT,
                "campaign": {"name": self.name, "description": self.description, "identity": self.identity, "cases": self.total},
                "shard": {"index": self.shard[0], "of": self.shard[1]} if self.shard else None,
                "seconds": round(self.seconds, 3), "jobs": self.jobs, "cases": self.cases}


def load(path):
    """The Outcome in a file that --json wrote; raises UsageError when it is none."""
    file = Path(path)
    try:
        if file.stat().st_size > _FILE_BYTES:
            raise UsageError(f"--merge: {path}: larger than {_FILE_BYTES >> 20} MiB")
        value = json.loads(file.read_text())
        campaign, shard = value["campaign"], value["shard"]
        if value["format"] != FORMAT:
            raise UsageError(f"--merge: {path}: format {value['format']}, this svp reads {FORMAT}")
        outcome = Outcome(str(campaign["name"]), str(campaign["description"]), str(campaign["identity"]), int(campaign["cases"]),
                          [_case(case) for case in value["cases"]], shard=(int(shard["index"]), int(shard["of"])) if shard else None,
                          seconds=float(value["seconds"]), jobs=int(value["jobs"]))
    except OSError as error:
        raise UsageError(f"--merge: {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"--merge: {path}: is no result of svp inject --json") from None
    return outcome


def _case(case):
    """A case's result, if it has what reports need."""
    for name, types in (("index", int), ("name", str), ("verdict", str), ("message", str), ("seconds", (int, float)), ("checks", list),
                        ("steps", list), ("faults", list), ("violations", list), ("recorded", list), ("records", int), ("accesses", int),
                        ("dropped", int), ("memory", int), ("start", int), ("ran", (int, float)),
                        ("policy", str), ("from", str), ("description", str)):
        if not isinstance(case[name], types):
            raise TypeError(name)
    if "values" in case and not (isinstance(case["values"], dict) and isinstance(case["of"], str)):
        raise TypeError("values")
    if case["verdict"] not in VERDICTS:
        raise ValueError(case["verdict"])
    return case


def merge(paths):
    """One Outcome from those in several files; each case of the campaign must be there exactly once. Raises UsageError."""
    parts = [(path, load(path)) for path in paths]
    first_path, first = parts[0]
    owner = {}
    for path, part in parts:
        if (part.identity, part.total) != (first.identity, first.total):
            raise UsageError(f"--merge: {path} is of another campaign ('{part.name}') than {first_path} ('{first.name}'), "
                             "or of another version of it")
        for case in part.cases:
            if not 0 <= case["index"] < part.total:
                raise UsageError(f"--merge: {path}: case '{case['name']}' has number {case['index']}, the campaign has {part.total} cases")
            if case["index"] in owner:
                raise UsageError(f"--merge: case '{case['name']}' is in both {owner[case['index']][0]} and {path}")
            owner[case["index"]] = (path, case)
    missing = [index for index in range(first.total) if index not in owner]
    if missing:
        raise UsageError(f"--merge: {len(missing)} of {first.total} cases are missing{_shards_missing(parts)}, the first is case {missing[0]}")
    return Outcome(first.name, first.description, first.identity, first.total, [owner[index][1] for index in range(first.total)],
                   seconds=max(part.seconds for _, part in parts), jobs=sum(part.jobs for _, part in parts))


def _shards_missing(parts):
    """A phrase that names the shards that are not there, when the parts are shards of one division."""
    divisions = {part.shard[1] for _, part in parts if part.shard}
    if len(divisions) != 1 or any(part.shard is None for _, part in parts):
        return ""
    number = divisions.pop()
    there = {part.shard[0] for _, part in parts}
    names = [f"{shard}/{number}" for shard in range(1, number + 1) if shard not in there]
    return f" (shards {', '.join(names[:10])}{', ...' if len(names) > 10 else ''})" if names else ""
