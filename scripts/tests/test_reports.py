# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables, JSON, JUnit and the lock file: what svp writes has the promised form."""

import contextlib
import functools
import io
import os
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

from svplib.base.checks import CheckList
from svplib.base.errors import UsageError
from svplib.build import lock_file, private_apt
from svplib.commands import bench as bench_command
from svplib.commands import scenario
from svplib.testing import bench, python_tests, test_pool, unit_tests
from svplib.testing.results import Result, Results


class Checks(unittest.TestCase):
    def test_guest_lines(self):
        checks = CheckList()
        text = "noise\nCHECK a.b expected=zero seen=zero ok\r\nCHECK c expected=1 seen=2 FAIL\n[ 1.0] CHECK d expected=1 seen=1 ok\n"
        self.assertEqual(checks.add_guest_lines(text.replace("\r", "")), 2)
        self.assertFalse(checks.ok)
        self.assertEqual(checks.as_object()["checks"][1], {"name": "c", "expected": "1", "seen": "2", "ok": False})
        self.assertIn("1 of 2 hold", checks.table())

    def test_nothing_checked_is_no_success(self):
        checks = CheckList()
        self.assertFalse(checks.ok)
        checks.skip("x", 1, "no hardware")
        self.assertFalse(checks.ok)
        checks.add("y", 1, 1)
        self.assertTrue(checks.ok)


class Tests(unittest.TestCase):
    def quiet_results(self):
        results = Results()
        self.output = io.StringIO()
        return results

    def test_closing_line_and_junit(self):
        results = self.quiet_results()
        with contextlib.redirect_stdout(self.output), tempfile.TemporaryDirectory() as folder:
            results.add(Result("unit", "a", "passed", 1.0))
            results.add(Result("unit", "b", "skipped", 0.5, "why"))
            self.assertTrue(results.ok)
            results.add(Result("boot", "c", "failed", 2.0, "bad \x1b[0m value"))
            results.write_junit(Path(folder) / "x.xml")
            root = ElementTree.parse(Path(folder) / "x.xml").getroot()
        self.assertEqual(results.closing_line(), "1 passed, 1 failed, 1 skipped")
        self.assertEqual(results.seconds(), {"unit": 1.5, "boot": 2.0})
        self.assertFalse(results.ok)
        self.assertEqual([suite.get("tests") for suite in root], ["2", "1"])
        self.assertEqual(len(root.findall(".//failure")), 1)

    def test_no_result_is_no_success(self):
        self.assertFalse(Results().ok)

    def test_unittest_files(self):
        source = ("import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): self.fail('no')\n"
                  "    @unittest.skip('later')\n    def test_c(self): pass\n"
                  "    def test_d(self):\n        for i in range(2):\n            with self.subTest(i=i): self.assertEqual(i, 0)\n")
        results = self.quiet_results()
        with contextlib.redirect_stdout(self.output), tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_sample.py").write_text(source)
            (Path(folder) / "test_broken.py").write_text("import nothing_of_that_name\n")
            self.run_files(results, folder)
        self.assertEqual(results.closing_line(), "1 passed, 3 failed, 1 skipped")
        with contextlib.redirect_stdout(self.output), tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_sample.py").write_text(source)
            chosen = Results()
            self.run_files(chosen, folder, "TEST_A")
        self.assertEqual(chosen.closing_line(), "1 passed, 0 failed, 0 skipped")

    def run_files(self, results, folder, pattern=None):
        """As `svp test` does, two files at once."""
        jobs = [test_pool.Job("x", path.stem, lambda into, path=path: python_tests.run_file(into, "x", path, pattern))
                for path in python_tests.files(Path(folder))]
        test_pool.run(results, jobs, 2)

    def test_side_by_side(self):
        """A job that raises or dies is one failed test; the others run, never more at once than told."""
        results = self.quiet_results()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(self.output):
            def run(into, number):
                mark = Path(folder) / f"{number}.runs"
                mark.touch()
                into.add(Result("x", f"{number}: of {len(list(Path(folder).glob('*.runs')))}", "passed"))
                if number == 1:
                    raise ValueError("on purpose")
                if number == 2:
                    os._exit(3)
                mark.unlink()
            jobs = [test_pool.Job("x", str(number), functools.partial(run, number=number)) for number in range(6)]
            test_pool.run(results, jobs, 1)
        self.assertEqual(results.closing_line(), "6 passed, 2 failed, 0 skipped")
        failures = [result for result in results.all if result.outcome == "failed"]
        self.assertEqual([failure.name for failure in failures], ["1", "2"])
        self.assertIn("on purpose", failures[0].text)
        self.assertIn("exit status 3", failures[1].text)
        self.assertEqual([result.name for result in results.all][:2], ["0: of 1", "1: of 1"])

    def test_catch2_report(self):
        text = """<?xml version="1.0"?><Catch name="t"><Group name="t"><TestCase name="good" filename="a" line="1"><OverallResult success="true" durationInSeconds="0.5"/></TestCase>
        <TestCase name="bad"><Expression success="false" type="REQUIRE" filename="f.cpp" line="7"><Original> a == b </Original><Expanded> 1 == 2 </Expanded></Expression>
        <OverallResult success="false"/></TestCase><TestCase name="cut off">"""
        cases = list(unit_tests._cases(text))
        self.assertEqual([case[:2] for case in cases], [("good", "passed"), ("bad", "failed")])
        self.assertIn("f.cpp:7: a == b  with values  1 == 2", cases[1][3])


class Benchmarks(unittest.TestCase):
    def test_ratio(self):
        self.assertAlmostEqual(bench.Row("x", value=99, unit="MB/s", yardstick=100, aim=0.99).ratio, 0.99)
        slow = bench.Row("x", value=2, unit="s", yardstick=1, better="less", aim=1.0)
        self.assertAlmostEqual(slow.ratio, 0.5)
        self.assertFalse(slow.met)
        self.assertTrue(bench.Row("x", value=2, unit="us", better="less", aim=3).met)
        self.assertIsNone(bench.Row("x", value=2, unit="us").met)
        self.assertIsNone(bench.Row("x", value=0, unit="us", yardstick=1, better="less").ratio)
        self.assertIn("NO", bench.table([slow]))


class Lock(unittest.TestCase):
    def test_entries(self):
        entries = lock_file.entries()
        for name in ("qemu", "linux", "tfa", "optee", "busybox", "meson", "debian-kernel"):
            self.assertTrue(entries[name].version.startswith(entries[name].series), name)

    def test_fallback_order(self):
        entry = lock_file.Entry("qemu", {"kind": "source", "package": "qemu", "suite": "x", "version": "1:10.0.13+ds-0+deb13u1", "series": "1:10.0."})
        rows = [("1:11.1.2+ds-3", "Sources", "qemu"), ("1:10.0.9+ds-1", "Sources", "qemu"), ("1:10.0.14+ds-1", "Sources", "qemu"),
                ("1:10.0.13+ds-0+deb13u1", "Sources", "qemu"), ("1:10.0.99", "Packages", "qemu")]
        original = private_apt._madison
        private_apt._madison = lambda package: rows
        self.addCleanup(setattr, private_apt, "_madison", original)
        self.assertEqual([version for version, _ in private_apt.candidates(entry)],
                         ["1:10.0.13+ds-0+deb13u1", "1:10.0.14+ds-1", "1:10.0.9+ds-1"])


class Scenarios(unittest.TestCase):
    def test_all_are_complete(self):
        self.assertIn("proof", scenario.names())
        for name in scenario.names():
            module = scenario.load(name)
            self.assertTrue(module.DESCRIPTION and module.FIRMWARE in ("optee", "none") and callable(module.run), name)


class NamesOfBenchmarks(unittest.TestCase):
    def test_a_name_stands_for_what_goes_on_behind_it(self):
        known = {name: name.upper() for name in ("vpu", "vpu-guest", "vpux", "film")}
        self.assertEqual(bench_command.named(known, "vpu"), ["VPU", "VPU-GUEST"])
        self.assertEqual(bench_command.named(known, "vpu-guest"), ["VPU-GUEST"])
        with self.assertRaisesRegex(UsageError, "no benchmark 'vp'; known: vpu, vpu-guest, vpux, film"):
            bench_command.named(known, "vp")
