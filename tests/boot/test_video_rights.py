# SPDX-License-Identifier: GPL-2.0-or-later
"""What the video decoder may not reach, in a guest under each policy: jobs end, denied reads were zero, denied writes are dropped, all on record."""

import hashlib
import unittest

import boot_case
from boot_case import BOOT_SECONDS, ScratchCase
from clips import Clip
from svplib.machine import heap_cells
from svplib.machine.board import Board
from svplib.machine.test_port import read_cells, secure_registers, write_cells
from test_video import CMA, PLAY_SECONDS, ready

POLICIES = ("open", "nxp", "strict")
SIZE = "320x240"
G1 = 0x38300000
DEC_E, QUIET, READY = 1, 1 << 4, 1 << 12
#: On-chip RAM, which the decoder reads under each policy, and the heap `vault`, which it never does; the order of PLACES in both
OCRAM, VAULT, VIDEO = 0x00901000, heap_cells.HEAPS["vault"][0], heap_cells.HEAPS["video"][0]
#: Where the decoder may write
WRITABLE = {"open": OCRAM, "nxp": VIDEO, "strict": VIDEO}
PLACES = {"bitstream": 0, "table": 0x1000, "reference": 0x2000, "picture": 0x3000}
PICTURE_BYTES = 16 * 16 * 3 // 2


class JobsByHand:
    """Jobs of one macroblock of VP8, an interframe, that the guest starts by the decoder's registers; no driver is loaded."""

    def __init__(self, board, writable):
        self.board = board
        self.writable = writable
        self.readl, _ = secure_registers(board.qmp)
        #: A first partition that has prediction from the last picture, and a residual of noise.
        self.data = {"bitstream": bytes((37 * i + 11) & 0xFF for i in range(256)), "table": bytes([128, 0]) + bytes([128] * 1206),
                     "reference": bytes((7 * i + 3) & 0xFF for i in range(PICTURE_BYTES)), "picture": bytes([0xEE] * PICTURE_BYTES)}

    def run(self, elsewhere=None, zeros=None, base=VAULT):
        """(status, picture's cells) of a job; one stream lies at another place, from `base` on, or one is zeros."""
        at = {}
        for name, offset in PLACES.items():
            at[name] = (base if name == elsewhere else self.writable if name == "picture" else OCRAM) + offset
            write_cells(self.board.qmp, at[name], bytes(len(self.data[name])) if name == zeros else self.data[name])
        registers = {2: 0, 3: 10 << 28 | 1 << 20 | 1 << 14, 4: 1 << 23 | 1 << 11, 5: 1 << 8 | 255, 6: 192, 7: 1 << 13, 9: 32, 10: 0,
                     12: at["bitstream"] + 32, 13: at["picture"], 14: at["reference"], 18: at["reference"], 19: at["reference"],
                     27: at["bitstream"], 40: at["table"], 1: DEC_E | QUIET}
        pokes = "; ".join(f"svp-probe poke {G1 + 4 * number:#x} 4 {value:#x}" for number, value in registers.items())
        self.board.command(pokes, check=True)
        boot_case.wait_until("the job", lambda: not self.readl(G1 + 4) & DEC_E)
        return self.readl(G1 + 4) & ~QUIET, read_cells(self.board.qmp, at["picture"], PICTURE_BYTES)


class RightsTest(ScratchCase):
    def test_each_policy(self):
        clip = Clip(self.scratch, "h264", SIZE, frames=6)
        card = boot_case.make_card(self.scratch, {clip.name: clip.data})
        for policy in POLICIES:
            with self.subTest(policy=policy), Board(policy=policy, sd=[card], share_ram=True, name=f"video-{policy}") as board:
                board.wait_shell(timeout=BOOT_SECONDS)
                self.check_jobs_by_hand(board, policy)
                ready(board)
                if policy != "open":
                    self.check_video(board, clip)
                    self.check_pictures_in(board, clip, CMA, lambda address: address < 0xC0000000)
                self.check_vault(board, clip)

    def violations(self, board):
        return [entry for entry in board.qmp.command("query-svp-violations", limit=4096)["violations"] if entry["master"] == "vpu"]

    def check_jobs_by_hand(self, board, policy):
        """One stream after the other is denied: the job is the same as over zeros."""
        jobs = JobsByHand(board, WRITABLE[policy])
        status, picture = jobs.run()
        self.assertEqual(status & READY, READY)
        self.assertNotIn(picture, (jobs.data["reference"], jobs.data["picture"]))
        self.assertEqual(self.violations(board), [])
        for stream in ("bitstream", "table", "reference"):
            with self.subTest(stream=stream):
                expected = jobs.run(zeros=stream)
                self.assertNotEqual(expected[1], picture, "it matters to the picture")
                board.qmp.command("svp-clear-violations")
                self.assertEqual(jobs.run(elsewhere=stream), expected)
                self.check_record(board, "read", {stream}, VAULT + PLACES[stream], len(jobs.data[stream]))
        board.qmp.command("svp-clear-violations")
        self.assertEqual(jobs.run(elsewhere="picture"), (status, jobs.data["picture"]))
        self.check_record(board, "write", {"picture"}, VAULT + PLACES["picture"], PICTURE_BYTES)
        if policy != "open":
            # A protected picture as reference would come out where Linux reads.
            board.qmp.command("svp-clear-violations")
            self.assertEqual(jobs.run(elsewhere="picture", base=OCRAM), (status, jobs.data["picture"]))
            self.check_record(board, "write", {"picture"}, OCRAM + PLACES["picture"], PICTURE_BYTES)

    def check_record(self, board, direction, streams, base, size):
        """Somebody was denied, nobody but for this, and only there: few records, for neighbours are one run."""
        seen = self.violations(board)
        self.assertEqual({(entry["direction"], entry.get("stream")) for entry in seen}, {(direction, stream) for stream in streams})
        self.assertTrue(all(base <= entry["address"] and entry["address"] + entry["length"] <= base + size for entry in seen), seen)
        self.assertLessEqual(len(seen), 8, "one for a run, not for a byte")

    def check_video(self, board, clip):
        """Pictures go into the heap `video`, where Linux does not see them, and nowhere else."""
        base, size = heap_cells.HEAPS["video"]
        before = board.ram(base, size)
        board.qmp.command("svp-clear-violations")
        output = board.command(f"svp-play --digest --picture-heap video /mnt/{clip.name}", timeout=PLAY_SECONDS, check=True).output
        self.assertEqual(output.count("unreadable 320 240"), len(clip.digests), output)
        self.assertEqual(self.violations(board), [])
        after = bytes(board.ram(base, size))
        self.assertNotEqual(before, after)
        found = {digest for digest in _pictures(after, 320, 240) if digest in clip.digests}
        self.assertGreaterEqual(len(found), 3, "pictures as they are in the memory cells")
        self.assertEqual(board.command(f"svp-probe peek {base:#x} 8").output.split()[-1].strip("0x"), "")

    def check_pictures_in(self, board, clip, heap, inside):
        """A heap that the decoder may not write: all jobs are done. The records of it, which are all within."""
        board.qmp.command("svp-clear-violations")
        board.command(f"svp-play --digest --picture-heap {heap} /mnt/{clip.name}", timeout=PLAY_SECONDS, check=True)
        seen = self.violations(board)
        self.assertTrue(all(inside(entry["address"]) for entry in seen), seen[:3])
        denied = {(entry["direction"], entry.get("stream")) for entry in seen}
        self.assertLessEqual({("write", "picture"), ("write", "motion")}, denied)
        return denied

    def check_vault(self, board, clip):
        """Neither pictures nor their motion vectors get into `vault`, nor out of it."""
        base, size = heap_cells.HEAPS["vault"]
        before = hashlib.sha256(board.ram(base, size)).digest()
        denied = self.check_pictures_in(board, clip, "vault", lambda address: base <= address < base + size)
        self.assertEqual(denied, {("write", "picture"), ("write", "motion"), ("read", "reference"), ("read", "motion")})
        self.assertEqual(hashlib.sha256(board.ram(base, size)).digest(), before)


def _pictures(memory, width, height):
    """MD5 of what would be a picture, as planar YUV 4:2:0, at every page of some memory that holds anything."""
    luma, stride = width * height, width
    for at in range(0, len(memory) - luma * 3 // 2, 4096):
        if not any(memory[at:at + 64]):
            continue
        chroma = memory[at + stride * ((height + 15) // 16 * 16):][:luma // 2]
        yield hashlib.md5(memory[at:at + luma] + chroma[::2] + chroma[1::2], usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    unittest.main()
