# SPDX-License-Identifier: GPL-2.0-or-later
"""Files into and out of cards without root: what was put is there, belongs to root, and the file system is whole; what cannot be is one line."""

import argparse
import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from svplib.build import cards, parts
from svplib.card import command, file_system
from svplib.card.file_system import FileSystem
from svplib.base.errors import SvpError, UsageError

CARD_BYTES = 32 << 20
SECTOR = 512


class WithCard(unittest.TestCase):
    """A disk with one partition, with /bin as a link and one file."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.image = self.folder / "card.img"
        tree = self.folder / "tree"
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "bin").symlink_to("usr/bin")
        (tree / "usr/bin/there").write_bytes(b"was here\n")
        cards.make_disk(self.image, tree, CARD_BYTES)

    def tearDown(self):
        done = subprocess.run(["e2fsck", "-f", "-n", f"{self.image}?offset={cards.PARTITION_BYTES}"], capture_output=True, text=True, check=False, env=cards.tools())
        self.assertEqual(done.returncode, 0, done.stdout)

    def file(self, name, content=b"content\n", mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def svp(self, *words):
        """`svp card` with these words."""
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return command.main(parser.parse_args([str(word) for word in words]))

    def attributes(self, path):
        """(mode, owner, group) of a file on the card, as debugfs shows them."""
        text = subprocess.run(["debugfs", "-R", f'stat "{path}"', f"{self.image}?offset={cards.PARTITION_BYTES}"], capture_output=True, text=True, check=True,
                              env=cards.tools()).stdout
        words = text.replace(":", " ").split()
        return tuple(words[words.index(name) + 1] for name in ("Mode", "User", "Group"))

    def refuses(self, text, *words):
        with self.assertRaises(SvpError) as caught:
            self.svp(*words)
        self.assertIn(text, str(caught.exception))
        self.assertEqual(len(str(caught.exception).splitlines()), 1)


class PutAndGet(WithCard):
    def test_there_and_back(self):
        self.file("folder/one", b"1\n")
        self.file("folder/below/two", bytes(range(256)) * 4096)
        program = self.file("a program", b"#!/bin/sh\n", 0o755)
        self.svp("put", self.image, self.folder / "folder", program, "--to", "/root/new place")
        back = self.folder / "back"
        back.mkdir()
        self.svp("get", self.image, "/root/new place/folder", "root/new place/a program", "--to", back)
        self.assertEqual((back / "folder/one").read_bytes(), b"1\n")
        self.assertEqual((back / "folder/below/two").read_bytes(), bytes(range(256)) * 4096)
        self.assertEqual((back / "a program").read_bytes(), b"#!/bin/sh\n")
        self.assertEqual(self.attributes("/root/new place/a program"), ("0755", "0", "0"))
        self.assertEqual(self.attributes("/root/new place/folder/one"), ("0644", "0", "0"))

    def test_over_what_is_there(self):
        """A file that is there is replaced, and a folder's other files stay, through a link, too."""
        self.svp("put", self.image, self.file("there", b"new and longer\n"), self.file("more"), "--to", "/bin")
        system = FileSystem(self.image)
        self.assertEqual({name: size for name, (_, size) in system.listing("/usr/bin").items()}, {"there": 15, "more": 8})
        self.assertTrue(system.is_folder("/bin"))

    def test_links_of_a_folder_stay(self):
        self.file("folder/one")
        (self.folder / "folder/round").symlink_to(".")
        self.svp("put", self.image, self.folder / "folder")
        self.assertEqual(list(FileSystem(self.image).listing("/folder")), ["one"])

    def test_a_card_that_was_not_unmounted(self):
        """To read from it warns; to write to it replays its journal first."""
        subprocess.run(["debugfs", "-w", "-R", "feature needs_recovery", f"{self.image}?offset={cards.PARTITION_BYTES}"], check=True, capture_output=True,
                       env=cards.tools())
        system = FileSystem(self.image)
        self.assertTrue(system.needs_recovery())
        with mock.patch.object(command, "say") as said:
            self.svp("get", self.image, "/usr/bin/there", "--to", self.folder)
        self.assertIn("was not unmounted", said.call_args[0][0])
        self.svp("put", self.image, self.file("new"))
        self.assertFalse(system.needs_recovery())
        self.assertEqual(system.listing("/")["new"][1], 8)

    def test_what_a_link_leads_to(self):
        self.svp("get", self.image, "/bin", "--to", self.folder)
        self.assertEqual((self.folder / "bin/there").read_bytes(), b"was here\n")

    def test_whole_card(self):
        self.svp("get", self.image, "/", "--to", self.folder)
        self.assertEqual((self.folder / "card/usr/bin/there").read_bytes(), b"was here\n")
        self.assertFalse((self.folder / "card/bin").exists(), "links are left out")

    def test_refused(self):
        file = self.file("file")
        self.refuses("nothing does not exist there", "get", self.image, "/nothing", "--to", self.folder)
        self.refuses("/bin/there is no folder there", "put", self.image, file, "--to", "/bin/there")
        self.refuses("/bin is a folder there", "put", self.image, self.file("bin"))
        self.refuses("does not exist", "put", self.image, self.folder / "nothing")
        self.refuses("is the card itself", "put", self.image, self.image)
        self.refuses("does not begin with '/'", "put", self.image, file, "--to", "root")
        self.refuses("is no folder", "get", self.image, "/usr", "--to", self.folder / "nothing")
        self.refuses("no partition 2; there are 1", "put", self.image, file, "--partition", 2)
        os.mkfifo(self.folder / "pipe")
        self.refuses("is neither a file nor a folder", "put", self.image, self.folder / "pipe")
        self.refuses("quotation mark", "put", self.image, self.file('"'))
        self.refuses("does not exist", "get", self.folder / "none.img", "/usr")
        self.refuses("no ext4 file system", "get", file, "/usr")

    def test_full(self):
        large = self.file("large", b"\x5a" * CARD_BYTES)
        self.refuses("Could not allocate block", "put", self.image, large)
        self.assertIsNone(FileSystem(self.image).mode("/large"), "no part of it stays")


class Partitions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.image = Path(folder.name) / "disk.img"

    def test_mbr(self):
        entries = struct.pack("<4xB3xII", 0x0C, 8, 8) + struct.pack("<4xB3xII", 0x83, 64, 8) + bytes(32)
        self.image.write_bytes(bytes(446) + entries + b"\x55\xaa")
        self.assertEqual(file_system.partitions(self.image), [(0, 0), (1, 8 * SECTOR), (2, 64 * SECTOR)])

    def test_gpt(self):
        protective = bytes(446) + struct.pack("<4xB3xII", 0xEE, 1, 99) + bytes(48) + b"\x55\xaa"
        header = (b"EFI PART" + bytes(64) + struct.pack("<QII", 2, 4, 128)).ljust(SECTOR, b"\0")
        entry = (bytes(range(32)) + struct.pack("<QQ", 2048, 4095)).ljust(128, b"\0")
        self.image.write_bytes(protective + header + entry + bytes(128) + entry)
        os.truncate(self.image, 4096 * SECTOR)
        self.assertEqual(file_system.partitions(self.image), [(0, 0), (1, 2048 * SECTOR), (3, 2048 * SECTOR)])

    def test_none(self):
        self.image.write_bytes(bytes(4096))
        self.assertEqual(file_system.partitions(self.image), [(0, 0)])

    def test_gpt_beyond_the_end(self):
        with tempfile.NamedTemporaryFile(prefix="svp-test-") as image:
            for table, first in ((1 << 62, 0), (2, 1 << 62)):
                head = bytearray(64 * SECTOR)
                head[450], head[510:512], head[512:520], head[1024] = 0xEE, b"\x55\xaa", b"EFI PART", 1
                struct.pack_into("<QII", head, 512 + 72, table, 128, 128)
                struct.pack_into("<Q", head, 1024 + 32, first)
                image.seek(0)
                image.write(head)
                image.flush()
                self.assertEqual(file_system.partitions(image.name), [(0, 0)])


class Make(WithCard):
    """A card is made of a small one in place of Debian's."""

    def test_size_and_key(self):
        made, key = self.folder / "made.img", self.folder / "key.pub"
        key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI user@host")
        with mock.patch.object(parts, "build"), mock.patch.object(parts, "product", return_value=self.image):
            self.svp("make", made, "--size", "2G", "--ssh-key", key)
            self.refuses("is there already", "make", made)
        self.assertEqual(made.stat().st_size, 2 << 30)
        self.assertLess(made.stat().st_blocks * 512, 256 << 20, "the file takes only what is written")
        self.assertEqual(list(made.parent.glob(".svp-card-*")), [])
        self.image.unlink()
        made.rename(self.image)
        with open(self.image, "rb") as disk:
            table = disk.read(SECTOR)
        self.assertEqual(struct.unpack_from("<I", table, 458)[0] * SECTOR + cards.PARTITION_BYTES, 2 << 30)
        self.svp("put", self.image, self.file("large", b"\x5a" * CARD_BYTES))
        self.svp("get", self.image, "/root/.ssh/authorized_keys", "--to", self.folder)
        self.assertEqual((self.folder / "authorized_keys").read_text(), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI user@host\n")
        self.assertEqual(self.attributes("/root/.ssh")[0], "0700")
        self.assertEqual(self.attributes("/root/.ssh/authorized_keys")[0], "0600")

    def test_refused(self):
        for size, text in (("3G", "no power of 2"), ("512M", "no power of 2"), ("1T", "is no size"), ("", "is no size"), ("512G", "no power of 2")):
            with self.subTest(size), self.assertRaisesRegex(UsageError, text):
                command.card_size(size)
        self.assertEqual(command.card_size("1024M"), 1 << 30)
        with self.assertRaisesRegex(UsageError, "is a private key; give id.pub"):
            command.public_key(self.file("id", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"))
        with self.assertRaisesRegex(UsageError, "no public key"):
            command.public_key(self.file("id.txt"))
        with self.assertRaisesRegex(UsageError, "does not exist"):
            command.public_key(self.folder / "nothing")


if __name__ == "__main__":
    unittest.main()
