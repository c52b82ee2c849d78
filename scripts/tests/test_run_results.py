# SPDX-License-Identifier: GPL-2.0-or-later
"""svp run --junit and --log-dir: what CI finds when a run has ended, well or not."""

import unittest
from xml.etree import ElementTree

from fake_machine import INIT, PANIC, MachineCase

END = "run: scenario went to its end"
GONE = [["event", "SHUTDOWN", {"guest": True, "reason": "guest-shutdown"}], ["exit", 0]]
RAN = "SVP done some-program status=0\nSVP exit 0\nSVP end poweroff\n"
CHECKS = "CHECK one expected=1 seen=1 ok\nCHECK two expected=2 seen=3 FAIL\n"


class JUnit(MachineCase):
    def setUp(self):
        super().setUp()
        self.report = self.folder / "junit.xml"

    def cases(self):
        """{name: text of the failure, or None} of the report's one suite, whose numbers must be right."""
        suite, = ElementTree.parse(self.report).getroot()
        found = {case.get("name"): case.findtext("failure") for case in suite}
        self.assertEqual(int(suite.get("tests")), len(suite))
        self.assertEqual(int(suite.get("failures")), sum(text is not None for text in found.values()))
        self.assertGreater(float(suite.get("time")), 0)
        return found

    def test_checks(self):
        done = self.programs([["print", INIT + CHECKS + RAN], *GONE], "--junit", str(self.report))
        self.assertEqual(done.status, 1, done.errors)
        found = self.cases()
        self.assertEqual([name for name, text in found.items() if text is not None], ["two"])
        self.assertEqual((found[END], found["one"], found["two"]), (None, None, "expected 2, seen 3"))

    def test_all_is_well(self):
        done = self.programs([["print", INIT + CHECKS.splitlines()[0] + "\n" + RAN], *GONE], "--junit", str(self.report))
        self.assertEqual(done.status, 0, done.errors)
        self.assertEqual(set(self.cases().values()), {None})

    def test_guest_that_fails(self):
        done = self.programs([["print", INIT + PANIC]], "--junit", str(self.report))
        self.assertEqual(done.status, 1, done.errors)
        self.assertIn("Kernel panic", self.cases()[END])

    def test_command(self):
        for status, says in ((0, None), (7, "made it\n\nstatus 7")):
            plan = [["print", INIT + "SVP shell\n"], ["answer", "", 0], ["answer", "made it\n", status]]
            done = self.svp("run", "--policy", "open", "--exec", "make it", "--quiet", "--junit", str(self.report), plan=plan)
            self.assertEqual((done.status, done.output), (status, "made it\n"), done.errors)
            found = self.cases()
            self.assertEqual(list(found), ["make it"])
            self.assertEqual(found["make it"] and found["make it"].split(), says and says.split())

    def test_command_that_does_not_end(self):
        done = self.svp("run", "--policy", "open", "--exec", "make it", "--quiet", "--junit", str(self.report), plan=[["print", INIT + PANIC], ["sleep", 600]])
        self.assertEqual(done.status, 1, done.errors)
        self.assertIn("Kernel panic", self.cases()["make it"])

    def test_refused(self):
        for words, says in ((("--shell", "--junit", str(self.report)), "--junit needs a scenario or --exec"), (("--junit", "/nowhere/x"), "no such folder"),
                            (("--junit", str(self.folder)), "is a folder")):
            done = self.svp("run", *words)
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
            self.assertIn(says, done.errors)
        self.assertFalse(self.report.exists())


class LogFolder(MachineCase):
    def test_logs(self):
        """Made when it is missing, it has the console, the command line and what QEMU said; the cache has none of it."""
        logs = self.folder / "new" / "logs"
        done = self.programs([["print", INIT + CHECKS + RAN], *GONE], "--log-dir", str(logs))
        self.assertEqual(done.status, 1, done.errors)
        self.assertIn(f"logs: {logs}", done.lines[-1])
        kinds = {path.name.rpartition("-")[2] for path in logs.iterdir()}
        self.assertLessEqual({"console.log", "command.log", "qemu.log"}, kinds)
        console, = logs.glob("*-console.log")
        self.assertIn("CHECK two", console.read_text())
        self.assertFalse((self.cache / "log/boards").exists())

    def test_refused(self):
        taken = self.folder / "file"
        taken.touch()
        for folder, says in ((taken, "exists"), (taken / "below", "Not a directory"), (self.folder / "with space", "cannot work in a path with ' '"), ("", "--log-dir: it is empty")):
            for command in (("run",), ("inject", "some.json")):
                done = self.svp(*command, "--log-dir", str(folder))
                self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)
                self.assertIn(says, done.errors)


if __name__ == "__main__":
    unittest.main()
