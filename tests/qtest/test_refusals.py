# SPDX-License-Identifier: GPL-2.0-or-later
"""What blocks refuse by themselves, seen in the record: kind, number, address on the bus, master and answer of each.

Every block of the table gets writes that it takes, then ones that it does not; see tests/unit/observer/test_refusals.cpp for the rules.
Registers are written by way of the test port, which can be any master.
"""

import base64
import unittest

from svplib.machine.qtest import QTest

TZASC, CSU, RDC, SEMAPHORE2, GPR, OCOTP, SRC = 0x32F80000, 0x303E0000, 0x303D0000, 0x303C0000, 0x30340000, 0x30350000, 0x30390000
RDC_SLOT_3, AIPSTZ2 = RDC + 0x830, 0x305F0000

#: Block, writes before, then address, value and width of the one that is refused, and the record's denier and number
REFUSED_WRITES = (
    ("a region of the TZASC", [(TZASC + 0x1E8, 0xF000001D), (TZASC + 0x008, 0x80000001)], TZASC + 0x1E8, 0, 4, "tzasc", 14),
    ("a part of it", [(TZASC + 0x1E8, 0xF000001D), (TZASC + 0x008, 0x80000001)], TZASC + 0x1EB, 0, 1, "tzasc", 14),
    ("lockdown_range", [(TZASC + 0x008, 0x80000001), (TZASC + 0x00C, 1)], TZASC + 0x008, 0, 4, "tzasc", 0),
    ("lockdown_select", [(TZASC + 0x00C, 1), (GPR + 0x04, 1 << 23)], TZASC + 0x00C, 0, 4, "tzasc", 0),
    ("a CSL", [(CSU + 0x70, 0x00FF01FF)], CSU + 0x70, 0x00FF0033, 4, "csu", 56),
    ("the upper CSL of a word", [(CSU + 0x70, 0x01FF00FF)], CSU + 0x72, 0x33, 2, "csu", 57),
    ("the world of a master", [(CSU + 0x218, 0x55555555 | 1 << 11)], CSU + 0x218, 0x55555155, 4, "csu", 5),
    ("a domain", [(RDC + 0x200 + 4 * 18, 0x80000001)], RDC + 0x200 + 4 * 18, 2, 4, "rdc", 18),
    ("rights to a peripheral", [(RDC + 0x400 + 4 * 120, 0x800000FF)], RDC + 0x400 + 4 * 120, 0xC, 1, "rdc", 120),
    ("a slot's edge", [(RDC_SLOT_3 + 8, 0x800000FF)], RDC_SLOT_3 + 4, 0x1000, 4, "rdc", 3),
    ("a slot's rights", [(RDC_SLOT_3 + 8, 0x800000FF)], RDC_SLOT_3 + 8, 0, 4, "rdc", 3),
    ("GPR10", [(GPR + 0x28, 0x10001)], GPR + 0x28, 0x10000, 4, "gpr", 10),
    ("GPR11", [(GPR + 0x2C, 0x0C010C01)], GPR + 0x2D, 0, 1, "gpr", 11),
    ("the shadow of a fuse", [], OCOTP + 0x410, 0x12345678, 4, "ocotp", 1),
    ("a fuse", [(OCOTP + 0x04, 0x3E770001)], OCOTP + 0x20, 0xFFFFFFFF, 4, "ocotp", 1),
    ("another domain's reset", [(SRC + 0x44, 0x82000000)], SRC + 0x44, 1, 1, "src", 17),
    ("its owners", [(SRC + 0x44, 0xC1000000)], SRC + 0x44, 0xC3000000, 4, "src", 17),
)


class RefusalsTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(allow_reboot=True).start()
        self.addCleanup(self.machine.stop)

    def qmp(self, command, **arguments):
        return self.machine.qmp.command(command, **arguments)

    def write(self, address, value, size=4, *, master="a53", world="secure"):
        own = {"world": world} if master == "a53" else {}
        data = base64.b64encode((value & (1 << 8 * size) - 1).to_bytes(size, "little")).decode()
        return self.qmp("svp-test-port", operation="write", master=master, **own, address=address, data=data)["answer"]

    def read(self, address, size=4, *, world="secure"):
        return self.qmp("svp-test-port", operation="read", master="a53", world=world, address=address, length=size)["answer"]

    def violations(self):
        return self.qmp("query-svp-violations")["violations"]

    def reset(self):
        self.qmp("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.qmp("svp-clear-violations", counters=True)

    def test_each_block(self):
        for what, before, address, value, size, denier, number in REFUSED_WRITES:
            with self.subTest(what):
                self.reset()
                for place, setting in before:
                    self.write(place, setting)
                    self.write(place, setting)
                self.assertEqual(self.violations(), [], "what is granted leaves no record, nor does the same value again")
                answer = self.write(address, value, size)
                record, = self.violations()
                for field in ("sequence", "time", "last-time"):
                    del record[field]
                self.assertEqual(record, {
                    "count": 1, "master": "a53", "world": "secure", "domain": 0, "direction": "write", "address": address, "length": size,
                    "denier": denier, "index": number, "answer": answer, "injected": False})
                self.assertEqual(self.qmp("query-svp-violation-counters")["rules"], [{"denier": denier, "index": number, "reads": 0, "writes": 1}])

    def test_the_tzasc_is_none_of_linux(self):
        self.assertEqual(self.read(TZASC + 0x138, world="non-secure"), "slverr")
        self.assertEqual(self.write(TZASC + 0x138, 0, world="non-secure"), "slverr")
        self.assertEqual([(row["denier"], row["index"], row["direction"], row["address"], row["world"], row["answer"]) for row in self.violations()],
                         [("tzasc", 3, "read", TZASC + 0x138, "non-secure", "slverr"), ("tzasc", 3, "write", TZASC + 0x138, "non-secure", "slverr")])

    def test_gates_of_others(self):
        self.write(SEMAPHORE2 + 56, 2, 1)
        for value in (0, 7):
            self.write(SEMAPHORE2 + 56, value, 1, master="m4")
        row, = self.violations()
        self.assertEqual((row["denier"], row["index"], row["address"], row["master"], row["count"]), ("rdc-gate", 56, SEMAPHORE2 + 56, "m4", 2))

    def test_bridges_are_set_up_by_processors(self):
        for master, world in (("vpu", "secure"), ("enet-rx", "secure"), ("caam", "non-secure")):
            self.write(AIPSTZ2 + 0x44, 1, master=master, world=world)
        self.assertEqual([(row["denier"], row["index"], row["address"], row["master"]) for row in self.violations()],
                         [("aipstz", 17, AIPSTZ2 + 0x44, master) for master in ("vpu", "enet-rx", "caam")])
        self.write(AIPSTZ2 + 0x44, 1, world="non-secure")
        self.assertEqual(len(self.violations()), 3)

    def test_a_secret_word(self):
        self.read(OCOTP + 0x500)
        row, = self.violations()
        self.assertEqual((row["denier"], row["index"], row["direction"], row["address"]), ("ocotp", 16, "read", OCOTP + 0x500))

    def test_text(self):
        self.write(GPR + 0x28, 0x10001)
        self.write(GPR + 0x28, 0)
        line, = [row["text"] for row in self.qmp("query-svp-violations", text=True)["violations"]]
        self.assertIn(f"write 0x{GPR + 0x28:08x}+4 denied by gpr 10, answer OKAY", line)


if __name__ == "__main__":
    unittest.main()
