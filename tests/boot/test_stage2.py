# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy `stage2`: on the bus the heaps are the normal world's, and a program at EL2 keeps Linux out of them (firmware/stage2). What masters have is in
test_policy, deep sleep in test_holes; here is what Linux's cores get, what EL2 has on record of it, and a film that plays so."""

import re
import struct
import unittest

import boot_case
from boot_case import BOOT_SECONDS, BoardCase, run_checks
from svplib.film import demo, leaks, scene, tries
from svplib.film.playing import Playing
from svplib.machine import heap_cells, reach, stage2_record
from svplib.machine.test_port import write_cells
from svplib.scenarios import film

VIDEO, VAULT = heap_cells.HEAPS["video"][0], heap_cells.HEAPS["vault"][0]
#: Memory of the program of EL2, and the first of its tables (firmware/stage2/layout.h)
OWN, OWN_END, ROOT = 0xEFE00000, 0xEFFFC000, 0xEFE16000
#: A block of 2 MiB as it is, for Linux to read and write
BLOCK_OPEN, TABLE_MASK = 0x7FD, 0xFFFFFFFFF000
PAGE, CORES = 0x1000, 4
#: A store half of which lies in a heap is ignored as a whole
HALVES = {f"edge.{place}.store{bits}.control" for place in ("video.low", "vault.high") for bits in (16, 32, 64, 128)}
TRY = {each.name: each for each in tries.TRIES}


class Stage2(BoardCase):
    @classmethod
    def prepare(cls):
        cls.demo = demo.prepare()
        cls.BOARD = {"policy": "stage2", "share_ram": True, "sd": [cls.demo.card], "machine_options": leaks.OPTION}

    def setUp(self):
        self.watcher = stage2_record.Watcher(self.board)
        self.board.qmp.command("svp-clear-violations", counters=True)

    def refused(self):
        """[(kind, address, core)] since this was asked for last."""
        return [(each["kind"], each["address"], each["core"]) for each in self.watcher.take()[0]]

    def test_levels(self):
        text = self.board.console.text
        self.assertIn("CPU: All CPU(s) started at EL1", text)
        self.assertIn("svp-stage2: Linux runs at EL1, its view has no 0xf0000000..0xffdfffff, 0xc0000000..0xc7ffffff, 0xc8000000..0xc9ffffff, "
                      f"{OWN:#x}..{OWN_END - 1:#x}", text)
        run_checks(self.board, f"board-check {CORES}; hotplug 1 {CORES}; dmesg-check")

    def test_every_core_reads_zeros(self):
        """Of both heaps, of OP-TEE's memory, and of that of EL2: whatever is in the cells."""
        for core in range(CORES):
            for base in (VIDEO, VAULT, heap_cells.OPTEE[0], OWN):
                address = base + core * PAGE + 8
                with self.subTest(core=core, address=hex(address)):
                    if base in (VIDEO, VAULT):
                        write_cells(self.board.qmp, address, reach.MARK)
                    before = self.board.ram(address, 8)
                    self.refused()
                    output = self.guest(f"taskset -c {core} svp-probe peek {address:#x} 8; taskset -c {core} svp-probe poke {address:#x} 8 0x1122334455667788")
                    self.assertIn(f"PEEK {address:#x} 0x{'0' * 32}\n", output)
                    self.assertEqual(self.refused(), [("read", address, core), ("write", address, core)])
                    self.assertTrue(base == OWN or self.board.ram(address, 8) == before)
        self.assertEqual(leaks.found(self.board.qmp)["events"], 0)

    def test_every_kind_of_access(self):
        """As under other policies, with one difference."""
        output = self.board.command("svp-probe access", timeout=BOOT_SECONDS).output
        rows = boot_case.GUEST_LINE.findall(output)
        self.assertGreater(len(rows), 200)
        self.assertEqual({name for name, _, _, verdict in rows if verdict != "ok"}, HALVES)

    def test_what_is_no_memory(self):
        """Above the DRAM window and where the bus has nothing, Linux gets an abort as from the bus."""
        for address in (0x200000000, 0x500000000):
            self.assertEqual(self.board.command(f"svp-probe peek {address:#x} 8").output, f"PEEK {address:#x} abort")

    def test_reads_are_seen_again(self):
        """A page that was read shows zeros for a while, without EL2; a call of the firmware ends that."""
        address = VAULT + 0x100000
        self.guest(f"svp-probe peek {address:#x} 8 512")
        self.assertEqual(len(self.refused()), 1)
        peek = f"svp-probe latches > /dev/null; svp-probe peek {address:#x} 8"
        boot_case.wait_until("a second record", lambda: self.guest(peek) and ("read", address) in [each[:2] for each in self.refused()])

    def test_memory_of_el2(self):
        """It is in the tree that Linux has, and no master but the CPU gets there."""
        self.assertIn("stage2@efe00000", self.guest("ls /sys/firmware/devicetree/base/reserved-memory"))
        before = self.board.ram(ROOT, 8)
        self.assertNotEqual(before, bytes(8))
        for master in (*reach.ORDINARY, "vpu", "dcss", "caam", "caam-secure"):
            self.assertEqual(reach.read(self.board, master, ROOT), bytes(8), master)
            reach.write(self.board, master, ROOT, reach.OTHER)
            self.assertEqual(self.board.ram(ROOT, 8), before, master)

    def test_film(self):
        """A film plays, and Linux has none of it; once the second stage is opened, it has, and the oracle tells who."""
        self.guest(film.PREPARE, timeout=BOOT_SECONDS)
        playing, seen = Playing(self.board, "/film/film.mp4", f"--secure {scene.options(film.FOLDER)}", keep=8), []

        def look(number):
            if number == 16:
                for name in ("linux-reads", "linux-reads-all", "dma-reads", "dma-writes"):
                    seen.append(TRY[name].run(self.board, playing, self.demo, []))
        self.assertEqual(playing.all_digests(look), self.demo.digests)
        self.assertEqual(playing.ended()["errors"], 0)
        self.assertEqual(seen, [tries.NOTHING] * 4)
        self.assertTrue(all(each[0] == "read" for each in self.refused()))
        self.assertEqual(leaks.told(leaks.found(self.board.qmp)), leaks.NONE)

        entry = (int.from_bytes(self.board.ram(ROOT + 8 * (VIDEO >> 30), 8), "little") & TABLE_MASK) + 8 * (VIDEO >> 21 & 511)
        write_cells(self.board.qmp, entry, struct.pack("<Q", VIDEO | BLOCK_OPEN))
        place = playing.stream_place(playing.streams - 1)[0] + 0x40
        self.assertLess(place, VIDEO + (2 << 20))
        self.assertNotEqual(self.board.ram(place, 16), bytes(16))
        self.assertEqual(re.findall(r"^PEEK \S+ 0x(\S+)$", self.guest(f"svp-probe peek {place:#x} 16"), re.MULTILINE), [self.board.ram(place, 16)[::-1].hex()])
        self.assertEqual(leaks.by(leaks.found(self.board.qmp)), "delivered by a53")


if __name__ == "__main__":
    unittest.main()
