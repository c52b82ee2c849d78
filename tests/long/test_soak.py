# SPDX-License-Identifier: GPL-2.0-or-later
"""A board that plays protected films over and over: always the same pictures, no record, no memory lost. Part of `svp test long`.

SVP_SOAK_SECONDS (default 3600) in the environment says how long; each film plays twice at least.
"""

import time
import unittest

from svplib.film import demo, scene
from svplib.film.playing import Playing
from svplib.machine.board import Board
from svplib.scenarios import film
from svplib.testing import long_form

BOOT_SECONDS = 120
#: What the emulator may have more at the end than after the first round, KiB: its threads' arenas, the record's growth
GROWTH = 64 << 10
MASTERS = ("vpu", "caam", "dcss")


def resident(pid):
    """KiB of a process in memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as text:
        return next(int(line.split()[1]) for line in text if line.startswith("VmRSS:"))


class Soak(unittest.TestCase):
    def test_films_over_and_over(self):
        films = demo.prepare()
        with Board(name="soak", policy="strict", share_ram=True, sd=[films.card]) as board:
            board.wait_shell()
            board.command(film.PREPARE, timeout=BOOT_SECONDS, check=True)
            end, rounds, first = time.monotonic() + long_form.seconds("SVP_SOAK_SECONDS", long_form.SOAK_SECONDS), 0, None
            while rounds < 2 or time.monotonic() < end:
                for one in films.films:
                    player = Playing(board, f"{film.FOLDER}/{one.file}", f"--secure {scene.options(film.FOLDER)}")
                    self.assertEqual(player.all_digests(), one.digests, f"round {rounds}, {one.file}")
                    numbers = player.ended()
                    self.assertEqual((numbers["shown"], numbers["errors"]), (len(one.digests), 0))
                rounds += 1
                first = first or resident(board.pid)
            violations = board.qmp.command("query-svp-violations", limit=4096)["violations"]
            self.assertEqual([row for row in violations if row["master"] in MASTERS], [])
            self.assertLess(resident(board.pid) - first, GROWTH, f"KiB more after {rounds} rounds")


if __name__ == "__main__":
    unittest.main()
