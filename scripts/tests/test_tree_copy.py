# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies inside build trees change exactly when content does; patches can be replaced without a new tree."""

import os
import tempfile
import unittest
from pathlib import Path

from svplib.base.errors import BuildError
from svplib.build.tree_copy import State, apply_patches, patched_files, sync_content, sync_tree


def diff(name, old, new):
    return f"--- a/{name}\n+++ b/{name}\n@@ -1,1 +1,1 @@\n-{old}\n+{new}\n"


class Copies(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.base = Path(self._folder.name)
        self.source, self.target = self.base / "source", self.base / "target"
        self.state = State(self.base / "state.json")
        self.write("hw/a.c", "one\n")
        self.write("hw/deep/b.c", "two\n")

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def patch(self, text):
        path = self.base / "0001.patch"
        path.write_text(text)
        return [path]

    def test_content(self):
        self.assertEqual(sorted(sync_content(self.source, self.target, ("hw",), self.state, "k")), ["hw/a.c", "hw/deep/b.c"])
        before = (self.target / "hw/a.c").stat().st_mtime_ns
        os.utime(self.source / "hw/a.c", (1, 1))
        self.assertEqual(sync_content(self.source, self.target, ("hw",), self.state, "k"), [])
        self.assertEqual((self.target / "hw/a.c").stat().st_mtime_ns, before)
        self.write("hw/a.c", "changed\n")
        (self.source / "hw/deep/b.c").unlink()
        again = State(self.base / "state.json")
        self.assertEqual(sorted(sync_content(self.source, self.target, ("hw",), again, "k")), ["hw/a.c", "hw/deep/b.c"])
        self.assertEqual((self.target / "hw/a.c").read_text(), "changed\n")
        self.assertFalse((self.target / "hw/deep/b.c").exists())

    def test_lost_copy_comes_back(self):
        sync_content(self.source, self.target, ("hw",), self.state, "k")
        (self.target / "hw/a.c").unlink()
        self.assertEqual(sync_content(self.source, self.target, ("hw",), self.state, "k"), ["hw/a.c"])

    def test_tree_with_links(self):
        (self.source / "link").symlink_to("hw/a.c")
        (self.source / "dangling").symlink_to("nowhere")
        self.write(".git/config", "x")
        sync_tree(self.source, self.target, self.state, "local")
        self.assertEqual(os.readlink(self.target / "link"), "hw/a.c")
        self.assertTrue((self.target / "dangling").is_symlink())
        self.assertFalse((self.target / ".git").exists())
        self.assertEqual(sync_tree(self.source, self.target, self.state, "local"), [])

    def test_patches(self):
        sync_tree(self.source, self.target, self.state, "local")
        apply_patches(self.target, self.patch(diff("hw/a.c", "one", "first")), self.state)
        self.assertEqual((self.target / "hw/a.c").read_text(), "first\n")
        stamp = (self.target / "hw/a.c").stat().st_mtime_ns
        apply_patches(self.target, self.patch(diff("hw/a.c", "one", "first")), self.state)
        self.assertEqual((self.target / "hw/a.c").stat().st_mtime_ns, stamp)
        apply_patches(self.target, self.patch(diff("hw/a.c", "one", "second") + "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,1 @@\n+new\n"), self.state)
        self.assertEqual((self.target / "hw/a.c").read_text(), "second\n")
        self.assertEqual((self.target / "new.c").read_text(), "new\n")
        apply_patches(self.target, [], self.state)
        self.assertEqual((self.target / "hw/a.c").read_text(), "one\n")
        self.assertFalse((self.target / "new.c").exists())

    def test_patched_file_changes_upstream(self):
        sync_tree(self.source, self.target, self.state, "local")
        patches = self.patch("--- a/hw/a.c\n+++ b/hw/a.c\n@@ -1,1 +1,2 @@\n one\n+more\n")
        apply_patches(self.target, patches, self.state)
        self.write("hw/a.c", "one\ntail\n")
        changed = sync_tree(self.source, self.target, self.state, "local")
        apply_patches(self.target, patches, self.state, changed)
        self.assertEqual((self.target / "hw/a.c").read_text(), "one\nmore\ntail\n")

    def test_patch_that_does_not_apply(self):
        sync_tree(self.source, self.target, self.state, "local")
        with self.assertRaises(BuildError) as caught:
            apply_patches(self.target, self.patch(diff("hw/a.c", "other", "x")), self.state)
        self.assertIn("0001.patch does not apply", str(caught.exception))
        apply_patches(self.target, self.patch(diff("hw/a.c", "one", "ok")), self.state)
        self.assertEqual((self.target / "hw/a.c").read_text(), "ok\n")

    def test_patch_that_is_there_already(self):
        self.write("hw/a.c", "first\n")
        sync_tree(self.source, self.target, self.state, "local")
        apply_patches(self.target, self.patch(diff("hw/a.c", "one", "first")), self.state)
        self.assertEqual((self.target / "hw/a.c").read_text(), "first\n")

    def test_a_link_back_to_the_source_loses_nothing(self):
        self.target.mkdir()
        (self.target / "svp").symlink_to(self.source)
        for place in (self.target / "svp", self.source / "hw"):
            with self.assertRaises(BuildError):
                sync_content(self.source, place, ("hw",), self.state, "k")
        self.assertEqual((self.source / "hw/a.c").read_text(), "one\n")

    def test_left_out(self):
        self.write("hw/svp/x.c", "x")
        self.write("hw/svpx.c", "x")
        sync_tree(self.source, self.target, self.state, "local", ("hw/svp",))
        self.assertTrue((self.target / "hw/svpx.c").exists())
        self.assertFalse((self.target / "hw/svp").exists())

    def test_names(self):
        self.assertEqual(patched_files(diff("x/y.c", "a", "b") + "--- /dev/null\n+++ b/z.c\n"), ["x/y.c", "z.c"])
