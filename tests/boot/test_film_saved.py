# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine is saved while a protected film plays on its screen, or before, and another one goes on with it: the same pictures, and as closed."""

import unittest

from boot_case import BOOT_SECONDS, BoardCase
from svplib.board import Board
from svplib.film import demo, scene, screenshot
from svplib.film.playing import Playing
from svplib.machine import kept
from svplib.scenarios import film
from test_snapshot import load, save

KEEP = 8
BEFORE = 2 * KEEP


class Saved(BoardCase):
    @classmethod
    def prepare(cls):
        cls.demo = demo.prepare()
        cls.BOARD = {"policy": "strict", "share_ram": True, "sd": [cls.demo.card]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board.command(f"{film.MOUNT} && svp-screen imx8mq-dcss-svp", timeout=BOOT_SECONDS, check=True)

    def test_goes_on(self):
        """HEVC, three planes: the pictures before and after, and the screen right after."""
        playing, other = self.demo.films[1], self.scratch / "state"
        player = Playing(self.board, f"{film.FOLDER}/{playing.file}", f"--secure {scene.options(film.FOLDER)}", keep=KEEP)
        digests = []
        while len(digests) < BEFORE:
            shown = player.step(len(digests), KEEP)
            digests += [player.digest(buffer) for _, _, buffer in shown]
        player.last = shown[-1][2]
        save(self.board, other, mapped=True)
        self.board.stop()
        board = Board(name="film-goes-on", **{**self.BOARD, "extra": ("-incoming", "defer")})
        self.addCleanup(board.stop)
        board.start()
        load(board, other, mapped=True)
        board.wait_shell(ready=None)
        player.go_on_with(board)
        wanted = scene.expected(player.picture(player.last), playing.size, self.demo.beside[(BEFORE - 1) % len(self.demo.beside)])
        self.assertLessEqual(screenshot.difference(screenshot.shown(board), wanted)[0], 1)
        while player.going:
            digests += [player.digest(buffer) for _, _, buffer in player.step(len(digests), KEEP)]
            self.assertEqual(set(board.read_memory(player.place(player.last)[0], 4096)), {0})
        self.assertEqual(digests, playing.digests)
        numbers = player.ended()
        self.assertEqual((numbers["shown"], numbers["errors"]), (len(playing.digests), 0))
        violations = board.qmp.command("query-svp-violations", limit=4096)["violations"]
        self.assertEqual([row for row in violations if row["master"] in ("vpu", "caam", "dcss")], [])


class Kept(unittest.TestCase):
    def test_pictures_at_once(self):
        """The booted board that `svp run --resume` keeps: films are there, the firewalls too."""
        films = demo.prepare()
        settings = {"policy": "strict", "sd": [films.card]}
        place = kept.folder(settings, films.card, film.PREPARE)
        for turn in range(2):
            with self.subTest(turn), Board(name="film-resumed", share_ram=True, kernel=None, dtb=None, initrd=None, extra=kept.WAITING, **settings) as board:
                kept.load(board, place)
                board.wait_shell(ready=None)
                player = Playing(board, f"{film.FOLDER}/{films.films[0].file}", f"--secure {scene.options(film.FOLDER)}", keep=KEEP)
                self.assertEqual([player.digest(buffer) for _, _, buffer in player.step(0, KEEP)], films.digests[:KEEP])
                self.assertEqual(set(board.read_memory(player.place(0)[0], 4096)), {0})


if __name__ == "__main__":
    unittest.main()
