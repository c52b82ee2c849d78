# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with the host, not with the guest: one line that says what and how to mend it, and status 2."""

import contextlib
import errno
import io
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

from fake_machine import INIT, SVP, MachineCase
from svplib.base.errors import SvpError
from svplib.commands import cli
from test_guest_verdict import GOOD

CAMPAIGN = {"name": "n", "snapshots": {"s": {}}, "cases": [{"name": "c", "snapshot": "s", "do": ["true"]}]}
#: A mount namespace of our own, with a small or read-only file system at $1; the rest is the command
SMALL = 'mount -t tmpfs -o size=$2 tmpfs "$1" && shift 2 && exec "$@"'
READ_ONLY = 'mount -t tmpfs tmpfs "$1" && mkdir "$1/svp" && mount -o remount,ro "$1" && shift 1 && exec "$@"'


def in_namespace(script, *words):
    """A prefix for a command."""
    return ["unshare", "--mount", "--map-root-user", "--user", "sh", "-c", script, "sh", *map(str, words)]


class HostCase(MachineCase):
    def unable(self, done, *says):
        """Status 2, one line of complaint (progress aside), with these words in it."""
        self.assertEqual(done.status, 2, done.errors + done.output[-500:])
        for word in says:
            self.assertRegex(done.lines[-1], word)
        self.assertRegex(done.lines[-1], r"^svp: ")

    def campaign(self, value=None):
        path = self.folder / "campaign.json"
        path.write_text(json.dumps(CAMPAIGN if value is None else value))
        return str(path)


class Disk(HostCase):
    """A full or read-only file system."""

    def full(self, size="64k", **more):
        place = self.folder / "small"
        place.mkdir(exist_ok=True)
        self.environment["XDG_CACHE_HOME"] = str(place)
        return {"prefix": in_namespace(SMALL, place, size), **more}

    def test_full_at_run_time(self):
        """The console's log does not fit any more: the guest runs on, svp says so."""
        self.unable(self.programs([["print", INIT], ["flood", 1]], **self.full("300k")), "No space left on device", "make room", "log .*console")
        self.unable(self.shell([["print", INIT], ["flood", 1]], **self.full("300k")), "No space left on device", "make room")

    def test_full_from_the_start(self):
        place = self.full()
        script = SMALL.replace("&& shift 2", '&& { cat /dev/zero > "$1/full" 2>/dev/null; true; } && shift 2')
        place["prefix"] = in_namespace(script, self.folder / "small", "64k")
        for words in (("run", "--policy", "open", "--append", "svp.run=x"), ("run", "--policy", "open", "--shell"), ("inject", self.campaign())):
            self.unable(self.svp(*words, plan=GOOD, **place), "No space left on device", "make room")

    def test_full_in_a_campaign(self):
        self.unable(self.svp("inject", self.campaign(), plan=[["print", INIT], ["flood", 1]], **self.full("300k")), "No space left on device", "make room")

    def test_no_room_for_temporary_files(self):
        place = self.folder / "tmp"
        place.mkdir()
        self.environment["TMPDIR"] = str(place)
        card = {**CAMPAIGN, "snapshots": {"s": {"card": {"size": "1M", "fill": "5a"}}}}
        self.unable(self.svp("inject", self.campaign(card), plan=GOOD, prefix=in_namespace(SMALL, place, "64k")), "No space left", "TMPDIR")

    def test_read_only_cache(self):
        place = self.folder / "fixed"
        place.mkdir()
        self.environment["XDG_CACHE_HOME"] = str(place)
        for words in (("run", "--policy", "open", "--append", "svp.run=x"), ("run", "--policy", "open", "--shell"), ("inject", self.campaign()),
                      ("build", "qemu", "--no-install")):
            environment = dict(self.environment)
            if words[0] == "build":
                self.environment.pop("SVP_QEMU")
            self.unable(self.svp(*words, plan=GOOD, prefix=in_namespace(READ_ONLY, place)), "Read-only file system", "XDG_CACHE_HOME")
            self.environment = environment

    def test_cache_is_a_file(self):
        (self.folder / "svp").write_text("")
        self.unable(self.programs(GOOD), "File exists|Not a directory")

    def test_no_home(self):
        self.environment.pop("XDG_CACHE_HOME")
        self.environment["HOME"] = "/proc/nothing"
        self.unable(self.programs(GOOD), "cache folder", "XDG_CACHE_HOME")


class Targets(HostCase):
    """Files of results."""

    def test_before_anything_is_done(self):
        for words in (("run", "--policy", "open", "--append", "svp.run=x", "--json"), ("test", "unit", "--json"), ("test", "unit", "--junit"),
                      ("bench", "--json"), ("inject", self.campaign(), "--json"), ("inject", self.campaign(), "--junit"), ("inject", self.campaign(), "--html")):
            for target, says in ((self.folder / "no/x", "no such folder"), (self.folder, "is a folder"), ("/proc/x", "No such file|not permitted|denied")):
                done = self.svp(*words, str(target), plan=GOOD)
                self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
                self.assertRegex(done.errors, rf"^svp: {words[-1]}: .*({says})")

    def test_full_when_they_are_written(self):
        done = self.programs(GOOD, "--json", "/dev/full")
        self.unable(done, r"--json /dev/full: No space left on device; make room")

    def test_nothing_is_left_by_looking(self):
        target = self.folder / "x.json"
        self.svp("inject", self.campaign({"name": "n", "cases": []}), "--json", str(target))
        self.assertFalse(target.exists())


class Campaigns(HostCase):
    def test_files(self):
        (self.folder / "bad.json").write_text('{"name": "n", }')
        (self.folder / "latin.json").write_bytes(b'{"name": "\xff"}')
        for name, says in (("nothing.json", "No such file"), ("bad.json", "line 1|expect"), ("latin.json", "not UTF-8"), ("", "is a folder")):
            done = self.svp("inject", str(self.folder / name))
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
            self.assertRegex(done.errors, says)
            done = self.svp("inject", "--merge", str(self.folder / name))
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)


class Emulator(HostCase):
    def test_killed(self):
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
            for run in (self.programs, self.shell):
                self.unable(run([["print", INIT], ["sleep", 0.3], ["kill", number]]), rf"QEMU ended with signal {int(number)} \({number.name}\)")

    def test_refuses(self):
        for run in (self.programs, self.shell):
            self.unable(run([["exit", 1]]), r"QEMU")

    def test_port_taken(self):
        complaint = "qemu-system-aarch64: -nic user,hostfwd=tcp::2222-:22: Could not set up host forwarding rule: Address already in use"
        for run in (self.programs, self.shell):
            done = run([["complain", complaint], ["exit", 1]])
            self.assertEqual(done.status, 2, done.errors)
            line = next(line for line in done.lines if line.startswith("svp: ") and "ended" in line)
            self.assertRegex(line, r"QEMU ended with exit status 1: .*tcp::2222.*Address already in use; end the program that has it, or take another port")

    def test_gone(self):
        self.environment["SVP_QEMU"] = str(self.folder / "product")  # is there, but no program
        for run in (self.programs, self.shell):
            self.unable(run(GOOD), r"cannot start QEMU: .*(Permission denied|Exec format error); it is no program that can be run here$")
        self.unable(self.svp("inject", self.campaign(), plan=GOOD), r"cannot start QEMU")

    def test_vanished_product(self):
        (self.folder / "gone").write_bytes(b"")
        self.environment["SVP_KERNEL"] = str(self.folder / "none")
        self.unable(self.programs(GOOD), "SVP_KERNEL: .* does not exist")


class Streams(HostCase):
    """stdout and stderr that do not take what is written to them."""

    def test_reader_that_ends(self):
        """svp run | head -1"""
        reader, writer = os.pipe()
        process = self.start("run", "--policy", "open", "--append", "svp.run=x", plan=[["print", INIT], ["sleep", 1], ["flood", 1]], stdout=writer)
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        errors = process.communicate(timeout=40)[1]
        self.assertEqual(process.returncode, 2, errors)
        self.assertNotIn("Traceback", errors)
        self.assertRegex(errors.strip().splitlines()[-1], r"^svp: .*Broken pipe; the program that read it has ended")

    def test_full_stdout(self):
        with open("/dev/full", "w") as full:
            for words in (("path", "kernel"), ("inject", self.campaign(), "--list")):
                process = self.start(*words, stdout=full)
                errors = process.communicate(timeout=40)[1]
                self.assertEqual((process.returncode, len(errors.strip().splitlines())), (2, 1), errors)
                self.assertIn("No space left on device", errors)

    def test_closed(self):
        for redirection, status in ((">&-", 2), ("2>&-", 0), ("<&-", 0), ("<&- >&- 2>&-", 2)):
            done = subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", *SVP, "path", "kernel"], env=self.environment, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, status, redirection)
            self.assertNotIn("Traceback", done.stderr)
            if redirection == ">&-":
                self.assertRegex(done.stderr, r"^svp: stdout is closed, .*\n\Z")

    def test_letters_that_stdout_lacks(self):
        self.environment.update(PYTHONIOENCODING="ascii", LC_ALL="C")
        done = self.programs([["print", "grün €\n"], *GOOD])
        self.assertEqual(done.status, 0, done.errors)


class Mistakes(unittest.TestCase):
    """Whatever a command raises is one line and status 2, never a traceback."""

    def setUp(self):
        self.enterContext(unittest.mock.patch.object(signal, "signal"))  # those of the process that runs the tests stay

    def test_each(self):
        raised = {
            "out of memory; end other programs": MemoryError(), "a helper program failed: Command": subprocess.CalledProcessError(1, "readelf"),
            "x: No space left on device; make room": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x"),
            "Too many open files; raise the limit with 'ulimit -n'": OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
            "x: Permission denied; make it writable": PermissionError(errno.EACCES, os.strerror(errno.EACCES), "x"),
            "x: No such file or directory; something removed it while svp ran": FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "x"),
            "Cannot allocate memory; end other programs": OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
            "a mistake in svp itself, KeyError: 'y'; see /": KeyError("y"), "said so": SvpError("said so"),
        }
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=folder):
            for says, error in raised.items():
                errors = io.StringIO()
                with unittest.mock.patch.object(cli, "_path", side_effect=error), contextlib.redirect_stderr(errors):
                    self.assertEqual(cli.main(["path", "kernel"]), 2, says)
                self.assertRegex(errors.getvalue(), rf"^svp: [^\n]*{re.escape(says)}[^\n]*\n\Z")
            with unittest.mock.patch.object(cli, "_path", side_effect=KeyboardInterrupt), contextlib.redirect_stderr(io.StringIO()):
                self.assertEqual(cli.main(["path", "kernel"]), 130)

    def test_arguments(self):
        for words in ([], ["nothing"], ["run", "--smp", "x"], ["test", "everything"]):
            with self.assertRaises(SystemExit) as caught, contextlib.redirect_stderr(io.StringIO()):
                cli.main(words)
            self.assertEqual(caught.exception.code, 2, words)

    def test_empty(self):
        """What names nothing is no name left out: --kernel "$IMAGE" without IMAGE must not run our kernel."""
        options = ("--kernel", "--dtb", "--initrd", "--bl32", "--bl33", "--sd", "--overlay", "--film", "--html", "--json", "--exec", "--scenario", "-m",
                   "--display", "--linux-src", "--qemu-src")
        for words in (*(["run", option, ""] for option in options), ["run", "--get", ""], ["inject", ""], ["inject", "a.json", "--only", ""], ["decode", ""],
                      ["decode", "a.ivf", "--md5", ""], ["film", "pack", "", "out.mp4"], ["film", "pack", "in.mp4", ""], ["card", "make", ""],
                      ["card", "put", "a.img", ""], ["card", "put", "a.img", "a", "--to", ""], ["watch", ""], ["bench", ""], ["build", ""], ["path", ""],
                      ["test", "unit", "--junit", ""], ["versions", "--json", ""], ["clean", ""]):
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors), self.subTest(words=words):
                try:
                    status = cli.main(words)
                except SystemExit as ended:  # a name out of a list
                    status = ended.code
                self.assertEqual(status, 2)
                self.assertRegex(errors.getvalue(), r"^svp: [^\n]*(?:it is empty|invalid choice: '')[^\n]*\n\Z")


class Signals(HostCase):
    def test_each(self):
        for words in (("--append", "svp.run=x"), ("--shell",)):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                logs = "log/boards/*/*console*"
                before = len(list(self.cache.glob(logs)))
                process = self.start("run", "--policy", "open", *words, plan=[["print", INIT]], start_new_session=True,
                                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
                deadline = time.monotonic() + 120
                while len(list(self.cache.glob(logs))) == before and time.monotonic() < deadline:
                    time.sleep(0.05)
                time.sleep(0.5)
                process.send_signal(number)
                errors = process.communicate(timeout=30)[1]
                self.assertEqual(process.returncode, 130, errors)
                self.assertEqual(errors.strip().splitlines()[-1], "svp: interrupted")
                self.assertEqual([path for path in Path("/proc").glob("[0-9]*/cmdline") if str(self.folder) in _read(path)], [], "a machine is left")


def _read(path):
    try:
        return path.read_text()
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
