# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp decode --where guest`: one board for all streams, which goes on where it was kept, and finds the cards of this call."""

import tempfile
import unittest
import unittest.mock
from pathlib import Path

from clips import Clip
from svplib.build import parts
from svplib.decode.guest import PARTS, Guest
from svplib.decode.pictures import Digest
from svplib.machine.board import Board


class FromKept(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="svp-boot-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.clips = [Clip(Path(folder.name), codec, "176x144", frames=4) for codec in ("vp8", "h264", "mpeg2")]
        cls.clips.append(Clip(Path(folder.name), "hevc", "176x144", frames=4, bits=10))

    def played(self, clips, client):
        """What the board of a call says on its console; its pictures are those of the clips."""
        with Guest([clip.path for clip in clips], client) as guest:
            for number, clip in enumerate(clips):
                with self.subTest(clip.name):
                    items = list(guest.decode(number, "yuv420p"))
                    self.assertEqual([item.md5 for item in items if isinstance(item, Digest)], clip.digests, items)
            return guest.console

    def test_one_board(self):
        """The second call boots nothing, and sees its own streams in the place of the first one's."""
        for client in PARTS:
            parts.build(PARTS[client])
            with self.subTest(client=client):
                self.played(self.clips[:1], client)  # keeps a board, unless there is one
                with unittest.mock.patch.object(Board, "start", autospec=True, side_effect=Board.start) as started:
                    console = self.played(self.clips[1:] + self.clips[:1], client)
                self.assertEqual(started.call_count, 1)
                self.assertIn("-incoming", started.call_args.args[0].settings.extra)
                self.assertNotIn("Linux version", console)


if __name__ == "__main__":
    unittest.main()
