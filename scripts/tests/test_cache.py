# SPDX-License-Identifier: GPL-2.0-or-later
"""Hashes change exactly with content; a lost version is replaced by the next; the cache keeps to its limits."""

import os
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from svplib import cache, lock_file, parts, private_apt
from svplib.errors import SvpError


class WithCache(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.base = Path(self._folder.name)
        environment = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.base)})
        environment.start()
        self.addCleanup(environment.stop)


class Hashes(WithCache):
    def test_content(self):
        tree = self.base / "tree/hw"
        tree.mkdir(parents=True)
        (tree / "a.c").write_text("one")
        first = cache.content_hash(self.base / "tree", "hw")
        os.utime(tree / "a.c", (1, 1))
        (tree / "README.md").write_text("documentation does not count")
        (tree / "__pycache__").mkdir()
        (tree / "__pycache__/a.pyc").write_text("x")
        self.assertEqual(cache.content_hash(self.base / "tree", "hw"), first)
        (tree / "a.c").write_text("two")
        second = cache.content_hash(self.base / "tree", "hw")
        (tree / "a.c").chmod(0o755)
        third = cache.content_hash(self.base / "tree", "hw")
        (tree / "a.c").rename(tree / "b.c")
        self.assertEqual(len({first, second, third, cache.content_hash(self.base / "tree", "hw")}), 4)

    def test_digest_keeps_items_apart(self):
        self.assertNotEqual(cache.digest("ab", "c"), cache.digest("a", "bc"))

    def test_a_part_depends_on_what_it_contains(self):
        keys = {}
        for version in ("1", "2"):
            with mock.patch("svplib.sources.identity", mock.Mock(side_effect=lambda name: version if name == "tfa" else "same", cache_clear=mock.Mock())):
                parts.key.cache_clear()
                keys[version] = {name: parts.key(name) for name in ("tfa", "optee", "boot", "guest")}
        parts.key.cache_clear()
        changed = {name for name in keys["1"] if keys["1"][name] != keys["2"][name]}
        self.assertEqual(changed, {"tfa", "boot"})

    def test_order(self):
        order = parts.order(["guest", "boot"])
        for name in order:
            for need in parts.PARTS[name].needs:
                self.assertLess(order.index(need), order.index(name))


class Folder(WithCache):
    def test_prune(self):
        for number in range(5):
            (cache.folder("build") / f"boot-{number}").mkdir()
            os.utime(cache.folder("build") / f"boot-{number}", (number, number))
        (cache.folder("build") / "other-1").mkdir()
        cache.prune("build", "boot-", keep=2)
        self.assertEqual(sorted(path.name for path in cache.folder("build").iterdir()), ["boot-3", "boot-4", "other-1"])

    def test_prune_spares_what_is_in_use(self):
        for number in range(3):
            (cache.folder("build") / f"boot-{number}").mkdir()
        cache.prune("build", "boot-", keep=1)
        self.assertEqual(len(list(cache.folder("build").iterdir())), 3)

    def test_space(self):
        with self.assertRaises(SvpError) as caught:
            cache.need_space(self.base, 1 << 40, "a test")
        self.assertIn("a test needs", str(caught.exception))

    def test_paths_that_make_cannot_take(self):
        with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.base / "a b")}), self.assertRaises(SvpError):
            cache.root()


class Fetching(WithCache):
    ENTRY = lock_file.Entry("x", {"kind": "binary", "package": "x", "suite": "s", "version": "1.2", "series": "1."})

    def fetch(self, present, listed):
        tried = []

        def download(entry, package, version, folder):
            tried.append(version)
            if version not in present:
                raise private_apt.NotOnMirror(version)

        with (mock.patch.object(private_apt, "update"), mock.patch.object(private_apt, "_download", download), mock.patch.object(private_apt, "say"),
              mock.patch.object(private_apt, "_index_age", lambda: time.time()),
              mock.patch.object(private_apt, "_madison", lambda package: [(version, "Packages", package) for version in listed])):
            return private_apt.fetch(self.ENTRY, self.base), tried

    def test_next_version_after_a_miss(self):
        self.assertEqual(self.fetch({"1.3"}, ["1.2", "1.3", "1.1", "2.0"]), (("1.3", "x"), ["1.2", "1.3"]))

    def test_tested_version_first(self):
        self.assertEqual(self.fetch({"1.2", "1.3"}, ["1.3", "1.2"]), (("1.2", "x"), ["1.2"]))

    def test_nothing_there_says_what_was_tried(self):
        with self.assertRaises(private_apt.NotOnMirror) as caught:
            self.fetch(set(), ["1.2", "2.0"])
        self.assertIn("tried: x=1.2", str(caught.exception))
        self.assertIn("versions listed: 1.2, 2.0", str(caught.exception))
