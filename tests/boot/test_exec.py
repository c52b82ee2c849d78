# SPDX-License-Identifier: GPL-2.0-or-later
"""svp run --exec: a program of somebody's own goes into the guest, runs, and its status, output and files come back."""

import json
import re
import subprocess
import sys
import unittest

import boot_case
from boot_case import ScratchCase
from svplib.build import parts

RUN = (sys.executable, parts.REPOSITORY / "scripts/svp", "run", "--quiet")
RUN_SECONDS = 600
PROGRAM = """#!/bin/sh
mkdir -p /tmp/result/deep
cp /data/input /tmp/result/deep/copy
yes "a line that is longer than any shell would edit: $1" | head -n 3000 >/tmp/result/lines
echo "seen: $1"
exit 7
"""


class Exec(ScratchCase):
    def svp(self, *words):
        return subprocess.run([*map(str, RUN), *map(str, words)], check=False, capture_output=True, text=True, timeout=RUN_SECONDS,
                              stdin=subprocess.DEVNULL)

    def test_in_and_out(self):
        """Under strict, with a card of the user's in the other slot: 1 MiB goes in by the overlay and comes back by the card."""
        data = bytes(range(256)) * 4096
        given, target, report = self.scratch / "given", self.scratch / "got", self.scratch / "report"
        (given / "data").mkdir(parents=True)
        target.mkdir()
        (given / "data/input").write_bytes(data)
        (given / "program").write_text(PROGRAM)
        (given / "program").chmod(0o755)
        card = boot_case.make_card(self.scratch, {"mark": b"on the card"})
        done = self.svp("--overlay", given, "--sd", card, "--json", report, "--get", "/tmp/result", "--get", "/tmp/mark", "--to", target, "--exec",
                        "until mount -o ro /dev/mmcblk1 /mnt 2>/dev/null; do sleep 0.1; done; cp /mnt/mark /tmp; /program \"it's \\\"quoted\\\" # $((6 * 7))\"")
        self.assertEqual(done.stdout, "seen: it's \"quoted\" # 42\n", done.stderr)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual((target / "result/deep/copy").read_bytes(), data)
        self.assertEqual((target / "mark").read_bytes(), b"on the card")
        self.assertEqual(len((target / "result/lines").read_text().splitlines()), 3000)
        result = json.loads(report.read_text())
        self.assertEqual((result["status"], result["output"], result["missing"], result["failure"]), (7, 'seen: it\'s "quoted" # 42', [], None))

    def test_what_goes_wrong(self):
        for words, says in ((("--exec", "echo so far; sleep 1000", "--timeout", "5"), "did not end in 5 s"),
                            (("--exec", "true", "--get", "/tmp/none", "--to", self.scratch), "/tmp/none is not in the guest"),
                            (("--exec", "echo c >/proc/sysrq-trigger"), "panic")):
            with self.subTest(words):
                done = self.svp(*words)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(says, done.stderr.splitlines()[-1])

    def test_banner(self):
        """Somebody at the prompt is told how to leave, where the logs are, what to try."""
        with subprocess.Popen([*map(str, RUN), "--shell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as svp:
            self.addCleanup(svp.kill)
            shown = ""
            while "SVP shell" not in shown:
                line = svp.stdout.readline()
                self.assertTrue(line, "no shell")
                shown += line
            output, errors = svp.communicate("poweroff\n", timeout=RUN_SECONDS)
        self.assertEqual(svp.returncode, 0, errors)
        self.assertRegex(shown, r"(?m)^  leave   poweroff, or Ctrl-A x")
        self.assertIn("  try     svp-probe regions", shown)
        folder = re.search(r"(?m)^  logs    (\S+)\s*$", shown).group(1)
        self.assertEqual(errors.strip().splitlines()[-1], f"svp: logs: {folder}")
        self.assertIn("SVP end poweroff", output)


if __name__ == "__main__":
    unittest.main()
