# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of initramfs.py: python3 -m unittest initramfs_test.py in this folder."""
import gzip
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().with_name("initramfs.py")


def elf(machine=183, program_header=1):
    """A 64-bit little-endian ELF file with one program header."""
    header = b"\x7fELF\x02\x01" + b"\0" * 10
    header += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return header + struct.pack("<IIQQQQQQ", program_header, 0, 0, 0, 0, 0, 0, 0)


def entries(archive):
    """{name: (mode, device, data)} of a newc archive, checking its framing."""
    found = {}
    position = 0
    while True:
        if archive[position:position + 6] != b"070701":
            raise AssertionError(f"no header at {position}")
        fields = [int(archive[position + 6 + 8 * i:position + 14 + 8 * i], 16) for i in range(13)]
        name = archive[position + 110:position + 110 + fields[11] - 1].decode()
        start = (position + 110 + fields[11] + 3) & ~3
        position = (start + fields[6] + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], (fields[9], fields[10]), archive[start:start + fields[6]])


class InitramfsTest(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = pathlib.Path(self._temporary.name)
        self.rootfs = self.folder / "rootfs"
        (self.rootfs / "svp").mkdir(parents=True)
        (self.rootfs / "init").write_text("#!/bin/sh\n")
        (self.rootfs / "init").chmod(0o755)
        (self.rootfs / "svp/data").write_text("abc")
        self.busybox = self.folder / "busybox"
        self.busybox.write_bytes(elf())

    def build(self, *options, name="out.gz"):
        output = self.folder / name
        done = subprocess.run([sys.executable, TOOL, output, self.rootfs, self.busybox, *options],
                              capture_output=True, text=True, check=False)
        return done, output

    def test_contents(self):
        modules = []
        for name in ("b.ko", "a.ko"):
            (self.folder / name).write_bytes(name.encode())
            modules += ["--module", self.folder / name]
        done, output = self.build(*modules)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = entries(gzip.decompress(output.read_bytes()))
        self.assertEqual(found["dev/console"][:2], (0o020600, (5, 1)))
        self.assertEqual(found["init"][0], 0o100755)
        self.assertEqual(found["svp/data"], (0o100644, (0, 0), b"abc"))
        self.assertEqual(found["bin/sh"], (0o120777, (0, 0), b"busybox"))
        self.assertEqual(found["bin/busybox"][2], elf())
        self.assertEqual(found["lib/modules/a.ko"][2], b"a.ko")
        self.assertEqual(found["lib/modules/order"][2], b"b\na\n")

    def test_spare_modules_are_not_loaded(self):
        for name in ("b.ko", "a.ko"):
            (self.folder / name).write_bytes(name.encode())
        done, output = self.build("--spare-module", self.folder / "a.ko", "--module", self.folder / "b.ko")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = entries(gzip.decompress(output.read_bytes()))
        self.assertEqual(found["lib/modules/a.ko"][2], b"a.ko")
        self.assertEqual(found["lib/modules/order"][2], b"b\n")

    def test_tree(self):
        tree = self.folder / "tree"
        (tree / "lib/deep").mkdir(parents=True)
        (tree / "lib/deep/file").write_text("abc")
        (tree / "lib/deep/file").chmod(0o755)
        (tree / "lib/link").symlink_to("deep/file")
        done, output = self.build("--tree", tree)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        archive = gzip.decompress(output.read_bytes())
        found = entries(archive)
        self.assertEqual(found["lib/deep"][0], 0o040755)
        self.assertEqual(found["lib/deep/file"], (0o100755, (0, 0), b"abc"))
        self.assertEqual(found["lib/link"], (0o120777, (0, 0), b"deep/file"))
        self.assertEqual(archive.count(b"00000000lib\0"), 1)

    def test_same_bytes_again(self):
        _, first = self.build(name="first.gz")
        (self.rootfs / "init").touch()
        _, second = self.build(name="second.gz")
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_refuses_other_programs(self):
        for data, reason in ((b"#!/bin/sh\n", "not a 64-bit"), (elf(machine=62), "not for AArch64"),
                             (elf(program_header=3), "dynamically linked"), (b"", "not a 64-bit")):
            with self.subTest(reason):
                self.busybox.write_bytes(data)
                done, output = self.build()
                self.assertEqual(done.returncode, 1)
                self.assertIn(reason, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
                self.assertFalse(output.exists())

    def test_missing_file(self):
        done, output = self.build("--module", self.folder / "none.ko")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none.ko", done.stderr)
        self.assertFalse(output.exists())


if __name__ == "__main__":
    unittest.main()
