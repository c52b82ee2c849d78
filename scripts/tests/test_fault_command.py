# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp fault`: what it lists, and what it says of wrong names."""

import contextlib
import io
import json
import unittest

from fake_machine import MachineCase
from svplib.commands import cli
from svplib.inject import fault_targets, vocabulary as words


class Command(MachineCase):
    def printed(self, *words):
        """What `svp fault` prints, called inside this process so that it finds what is built."""
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            self.assertEqual(cli.main(["fault", *words]), 0)
        return text.getvalue()

    def test_list(self):
        done = self.svp("fault", "list")
        self.assertEqual((done.status, done.errors), (0, ""))
        self.assertEqual(len(done.output.splitlines()), 1 + len(words.FAULT_KINDS))
        self.assertRegex(done.output, r"(?m)^flip-bit +target offset bit, or register \[bit\] +transactions, or a time +a bit of a firewall's register")
        rows = json.loads(self.svp("fault", "list", "--json", "-").output)["kinds"]
        self.assertEqual([row["kind"] for row in rows], list(words.FAULT_KINDS))
        self.assertTrue(all(row["does"] for row in rows))

    def test_registers(self):
        self.assertRegex(self.printed("targets", "rdc.mrc3"), r"(?m)^rdc\.MRC3 +0x838 +D0W 0  D0R 1 .*ENA 30  LCK 31$")
        self.assertEqual(len(self.printed("targets", "tzasc.region_attributes").splitlines()), 17)
        found = json.loads(self.printed("targets", "gpr.gpr10", "--json", "-"))["registers"]
        self.assertEqual((found[0]["name"], found[0]["offset"], found[0]["fields"][0]["name"]), ("gpr.GPR10", 0x28, "TZASC_EN"))

    def test_wrong_name(self):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            self.assertEqual(cli.main(["fault", "targets", "rdc.mr3"]), 2)
        self.assertRegex(errors.getvalue(), r"(?m)^svp: targets: no register or field 'rdc.mr3' \(did you mean rdc.MRC3\b.*$")
        for call in ((), ("list", "x"), ("targits",)):
            done = self.svp("fault", *call)
            self.assertEqual((done.status, len(done.lines)), (2, 1), done.errors)

    def test_meanings_are_of_the_schema(self):
        self.assertIn("TZASC_EN of IOMUXC_GPR10 is cleared", fault_targets.kinds()["disable-tzasc"])


if __name__ == "__main__":
    unittest.main()
