# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of tests for other people: scripts/examples works as its page says."""

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import types
import unittest
from unittest import mock

from svplib.build import parts
from svplib.machine.board import Board
from svplib.machine.console import Console
from svplib.machine.settings import Settings

FOLDER = parts.REPOSITORY / "scripts/examples"
#: Boots, and gives up by itself long before
TOO_LONG = 900


def stand_in():
    """As much of pytest as the example takes, for machines without it: fixtures are generators, tests may be tables."""
    def parametrize(name, values):
        def mark(test):
            test.table = [{name: value} for value in values]
            return test
        return mark

    module = types.ModuleType("pytest")
    module.fixture = lambda **_: lambda generator: generator
    module.mark = types.SimpleNamespace(parametrize=parametrize)
    return module


class Examples(unittest.TestCase):
    def run_python(self, *words):
        """What a Python in the folder of the examples prints, as a user starts it."""
        environment = {**os.environ, "PYTHONPATH": str(parts.REPOSITORY / "scripts"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, *words], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=TOO_LONG, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_unittest(self):
        self.assertRegex(self.run_python("-m", "unittest", "test_with_unittest"), r"Ran 5 tests in [^\n]*\n\nOK\n")

    def test_pytest(self):
        if importlib.util.find_spec("pytest"):
            self.assertRegex(self.run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_with_pytest.py"), r"\b11 passed")
            return
        with mock.patch.dict(sys.modules, {"pytest": stand_in()}):
            spec = importlib.util.spec_from_file_location("svp_example_with_pytest", FOLDER / "test_with_pytest.py")
            example = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(example)
        fixture, ran = example.board(), 0
        board = next(fixture)
        try:
            for name, test in vars(example).items():
                if name.startswith("test_"):
                    for row in getattr(test, "table", [{}]):
                        test(board, **row)
                        ran += 1
        finally:
            fixture.close()
        self.assertEqual(ran, 11)


class Page(unittest.TestCase):
    """What the page names is there."""

    def setUp(self):
        self.text = (FOLDER / "README.md").read_text()

    def test_members(self):
        for name in set(re.findall(r"\bboard\.console\.(\w+)", self.text)):
            self.assertTrue(hasattr(Console, name), name)
        made = inspect.getsource(Board.__init__)
        names = set(re.findall(r"\bboard\.(\w+)", self.text))
        self.assertIn("wait_shell", names)
        self.assertEqual([name for name in sorted(names) if not hasattr(Board, name) and not re.search(rf"self\.{name}\b", made)], [])

    def test_keywords(self):
        table = self.text.split("| keyword of `Board`", 1)[1].split("\n\n", 1)[0]
        names = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
        self.assertGreater(len(names), 15)
        self.assertEqual([name for name in sorted(names) if name not in Settings.__dataclass_fields__], [])


if __name__ == "__main__":
    unittest.main()
