# SPDX-License-Identifier: GPL-2.0-or-later
"""The video decoder under Linux's unmodified driver, by our player and by GStreamer: what ffmpeg says is right; bad streams."""

import random
import re
import unittest

import boot_case
from boot_case import BOOT_SECONDS, BoardCase, ScratchCase
from clips import Clip, joined_ivf
from svplib.build import products
from svplib.decode.guest import IDLE
from svplib.machine.board import Board
from test_snapshot import load, save

PLAY_SECONDS = 300
#: The player's line for a picture, see firmware/guest/play/output.hpp
DIGEST = re.compile(r"^digest yuv420p(?:10le)? \d+ \d+ ([0-9a-f]{32})$", re.MULTILINE)
GSTREAMER = {"vp8": "ivfparse ! v4l2slvp8dec", "h264": "h264parse ! v4l2slh264dec", "mpeg2": "mpegvideoparse ! v4l2slmpeg2dec",
             "hevc": "h265parse ! v4l2slh265dec", "vp9": "ivfparse ! vp9parse ! v4l2slvp9dec"}
#: Of G2; the others are of G1, which has a post-processor
G2 = ("hevc", "vp9")
COMPLIANCE = re.compile(r"Total for hantro-vpu device \S+: (\d+), Succeeded: (\d+), Failed: (\d+)")
CMA = "default_cma_region"


def ready(board):
    """Load the drivers and mount the card with the streams."""
    board.command("svp-video", timeout=BOOT_SECONDS, check=True)
    board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)


class Playing(BoardCase):
    """One board under `open`, where the decoder may write ordinary memory. The kernel's log is looked at in the end."""

    @classmethod
    def prepare(cls):
        make = cls.scratch / "clips"
        make.mkdir()
        cls.clips = [Clip(make, "vp8", "175x143"), Clip(make, "h264", "320x240", frames=16), Clip(make, "mpeg2", "352x288"),
                     Clip(make, "hevc", "200x136"), Clip(make, "vp9", "199x131")]
        # Heights that are no multiples of 16: the driver's lines in memory are.
        cls.deep = [Clip(make, "hevc", "200x136", name="deep", bits=10), Clip(make, "vp9", "200x136", name="deep", options=("-profile:v", "2"), bits=10)]
        cls.long = [Clip(make, "vp8", "352x288", frames=50, name="long"), Clip(make, "h264", "352x288", frames=50, name="long")]
        small, large = Clip(make, "vp8", "64x64", frames=4, name="small"), Clip(make, "vp8", "128x96", frames=4, name="large")
        cls.changing = small.digests + large.digests + small.digests
        h264 = cls.clips[1].data
        noise = random.Random(4).randbytes(4096)
        files = {clip.name: clip.data for clip in (*cls.clips, *cls.deep, *cls.long)}
        files |= {"changing.ivf": joined_ivf(small.data, large.data, small.data), "cut.264": h264[:len(h264) * 3 // 5],
                  "noise.264": h264[:400] + noise, "noise.bin": noise, "empty.264": b"", "noise.m2v": cls.clips[2].data[:200] + noise,
                  "noise.ivf": cls.clips[0].data[:100] + noise}
        cls.BOARD = {"sd": [boot_case.make_card(cls.scratch, files), products.locate("media-card")]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ready(cls.board)

    def play(self, words, status=0):
        """Digests of the pictures that svp-play shows, and all that it says."""
        self.guest(IDLE)
        result = self.board.command(f"cd /mnt; svp-play --digest {words}", timeout=PLAY_SECONDS)
        self.assertEqual(result.status, status, result.output[-1000:])
        return DIGEST.findall(result.output), result.output

    def test_every_codec(self):
        for clip in (*self.clips, *self.deep):
            with self.subTest(clip.name):
                self.assertEqual(self.play(clip.name)[0], clip.digests)

    def test_buffers_of_a_heap_and_the_post_processor(self):
        for clip in self.clips:
            of_g1 = ("--yuyv",) if clip.codec not in G2 else ()
            for heaps in (f"--picture-heap {CMA}", f"--stream-heap {CMA} --picture-heap {CMA}", *of_g1):
                with self.subTest(clip.name, heaps=heaps):
                    self.assertEqual(self.play(f"{heaps} {clip.name}")[0], clip.digests)

    def test_tiles(self):
        """The pictures of G2 as it keeps them itself, in tiles of 4x4 samples."""
        for clip in (*self.clips, *self.deep):
            if clip.codec in G2:
                with self.subTest(clip.name):
                    self.assertEqual(self.play(f"--tiled {clip.name}")[0], clip.digests)

    def test_two_at_once(self):
        one, two = self.long
        output = self.guest(f"cd /mnt; (svp-play --digest {one.name} > /tmp/one 2>&1 & svp-play --digest {two.name} > /tmp/two 2>&1; wait); "
                            "cat /tmp/one; echo ---; cat /tmp/two", timeout=PLAY_SECONDS)
        self.assertEqual([DIGEST.findall(part) for part in output.split("\n---\n")], [one.digests, two.digests])

    def test_another_size_on_the_way(self):
        self.assertEqual(self.play("changing.ivf")[0], self.changing)

    def test_a_stream_that_is_cut(self):
        """All pictures before the cut are right; the hardware's error reaches user space, and nothing hangs."""
        wanted = self.clips[1].digests
        seen, text = self.play("cut.264", status=1)
        self.assertRegex(text, "(?m)^error frame")
        right = sum(digest in wanted for digest in seen)
        self.assertGreaterEqual(right, 5, text)
        self.assertLessEqual(len(seen) - right, 1 + 2, "the cut picture, and those that predict from it")
        self.assertEqual(self.play(self.clips[1].name)[0], wanted, "and the next stream is right")

    def test_garbage(self):
        for name in ("noise.264", "noise.m2v", "noise.ivf", "noise.bin", "empty.264"):
            with self.subTest(name):
                _, text = self.play(name, status=1)
                self.assertRegex(text, "(?m)^(error|unsupported) .*")
                self.assertRegex(text, "(?m)^end$")
        self.assertEqual(self.play(self.clips[0].name)[0], self.clips[0].digests)

    def test_gstreamer(self):
        for clip in self.clips:
            with self.subTest(clip.name):
                elements = GSTREAMER[clip.codec]
                text = self.guest(f"svp-media gst-launch-1.0 --no-position -q filesrc location=/mnt/{clip.name} ! {elements} ! "
                                  "video/x-raw,format=NV12 ! videocodectestsink location=/tmp/pictures; "
                                  f"svp-play --decoded {clip.size} --digest /tmp/pictures", timeout=PLAY_SECONDS)
                self.assertEqual(DIGEST.findall(text), clip.digests, text[-1000:])

    def test_compliance(self):
        for node in ("video0", "video1"):
            with self.subTest(node):
                text = self.board.command(f"svp-media v4l2-compliance -d /dev/{node}", timeout=PLAY_SECONDS).output
                total = COMPLIANCE.search(text)
                self.assertIsNotNone(total, text[-1000:])
                self.assertEqual(int(total[3]), 0, "\n".join(line for line in text.splitlines() if "FAIL" in line or "fail" in line))
                self.assertGreaterEqual(int(total[1]), 40)

    def test_the_other_decoder_says_no(self):
        """The G2 has no codec yet: a job ends with an error, not with a picture."""
        text = self.guest("svp-media v4l2-ctl -d /dev/video1 --list-formats-out")
        self.assertIn("S265", text)

    def test_z_kernel_log(self):
        self.assertNotRegex(self.guest("dmesg"), r"(?i)oops|BUG:|WARNING|timed? ?out.*hantro|hantro.*timed? ?out")


class Saved(ScratchCase):
    def test_saved_in_the_middle(self):
        """The rest of the pictures is right in another emulator. Plays over and over: a fixed number would be over before it is saved on a fast host."""
        clip = Clip(self.scratch, "h264", "640x480", frames=100)
        card = boot_case.make_card(self.scratch, {clip.name: clip.data})
        path = self.scratch / "state"

        def played(board):
            return int(board.command("grep -c ^digest /tmp/out").output.splitlines()[-1])

        with Board(sd=[card], name="saved-playing") as board:
            board.wait_shell(timeout=BOOT_SECONDS)
            ready(board)
            board.command(f"while [ ! -e /tmp/stop ]; do svp-play --digest /mnt/{clip.name} || break; done >/tmp/out 2>&1 &", check=True)
            boot_case.wait_until("the first pictures", lambda: played(board) >= 3)
            save(board, path, False)
        with Board(sd=[card], name="loaded-playing", extra=("-incoming", "defer")) as board:
            load(board, path, False)
            board.console.send_line("")
            board.wait_shell(ready=None)
            whole = played(board) // len(clip.digests) + 2
            boot_case.wait_until("all pictures of the clip that comes next", lambda: played(board) >= whole * len(clip.digests), PLAY_SECONDS)
            board.command("touch /tmp/stop; wait", timeout=PLAY_SECONDS, check=True)
            output = board.command("cat /tmp/out").output
        seen = DIGEST.findall(output)
        self.assertEqual(seen, clip.digests * (len(seen) // len(clip.digests)))
        self.assertNotRegex(output, "(?m)^(error|unsupported)")

if __name__ == "__main__":
    unittest.main()
