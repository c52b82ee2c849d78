# SPDX-License-Identifier: GPL-2.0-or-later
"""One stream: decoded, compared with what it should come to, and what came of that."""

import hashlib
import time

from ..base.errors import SvpError
from .checksums import md5
from .pictures import Digest, Picture, PictureError, Whole
from .program import Lost, Unsupported

#: passed: equal to its checksums, though the hardware may have reported errors (a stream that is cut). decoded: it has none. failed: not
#: equal, or nothing to be compared with and errors. skipped: not for this hardware
OUTCOMES = ("passed", "decoded", "failed", "skipped")


class Verdict:
    """What came of one stream."""

    def __init__(self, suite, name):
        self.suite = suite
        self.name = name
        self.outcome = None
        self.text = ""
        self.pictures = 0
        self.md5 = None
        self.seconds = 0.0
        self.span = None  # of the machine's monotonic clock, seconds: when it was decoded

    def as_object(self):
        """Member of "streams" in --json."""
        return {"suite": self.suite, "name": self.name, "result": self.outcome, "frames": self.pictures, "md5": self.md5,
                "seconds": round(self.seconds, 3), "text": self.text}

    @classmethod
    def from_object(cls, value):
        """The Verdict of such a member. Raises KeyError, TypeError or ValueError for anything else."""
        verdict = cls(str(value["suite"]), str(value["name"]))
        verdict.outcome, verdict.text, verdict.md5 = value["result"], str(value.get("text", "")), value.get("md5")
        verdict.pictures, verdict.seconds = int(value["frames"]), float(value["seconds"])
        if verdict.outcome not in OUTCOMES:
            raise ValueError(f"no result '{verdict.outcome}'")
        return verdict


def decoding_seconds(verdicts):
    """Seconds in which at least one stream was decoded; several at once count once."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(verdict.span for verdict in verdicts if verdict.span):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def judge(verdict, items, checksums, each=None):
    """Fill in `verdict` from what program.decode() or Guest.decode() yields; `each(number, picture)` is called for every picture, counted
    from 1."""
    begin = time.monotonic()
    whole, errors = hashlib.md5(usedforsecurity=False), []
    wanted = checksums.frames if checksums else None
    format = checksums.format if checksums else None
    try:
        for item in items:
            if isinstance(item, Whole):
                verdict.md5 = item.md5
            if not isinstance(item, (Picture, Digest)):
                errors += [item] if isinstance(item, str) else []
                continue
            verdict.pictures += 1
            if isinstance(item, Picture):
                data = item.bytes_as(format or item.format)
                whole.update(data)
            if wanted is not None and verdict.text == "":
                verdict.text = _compare(verdict.pictures, item.md5 if isinstance(item, Digest) else md5(data), wanted)
            if each:
                each(verdict.pictures, item)
        if verdict.pictures and verdict.md5 is None:
            verdict.md5 = whole.hexdigest()
        _conclude(verdict, checksums, errors)
        lost = [error for error in errors if isinstance(error, Lost)]
        if verdict.outcome == "failed" and lost:
            verdict.outcome, verdict.text = "skipped", str(lost[0])
    except Unsupported as reason:
        # In the middle of a stream: what came before counts
        wrong = verdict.text or "".join(errors[:1])
        verdict.outcome, verdict.text = ("failed", wrong) if wrong else ("skipped", str(reason))
    except (PictureError, SvpError) as error:
        verdict.outcome, verdict.text = "failed", str(error).splitlines()[0]
    verdict.span = begin, time.monotonic()
    verdict.seconds = verdict.span[1] - begin
    return verdict


def _compare(number, seen, wanted):
    if number > len(wanted):
        return ""
    return "" if seen == wanted[number - 1] else f"picture {number}: {seen}, should be {wanted[number - 1]}"


def _conclude(verdict, checksums, errors):
    trouble = f"{errors[0]} ({len(errors)} in all)" if len(errors) > 1 else "".join(errors)
    if trouble and (checksums is None or verdict.text or not verdict.pictures):
        verdict.outcome, verdict.text = "failed", trouble
    elif not verdict.pictures:
        verdict.outcome, verdict.text = "failed", "no picture came out"
    elif checksums is None:
        verdict.outcome, verdict.text = "decoded", f"{verdict.md5}, nothing to compare it with"
    elif checksums.frames is not None and not verdict.text and verdict.pictures != len(checksums.frames):
        verdict.outcome, verdict.text = "failed", trouble or f"{verdict.pictures} pictures, should be {len(checksums.frames)}"
    elif checksums.whole is not None and verdict.md5 != checksums.whole:
        verdict.outcome, verdict.text = "failed", trouble or f"all pictures: {verdict.md5}, should be {checksums.whole}"
    else:
        verdict.outcome = "failed" if verdict.text else "passed"
        verdict.text = verdict.text or trouble
