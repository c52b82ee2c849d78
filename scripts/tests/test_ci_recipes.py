# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes for CI: each call of svp is one that svp understands, what a job keeps is what its calls write, and their layout is YAML's."""

import contextlib
import io
import re
import shlex
import unittest

from svplib.build import host_packages, parts
from svplib.commands import cli

FOLDER = parts.REPOSITORY / "scripts/ci"
RECIPES = ("gitlab-ci.yml", "github-actions.yml", "Containerfile")
#: Options that name what a call writes
WRITES = ("json", "junit", "log_dir")


def calls(name):
    """Word lists of all calls of svp in a recipe, without "svp" itself."""
    found = []
    for line in (FOLDER / name).read_text().splitlines():
        line = re.sub(r"^\s*(- (run: )?|RUN )", "", line)
        for part in line.split("&&") if not line.startswith("#") else ():
            with contextlib.suppress(ValueError):
                words = shlex.split(part)
                if words and re.fullmatch(r"(.*/)?svp", words[0]):
                    found.append(words[1:])
    return found


class Recipes(unittest.TestCase):
    def parsed(self, words):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            try:
                return cli._parser().parse_known_args(words)
            except SystemExit:
                self.fail(f"svp {' '.join(words)}: {errors.getvalue()}")

    def test_calls(self):
        for name in RECIPES:
            found = calls(name)
            self.assertTrue(found, name)
            for words in found:
                arguments, unknown = self.parsed(words)
                self.assertEqual(unknown, [], f"{name}: svp {' '.join(words)}")
                self.assertIsNotNone(arguments.command)
        self.assertEqual({words[0] for name in RECIPES for words in calls(name)}, {"build", "clean", "fault", "run", "inject"})

    def test_a_wrong_call_is_found(self):
        with self.assertRaises(AssertionError):
            self.parsed(["fly"])
        self.assertEqual(self.parsed(["run", "--nothing"])[1], ["--nothing"])

    def test_what_is_kept_is_written(self):
        for name in RECIPES[:2]:
            text = (FOLDER / name).read_text()
            written = {getattr(self.parsed(words)[0], option, None) for words in calls(name) for option in WRITES} - {None}
            for target in written:
                self.assertGreater(text.count(re.sub(r"\$\w+", "*", target)) + text.count(target), 1, f"{name}: {target} is not kept")

    def test_packages(self):
        """The image has what films need; svp installs what building needs."""
        text = (FOLDER / "Containerfile").read_text()
        self.assertEqual([package for package in host_packages.NEEDS["film"] if package not in text.split()], [])

    def test_layout(self):
        """Lines are keys and items, indented by pairs of spaces, as YAML wants them; where PyYAML is installed, it reads them, too."""
        for name in RECIPES[:2]:
            deepest = 0
            for line in (FOLDER / name).read_text().splitlines():
                indent = len(line) - len(line.lstrip(" "))
                self.assertRegex(line, r"^ *(#.*|- .*|[\w-]+: ?.*|[\w./]+)?$", name)
                if line:
                    self.assertTrue(indent % 2 == 0 and indent <= deepest + 4, f"{name}: {line}")
                    deepest = indent
            with contextlib.suppress(ImportError):
                import yaml
                self.assertIsInstance(yaml.safe_load((FOLDER / name).read_text()), dict)


if __name__ == "__main__":
    unittest.main()
