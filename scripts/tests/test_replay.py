# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp decode --replay` with a replayer of a few lines: what is run, tables, files of results, bad input."""

import argparse
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import SvpError, UsageError
from svplib.decode import command, replay

#: A record of these tests is what this replayer prints for it
REPLAYER = """#!/usr/bin/env python3
import sys
for path in sys.argv[1:]:
    print("file", path)
    text = open(path).read()
    if text == "die":
        print("assertion failed: life", file=sys.stderr)
        sys.exit(3)
    sys.stdout.write(text)
print("end")
"""


class ReplayTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "records"
        self.folder.mkdir()
        self.replayer = Path(folder.name) / "replayer"
        self.replayer.write_text(REPLAYER)
        self.replayer.chmod(0o755)

    def record(self, name, *lines):
        path = self.folder / name
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def arguments(self, *words):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return parser.parse_args(["--replay", *map(str, words)])

    def replay(self, *words):
        """(exit status, stdout) of a call."""
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            status = replay.main(self.arguments(*words), self.replayer)
        return status, output.getvalue()

    def test_results(self):
        same = self.record("1.job", "job vp8 4096 100 50")
        self.record("2.job", "job h264 4096 7 8", "difference 3 bytes, the first one at 0x1: x", "difference more", "remark others")
        self.record("3.job", "unreadable the record ends early")
        self.record("no-record.txt", "job vp8 4096 1 1")
        self.assertEqual(self.replay(same)[0], 0)
        target = self.folder.parent / "out.json"
        status, text = self.replay(self.folder, "--json", target)
        self.assertEqual(status, 1)
        lines = text.splitlines()
        self.assertEqual([line.split()[1:] for line in lines[1:3]], [["vp8", "0x1000", "100", "50", "same"], ["h264", "0x1000", "7", "8", "different"]])
        self.assertEqual(lines[3:6], ["    3 bytes, the first one at 0x1: x", "    more", "    others"])
        self.assertEqual(lines[6].split()[1:], ["-", "-", "-", "-", "unreadable"])
        self.assertEqual(lines[7:], ["    the record ends early"])
        jobs = json.loads(target.read_text())["jobs"]
        self.assertEqual([(Path(job["file"]).name, job["result"]) for job in jobs], [("1.job", "same"), ("2.job", "different"), ("3.job", "unreadable")])
        self.assertEqual(jobs[0], {"file": str(same), "result": "same", "text": [], "codec": "vp8", "status": 4096, "read": 100, "written": 50})

    def test_a_remark_alone_is_no_difference(self):
        self.assertEqual(self.replay(self.record("1.job", "job vp8 4096 1 1", "remark others"))[0], 0)

    def test_many(self):
        for number in range(replay.FILES_AT_ONCE + 3):
            self.record(f"{number:03}.job", "job vp8 4096 1 1")
        status, text = self.replay(self.folder)
        self.assertEqual((status, len(text.splitlines())), (0, replay.FILES_AT_ONCE + 4))

    def test_bad_calls(self):
        self.record("1.job", "job vp8 4096 1 1")
        empty = self.folder / "empty"
        empty.mkdir()
        for words, message in (((), "name recorded jobs"), ((self.folder / "none",), "no such file"), ((empty,), "no recorded job"),
                               ((self.folder, "--md5", "x"), "--md5: not with --replay"), ((self.folder, "--suite", "x"), "--suite: not with --replay")):
            with self.subTest(words=words), self.assertRaisesRegex(UsageError, message):
                self.replay(*words)

    def test_a_replayer_that_dies(self):
        path = self.folder / "1.job"
        path.write_text("die")
        with self.assertRaisesRegex(SvpError, "exit status 3: assertion failed: life"):
            self.replay(path)


if __name__ == "__main__":
    unittest.main()
