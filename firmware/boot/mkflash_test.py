#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mkflash.py: the image that it writes, and one line for each bad input."""

import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

MKFLASH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mkflash.py")

# (name, {file: size or bytes}, images, what the line must contain)
REFUSED = (
    ("BL31 too big", {"a": 0x10001}, ["bl31:a:0x910000"], "limit is 0x920000"),
    ("outside every window", {"a": 16}, ["x:a:0x8000000"], "nothing may be loaded at 0x8000000"),
    ("over the word that BL31 clears", {"a": 0x20010}, ["x:a:0x431f0000"], "limit is 0x43200000"),
    ("on the word that BL31 clears", {"a": 16}, ["x:a:0x43200000"], "nothing may be loaded"),
    ("on the device tree", {"a": 16}, ["x:a:0x43000000"], "nothing may be loaded"),
    ("BL32 below secure memory", {"a": 16}, ["bl32:a:0xeffff000"], "nothing may be loaded"),
    ("BL32 into shared memory", {"a": 32}, ["bl32:a:0xffdffff0"], "limit is 0xffe00000"),
    ("overlap", {"a": 64, "b": 64}, ["x:a:0x40200000", "y:b:0x40200030"], "overlaps"),
    ("unaligned", {"a": 16}, ["x:a:0x40200008"], "not a multiple of 16"),
    ("OP-TEE header", {"a": b"OPTE" + bytes(60)}, ["bl32:a:0xf0000000"], "use tee-raw.bin"),
    ("empty file", {"a": 0}, ["x:a:0x40200000"], "is empty"),
    ("no such file", {}, ["x:a:0x40200000"], "cannot read"),
    ("no address", {"a": 16}, ["x:a"], "is not NAME:FILE:ADDRESS"),
    ("address is no number", {"a": 16}, ["x:a:here"], "is not NAME:FILE:ADDRESS"),
    ("stub runs into the table", {"stub": 0x801, "a": 16}, ["x:a:0x40200000"], "limit is 2048"),
    ("more than the flash", {"a": 32 << 20}, ["x:a:0xf0000000"], "the flash 33554432"),
    ("too many images", {"a": 16}, ["x:a:%#x" % (0x40200000 + 64 * n) for n in range(86)], "room for"),
)


class MkflashTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def write(self, name, content):
        data = bytes(n * 7 & 0xFF for n in range(content)) if isinstance(content, int) else content
        with open(os.path.join(self.directory.name, name), "wb") as file:
            file.write(data)
        return data

    def run_tool(self, images):
        return subprocess.run([sys.executable, MKFLASH, "--stub", "stub", "--out", "flash", *images],
                              cwd=self.directory.name, capture_output=True, text=True, check=False)

    def test_image(self):
        stub = self.write("stub", 700)
        files = {"a": self.write("a", 32880), "b": self.write("b", 569391), "c": self.write("c", 40)}
        loads = {"a": 0x910000, "b": 0xF0000000, "c": 0x40200000}
        result = self.run_tool([f"{name}:{name}:{load:#x}" for name, load in loads.items()])
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(self.directory.name, "flash"), "rb") as file:
            flash = file.read()
        self.assertEqual(flash[:700], stub)
        self.assertEqual(struct.unpack_from("<4s2I", flash, 0x800), (b"SVPF", 3, len(flash)))
        for number, (name, data) in enumerate(files.items()):
            load, size, offset, crc = struct.unpack_from("<Q3I", flash, 0x810 + 24 * number)
            padded = data + bytes(-len(data) % 16)
            self.assertEqual((load, size, crc), (loads[name], len(padded), zlib.crc32(padded)))
            self.assertEqual(flash[offset:offset + size], padded)
            self.assertEqual(offset % 4096, 0)

    def test_refused(self):
        for name, files, images, text in REFUSED:
            with self.subTest(name):
                for old in os.listdir(self.directory.name):
                    os.unlink(os.path.join(self.directory.name, old))
                for file, content in {"stub": 16, **files}.items():
                    self.write(file, content)
                result = self.run_tool(images)
                self.assertEqual(result.returncode, 1)
                self.assertIn(text, result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertFalse(os.path.exists(os.path.join(self.directory.name, "flash")))


if __name__ == "__main__":
    unittest.main()
