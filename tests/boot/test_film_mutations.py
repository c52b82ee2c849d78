# SPDX-License-Identifier: GPL-2.0-or-later
"""Each protection of a playing film is taken away in turn: a try that got nothing gets something then, and says from whom."""

import unittest

from boot_case import BOOT_SECONDS
from svplib.film import demo, leaks, scene, tries
from svplib.film.playing import Playing
from svplib.machine import heap_cells
from svplib.machine.board import Board
from svplib.scenarios import film

VIDEO, VAULT = heap_cells.HEAPS["video"], heap_cells.HEAPS["vault"]
ORDINARY = (0x40000000, 0x80000000)
#: Domains under `strict` (firmware/optee/README.md)
LINUX, OTHERS, DECODER = 0, 1, 2
TRY = {each.name: each for each in tries.TRIES}


def at(place, *masters, direction="read"):
    return {"masters": list(masters), "first": place[0], "last": place[0] + place[1] - 1, "direction": direction}


def as_if(domain, world, match):
    """Faults that give whoever does that the rights of another domain and world."""
    return [{"kind": "change-domain", "domain": domain, "match": match}, {"kind": "change-world", "world": world, "match": match}]


#: What is taken away: (faults, try, what it gets then)
MUTATIONS = {
    "RDC and TZC-380 against the CPU": (as_if(DECODER, "secure", at(VIDEO, "a53")), "linux-reads", "the film"),
    "RDC and TZC-380 against uSDHC": (as_if(DECODER, "secure", at(VIDEO, "usdhc1")), "dma-reads", "the film: usdhc1"),
    "RDC and TZC-380 against USB": (as_if(DECODER, "secure", at(VIDEO, "usb1")), "dma-reads", "the film: usb1"),
    "RDC and TZC-380 against SDMA": (as_if(DECODER, "secure", at(VIDEO, "sdma1-burst")), "dma-reads", "the film: sdma1-burst"),
    "RDC and TZC-380 against the GPU": (as_if(DECODER, "secure", at(VIDEO, "gpu")), "dma-reads", "the film: gpu"),
    "RDC and TZC-380 against CAAM's ring of Linux": (as_if(DECODER, "secure", at(VIDEO, "caam")), "dma-reads", "the film: caam"),
    "RDC against writers": (as_if(DECODER, "secure", at(VIDEO, "usdhc1", direction="write")), "dma-writes", "another picture"),
    "RDC against the decoder in ordinary memory": (as_if(OTHERS, "non-secure", at(ORDINARY, "vpu", direction="write")), "decoder-to-ordinary-memory", "the film"),
    "RDC against the decoder in the vault": (as_if(LINUX, "secure", at(VAULT, "vpu", direction="write")), "decoder-to-vault", "its pictures in the vault"),
    "RDC against the display in ordinary memory": (as_if(LINUX, "secure", at(ORDINARY, "dcss", direction="write")), "display-writes-back", "the film"),
    "the decoder's right to read": ([{"kind": "zero", "match": at(VIDEO, "vpu")}], "second-client", None),
    "the decoder's right to write": ([{"kind": "drop", "match": at(VIDEO, "vpu", direction="write")}], "pictures", "a wrong picture"),
    "CAAM's right to write": ([{"kind": "drop", "match": at(VIDEO, "caam", direction="write")}], "pictures", "a wrong picture"),
}


#: What the leak oracle says of those by which data get out: (kind, master)
LEAKS = {
    "RDC and TZC-380 against the CPU": ("delivered", "a53"),
    "RDC and TZC-380 against uSDHC": ("delivered", "usdhc1"),
    "RDC and TZC-380 against USB": ("delivered", "usb1"),
    "RDC and TZC-380 against SDMA": ("delivered", "sdma1-burst"),
    "RDC and TZC-380 against the GPU": ("delivered", "gpu"),
    "RDC against the decoder in ordinary memory": ("written", "vpu"),
    "RDC against the display in ordinary memory": ("written", "dcss"),
}


class Mutations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = demo.prepare()
        cls.board = Board(policy="strict", share_ram=True, sd=[cls.demo.card], name="film-mutations", machine_options=leaks.OPTION)
        cls.addClassCleanup(cls.board.stop)
        cls.board.start()
        cls.board.wait_shell(timeout=BOOT_SECONDS)
        cls.board.command(film.PREPARE, timeout=BOOT_SECONDS, check=True)

    def start(self):
        """The film, paused at its first pictures."""
        self.board.command("killall -q -KILL svp-play; while pidof svp-play > /dev/null; do usleep 10000; done")
        self.playing = Playing(self.board, "/film/film.mp4", f"--secure {scene.options(film.FOLDER)}", keep=8)
        self.shown = 0

    def result(self, name):
        """What a try gets, or whether the next pictures are right."""
        if name != "pictures":
            return TRY[name].run(self.board, self.playing, self.demo, [])
        pictures = self.playing.step(self.shown, 8)
        self.playing.last = pictures[-1][2]
        seen = [self.playing.digest(buffer) for _, _, buffer in pictures]
        wanted = self.demo.digests[self.shown:self.shown + 8]
        self.shown += 8
        return tries.NOTHING if seen == wanted else "a wrong picture"

    def test_every_protection(self):
        for name, (faults, tried, wanted) in MUTATIONS.items():
            with self.subTest(name):
                self.start()
                self.result("pictures")
                self.assertEqual(self.result(tried), TRY[tried].wanted if tried in TRY else tries.NOTHING, "with the protection")
                self.assertEqual([entry["text"] for entry in leaks.found(self.board.qmp)["list"]], [], "with the protection")
                numbers = [self.board.qmp.command("svp-inject-fault", times=0, **fault)["id"] for fault in faults]
                # Pictures that were decoded before wait in the queue
                seen = [self.result(tried) for _ in range(4 if tried == "pictures" else 1)][-1]
                for number in numbers:
                    self.board.qmp.command("svp-remove-fault", id=number)
                out = {(entry["kind"], entry["master"]) for entry in leaks.found(self.board.qmp)["list"]}
                self.board.qmp.command("svp-clear-violations", counters=True)
                self.assertEqual(out, {LEAKS[name]} if name in LEAKS else set())
                if wanted is None:
                    self.assertNotEqual(seen, TRY[tried].wanted)
                else:
                    self.assertEqual(seen, wanted)


if __name__ == "__main__":
    unittest.main()
