# SPDX-License-Identifier: GPL-2.0-or-later
"""Some cases of the campaign of faults on a playing film; all of them: `svp inject scripts/campaigns/film.json`."""

import unittest

from svplib.build import parts
from svplib.inject import campaign, runner

SHIPPED = parts.REPOSITORY / "scripts/campaigns/film.json"
CHOSEN = ("caam writes: noise, ", "vpu_g1: a job never ends, ", "vpu reads: as Linux, ", "rdc: loses its state, ", "vpu_g1: an interrupt is lost, ",
          "dcss: underrun, ", "the player is killed, ")


class Faults(unittest.TestCase):
    def test_no_case_leaks(self):
        """Nor hangs or ends guest, player or emulator."""
        read = campaign.read(SHIPPED)
        cases = [next(case for case in read.cases if case.name.startswith(name)) for name in CHOSEN]
        for result in runner.Runner(read, cases, runner.available_cpus()).results():
            with self.subTest(result["name"]):
                self.assertEqual(result["verdict"], "passed", result["message"])


if __name__ == "__main__":
    unittest.main()
