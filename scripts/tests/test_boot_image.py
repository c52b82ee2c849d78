# SPDX-License-Identifier: GPL-2.0-or-later
"""What the chip boots from, on cards with and without room for it."""

import argparse
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from svplib.base.errors import SvpError, UsageError
from svplib.build import boot_image, cards
from svplib.card import command

CARD_BYTES = 16 << 20
IMAGE = b"\xd1\x00\x20\x41" + b"spl " * 1000


class BootImages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.card = Path(folder.name) / "card.img"

    def gpt(self, first):
        """A disk with a GPT whose second entry is a partition from sector `first` on."""
        head = bytearray(cards.TABLE_BYTES)
        head[446:462] = struct.pack("<B3xB3x2I", 0, 0xEE, 1, 0xFFFFFFFF)
        head[510:512] = b"\x55\xaa"
        head[1024 + 128:1024 + 144] = b"x" * 16
        struct.pack_into("<Q", head, 1024 + 128 + 32, first)
        self.card.write_bytes(head.ljust(CARD_BYTES, b"\0"))

    def test_it_lies_at_33_kib_and_the_rest_stays(self):
        cards.write_table(self.card, CARD_BYTES)
        before = self.card.read_bytes()
        boot_image.write(self.card, IMAGE)
        after = self.card.read_bytes()
        self.assertEqual(after[0x8400:0x8400 + len(IMAGE)], IMAGE)
        self.assertEqual(after[:0x8400] + bytes(len(IMAGE)) + after[0x8400 + len(IMAGE):], before)

    def test_a_card_without_partitions(self):
        self.card.write_bytes(bytes(CARD_BYTES))
        boot_image.write(self.card, IMAGE)
        self.assertEqual(self.card.read_bytes()[0x8400:0x8404], IMAGE[:4])

    def test_no_room(self):
        for first, room in ((64, 32768), ((0x8400 + len(IMAGE)) // 512, 37376)):
            with self.subTest(first=first):
                self.gpt(first)
                with self.assertRaisesRegex(UsageError, f"{room} bytes before the first partition"):
                    boot_image.write(self.card, IMAGE)
        self.gpt(2048)
        boot_image.write(self.card, IMAGE)
        self.card.write_bytes(bytes(0x8400 + len(IMAGE) - 1))
        with self.assertRaisesRegex(UsageError, "bytes before the first partition"):
            boot_image.write(self.card, IMAGE)

    def test_a_file_system_is_not_overwritten(self):
        tree = self.card.parent / "tree"
        tree.mkdir()
        cards.make(self.card, tree, CARD_BYTES)
        before = self.card.read_bytes()
        with self.assertRaisesRegex(UsageError, "from its first byte on"):
            boot_image.write(self.card, IMAGE)
        self.assertEqual(self.card.read_bytes(), before)

    def test_what_is_no_disk_is_not_overwritten(self):
        for name, head in (("FAT", b"\xeb\x3c\x90mkfs.fat".ljust(510, b"\0") + b"\x55\xaa"), ("qcow2", b"QFI\xfb\0\0\0\3")):
            with self.subTest(name):
                self.card.write_bytes(head.ljust(CARD_BYTES, b"\0"))
                before = self.card.read_bytes()
                with self.assertRaisesRegex(UsageError, "neither empty nor a disk with partitions"):
                    boot_image.write(self.card, IMAGE)
                self.assertEqual(self.card.read_bytes(), before)

    def test_other_files_are_refused(self):
        for content, message in ((b"", "no image for the boot ROM"), (b"\x7fELF", "no image for the boot ROM"),
                                 (IMAGE.ljust(boot_image.ROOM_BYTES + 1, b"\0"), "the limit is 4160512")):
            with self.subTest(message), self.assertRaisesRegex(UsageError, message):
                self.card.write_bytes(content)
                boot_image.flash_image(self.card)
        with self.assertRaisesRegex(UsageError, "No such file"):
            boot_image.flash_image(self.card.parent / "nothing")
        with self.assertRaisesRegex(UsageError, "no device tree for OP-TEE"):
            boot_image.with_tree(IMAGE, b"\xd0\x0d\xfe\xed")
        with self.assertRaisesRegex(UsageError, "not a device tree"):
            boot_image.with_tree(IMAGE, b"tree")

    def test_a_card_without_an_image_is_the_boot_roms_to_tell(self):
        self.card.write_bytes(bytes(CARD_BYTES))
        self.assertIsNone(boot_image.trouble(self.card))
        boot_image.write(self.card, IMAGE)
        self.assertIn("no FIT image", boot_image.trouble(self.card))

    def test_names_on_a_card_may_be_anything(self):
        source = "/dts-v1/; / { images { tee { }; pXrt { }; }; };"
        fit = subprocess.run(["dtc", "-q"], input=source.encode(), check=True, capture_output=True).stdout.replace(b"pXrt", b"p\xffrt")
        self.card.write_bytes(bytes(CARD_BYTES))
        boot_image.write(self.card, IMAGE.ljust(boot_image.FIT_BYTES, b"\0") + fit)
        self.assertIn(b"p\xffrt", self.card.read_bytes())
        self.assertIsNone(boot_image.trouble(self.card))

    def test_a_policy_that_nobody_would_read(self):
        self.card.write_bytes(bytes(CARD_BYTES))
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        for option in ("--flash", "--dtb"):
            words = ["boot", str(self.card), "--policy", "nxp", option, str(self.card)]
            with self.subTest(option), self.assertRaisesRegex(UsageError, f"--policy: with {option} "):
                command.main(parser.parse_args(words))

    def test_without_fdtget(self):
        with mock.patch.dict("os.environ", PATH=str(self.card.parent)), self.assertRaisesRegex(SvpError, "device-tree-compiler"):
            boot_image.with_tree(IMAGE, b"\xd0\x0d\xfe\xed")


if __name__ == "__main__":
    unittest.main()
