# SPDX-License-Identifier: GPL-2.0-or-later
"""Every bad input of `svp run` is one clear line, every good one passes."""

import bz2
import gzip
import lzma
import random
import socket
import struct
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from svplib.base.errors import UsageError
from svplib.commands import cli, guest_input, run


class WithFolder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def refuses(self, text, function, *arguments):
        with self.assertRaises(UsageError) as caught:
            function(*arguments)
        self.assertIn(text, str(caught.exception))
        self.assertEqual(len(str(caught.exception).splitlines()), 1)


class Kernels(WithFolder):
    IMAGE = b"MZ" + bytes(54) + b"ARM\x64" + bytes(100)

    def test_image(self):
        for data in (self.IMAGE, gzip.compress(self.IMAGE), gzip.compress(self.IMAGE + bytes(1 << 20))):
            path = self.file("Image", data)
            self.assertEqual(guest_input.kernel(path), path)

    def test_others(self):
        cases = {
            "empty": b"", "ELF": b"\x7fELF" + bytes(100), "x86": bytes(0x202) + b"HdrS" + bytes(64), "not an arm64 Image": b"hello" * 40,
            "damaged": b"\x1f\x8b" + bytes(range(7, 90)), "uImage": b"\x27\x05\x19\x56" + bytes(60),
            "32-bit Arm": bytes(0x24) + b"\x18\x28\x6f\x01" + bytes(60), "xz": b"\xfd7zXZ\0" + bytes(60),
            "end is missing": gzip.compress(self.IMAGE + random.Random(1).randbytes(9000))[:8000],
            "zstd;": b"MZ\0\0zimg" + bytes(16) + b"zstd\0" + bytes(60), "Image": gzip.compress(b"abc"),
        }
        for text, data in cases.items():
            with self.subTest(text):
                self.refuses(text, guest_input.kernel, self.file("kernel", data))

    def test_missing(self):
        self.refuses("does not exist", guest_input.kernel, self.folder / "nothing")
        self.refuses("is not a file", guest_input.kernel, self.folder)


class Initramfs(WithFolder):
    CPIO = b"070701" + b"0" * 104 + b"TRAILER!!!" + bytes(400)

    def test_good(self):
        for data in (self.CPIO, b"070702" + self.CPIO[6:], bytes(512) + self.CPIO, gzip.compress(self.CPIO), bz2.compress(self.CPIO), lzma.compress(self.CPIO),
                     lzma.compress(self.CPIO, format=lzma.FORMAT_ALONE), gzip.compress(self.CPIO) + gzip.compress(self.CPIO),
                     gzip.compress(self.CPIO) + bytes(512), gzip.compress(self.CPIO) + lzma.compress(self.CPIO), self.CPIO + gzip.compress(self.CPIO),
                     b"\x28\xb5\x2f\xfd" + bytes(99), b"\x02\x21\x4c\x18" + bytes(99), b"\x89LZO\0" + bytes(99)):
            path = self.file("initrd", data)
            self.assertEqual(guest_input.initramfs(path), path)

    def test_others(self):
        script = b"#!/bin/sh\nexec /sbin/init\n"
        cases = {
            "is a script": script, "compressed with gzip, is a script": gzip.compress(script), "is empty": b"", "old format": b"070707" + bytes(99),
            "binary cpio": b"\xc7\x71" + bytes(99), "tar archive": bytes(257) + b"ustar" + bytes(300), "a program": b"\x7fELF" + bytes(99),
            "ext file system": bytes(0x438) + b"\x53\xef" + bytes(99), "its end is missing": gzip.compress(self.CPIO + random.Random(1).randbytes(9000))[:8000],
            "is damaged": b"\x1f\x8b" + bytes(range(7, 90)), "not an initramfs: no cpio": b"hello" * 40, "a U-Boot image": b"\x27\x05\x19\x56" + bytes(99),
            "compressed with xz, is not": lzma.compress(b"hello"), "a kernel": Kernels.IMAGE,
        }
        for text, data in cases.items():
            with self.subTest(text):
                self.refuses(text, guest_input.initramfs, self.file("initrd", data))
        self.refuses("does not exist", guest_input.initramfs, self.folder / "nothing")
        self.refuses("is not a file", guest_input.initramfs, self.folder)


class DeviceTrees(WithFolder):
    def test_good(self):
        path = self.file("a.dtb", struct.pack(">II", 0xD00DFEED, 64) + bytes(56))
        self.assertEqual(guest_input.device_tree(path), path)

    def test_bad(self):
        self.refuses("not a flattened", guest_input.device_tree, self.file("a", b"/dts-v1/; / { };"))
        self.refuses("cut off", guest_input.device_tree, self.file("a", struct.pack(">II", 0xD00DFEED, 65) + bytes(56)))
        self.refuses("limit", guest_input.device_tree, self.file("a", struct.pack(">II", 0xD00DFEED, 0x40001) + bytes(0x40000)))


class Numbers(WithFolder):
    def test_memory(self):
        for text, firmware, result in (("3G", "optee", "3072M"), ("4g", "optee", "4096M"), ("1024", "none", "1024M"), ("3072M", "optee", "3072M"),
                                       ("1048576K", "none", "1024M")):
            self.assertEqual(guest_input.memory(text, firmware), result)
        for text, firmware, message in (("1023M", "none", "out of range"), ("5G", "none", "out of range"), ("2G", "optee", "optee"),
                                        ("-1", "none", "no size"), ("3Gx", "none", "no size"), ("", "none", "no size"), ("1048577K", "none", "whole")):
            with self.subTest(text):
                self.refuses(message, guest_input.memory, text, firmware)

    def test_cpus(self):
        self.assertEqual([guest_input.cpus(number) for number in (1, 4)], [1, 4])
        for number in (0, 5, -1):
            self.refuses("1 to 4", guest_input.cpus, number)

    def test_sd(self):
        path = self.file("card", bytes(4096))
        self.assertEqual(guest_input.sd_image(path), path)
        self.assertEqual(guest_input.sd_image(path, written=True), path)
        self.refuses("truncate -s 8192", guest_input.sd_image, self.file("card", bytes(4097)))
        with mock.patch("os.access", return_value=False):  # root may write to all
            self.refuses("--keep: ", guest_input.sd_image, path, True)

    def test_boot_loader(self):
        good = self.file("u-boot.bin", b"\x0a\0\0\x14" + bytes(100))
        self.assertEqual(guest_input.boot_loader(good), good)
        for content, message in ((b"\x7fELF" + bytes(100), "ELF"), (b"\xd0\x0d\xfe\xed" + bytes(100), "FIT"), (b"\x27\x05\x19\x56" + bytes(100), "uImage"),
                                 (b"\xd1\x00\x20\x41" + bytes(100), "SPL"), (b"\x1f\x8b" + bytes(100), "gzip"), (b"#!/bin/sh\n", "script"), (b"", "empty"),
                                 (bytes(guest_input.BL33_BYTES + 1), "limit")):
            with self.subTest(message):
                self.refuses(message, guest_input.boot_loader, self.file("bad", content))

    def test_vnc(self):
        self.assertEqual(guest_input.vnc("vnc:77"), "vnc=127.0.0.1:77")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 5900 + 78))
            taken.listen()
            self.refuses("in use", guest_input.vnc, "vnc:78")
        self.refuses("none of", guest_input.vnc, "vnc:x")


class Policy(unittest.TestCase):
    def test_default(self):
        """Who says nothing gets the policy under which nothing that Linux may do gets round the firewalls; who asks for less is heard."""
        for words, firmware, wanted in (([], "optee", "strict"), (["--shell"], "optee", "strict"), (["--policy", "open"], "optee", "open"), (["--policy", "nxp"], "optee", "nxp"),
                                        (["--firmware", "none"], "none", "open")):
            with self.subTest(words):
                self.assertEqual(run._settings(cli._parser().parse_args(["run", *words]), firmware)["policy"], wanted)
