# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped campaign of faults on a playing film."""

import unittest

from svplib.build import parts
from svplib.film import campaign as film
from svplib.inject import campaign
from svplib.scenarios.film import PREPARE

SHIPPED = parts.REPOSITORY / "scripts/campaigns/film.json"


class Shipped(unittest.TestCase):
    def test_is_what_is_made(self):
        self.assertEqual(SHIPPED.read_text(encoding="utf-8"), film.text(PREPARE),
                         "write it anew: svplib.film.campaign.text(svplib.scenarios.film.PREPARE)")

    def test_cases(self):
        """At least a hundred; each tries to read the film by three masters and by the CPU."""
        read = campaign.read(SHIPPED)
        self.assertGreaterEqual(len(read.cases), 100)
        self.assertEqual({case.settings.policy for case in read.cases}, {"strict"})
        self.assertEqual({case.settings.card for case in read.cases}, {campaign.FILM})
        for case in read.cases:
            spies = [step for step in case.steps if getattr(step, "data", None) == bytes(64)]
            self.assertEqual(len(spies), 6, case.name)


if __name__ == "__main__":
    unittest.main()
