# SPDX-License-Identifier: GPL-2.0-or-later
"""What people type at first, and what they ask about their board: hints, versions, room in the cache, names of tests, completion."""

import fcntl
import json
import os
import shutil
import subprocess
import unittest
from unittest import mock

from fake_machine import SCRIPTS, MachineCase
from svplib.base.errors import SvpError
from svplib.build import sources, versions
from svplib.commands import cli, completion

CALL = """
source "$0"
t() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _svp; echo "${{COMPREPLY[*]}}"; }}
t {words}
"""


class Hints(MachineCase):
    def test_mistakes(self):
        """One line each, status 2."""
        for words, says in ((("run", "-s"), "svp run -- -s"), (("run", "-nic", "user"), "svp run -- -nic user"), (("run", "-smp", "2"), "it is --smp here"),
                            (("run", "-kernel", "x"), "it is --kernel here"), (("run", "--nothing"), "svp run --help"), (("test", "--nothing"), "svp test --help"),
                            (("fly",), "invalid choice"), ((), "which command"), (("--nothing",), "unknown: --nothing"), (("test", "--list", "x"), "invalid choice"),
                            (("clean", "house"), "known: old, all, build"), (("completion", "fish"), "invalid choice"), (("versions", "--json", "/nowhere/x"), "no such folder")):
            with self.subTest(words):
                done = self.svp(*words)
                self.assertEqual((done.status, len(done.lines), done.output), (2, 1, ""), done.errors)
                self.assertIn(says, done.errors)


class Versions(MachineCase):
    def test_rows(self):
        del self.environment["SVP_U_BOOT"]
        done = self.svp("versions", "--json", "-")
        self.assertEqual(done.status, 0, done.errors)
        rows = {row["name"]: row for row in json.loads(done.output)["parts"]}
        self.assertEqual(set(rows), {"svp", "qemu", "linux", "tfa", "optee", "u-boot"})
        head = subprocess.run(["git", "-C", str(SCRIPTS), "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
        self.assertTrue(rows["svp"]["version"].startswith(head or "unknown"))
        self.assertEqual(rows["qemu"]["from"], f"in place of ours: {self.environment['SVP_QEMU']}")
        done = subprocess.run(["sha256sum", self.environment["SVP_QEMU"]], capture_output=True, text=True, check=True)
        self.assertEqual(rows["qemu"]["sha256"], done.stdout.split()[0])
        self.assertEqual((rows["u-boot"]["product"], rows["u-boot"]["version"]), (None, json.loads((SCRIPTS / "svp.lock").read_text())["sources"]["u-boot"]["version"]))
        table = self.svp("versions").output
        self.assertRegex(table, r"(?m)^u-boot .* Debian trixie, u-boot +not built$")
        self.assertEqual(self.svp("--version").output.strip(), f"svp {rows['svp']['version']}")

    def test_in_results(self):
        report = self.folder / "result"
        done = self.svp("test", "pictures", "-k", "nothing of this name", "--json", str(report))
        self.assertEqual(done.status, 1)
        self.assertEqual(json.loads(report.read_text())["versions"]["svp"], versions.commit())

    def test_locked(self):
        """Another version than the tested one is refused, now or when it was taken before."""
        entry = sources.lock_file.entries()["tfa"]
        with mock.patch.object(sources.OPTIONS, "locked", True):
            sources._refuse("tfa", entry.version, entry.package)
            for version, package in ((entry.version + "x", entry.package), (entry.version, "other")):
                with self.assertRaisesRegex(SvpError, "^--locked: tfa: .* is gone"):
                    sources._refuse("tfa", version, package)
        sources._refuse("tfa", "any", "any")


class Clean(MachineCase):
    def entry(self, name, size=1 << 20):
        path = self.cache / name
        path.mkdir(parents=True)
        (path / "file").write_bytes(bytes(size))
        return path

    def test_old(self):
        old, partial, other, trees = self.entry("build/linux-0"), self.entry("build/qemu-1.partial"), self.entry("build/film-2"), [self.entry("work/qemu-a"), self.entry("work/qemu-b")]
        os.utime(trees[0], (1, 1))
        busy = self.entry("build/tfa-3")
        (self.cache / "locks").mkdir()
        with open(self.cache / "locks/tfa", "w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            shown = self.svp("clean", "--dry-run")
            self.assertEqual(shown.status, 0, shown.errors)
            self.assertTrue(all(path.exists() for path in (old, partial, other, *trees, busy)))
            done = self.svp("clean")
        self.assertEqual(done.output, shown.output)
        self.assertEqual([path.exists() for path in (old, partial, other, *trees, busy)], [False, False, True, False, True, True])
        self.assertIn("tfa-3: another svp works on it", done.errors)
        self.assertIn("3 MiB were freed", done.errors)

    def test_kinds(self):
        build, download, log = self.entry("build/film-2"), self.entry("download/x"), self.entry("log/boards/x")
        self.assertEqual(self.svp("clean", "log", "download").status, 0)
        self.assertEqual([path.exists() for path in (build, download, log)], [True, False, False])
        self.assertEqual(self.svp("clean", "all").status, 0)
        self.assertFalse(build.exists())


class Names(MachineCase):
    def test_list(self):
        done = self.svp("test", "qtest", "--list", "-k", "test_pollers")
        self.assertEqual(done.status, 0, done.errors)
        self.assertRegex(done.output, r"\A(qtest: test_pollers\.\w+\.test_\w+\n)+\Z")


@unittest.skipUnless(shutil.which("bash"), "no bash here")
class Completion(MachineCase):
    def test_bash(self):
        script = self.folder / "completion"
        script.write_text(completion.script("bash", cli._parser()))
        for words, wanted in (("svp b", "build bench"), ("svp run --pol", "--policy"), ("svp run --policy ''", "open nxp strict stage2"), ("svp test bo", "boot"),
                              ("svp card ge", "get"), ("svp run -- --p", "")):
            with self.subTest(words):
                done = subprocess.run(["bash", "-c", CALL.format(words=words), str(script)], capture_output=True, text=True, check=True)
                self.assertEqual((done.stdout.strip(), done.stderr), (wanted, ""))


if __name__ == "__main__":
    unittest.main()
