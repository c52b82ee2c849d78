# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp test long`: its numbers are read by tests and explained, and the caller's own ones stay."""

import contextlib
import io
import os
import subprocess
import tempfile
import unittest
from unittest import mock

from svplib.base.errors import BuildError
from svplib.build import parts
from svplib.testing import long_form, results


class LongFormTest(unittest.TestCase):
    def setUp(self):
        quiet = contextlib.redirect_stdout(io.StringIO())  # results that are made here are none of the suite's
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def test_numbers_are_read_by_tests(self):
        for name in long_form.NUMBERS:
            with self.subTest(name):
                readers = subprocess.run(["grep", "-rlE", f'"{name}"', parts.REPOSITORY / "tests"], capture_output=True, text=True, check=False).stdout
                self.assertTrue(readers, "no test reads it")
                self.assertIn(f"`{name}`", (parts.REPOSITORY / "tests/README.md").read_text())

    def test_the_callers_numbers_stay(self):
        with mock.patch.dict(os.environ, {"SVP_PROGRAMS": "3"}):
            os.environ.pop(long_form.SWITCH, None)
            self.assertFalse(long_form.active())
            long_form.switch_on()
            self.assertTrue(long_form.active())
            self.assertEqual(os.environ["SVP_PROGRAMS"], "3")
            self.assertEqual(os.environ["SVP_RANDOM_STREAMS"], long_form.NUMBERS["SVP_RANDOM_STREAMS"])

    def test_a_failed_build_of_fuzz_targets_is_a_failed_test(self):
        told = results.Results()
        with mock.patch.object(long_form, "_build", side_effect=BuildError("no clang")), mock.patch.object(long_form.host_packages, "ensure"):
            self.assertEqual(long_form.fuzz_jobs(told), [])
        self.assertEqual([(row.suite, row.outcome) for row in told.all], [("fuzz", "failed")])
        self.assertEqual(long_form.fuzz_jobs(told, "xtest"), [])

    def test_a_target_that_ran_nothing_has_failed(self):
        for printed, status, outcome in (("Done 12 runs in 1 second(s)", 0, "passed"), ("", 0, "failed"), ("ERROR\nDone 12 runs", 77, "failed")):
            told = results.Results()
            done = subprocess.CompletedProcess([], status, "", printed)
            with (self.subTest(printed), mock.patch.object(long_form.subprocess, "run", return_value=done), tempfile.TemporaryDirectory() as folder,
                  mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder})):
                long_form._fuzz(told, "program", "fuzz_caam")
            self.assertEqual([row.outcome for row in told.all], [outcome])


if __name__ == "__main__":
    unittest.main()
