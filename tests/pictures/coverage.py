#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines of the video engines streams reach whose pictures are right, and which lines they do not.

    tests/pictures/coverage.py [FOLDER...]

plays the clips and random streams of these tests, and all streams of the folders that have checksums beside them, on engines that count
(gcov). A stream whose pictures are not those of its checksums, because it is damaged, is left out. Exit status 1 if a test failed, or less
than 97 % of the lines were reached.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path[:0] = [str(HERE), str(REPOSITORY / "scripts")]

from svplib.decode import checksums, command, program  # noqa: E402
from svplib.decode.verdict import Verdict, judge  # noqa: E402
from svplib.testing import python_tests  # noqa: E402
from svplib.testing.results import Results  # noqa: E402

ENGINES = re.compile(r"hw/vpu/(entropy|h264|hevc|mpeg2|picture|vp8|vp9)/")
AIM = 97.0


def build(tree):
    """Build the decoder with counters in a folder; return its path."""
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run(["meson", "setup", str(tree), str(REPOSITORY), "-Dtests=false", "-Db_coverage=true", "-Doptimization=1"], **quiet)
    subprocess.run(["ninja", "-C", str(tree), program.PROGRAM], **quiet)
    return tree / program.PROGRAM


def test(decoder):
    """Run the tests of this folder; return the names of those that failed."""
    os.environ["SVP_VPU_DECODE"] = str(decoder)
    results = Results()
    for path in python_tests.files(HERE):
        python_tests.run_file(results, "pictures", path)
    return [result.name for result in results.all if result.outcome == "failed"]


def play(decoder, folders, scratch):
    """Play the streams of folders; return what was left out. `scratch` is for counters that do not count."""
    left_out = []
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            sums = checksums.beside(path) if path.suffix.lower() in command.SUFFIXES else None
            if not sums:
                continue
            os.environ["GCOV_PREFIX"] = str(scratch)
            verdict = judge(Verdict(folder, path.name), program.decode(decoder, path), sums)
            del os.environ["GCOV_PREFIX"]
            if verdict.outcome == "passed":
                judge(verdict, program.decode(decoder, path), sums)
            else:
                left_out.append(f"{path}: {verdict.outcome}, {verdict.text}")
    return left_out


def count(tree):
    """{file: {line: how often}} of the engines, from the counters in a build tree."""
    lines = collections.defaultdict(collections.Counter)
    for data in sorted(tree.rglob("*.gcda")):
        text = subprocess.run(["gcov", "--json-format", "--stdout", str(data)], capture_output=True, check=True, cwd=data.parent).stdout
        for part in text.splitlines():
            for file in json.loads(part)["files"]:
                name = os.path.relpath((data.parent / file["file"]).resolve() if "/" in file["file"] else file["file"], REPOSITORY)
                if not (REPOSITORY / name).exists():
                    name = os.path.relpath((tree / file["file"]).resolve(), REPOSITORY)
                if ENGINES.search(name):
                    for line in file["lines"]:
                        lines[name][line["line_number"]] += line["count"]
    return lines


def report(lines):
    """Print lines that were not reached, and a table; return the part that was, per cent."""
    for name, counts in sorted(lines.items()):
        source = (REPOSITORY / name).read_text().splitlines()
        for number in sorted(number for number, times in counts.items() if times == 0):
            print(f"{name}:{number}: {source[number - 1].strip()}")
    reached = total = 0
    print()
    for name, counts in sorted(lines.items()):
        here = sum(times != 0 for times in counts.values())
        reached, total = reached + here, total + len(counts)
        print(f"{name:46} {here:5} of {len(counts):5}  {100 * here / len(counts):5.1f} %")
    share = 100 * reached / max(total, 1)
    print(f"{'together':46} {reached:5} of {total:5}  {share:5.1f} %")
    return share


def main():
    """Returns the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        decoder = build(tree)
        failed = test(decoder)
        left_out = play(decoder, sys.argv[1:], Path(folder) / "scratch")
        share = report(count(tree))
    for kind, names in (("left out", left_out), ("failed", failed)):
        for name in names:
            print(f"{kind}: {name}")
    return 1 if failed or share < AIM else 0


if __name__ == "__main__":
    sys.exit(main())
