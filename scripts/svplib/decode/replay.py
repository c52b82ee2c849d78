# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp decode --replay`: jobs that the VPU's model has recorded, run again on its engines and compared.

The program vpu_replay prints for each file `file PATH`, then `unreadable WHY` or

    job CODEC STATUS READ WRITTEN          recorded status (decimal); bytes that the engine read and wrote now
    difference TEXT                        any number of them; none: the same happened
    remark TEXT                            why a difference need not be the engine's

and `end` behind the last one. Records are written with the property "record" of the decoder (hw/vpu/README.md), their format is described in
hw/vpu/job/job_record.hpp.
"""

import subprocess
from pathlib import Path

from ..base.checks import write_json
from ..base.errors import SvpError, UsageError
from ..base.progress import say
from ..build import native

PROGRAM = "tools/vpu_replay"
SUFFIX = ".job"
FILES_AT_ONCE = 200


def records(words):
    """Paths of the records that the command line names: files, and all *.job of folders. Raises UsageError."""
    found = []
    for word in words:
        path = Path(word)
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*" + SUFFIX) if each.is_file())
            if not inside:
                raise UsageError(f"{word}: no recorded job (*{SUFFIX}) in it")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{word}: there is no such file or folder")
    if not found:
        raise UsageError("--replay: name recorded jobs, or a folder of them")
    return found


def main(arguments, replayer=None):
    """Run all again; returns the exit status: 0 when each did what is recorded. `replayer`: the program, built if None."""
    for name in ("suite", "vectors", "compare", "md5", "raw", "png", "junit"):
        if getattr(arguments, name):
            raise UsageError(f"--{name}: not with --replay")
    paths = records(arguments.streams)
    replayer = replayer or native.build(PROGRAM)
    jobs = [job for first in range(0, len(paths), FILES_AT_ONCE) for job in run(replayer, paths[first:first + FILES_AT_ONCE])]
    print(table(jobs))
    say(f"{len(jobs)} jobs, {sum(job['result'] == 'same' for job in jobs)} of them did what is recorded")
    if arguments.json:
        write_json(arguments.json, {"jobs": jobs})
    return 0 if all(job["result"] == "same" for job in jobs) else 1


def run(replayer, paths):
    """An object for each record: file, result ("same", "different", "unreadable"), text, and codec, status, read, written if it was run."""
    done = subprocess.run([str(replayer), *map(str, paths)], capture_output=True, text=True, errors="replace", check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines or lines.pop() != "end":
        raise SvpError(f"{PROGRAM}: exit status {done.returncode}: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    jobs = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "file":
            jobs.append({"file": rest, "result": "same", "text": []})
        elif word == "job":
            codec, *numbers = rest.split()
            jobs[-1].update(codec=codec, **dict(zip(("status", "read", "written"), map(int, numbers))))
        else:
            jobs[-1]["text"].append(rest)
            if word != "remark":
                jobs[-1]["result"] = "different" if word == "difference" else word
    return jobs


def table(jobs):
    """A line for each record, and one below for each difference and remark."""
    head = ("job", "codec", "status", "read", "written", "result")
    rows = [(job["file"], job.get("codec", "-"), hex(job["status"]) if "status" in job else "-", str(job.get("read", "-")), str(job.get("written", "-")),
             job["result"]) for job in jobs]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for row, texts in ((head, ()), *((row, job["text"]) for row, job in zip(rows, jobs))):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        lines += [f"    {text}" for text in texts]
    return "\n".join(lines)
