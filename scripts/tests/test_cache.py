# SPDX-License-Identifier: GPL-2.0-or-later
"""Hashes change exactly with content; a lost version is replaced by the next; the cache keeps to its limits."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from svplib.base import cache, progress
from svplib.base.errors import SvpError, UsageError
from svplib.build import lock_file, parts, private_apt, sources
from svplib.testing import results, unit_tests


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
            with mock.patch("svplib.build.sources.identity", mock.Mock(side_effect=lambda name: version if name == "tfa" else "same", cache_clear=mock.Mock())):
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

    def test_what_a_part_only_uses(self):
        """It is there before the part is made, and changes nothing in it; who has the part does not need it."""
        for built, wanted in ((False, {"qemu", "programs", "debian", "debian-system"}), (True, {"debian-system"})):
            with mock.patch.object(parts, "is_built", return_value=built):
                self.assertEqual(set(parts.order(["debian-system"])), wanted)
        keys = set()
        for version in ("1", "2"):
            with mock.patch("svplib.build.sources.identity", mock.Mock(return_value=version, cache_clear=mock.Mock())):
                parts.key.cache_clear()
                keys.add(parts.key("debian-system"))
        parts.key.cache_clear()
        self.assertEqual(len(keys), 1)


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

    def test_paths_that_a_recipe_would_run(self):
        for strange in " \t\n:'\"$\\;&|`<>()[]{}*?!#%^=~":
            with self.subTest(strange=strange), mock.patch.dict(os.environ, {"XDG_CACHE_HOME": f"{self.base}/a{strange}b"}):
                with self.assertRaises(SvpError) as caught:
                    cache.root()
                self.assertEqual(len(str(caught.exception).splitlines()), 1)
                self.assertFalse(list(self.base.iterdir()), "nothing was made there")

    def test_paths_that_are_plain(self):
        for name in ("a-b_c.d+e,f@g", "jürgen", "0"):
            with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.base / name)}):
                self.assertEqual(cache.root(), self.base / name / "svp")


class ForMake(WithCache):
    def test_local_trees(self):
        for name, (option, mark) in sources.LOCAL_TREES.items():
            tree = self.base / f"{name};touch x"
            (tree / mark).parent.mkdir(parents=True)
            (tree / mark).touch()
            with self.subTest(name=name), self.assertRaises(UsageError) as caught:
                sources.use_local(name, tree)
            self.assertIn(option, str(caught.exception))
            self.assertIsNone(sources.local_tree(name))

    def test_every_argument_of_a_make(self):
        for argument in ("SRC=/a;b", "OUT=/a`id`", "BL31=/a$(id)", "MODULES=/a /b&c", "-j2|x", "BL32=/a\nb", "TREE=/a'b"):
            with self.subTest(argument=argument), self.assertRaises(UsageError) as caught:
                progress.run_logged("a test", ["make", "-C", "/", argument], self.base / "log")
            self.assertIn("make", str(caught.exception))
        self.assertFalse((self.base / "log").exists(), "nothing was started")
        progress.check_for_make(["make", "-j2", "-C", "/x/y", "OUT=/c/svp/build/tfa-0123.partial/out", "BUSYBOX=/c/svp/src/busybox-1%3a1.37-4~bpo13+1/bin",
                                 "MODULES=/a/x.ko /a/y.ko", "CROSS_COMPILE=aarch64-linux-gnu-", "SPARE_MODULES="])


class Downloads(WithCache):
    def fetch(self, entry, folder):
        (folder / "x.deb").write_text(f"fetch {len(self.fetches)}")
        self.fetches.append(folder)
        return entry.version, entry.package

    def setUp(self):
        super().setUp()
        self.fetches = []
        entries = {"x": Fetching.ENTRY}
        for patch in (mock.patch.object(private_apt, "fetch", self.fetch), mock.patch.object(lock_file, "entries", lambda: entries)):
            patch.start()
            self.addCleanup(patch.stop)

    def test_a_changed_file_is_not_unpacked(self):
        package = sources.deb_file("x")
        self.assertEqual(sources.deb_file("x"), package)
        self.assertEqual(len(self.fetches), 1)
        package.write_text("something else")
        with self.assertRaises(SvpError) as caught:
            sources.unpack_deb("x", self.base / "out")
        self.assertIn("not the file that was fetched", str(caught.exception))
        shutil.rmtree(package.parent)
        self.assertEqual(sources.deb_file("x").read_text(), "fetch 1")

    def test_a_file_too_many(self):
        (sources.deb_file("x").parent / "a.deb").write_text("first in order")
        with self.assertRaises(SvpError):
            sources.deb_file("x")

    def test_what_was_fetched_without_notes_is_fetched_again(self):
        sources.deb_file("x")
        marker = cache.folder("download") / "x.json"
        record = json.loads(marker.read_text())
        del record["sha256"]
        marker.write_text(json.dumps(record))
        self.assertEqual(sources.deb_file("x").read_text(), "fetch 1")


class Made(WithCache):
    def test_once_and_whole(self):
        calls = []

        def make(partial):
            calls.append(partial)
            (partial / "half").write_text("1")
            if len(calls) == 1:
                raise SvpError("no luck")
        with self.assertRaises(SvpError):
            cache.made("thing", "1", make, 2)
        self.assertFalse((cache.folder("build") / "thing-1").exists())
        whole = cache.made("thing", "1", make, 2)
        self.assertEqual((whole / "half").read_text(), "1")
        self.assertEqual(cache.made("thing", "1", make, 2), whole)
        self.assertEqual(len(calls), 2)


class Locks(WithCache):
    """Who builds one thing does not keep others from another."""

    def in_time(self, function, wanted=True):
        """Whether a function comes to its end while this thread holds what it holds."""
        thread = threading.Thread(target=function, daemon=True)
        with contextlib.redirect_stderr(io.StringIO()):
            thread.start()
            thread.join(30 if wanted else 1)
            self.assertEqual(not thread.is_alive(), wanted)
        return thread

    def take(self, name):
        with cache.lock(name):
            pass

    def test_names(self):
        with cache.lock("qemu"):
            self.in_time(lambda: self.take("linux"))
            waiting = self.in_time(lambda: self.take("qemu"), wanted=False)
        waiting.join(30)
        self.assertFalse(waiting.is_alive())

    def test_parts(self):
        """A part is built while another checkout builds another one, or another version of the same small part."""
        built = []
        with (mock.patch.object(parts, "pending", lambda names: [name for name in names if name not in built]),
              mock.patch.object(parts, "is_built", lambda name: name in built), mock.patch.object(parts, "_build_one", lambda name: not built.append(name)),
              mock.patch.object(parts.host_packages, "ensure"), mock.patch("svplib.build.sources.fetched")):
            with cache.lock("qemu"), cache.lock("linux"), cache.lock("boot-of-another-key"):
                self.in_time(lambda: parts.build(["boot"]))
                self.assertEqual(built, ["boot"])
                waiting = self.in_time(lambda: parts.build(["linux"]), wanted=False)
            waiting.join(30)
            self.assertEqual(built, ["boot", "linux"])

    def test_unit_tests(self):
        """svp test unit beside somebody else's builds."""
        with (mock.patch.object(unit_tests, "run_logged"), mock.patch.object(unit_tests.host_packages, "ensure"),
              mock.patch.object(unit_tests.subprocess, "run", return_value=mock.Mock(stdout="[]"))):
            with cache.lock("qemu"), cache.lock("linux"), cache.lock("downloads"), cache.lock("unit-another-checkout"):
                self.in_time(lambda: unit_tests.jobs(results.Results()))

    def test_a_product_that_came_meanwhile_is_not_built_again(self):
        with (mock.patch.object(parts, "pending", mock.Mock(side_effect=[*[["boot"]] * 3, []])), mock.patch.object(parts, "is_built", lambda name: True),
              mock.patch.object(parts, "_build_one") as build, mock.patch.object(parts.host_packages, "ensure"), mock.patch("svplib.build.sources.fetched")):
            parts.build(["boot"])
            build.assert_not_called()


class Logs(WithCache):
    MAKE = "import sys; sys.path.insert(0, sys.argv[1]); from svplib.base import cache; path = cache.run_log_dir('boards'); (path / 'x').touch(); print(path)"

    def test_a_folder_a_run(self):
        """Also for processes that start at the same time, and under the same number in process spaces of their own."""
        with mock.patch.object(cache.os, "getpid", lambda: 7), mock.patch.object(cache.time, "strftime", lambda form: "now"):
            first = cache.run_log_dir("boards")
            self.assertEqual(cache.run_log_dir("boards"), first)
            cache._run_log_dirs.clear()
            second = cache.run_log_dir("boards")
        self.assertNotEqual(first, second)
        self.assertNotEqual(cache.run_log_dir("builds").parent, first.parent)
        runs = [subprocess.Popen([sys.executable, "-c", self.MAKE, str(Path(cache.__file__).parents[2])], stdout=subprocess.PIPE, text=True) for _ in range(3)]
        paths = [run.communicate()[0].strip() for run in runs]
        self.assertEqual(len(set(paths)), 3)
        for path in paths:
            self.assertTrue((Path(path) / "x").exists())

    def test_young_logs_stay(self):
        parent = cache.folder("log/boards")
        for number in range(cache.LOG_RUNS_KEPT + 500):
            (parent / f"{number:04}-of-somebody").mkdir()
            (parent / f"{number:04}-of-somebody/console.log").touch()
        cache.run_log_dir("boards")
        self.assertEqual(len(list(parent.iterdir())), cache.LOG_RUNS_KEPT + 501)

    def test_old_logs_go(self):
        """Not while something in a folder is still written to."""
        parent = cache.folder("log/boards")
        for number in range(cache.LOG_RUNS_KEPT + 5):
            folder = parent / f"{number:04}"
            folder.mkdir()
            (folder / "console.log").touch()
            for path in (folder / "console.log", folder):
                os.utime(path, (1000 + number, 1000 + number))
        (parent / "0001/console.log").write_text("still written to")
        os.utime(parent / "0001", (1, 1))
        (parent / "flat.log").touch()
        os.utime(parent / "flat.log", (1, 1))
        cache.run_log_dir("boards")
        self.assertEqual([name for name in ("0000", "0001", "0002", "0005", "0006", "flat.log") if (parent / name).exists()], ["0001", "0006"])


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
