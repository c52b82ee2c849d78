# SPDX-License-Identifier: GPL-2.0-or-later
"""The address map of the machine (machines/fsl_imx8mq_blocks.c) and that of the firewalls (hw/firewall/peripheral_map.cpp): the same blocks at the same places."""

import re
import unittest

from svplib.build import parts

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "kibi": 1 << 10, "mebi": 1 << 20}
SIZE = r"(\d+) \* (KiB|MiB|kibi|mebi)"
MACHINE_ROW = re.compile(r'\{ (0x[0-9a-f]+|[A-Z0-9_]+_BASE), (?:' + SIZE + r'|(0x[0-9a-f]+)), "(\w[\w-]*)"')
GPIO_ROW = re.compile(r"^    GPIO\((\d), ", re.MULTILINE)
BASE = re.compile(r"#define (\w+_BASE) (0x[0-9A-Fa-f]+)")
SLOT = re.compile(r'slot\((0x[0-9a-f]+), "(\w+)", \d+(?:, ' + SIZE + r")?\)")
LARGE = re.compile(r"large\((0x[0-9a-f]+), " + SIZE + r', "(\w+)", ')
PLAIN = re.compile(r"\{(0x[0-9a-f]+), " + SIZE + r', "(\w+)", Guard::')
#: Window of the firewall -> the blocks of the machine that share it
SHARED = {"dap": ["coresight"],
          "vpu": ["vpu_g1", "vpu_g2", "vpu_blk_ctrl", "vpu_reserved", "vpu_g1_bank1", "vpu_g2_bank1"],
          "dcss_mst0": ["dcss"], "dcss_mst1": ["dcss"], "dcss_mst2": ["dcss", "irqsteer", "dcss_lpcg", "dcss_blk_ctrl"], "dcss_mst3": ["dcss_master3"],
          "usb": ["usb", "usb1", "usb1_phy", "usb2", "usb2_phy"],
          "ddrc": ["ddrc", "ddr_phy", "ddr_phy_broadcast", "ddr_perf_mon", "ddr_ctl", "ddr_blk_ctrl"]}


def machine_map():
    """{name: (address, bytes)} of the machine's table."""
    text = (parts.REPOSITORY / "machines/fsl_imx8mq_blocks.c").read_text()
    bases = dict(pair for name in ("fsl_imx8mq.h", "fsl_imx8mq_blocks.h") for pair in BASE.findall((parts.REPOSITORY / "machines" / name).read_text()))
    found = {}
    for address, number, unit, whole, name in MACHINE_ROW.findall(text):
        size = int(whole, 16) if whole else int(number) * UNITS[unit]
        found[name.replace("-", "_")] = (int(bases.get(address, address), 16), size)
    for number in map(int, GPIO_ROW.findall(text)):
        found[f"gpio{number}"] = (0x30200000 + (number - 1) * 0x10000, 1 << 16)
    return found


def firewall_map():
    """{name: (address, bytes)} of what the firewalls guard, but for DRAM."""
    text = (parts.REPOSITORY / "hw/firewall/peripheral_map.cpp").read_text()
    found = {name: (int(address, 16), int(number) * UNITS[unit] if number else 1 << 16) for address, name, number, unit in SLOT.findall(text)}
    for address, number, unit, name in LARGE.findall(text) + PLAIN.findall(text):
        found[name] = (int(address, 16), int(number) * UNITS[unit])
    return found


class AddressMapTest(unittest.TestCase):
    def setUp(self):
        self.machine, self.firewall = machine_map(), firewall_map()

    def test_tables_are_read(self):
        self.assertGreater(len(self.machine), 120)
        self.assertGreater(len(self.firewall), 90)
        rows = (parts.REPOSITORY / "hw/firewall/peripheral_map.cpp").read_text()
        self.assertEqual(len(self.firewall), len(re.findall(r"^    (?:slot\(0x|large\(0x|\{0x)", rows, re.MULTILINE)))

    def test_what_is_guarded_lies_where_the_machine_has_it(self):
        for name, place in self.firewall.items():
            with self.subTest(name):
                if name in SHARED:
                    first, end = place[0], sum(place)
                    for block in SHARED[name]:
                        begin, size = self.machine[block]
                        self.assertTrue(begin < end and first < begin + size, f"{block} lies outside")
                else:
                    self.assertEqual(self.machine.get(name), place)

    def test_what_the_machine_has_is_guarded_by_its_own_row(self):
        """No block of the machine lies in the window of another name."""
        for name, (begin, size) in self.machine.items():
            owners = {window for window, (first, length) in self.firewall.items() if begin < first + length and first < begin + size}
            with self.subTest(name):
                allowed = {name} | {window for window, blocks in SHARED.items() if name in blocks}
                self.assertLessEqual(owners, allowed)


if __name__ == "__main__":
    unittest.main()
