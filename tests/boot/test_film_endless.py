# SPDX-License-Identifier: GPL-2.0-or-later
"""A protected film plays over and over: neither the guest nor the emulator needs more memory, and no picture is lost without a reason.

SVP_LONG=1: the film of `svp run` on all three planes, by the clock, for an hour (SVP_PLAY_SECONDS: or so many). Otherwise a short one, as fast as it
goes.
"""

import os
import re
import time
import unittest
from pathlib import Path

from boot_case import BOOT_SECONDS, BoardCase, wait_until
from svplib.film import demo, leaks, scene
from svplib.scenarios import film

LONG = os.environ.get("SVP_LONG") == "1"
SECONDS = int(os.environ.get("SVP_PLAY_SECONDS", "3600"))
CONTROL, OUTPUT = "/tmp/endless-control", "/tmp/endless-output"
#: Pictures after which memory is measured, and those at the end
WARM, END = 240, 720
WAIT_SECONDS = 300
#: KiB by which each may grow
LIMITS = {"the emulator's own memory": 8 << 10, "the player's memory": 512, "the guest's memory in use": 12 << 10, "of the guest's kernel": 4 << 10}


class Endless(BoardCase):
    @classmethod
    def prepare(cls):
        cls.demo = demo.prepare()
        cls.BOARD = {"policy": "strict", "share_ram": True, "sd": [cls.demo.card], "machine_options": leaks.OPTION}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command(film.PREPARE, timeout=BOOT_SECONDS, check=True)

    def used(self):
        """KiB of memory: {what: how much}."""
        host = Path(f"/proc/{self.board.pid}/status").read_text()
        guest, player = self.guest("cat /proc/meminfo"), self.guest("cat /proc/$(pidof svp-play)/status")

        def number(name, text):
            return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1])
        return {"the emulator's own memory": number("RssAnon", host), "the player's memory": number("VmRSS", player),
                "the guest's memory in use": number("MemTotal", guest) - number("MemAvailable", guest), "of the guest's kernel": number("SUnreclaim", guest)}

    def jobs(self):
        return self.board.qmp.command("query-svp-counters", device="vpu_g1")[0]["counters"]["jobs"]

    def play(self, options):
        self.guest(f"rm -f {CONTROL} {OUTPUT}; mkfifo {CONTROL}; svp-heed svp-play --secure --quiet --repeat 1000000 --control {CONTROL} {options} > {OUTPUT} 2>&1 &")
        wait_until("the film is warm", lambda: self.jobs() >= WARM, WAIT_SECONDS)

    def ended(self):
        """{name: number} of the player's last line, and its lines about lost pictures."""
        self.guest(f"echo quit 1<> {CONTROL}; while pidof svp-play > /dev/null; do usleep 10000; done", timeout=WAIT_SECONDS)
        output = self.guest(f"cat {OUTPUT}")
        played = re.search(r"^PLAYED \S+ (.*) by ", output, re.MULTILINE)
        self.assertTrue(played, output[-500:])
        return {name: int(value) for name, value in (word.split("=") for word in played[1].split())}, re.findall(r"^dropped .*", output, re.MULTILINE)

    def test_memory_and_pictures(self):
        if LONG:
            self.play(f"{scene.options(film.FOLDER)} {film.FOLDER}/film.mp4")
        else:
            self.play(f"--fast {film.FOLDER}/trailer.mp4")
        before, begin = self.used(), time.monotonic()
        if LONG:
            while time.monotonic() < begin + SECONDS:
                time.sleep(10)
                self.assertTrue(self.guest("pidof svp-play"), self.guest(f"tail -3 {OUTPUT}"))
        wait_until("the film has played long", lambda: self.jobs() >= END, WAIT_SECONDS)
        after = self.used()
        numbers, lost = self.ended()
        print(f"{numbers['shown']} shown, {numbers['dropped']} dropped, {numbers['ms'] / 1000:.0f} s; KiB " +
              ", ".join(f"{name} {before[name]} -> {after[name]}" for name in before))
        for name, most in LIMITS.items():
            self.assertLess(after[name], before[name] + most, name)
        self.assertEqual(numbers["errors"], 0)
        self.assertEqual(len(lost), numbers["dropped"])
        for line in lost:
            self.assertRegex(line, r"^dropped \d+ \d+ (decoded late by|held up for) \d+ ms$")
        self.assertEqual(leaks.told(leaks.found(self.board.qmp)), "no leak")
        # On a host with many times its load Linux may wait for a vertical blank longer than it finds right
        self.assertNotRegex(self.guest("dmesg"), r"Oops|BUG:|WARNING(?!: at drm_atomic_helper_wait_for_vblanks)")


if __name__ == "__main__":
    unittest.main()
