# SPDX-License-Identifier: GPL-2.0-or-later
"""Which streams play into the protected heap under which policy, with the kernel's own driver and with our patch of it.

The unmodified driver keeps samples in ordinary memory, where the decoder writes nothing under `nxp` and `strict`: reference pictures behind
a post-processor, edges between columns of tiles; and VP9's counts and segment maps. The patch (firmware/linux/hantro) has all of that but
the counts in the heap. The counts need a place that the decoder writes and Linux reads, which OP-TEE opens only if it is asked to.
"""

import unittest

import boot_case
from boot_case import BOOT_SECONDS, ScratchCase
from clips import Clip, RandomHevc, raw_pictures
from svplib.build import native
from svplib.film import leaks
from svplib.machine import heap_cells, readable_memory
from svplib.machine.board import Board
from test_video import DIGEST, PLAY_SECONDS

FRAMES = 8
SIZE, TILED_SIZE = "256x128", "512x128"
COUNTS = "svp,vpu-counts"
COUNTS_PLACE, COUNTS_BYTES = 0xEFFFC000, 13264
#: A VP9 whose frames do not adapt their contexts, and one whose frames do
PARALLEL, ADAPTING = ("-frame-parallel", "1"), ("-frame-parallel", "0")
#: A random stream of HEVC; in this picture of it tiles meet at this column, and nothing is filtered there
RANDOM, RANDOM_PICTURE, RANDOM_EDGE = 208, 5, 192
#: Stream -> (codec, size, options of the encoder or number of the random stream, options of svp-play)
STREAMS = {
    "mpeg2": ("mpeg2", SIZE, (), ""),
    "h264": ("h264", SIZE, (), ""),
    "vp8": ("vp8", SIZE, (), ""),
    "hevc": ("hevc", SIZE, (), "--tiled"),
    "hevc, line by line": ("hevc", SIZE, (), ""),
    "vp9": ("vp9", SIZE, PARALLEL, "--tiled"),
    "vp9, line by line": ("vp9", SIZE, PARALLEL, ""),
    # Without losses, so that nothing is filtered and the samples at the edge are those of the picture
    "vp9 in columns": ("vp9", TILED_SIZE, (*PARALLEL, "-tile-columns", "1", "-lossless", "1"), "--tiled"),
    "hevc in columns": ("hevc", SIZE, RANDOM, "--tiled"),
    "vp9 that adapts": ("vp9", SIZE, ADAPTING, "--tiled"),
    "vp9 that adapts, line by line": ("vp9", SIZE, ADAPTING, ""),
}
#: What the unmodified driver plays
MAINLINE = {"mpeg2", "h264", "vp8", "hevc", "vp9"}
#: What the patch adds, and what it adds where OP-TEE opens a place for counts
COLUMNS = {"vp9 in columns", "hevc in columns"}
PATCHED = MAINLINE | {"hevc, line by line", "vp9, line by line"} | COLUMNS
WITH_COUNTS = PATCHED | {"vp9 that adapts", "vp9 that adapts, line by line"}
ADAPTS = WITH_COUNTS - PATCHED
#: Bytes of a line, or of lines in tiles of 4x4 samples, that are looked for in ordinary memory
PIECE = 64
#: So many pieces of a picture, those with the most values: a flat one is in other places, too
PIECES = 4
#: What the decoder keeps of a line of luma at the edge of a tile; of so many lines together (tile_edges.hpp of hw/vpu/vp9, hw/vpu/hevc)
EDGE, EDGE_LINES = 8, 64
HEVC_EDGE, HEVC_EDGE_LINES = 4, 8
#: So many values make a piece of an edge one that is nowhere else
EDGE_VALUES = 16


class Picture:
    """A picture as the decoder lays it out, and pieces of it in both layouts that nothing else has."""

    def __init__(self, planes, tiled):
        luma = [bytes(line) for line in planes[0]]
        chroma = [bytes(sample for pair in zip(cb, cr) for sample in pair) for cb, cr in zip(planes[1], planes[2])]
        self.cells = b"".join(map(_in_tiles if tiled else b"".join, (luma, chroma)))
        lines = [line for row in range(0, len(luma), 8) for line in (luma[row], _in_tiles(luma[row:][:4]))]
        places = [line[at:at + PIECE] for line in lines for at in range(0, len(luma[0]), PIECE)]
        self.pieces = sorted(places, key=lambda piece: len(set(piece)))[-PIECES:]

    @staticmethod
    def edges(codec, number, planes):
        """What the decoder keeps of a picture at an edge between columns of tiles: of VP9 the first lines in the middle, of HEVC's stream the lines of one
        picture that no filter changes. In this order they are in no picture."""
        if codec == "hevc":
            pieces = [b"".join(_hevc_edge(planes, RANDOM_EDGE, line) for line in range(y, y + HEVC_EDGE_LINES))
                      for y in range(0, len(planes[0]), HEVC_EDGE_LINES) if number == RANDOM_PICTURE]
            return [piece for piece in pieces if len(set(piece)) >= EDGE_VALUES]
        middle = len(planes[0][0]) // 2
        return [b"".join(bytes(line[middle - EDGE:middle]) for line in planes[0][:EDGE_LINES])]


def _in_tiles(lines):
    return b"".join(lines[row + y][x:x + 4] for row in range(0, len(lines), 4) for x in range(0, len(lines[0]), 4) for y in range(4))


def _hevc_edge(planes, x, y):
    """The last samples of a line before an edge, of chroma with every second line."""
    chroma = [planes[1], planes[2]] if y % 2 == 0 else []
    return bytes(planes[0][y][x - HEVC_EDGE:x]) + b"".join(bytes(plane[y // 2][x // 2 - 2:x // 2]) for plane in chroma).ljust(HEVC_EDGE, b"\0")


class ProtectedBuffersTest(ScratchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.scratch / "clips"
        folder.mkdir()
        made = {}
        for number, (codec, size, options, _) in enumerate(STREAMS.values()):
            key = codec, size, options
            if isinstance(options, int):
                made[key] = RandomHevc(folder, native.build("tests/pictures/hevc_random"), options, size)
            made[key] = made.get(key) or Clip(folder, codec, size, FRAMES, f"clip{number}", options)
        cls.clips = {stream: made[codec, size, options] for stream, (codec, size, options, _) in STREAMS.items()}
        cls.planes = {clip.name: raw_pictures(clip.path, clip.size) for clip in made.values()}
        cls.card = boot_case.make_card(cls.scratch, {clip.name: clip.data for clip in made.values()})

    def board(self, policy, counts):
        tree = boot_case.changed_device_tree(self.scratch, boot_case.secure_chosen({COUNTS: True} if counts else {}))
        return Board(policy=policy, dtb=tree, sd=[self.card], share_ram=True, machine_options=leaks.OPTION, name=f"buffers-{policy}")

    def check_driver(self, board, variant, plays, streams=STREAMS):
        """Plays all streams with one of the two drivers."""
        board.command(f"svp-video {variant}", timeout=BOOT_SECONDS, check=True)
        for stream in streams:
            with self.subTest(stream, driver=variant):
                self.check_stream(board, stream, stream in plays)

    def check_stream(self, board, stream, plays):
        """The last pictures of a stream are right, or not; and in no case does Linux read anything of it."""
        base, size = heap_cells.HEAPS["video"]
        clip, words = self.clips[stream], STREAMS[stream][3]
        pictures = [Picture(planes, "--tiled" in words) for planes in self.planes[clip.name]]
        board.dram.write(base, bytes(size))
        result = board.command(f"svp-play --digest --picture-heap video {words} /mnt/{clip.name}", timeout=PLAY_SECONDS)
        # Samples that are not there make no error; by wrong probabilities a stream may end too soon, which is one.
        if plays or stream not in ADAPTS:
            self.assertEqual(result.status, 0, result.output[-1000:])
            self.assertEqual(result.output.count("unreadable "), FRAMES, result.output[-1000:])
        cells = board.ram(base, size)
        edges = self.edges(clip)
        self.assertEqual(any(edge in cells for edge in edges), stream in COLUMNS and plays)
        right = [picture.cells in cells for picture in pictures]
        # The last two need all that came before; of the random stream, one picture is filtered at the edge of tiles.
        judged = right[RANDOM_PICTURE:][:1] if clip.codec == "hevc" and stream in COLUMNS else right[-2:]
        self.assertEqual(set(judged), {plays}, right)
        pieces = [piece for picture in pictures for piece in picture.pieces]
        self.assertEqual(readable_memory.places(board, pieces + edges), {})

    def edges(self, clip):
        return [edge for number, planes in enumerate(self.planes[clip.name]) for edge in Picture.edges(clip.codec, number, planes)]

    def check_record(self, board, counts):
        """Nothing that Linux may not read came out to where it reads but counts, at their place."""
        found = leaks.found(board.qmp)
        self.assertEqual({(leak["stream"], leak["first"], leak["last"]) for leak in found["list"]},
                         {("counts", COUNTS_PLACE, COUNTS_PLACE + COUNTS_BYTES - 1)} if counts else set(), leaks.told(found))
        self.assertEqual(found["dropped"], 0)

    def test_each_policy(self):
        for policy in ("nxp", "strict"):
            with self.subTest(policy=policy), self.board(policy, counts=True) as board:
                board.wait_shell(timeout=BOOT_SECONDS)
                board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)
                self.check_driver(board, "mainline", MAINLINE)
                self.check_driver(board, "protected", WITH_COUNTS)
                self.check_record(board, counts=True)
                self.assertNotRegex(board.command("dmesg").output, r"(?i)oops|BUG:|WARNING|timed? ?out.*hantro|hantro.*timed? ?out")

    def test_no_place_for_counts(self):
        """Without the property nothing that the decoder writes is Linux's to read: contexts are adapted by other counts."""
        with self.board("strict", counts=False) as board:
            board.wait_shell(timeout=BOOT_SECONDS)
            board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt", check=True)
            self.check_driver(board, "protected", PATCHED, ("vp9, line by line", "vp9 that adapts, line by line"))
            self.check_record(board, counts=False)

    def test_edges_of_tiles(self):
        """What the checks above have not found: where the decoder may write all memory, samples of the picture are left beside it."""
        with Board(sd=[self.card], share_ram=True, name="buffers-open") as board:
            board.wait_shell(timeout=BOOT_SECONDS)
            board.command("mount -t ext4 -o ro /dev/mmcblk1 /mnt; svp-video", timeout=BOOT_SECONDS, check=True)
            for stream in sorted(COLUMNS):
                with self.subTest(stream):
                    clip = self.clips[stream]
                    edges = self.edges(clip)
                    self.assertEqual(readable_memory.places(board, edges), {})
                    output = board.command(f"svp-play --digest --tiled /mnt/{clip.name}", timeout=PLAY_SECONDS, check=True).output
                    self.assertEqual(DIGEST.findall(output), clip.digests)
                    self.assertNotEqual(readable_memory.places(board, edges), {})



if __name__ == "__main__":
    unittest.main()
