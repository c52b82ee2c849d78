# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs test_*.py files (unittest) in this process; one result a test."""

import contextlib
import importlib.util
import io
import sys
import time
import traceback
import unittest

from .results import Result


class _Reporter(unittest.TestResult):
    """Turns unittest's calls into results."""

    def __init__(self, results, suite):
        super().__init__()
        self._results = results
        self._suite = suite
        self._begin = {}
        self._subtest_failures = {}

    def _name(self, test):
        return test.id().replace("svp_test_", "", 1)

    def startTest(self, test):
        super().startTest(test)
        self._begin[test.id()] = time.monotonic()

    def _report(self, test, outcome, text="", error=None):
        seconds = time.monotonic() - self._begin.get(test.id(), time.monotonic())
        self._results.add(Result(self._suite, self._name(test), outcome, seconds, text, error))

    def addSuccess(self, test):
        failures = self._subtest_failures.pop(test.id(), [])
        self._report(test, "failed" if failures else "passed", "\n".join(failures))

    def addError(self, test, error):
        self._report(test, "failed", _text(error), error[1])

    def addFailure(self, test, error):
        self._report(test, "failed", _text(error))

    def addSkip(self, test, reason):
        self._report(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        self._report(test, "passed")

    def addUnexpectedSuccess(self, test):
        self._report(test, "failed", "was expected to fail, but passed")

    def addSubTest(self, test, subtest, error):
        if error is None:
            return
        text = f"{subtest}\n{_text(error)}"
        self._subtest_failures.setdefault(test.id(), []).append(text)

    def stopTest(self, test):
        super().stopTest(test)
        # unittest calls neither addSuccess nor addFailure when only subtests failed
        failures = self._subtest_failures.pop(test.id(), [])
        if failures:
            self._report(test, "failed", "\n".join(failures))


def _text(error):
    """Traceback without the frames of unittest itself."""
    kind, value, trace = error
    lines = traceback.format_exception(kind, value, trace)
    return "".join(line for line in lines if "/unittest/" not in line.split("\n")[0])


def files(folder):
    """The test files of a folder, large ones first: they take long."""
    return sorted(folder.glob("test_*.py"), key=lambda path: (-path.stat().st_size, path))


def run_file(results, suite, path, pattern=None):
    """Run every test of a file whose id (module.Class.method) contains `pattern`, ignoring case."""
    try:
        with _import_path(path.parent):
            cases = list(_flatten(unittest.defaultTestLoader.loadTestsFromModule(_load(path))))
    except Exception:  # a module that does not import is a failed test, whatever it raised
        if not pattern or pattern.lower() in path.stem.lower():
            results.add(Result(suite, path.stem, "failed", 0.0, traceback.format_exc()))
        return
    reporter = _Reporter(results, suite)
    chosen = [case for case in cases if not pattern or pattern.lower() in case.id().lower()]
    with _import_path(path.parent):
        unittest.TestSuite(chosen).run(reporter)


def names(path, pattern=None):
    """Names of the tests of a file that run_file() would run. Raises whatever the module raises."""
    with _import_path(path.parent):
        cases = _flatten(unittest.defaultTestLoader.loadTestsFromModule(_load(path)))
        return [case.id().replace("svp_test_", "", 1) for case in cases if not pattern or pattern.lower() in case.id().lower()]


def _load(path):
    name = f"svp_test_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _import_path(folder):
    """Test modules may import helpers that lie beside them."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _flatten(item)
        else:
            yield item
