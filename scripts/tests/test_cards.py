# SPDX-License-Identifier: GPL-2.0-or-later
"""Images of cards: a file system that has its files, in a partition that firmware and Linux find."""

import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import SvpError
from svplib.build import cards

CARD_BYTES = 32 << 20
SECTOR = 512


class Cards(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.tree, self.image = self.folder / "tree", self.folder / "card.img"
        (self.tree / "boot").mkdir(parents=True)
        (self.tree / "boot/file").write_bytes(b"content\n" * 1000)

    def content(self, image, path):
        """What the ext4 image has at `path`."""
        return subprocess.run(["debugfs", "-R", f"cat {path}", str(image)], check=True, capture_output=True, env=cards.tools()).stdout

    def test_file_system(self):
        cards.make(self.image, self.tree, CARD_BYTES)
        self.assertEqual(self.image.stat().st_size, CARD_BYTES)
        self.assertEqual(self.content(self.image, "/boot/file"), b"content\n" * 1000)

    def test_disk(self):
        cards.make_disk(self.image, self.tree, CARD_BYTES, "name")
        data = self.image.read_bytes()
        self.assertEqual(len(data), CARD_BYTES)
        self.assertEqual(data[510:512], b"\x55\xaa")
        self.assertNotEqual(data[440:444], bytes(4), "a signature, for root=PARTUUID=")
        active, kind, first, sectors = struct.unpack("<B3xB3x2I", data[446:462])
        self.assertEqual((active, kind, data[462:510]), (0x80, 0x83, bytes(48)))
        self.assertEqual((first + sectors) * SECTOR, CARD_BYTES)
        self.assertGreaterEqual(first * SECTOR, (4 << 20) + 0x1000, "U-Boot's environment is before it")
        self.assertEqual(data[SECTOR:first * SECTOR].strip(b"\0"), b"")
        partition = self.folder / "partition.img"
        partition.write_bytes(data[first * SECTOR:])
        self.assertEqual(self.content(partition, "/boot/file"), b"content\n" * 1000)

    def test_no_room(self):
        (self.tree / "large").write_bytes(b"x" * (CARD_BYTES + 1))
        for make in (cards.make, cards.make_disk):
            with self.subTest(make.__name__), self.assertRaisesRegex(SvpError, "no ext4 image could be made"):
                make(self.image, self.tree, CARD_BYTES)


if __name__ == "__main__":
    unittest.main()
