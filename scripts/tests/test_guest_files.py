# SPDX-License-Identifier: GPL-2.0-or-later
"""svp run --exec, --get, --overlay: what is refused, what comes out of an archive that a guest wrote, what goes into an initramfs."""

import importlib.util
import io
import json
import os
import tarfile
import tempfile
import unittest
from pathlib import Path

from fake_machine import INIT, PANIC, MachineCase
from svplib.base.errors import SvpError, UsageError
from svplib.machine import guest_files, overlay

GUEST_TESTS = Path(__file__).resolve().parents[2] / "firmware/guest/initramfs_test.py"


def entries(data):
    """{name: (mode, device, data)} of a cpio archive, read by the initramfs's own test."""
    spec = importlib.util.spec_from_file_location("initramfs_test", GUEST_TESTS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.entries(data)


class FolderCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="svp-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Unpacked(FolderCase):
    def setUp(self):
        super().setUp()
        self.target = self.folder / "out"
        self.target.mkdir()
        self.card = guest_files.Card(self.folder / "card", 0)

    def write(self, *members):
        """An archive at the card's beginning: (name, data, or None for a folder, or a dict of TarInfo's members)."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, data in members:
                info = tarfile.TarInfo(name)
                if data is None:
                    info.type = tarfile.DIRTYPE
                elif isinstance(data, dict):
                    for key, value in data.items():
                        setattr(info, key, value)
                    data = None
                else:
                    info.size, info.mode = len(data), 0o755
                tar.addfile(info, io.BytesIO(data) if data else None)
        with open(self.card.path, "r+b") as file:
            file.write(archive.getvalue())

    def files(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file() and path != self.card.path}

    def test_files_and_folders(self):
        self.write(("tmp/a", b"A"), ("tmp/d", None), ("tmp/d/b", b"B" * 100000), ("tmp/d/e/c", b""), ("tmp/dd", b"not asked for"))
        self.assertEqual(self.card.unpack(["/tmp/a", "/tmp/d"], self.target), [self.target / "a", self.target / "d"])
        self.assertEqual(self.files(), {"out/a": b"A", "out/d/b": b"B" * 100000, "out/d/e/c": b""})
        self.assertTrue(os.access(self.target / "a", os.X_OK))

    def test_ways_out(self):
        """Nothing is written outside the target, whatever the guest put in."""
        (self.folder / "outside").write_bytes(b"mine")
        self.write(("tmp/d/../../../outside", b"X"), ("tmp/d/../e", b"X"), ("/tmp/d/absolute", b"Y"),
                   ("tmp/d/link", {"type": tarfile.SYMTYPE, "linkname": "../../outside"}), ("tmp/d/link/f", b"Z"),
                   ("tmp/d/hard", {"type": tarfile.LNKTYPE, "linkname": "../../outside"}), ("tmp/d/device", {"type": tarfile.CHRTYPE}))
        self.card.unpack(["/tmp/d"], self.target)
        self.assertEqual(self.files(), {"outside": b"mine", "out/d/absolute": b"Y", "out/d/link/f": b"Z"})
        self.assertEqual([path for path in self.folder.rglob("*") if path.is_symlink()], [])

    def test_no_archive(self):
        with self.assertRaisesRegex(SvpError, "no whole archive"):
            self.write(("tmp/a", b"A" * 2000))
            with open(self.card.path, "r+b") as file:
                file.write(b"\xff" * 512)
            self.card.unpack(["/tmp/a"], self.target)
        self.write(("tmp/b", b"A"))
        with self.assertRaisesRegex(SvpError, "^/tmp/a: neither"):
            self.card.unpack(["/tmp/a"], self.target)


class Overlay(FolderCase):
    def test_appended(self):
        first = self.folder / "first"
        first.write_bytes(b"\x1f\x8b" + b"x" * 1001)
        more = self.folder / "more"
        (more / "etc").mkdir(parents=True)
        (more / "etc/conf").write_text("set\n")
        (more / "link").symlink_to("etc/conf")
        data = overlay.appended(first, self.folder / "all", overlay.check(more), {"svp/exec-command": b"true\n"}).read_bytes()
        self.assertEqual(data[:1003], first.read_bytes())
        found = entries(data[1024:])
        self.assertEqual(set(found), {"etc/conf", "link", "svp/exec-command"})
        self.assertEqual((found["etc/conf"][0], found["etc/conf"][2]), (0o100644, b"set\n"))
        self.assertEqual((found["link"][0], found["link"][2]), (0o120777, b"etc/conf"))
        self.assertEqual((found["svp/exec-command"][0], found["svp/exec-command"][2]), (0o100755, b"true\n"))

    def test_refused(self):
        (self.folder / "file").write_text("x")
        os.mkfifo(self.folder / "fifo")
        with open(self.folder / "large", "wb") as file:
            file.truncate(overlay.LIMIT_BYTES + 1)
        for name, says in (("none", "does not exist"), ("file", "is not a folder"), ("", "fifo is neither")):
            with self.subTest(name), self.assertRaisesRegex(UsageError, says):
                overlay.check(self.folder / name)
        (self.folder / "fifo").unlink()
        with self.assertRaisesRegex(UsageError, "the limit is 256"):
            overlay.check(self.folder)


class Exec(MachineCase):
    def test_refused(self):
        """One line, status 2, before anything starts."""
        (self.folder / "file").write_text("x")
        two = ["--sd", self.environment["SVP_KERNEL"], "--sd", self.environment["SVP_KERNEL"]]
        for words, says in ((["--exec", " "], "is empty"), (["--exec", "x", "--shell"], "--shell exclude"), (["--exec", "x", "--scenario", "proof"], "--scenario exclude"),
                            (["--exec", "x", "--bl33", "y"], "our initramfs"), (["--exec", "x", "--initrd", "y"], "our initramfs"),
                            (["--exec", "x", "--append", "svp.run=net"], "svp.run"), (["--timeout", "3"], "--timeout needs"), (["--get", "/a"], "--get needs"),
                            (["--to", "."], "--to needs"), (["--exec", "x", "--to", "."], "--to needs --get"), (["--exec", "x", "--timeout", "0"], "out of range"),
                            (["--exec", "x", "--timeout", "nan"], "out of range"), (["--exec", "x", "--get", "a"], "no path"), (["--exec", "x", "--get", "/"], "no path"),
                            (["--exec", "x", "--get", "/a/../b"], "no path"), (["--exec", "x", "--get", "/proc/version"], "cat /proc/version"),
                            (["--exec", "x", "--get", "/a/c", "--get", "/b/c"], "twice"), (["--exec", "x", "--get", "/a", *two], "no slot"),
                            (["--exec", "x", "--get", "/a", "--to", "/nowhere"], "does not exist"),
                            (["--exec", "x", "--get", "/a", "--to", str(self.folder / "file")], "is not a folder"),
                            (["--exec", "x", "--overlay", "/nowhere"], "does not exist"), (["--overlay", str(self.folder), "--initrd", "none"], "no initramfs")):
            with self.subTest(words):
                done = self.svp("run", *words)
                self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
                self.assertIn(says, done.errors)

    def fetched(self, *plan, target):
        """`--get /tmp/file` of a command that says "made it" and ends with 7, in a guest that then does what the plan says."""
        plan = [["print", INIT + "SVP shell\n"], ["answer", "", 0], ["answer", "made it\n", 7], *plan]
        done = self.svp("run", "--policy", "open", "--exec", "make it", "--get", "/tmp/file", "--to", str(target), "--quiet", "--json",
                        str(self.folder / "result"), plan=plan)
        return done, json.loads((self.folder / "result").read_text())

    def test_what_a_command_said_is_told_whatever_becomes_of_its_files(self):
        given, card = ["answer", "", 0], ["card", "tmp/file", "its file"]
        target = self.folder / "target"
        (target / "file").mkdir(parents=True)
        for plan, status, says in (([card, given], 2, "directory"), ([["card", "tmp/other", "x"], given], 7, "/tmp/file: neither"),
                                   ([["answer", "SVP missing /tmp/file\n", 1]], 7, "/tmp/file is not in the guest"), ([["kill", 9]], 2, "SIGKILL")):
            with self.subTest(says):
                done, result = self.fetched(*plan, target=target)
                self.assertEqual((done.status, done.output), (status, "made it\n"), done.errors)
                self.assertIn(says, done.lines[-1])
                self.assertEqual((result["status"], result["output"], result["files"]), (7, "made it", []))
                self.assertEqual(bool(result["failure"]), says != "/tmp/file is not in the guest")
        (target / "file").rmdir()
        done, result = self.fetched(card, given, target=target)
        self.assertEqual((done.status, done.output, (target / "file").read_text()), (7, "made it\n", "its file"), done.errors)
        self.assertEqual((result["files"], result["failure"]), ([str(target / "file")], None))

    def test_a_guest_that_fails(self):
        for plan, says in (([["print", INIT + PANIC], ["sleep", 600]], "Kernel panic"), ([["print", INIT], ["kill", 9]], "SIGKILL")):
            with self.subTest(says):
                done = self.svp("run", "--policy", "open", "--exec", "true", "--quiet", "--json", str(self.folder / "result"), plan=plan)
                self.assertEqual(done.status, 2 if says == "SIGKILL" else 1, done.errors)
                self.assertIn(says, done.lines[-1])
                self.assertEqual(done.output, "")
                if done.status == 1:
                    result = json.loads((self.folder / "result").read_text())
                    self.assertIsNone(result["status"])
                    self.assertIn(says, result["failure"])


if __name__ == "__main__":
    unittest.main()
