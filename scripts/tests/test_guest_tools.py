# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's programs for the guest: which libraries come along, and what is said when one is missing."""

import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import BuildError
from svplib.build import debian_files, guest_media, guest_tools, lock_file


class Closure(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        for name in ("one", "two", "three.1.0"):
            (self.folder / name).touch()
        (self.folder / "three").symlink_to("three.1.0")

    def test_libraries_of_libraries(self):
        needs = {"program": ["one"], "one": ["two", "three"], "two": ["three"], "three": ["two"]}
        found = debian_files.closure([Path("program")], [Path("/nowhere"), self.folder], lambda path: needs[path.name])
        self.assertEqual(found, {"one": self.folder.resolve() / "one", "two": self.folder.resolve() / "two",
                                 "three": self.folder.resolve() / "three.1.0"})

    def test_missing_library(self):
        with self.assertRaisesRegex(BuildError, "^program: four is in none of its packages"):
            debian_files.closure([Path("program")], [self.folder], lambda path: ["four"])

    def test_no_elf_file(self):
        (self.folder / "text").write_text("no program")
        with self.assertRaisesRegex(BuildError, "text: no ELF file"):
            debian_files.needed(self.folder / "text", readelf="readelf")


class Packages(unittest.TestCase):
    def test_all_are_in_the_lock_file_for_arm64(self):
        entries = lock_file.entries()
        for name in {*guest_tools.PACKAGES, *guest_media.PACKAGES}:
            with self.subTest(name):
                self.assertEqual(entries[name].kind, "binary")
                self.assertTrue(entries[name].package.endswith(":arm64"))

    def test_programs_come_from_packages(self):
        for tools in (guest_tools, guest_media):
            self.assertLessEqual({package for package, _ in tools.PROGRAMS}, set(tools.PACKAGES))
        self.assertIn(guest_tools.TRUSTED_APPLICATIONS[0], guest_tools.PACKAGES)


if __name__ == "__main__":
    unittest.main()
