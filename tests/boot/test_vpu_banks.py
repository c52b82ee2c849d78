# SPDX-License-Identifier: GPL-2.0-or-later
"""Two register banks before each video decoder: one for clear playback, one for protected playback, under one policy and at once.

The device tree of ours binds Linux's driver once more; OP-TEE gives the second bank the decoder's rights, and the first one those of others.
"""

import unittest

import boot_case
from boot_case import BOOT_SECONDS, ScratchCase
from clips import Clip, raw_pictures
from svplib.build import products
from svplib.film import leaks
from svplib.machine import heap_cells, readable_memory
from svplib.machine.board import Board
from svplib.machine.test_port import secure_registers
from test_protected_buffers import PARALLEL, Picture
from test_video import CMA, DIGEST, PLAY_SECONDS

SIZE, FRAMES = "256x128", 20
#: Addresses of both banks' registers, as the driver's names have them
G1, G2 = ("38300000", "38330000"), ("38310000", "38338000")
#: Codec -> those of its decoder
BANKS = {"h264": G1, "vp8": G1, "mpeg2": G1, "hevc": G2, "vp9": G2}
#: What a protected decoder counts is not for Linux's unmodified driver to read: frames that adapt nothing
OPTIONS = {"vp9": PARALLEL}
#: A register that both drivers leave alone, and values for both banks
SPARE, MARKS = 4 * 56, (0x11111111, 0x22222222)


class BanksTest(ScratchCase):
    def test_clear_and_protected_at_once(self):
        folder = self.scratch / "clips"
        folder.mkdir()
        clips = {codec: [Clip(folder, codec, SIZE, FRAMES, f"{codec}-{bank}", (*OPTIONS.get(codec, ()), *options))
                         for bank, options in enumerate(((), ("-vf", "hflip")))] for codec in BANKS}
        card = boot_case.make_card(self.scratch, {clip.name: clip.data for pair in clips.values() for clip in pair})
        for policy in ("nxp", "strict"):
            with self.subTest(policy=policy), Board(policy=policy, dtb=products.locate("dtb-banks"), sd=[card], share_ram=True,
                                                    machine_options=f"vpu-banks=2,{leaks.OPTION}", name=f"banks-{policy}") as board:
                board.wait_shell(timeout=BOOT_SECONDS)
                board.command("svp-video; mount -t ext4 -o ro /dev/mmcblk1 /mnt", timeout=BOOT_SECONDS, check=True)
                for codec, (clear, protected) in clips.items():
                    with self.subTest(codec):
                        self.check_both(board, codec, clear, protected)
                self.check_wrong_way(board, *clips["h264"])
                self.check_registers(board)

    def play(self, codec, bank, clip, heap):
        tiled = "--tiled" if BANKS[codec] == G2 else ""
        return f"svp-play --digest --decoder {BANKS[codec][bank]} --picture-heap {heap} {tiled} /mnt/{clip.name}"

    def check_both(self, board, codec, clear, protected):
        """Each bank plays its stream, into memory that it alone has the right to, while the other plays."""
        base, size = heap_cells.HEAPS["video"]
        output = board.command(f"({self.play(codec, 0, clear, CMA)} >/tmp/clear 2>&1 & {self.play(codec, 1, protected, 'video')} "
                               ">/tmp/protected 2>&1; wait); cat /tmp/clear; echo ---; cat /tmp/protected", timeout=PLAY_SECONDS).output
        seen, other = output.split("\n---\n")
        self.assertEqual(DIGEST.findall(seen), clear.digests, seen[-1000:])
        self.assertEqual(other.count("unreadable "), len(protected.digests), other[-1000:])
        self.assertNotRegex(output, "(?m)^error")
        cells = board.ram(base, size)
        pictures = [Picture(planes, BANKS[codec] == G2) for planes in raw_pictures(protected.path, SIZE)]
        self.assertTrue(all(picture.cells in cells for picture in pictures[-2:]))
        pieces = [piece for picture in pictures for piece in picture.pieces]
        self.assertEqual(readable_memory.places(board, pieces), {})
        self.assertEqual(leaks.found(board.qmp)["list"], [])

    def check_wrong_way(self, board, clear, protected):
        """A bank that is told to work in the other one's memory writes nothing there, and its record has its name."""
        for bank, clip, heap, master in ((0, clear, "video", "vpu"), (1, protected, CMA, "vpu-bank1")):
            board.qmp.command("svp-clear-violations")
            board.command(self.play("h264", bank, clip, heap), timeout=PLAY_SECONDS)
            seen = board.qmp.command("query-svp-violations", limit=4096)["violations"]
            self.assertIn((master, "write", "picture"), {(entry["master"], entry["direction"], entry.get("stream")) for entry in seen})
            self.assertEqual({entry["master"] for entry in seen if entry["master"].startswith("vpu")}, {master})

    def check_registers(self, board):
        """What stands in one bank's registers stands in no other's."""
        board.command("for node in /sys/bus/platform/devices/*.video-codec; do echo on > $node/power/control; done", check=True)
        readl, writel = secure_registers(board.qmp)
        first, second = (int(address, 16) + SPARE for address in BANKS["h264"])
        for address, mark in zip((first, second), MARKS):
            writel(address, mark)
        self.assertEqual((readl(first), readl(second)), MARKS)


if __name__ == "__main__":
    unittest.main()
