# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that takes nothing, while tests run and while something is built: neither failed, they could not be done."""

import subprocess
import sys
import unittest

from fake_machine import SCRIPTS
from test_host_failures import READ_ONLY, SMALL, HostCase, in_namespace


class Disks(HostCase):
    """svp test, whose results would be no results."""

    def test_tests_on_a_disk_that_takes_nothing(self):
        place = self.folder / "fixed"
        place.mkdir()
        self.environment["XDG_CACHE_HOME"] = str(place)
        done = self.svp("test", "qtest", "-k", "test_i2c.I2cTest.test_somebody", prefix=in_namespace(READ_ONLY, place))
        self.unable(done, "Read-only file system", "make it writable")

    def test_build_step(self):
        """A step that meets a full disk says so, whatever it says itself; other failures are those of the step."""
        place = self.folder / "small"
        place.mkdir()
        program = ("import sys; sys.path.insert(0, sys.argv[1])\nfrom pathlib import Path\nfrom svplib.base.progress import run_logged\n"
                   "try:\n    run_logged('a step', ['sh', '-c', sys.argv[3]], Path(sys.argv[2]) / 'log')\n"
                   "except Exception as error:\n    print(type(error).__name__, str(error).splitlines()[0])")
        for line, name, says in (("exit 3", "BuildError", "a step failed (exit status 3)"),
                                 (f"cat /dev/zero > {place}/fill 2> /dev/null; exit 3", "HostError", "No space left on device: make room"),
                                 ("echo 'x.o: No space left on device'; exit 3", "HostError", "No space left on device: make room")):
            done = subprocess.run([*in_namespace(SMALL, place, "300k"), sys.executable, "-c", program, str(SCRIPTS), str(place), line],
                                  capture_output=True, text=True, check=True)
            self.assertTrue(done.stdout.startswith(name + " "), done.stdout)
            self.assertIn(says, done.stdout)


if __name__ == "__main__":
    unittest.main()
