# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot that was recorded is replayed: the same characters on both consoles, random numbers among them, and the same end."""

import re
import unittest

from boot_case import ScratchCase, guest_results
from svplib.machine.board import Board

BOOT_SECONDS = 300
#: The proof of the heaps as they are under `open`, and random numbers of Linux's generator and of CAAM's
PROGRAMS = "svp-probe,proof+xxd,-p,-l,30,/dev/urandom+xxd,-p,-l,30,/dev/hwrng"


class RecordReplay(ScratchCase):
    def boot(self, mode):
        """(exit status, console, secure console) of a whole run."""
        with Board(name=f"rr-{mode}", policy="open", cpus=1, append=f"svp.run={PROGRAMS}",
                   extra=("-icount", f"shift=auto,rr={mode},rrfile={self.scratch / 'events'}", "-nic", "none")) as board:
            status = board.wait_exit(timeout=BOOT_SECONDS)
            return status, board.console.text, board.secure_console.text

    def test_a_replayed_boot_is_the_recorded_one(self):
        recorded = self.boot("record")
        self.assertEqual(recorded[0], 0)
        self.assertRegex(recorded[1], r"(?m)^SVP exit 0\r?$")
        self.assertNotEqual(guest_results(recorded[1]), {})
        self.assertEqual(len(set(re.findall(r"(?m)^([0-9a-f]{60})\r?$", recorded[1]))), 2)
        self.assertEqual(self.boot("replay"), recorded)


if __name__ == "__main__":
    unittest.main()
