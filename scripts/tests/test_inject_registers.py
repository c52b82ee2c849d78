# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers and fields by name: what the cores' own table says, what campaigns make of it, and what mistakes are told."""

import json
import unittest
from unittest import mock

from svplib.base.errors import SvpError, UsageError
from svplib.inject import campaign, places, registers, vocabulary as words

SMALL = "block tzasc\nregister 0 0 configuration\nfield 0 4 0 no_of_regions\nregister 4 1 action\nfield 0 1 1 decerr\nfield 1 1 1 interrupt\n"


def read(fault, **case):
    """The case of a campaign with one fault."""
    one = {"name": "one", "snapshot": "s", "faults": [fault], "do": ["true"], **case}
    return campaign.parse("c.json", json.dumps({"name": "n", "snapshots": {"s": {}}, "cases": [one]})).cases


def flip(register, **more):
    return {"kind": "flip-bit", "register": register, **more}


class OfTheCores(unittest.TestCase):
    """The table that is built from the cores."""

    @classmethod
    def setUpClass(cls):
        cls.table = registers.table()

    def test_blocks_are_those_of_faults(self):
        self.assertEqual(set(self.table.blocks), set(words.BLOCKS))
        self.assertLessEqual(set(words.BLOCKS), set(places.PLACES))

    def test_places(self):
        """Offsets and bits as in the manuals: DDI0431 (registers of a region), the reference manual's RDC, CSU and IOMUXC_GPR."""
        for name, block, offset, shift, width in (
                ("tzasc.region_attributes_0.sp", "tzasc", 0x108, 28, 4), ("tzasc.region_attributes_3.sp", "tzasc", 0x138, 28, 4),
                ("tzasc.region_attributes_15.en", "tzasc", 0x1F8, 0, 1), ("tzasc.region_setup_low_1", "tzasc", 0x110, 0, 32),
                ("rdc.mrc3.ena", "rdc", 0x838, 30, 1), ("RDC.MDA26.did", "rdc", 0x268, 0, 2), ("csu.CSL63", "csu", 0xFC, 0, 32),
                ("gpr.GPR2", "gpr", 0x08, 0, 32), ("gpr.gpr9", "gpr", 0x24, 0, 32), ("gpr.GPR10.TZASC_EN", "gpr", 0x28, 0, 1), ("gpr.GPR47", "gpr", 0xBC, 0, 32)):
            place = self.table.find(name)
            self.assertEqual((place.block, place.offset, place.shift, place.width), (block, offset, shift, width), name)
            self.assertEqual(place.name.lower(), name.lower())

    def test_fields_lie_in_their_registers(self):
        self.assertGreater(sum(register.state for register in self.table.registers), 400)
        for register in self.table.registers:
            seen = 0
            for field in register.fields:
                mask = ((1 << field.width) - 1) << field.shift
                self.assertEqual((mask & seen, mask >> 32), (0, 0), f"{register.full_name}.{field.name}")
                seen |= mask

    def test_offsets_are_there_once(self):
        offsets = [(register.block, register.offset) for register in self.table.registers]
        self.assertEqual(len(offsets), len(set(offsets)))


class InCampaigns(unittest.TestCase):
    def request(self, fault):
        return read(fault)[0].faults[0]

    def test_flips(self):
        for fault, target, offset, bit in ((flip("tzasc.region_attributes_3.sp", bit=1), "tzasc", 0x138, 29), (flip("rdc.mrc1.ena"), "rdc", 0x818, 30),
                                           (flip("csu.sa0", bit="31"), "csu", 0x218, 31), (flip("gpr.gpr10.tzasc_en", bit=0), "gpr", 0x28, 0)):
            made = self.request(fault)
            self.assertEqual(made.request, {"kind": "flip-bit", "target": target, "offset": offset, "bit": bit})
            self.assertEqual(made.request, self.request({"kind": "flip-bit", "target": target, "offset": offset, "bit": bit}).request)
        self.assertEqual(self.request(flip("rdc.mrc1.ena", times=0, match={})).request["times"], 0)
        self.assertEqual(self.request(flip("rdc.mrc1.ena")).name, "faults[0] (flip-bit rdc.MRC1.ENA)")

    def test_sweep(self):
        cases = read(flip("tzasc.region_attributes_$region.sp", bit="$bit"), **{"for": {"region": {"from": 2, "to": 4}, "bit": {"from": 0, "to": 3}}})
        self.assertEqual([(case.faults[0].request["offset"], case.faults[0].request["bit"]) for case in cases],
                         [(0x108 + 16 * region, 28 + bit) for region in (2, 3, 4) for bit in range(4)])

    def test_addresses(self):
        for name, address in (("tzasc.action", 0x32F80004), ("RDC.mrc1", 0x303D0818), ("gpr.GPR10", 0x30340028), ("tzasc.last", 0x32F8FFFF)):
            step = {"port": {"operation": "read", "address": name, "length": 4}, "expect": {"data": "00000000"}}
            case, = read(flip("rdc.mrc1.ena"), do=[step])
            self.assertEqual(case.steps[0].request["address"], address)

    def test_mistakes(self):
        """One line each: file, case, field, what is wrong, and what is near."""
        for fault, says in (
                (flip("rdc.mr3.ena"), r"^c.json: case 'one': faults\[0\].register: no register or field 'rdc.mr3.ena' \(did you mean rdc.MRC3.ENA\b"),
                (flip("tzasc.region3.attributes.sp", bit=0), r"did you mean tzasc.region_attributes_3.sp\b"),
                (flip("rdc.mrc3.enable"), r"'rdc.mrc3.enable'; fields of rdc.MRC3: D0W, .*ENA, LCK"),
                (flip("gpr.gpr2.x"), r"gpr.GPR2 has no fields"),
                (flip("mmu.mrc3.ena"), r"blocks: tzasc, rdc, csu, gpr"),
                (flip("tzasc.region_attributes_3.sp"), r"faults\[0\]: 'bit' is missing: tzasc.region_attributes_3.sp has bits 0 to 3"),
                (flip("tzasc.region_attributes_3.sp", bit=4), r"faults\[0\].bit: 4 is out of range, 0 to 3"),
                (flip("tzasc.configuration.no_of_regions", bit=0), r"register: tzasc.configuration.no_of_regions is read-only, no fault changes it"),
                (flip("tzasc.fail_id", bit=0), r"tzasc.fail_id is read-only"),
                (flip("tzasc.action.decerr", offset=4), r"unknown member 'offset'"),
                (flip(7), r"faults\[0\].register: must be a text, is a number"),
                ({"kind": "lose-state", "register": "tzasc.action"}, r"unknown member 'register'"),
                ({"kind": "zero", "match": {"first": "tzasc.action.decerr"}}, r"match.first: tzasc.action.decerr is a field, .* tzasc.action$"),
                ({"kind": "zero", "match": {"first": "tzasc.actoin"}}, r"match.first: no register or field 'tzasc.actoin' \(did you mean tzasc.action\b")):
            with self.subTest(fault), self.assertRaisesRegex(UsageError, says) as caught:
                read(fault)
            self.assertNotIn("\n", str(caught.exception))


class TableText(unittest.TestCase):
    def test_read(self):
        table = registers.Table(SMALL)
        self.assertEqual([(one.full_name, one.offset, one.state) for one in table.registers], [("tzasc.configuration", 0, False), ("tzasc.action", 4, True)])
        self.assertTrue(table.find("tzasc.action.interrupt").changeable)
        self.assertFalse(table.find("tzasc.configuration").changeable)

    def test_broken(self):
        for text in ("", "block\n", "register 0 1 x extra y\nregister\n", "field 0 1 1 x\n", "what is this\n", SMALL + "\n", SMALL + SMALL):
            with self.subTest(text), self.assertRaises(SvpError):
                registers.Table(text)

    def test_program_fails(self):
        with mock.patch.object(registers.native, "build", return_value="/bin/false"), self.assertRaisesRegex(SvpError, "status 1"):
            registers.table.__wrapped__()


if __name__ == "__main__":
    unittest.main()
