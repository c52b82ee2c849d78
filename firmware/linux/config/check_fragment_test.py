# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of check_fragment.py: python3 -m unittest check_fragment_test.py in this folder."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().with_name("check_fragment.py")


class CheckFragmentTest(unittest.TestCase):
    def check(self, fragment, config):
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / name for name in ("fragment", "config")]
            for path, text in zip(paths, (fragment, config)):
                path.write_text(text)
            return subprocess.run([sys.executable, TOOL, *paths], capture_output=True, text=True, check=False)

    def test_all_there(self):
        done = self.check("# comment\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=n\nCONFIG_D=\"x y\"\n",
                          "CONFIG_A=y\n# CONFIG_C is not set\nCONFIG_D=\"x y\"\nCONFIG_E=y\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_each_difference_has_its_line(self):
        done = self.check("CONFIG_A=y\nCONFIG_B=4\n# CONFIG_C is not set\nCONFIG_D=y\n",
                          "CONFIG_B=8\nCONFIG_C=y\nCONFIG_D=m\n")
        self.assertEqual(done.returncode, 1)
        for text in ("CONFIG_A is n, expected y", "CONFIG_B is 8, expected 4",
                     "CONFIG_C is y, expected n", "CONFIG_D is m, expected y"):
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 4)

    def test_usage(self):
        for arguments in ([], ["no-such-file", "no-such-file"]):
            done = subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
