# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that boot a board on the way (decode, film pack, bench, inject): a guest that fails is status 1, a machine that is gone 2, each with a line."""

import signal
import subprocess
import unittest
from pathlib import Path

from fake_machine import INIT, PANIC
from test_host_failures import HostCase

KILLED = [["print", INIT], ["sleep", 0.3], ["kill", signal.SIGKILL]]
FAILED = [["print", INIT + PANIC]]
REFUSED = [["complain", "qemu-system-aarch64: no such option"], ["exit", 1]]
ENDED = [["print", INIT], ["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]
#: (what the guest or QEMU does, exit status, what the line says)
ENDS = ((FAILED, 1, r"kernel panic: .*VFS: Unable to mount root fs"), (ENDED, 1, r"machine ended .*the guest switched itself off"),
        (KILLED, 2, r"QEMU ended with signal 9 \(SIGKILL\)"), (REFUSED, 2, r"qemu-system-aarch64: no such option"))


class Boards(HostCase):
    def ends(self, *words):
        for plan, status, says in ENDS:
            with self.subTest(says=says):
                done = self.svp(*words, plan=plan)
                self.assertEqual(done.status, status, done.errors)
                lines = [line for line in done.lines if line.startswith("svp: ") and "bench " not in line]
                self.assertEqual(len(lines), 1, done.errors)
                self.assertRegex(lines[0], says)

    def test_decode(self):
        stream = self.folder / "clip.ivf"
        stream.write_bytes(b"DKIF" + bytes(28))
        self.ends("decode", "--where", "guest", str(stream))

    def test_bench(self):
        self.ends("bench", "boot")

    @unittest.skipUnless(Path("/usr/bin/ffmpeg").exists(), "there is no ffmpeg, without which no film is packed")
    def test_film(self):
        video = self.folder / "clip.mkv"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=1", "-c:v", "libx264", str(video)], check=True)
        self.ends("film", "pack", str(video), str(self.folder / "film.mp4"))
        self.assertFalse((self.folder / "film.mp4").exists())

    def test_campaign(self):
        """There each case has a verdict of its own: what its machine died of is in its row, and the others go on."""
        for plan, _, says in ENDS:
            with self.subTest(says=says):
                done = self.svp("inject", self.campaign(), plan=plan)
                self.assertEqual(done.status, 1, done.errors)
                self.assertRegex(done.output, says)


if __name__ == "__main__":
    unittest.main()
