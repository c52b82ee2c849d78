# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing on the board is a letter box: a master that the RDC keeps from all peripherals leaves nothing in any window that others read.

A decoder or a display may see what nobody else does. Where one of them could write, bit by bit, and Linux read, that would be a way out.
"""

import struct
import unittest

from svplib.machine.qtest import QTest
from svplib.machine.test_port import port_read, port_write
from test_windows import UNGUARDED, WINDOW_PAGES

CSU, RDC = 0x303E0000, 0x303D0000
CSL_WORDS, CSL_OPEN, SA0, SA0_NON_SECURE, SA0_VPU, SA0_DCSS = 64, 0x00FF00FF, CSU + 0x218, 0x55555555, 1 << 12, 1 << 24
MDA, PDAP, PERIPHERALS = RDC + 0x200, RDC + 0x400, 128
DOMAINS = {"vpu": (4, 2), "dcss": (17, 3)}
RIGHTS_OF_0_AND_1 = 0x0F
RING, SECURE_MEMORY, SECURE_PAGES = 0x30901000, 0x100000, 8
AIPSTZ = (0x301F0000, 0x305F0000, 0x309F0000, 0x32DF0000)
MEMORIES = ("ocram", "ocram_s")  # the RDC's slots and the TZASC guard these
PIECE = 256
PATTERN = struct.pack("<I", 0x5A17C0DE) * (PIECE // 4)


class WaysOutTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest().start()
        self.addCleanup(self.machine.stop)
        for number in range(CSL_WORDS):
            self.secure(CSU + 4 * number, CSL_OPEN)
        for number in range(PERIPHERALS):
            self.secure(PDAP + 4 * number, RIGHTS_OF_0_AND_1)
        for master, domain in DOMAINS.values():
            self.secure(MDA + 4 * master, domain)
        self.give_secure_memory_to_all()

    def secure(self, address, value):
        self.assertEqual(port_write(self.machine.qmp, "a53-secure", address, struct.pack("<I", value)), "okay")

    def linux(self, address, value):
        self.assertEqual(port_write(self.machine.qmp, "a53", address, struct.pack("<I", value)), "okay")

    def give_secure_memory_to_all(self):
        """Linux's partition 1 has all pages, and whoever comes may read and write them."""
        for offset, value in ((0xA14, 0xFF), (0xA18, 0xFFFFFFFF), (0xA1C, 0xFFFFFFFF)):
            self.linux(RING + offset, value)
        for page in range(SECURE_PAGES):
            self.linux(RING + 0xBE4, page << 16 | 1 << 8 | 1)

    def places(self):
        """First addresses of pieces: of each window the first pages and the last one."""
        slaves = self.machine.qmp.command("query-svp-policy", slaves=True)[0]["slaves"]
        windows = {slave["name"]: (slave["pieces"][0]["first"], sum(piece["length"] for piece in slave["pieces"]))
                   for slave in slaves if slave["name"] not in MEMORIES}
        windows |= {**UNGUARDED, **{f"aipstz at {base:#x}": (base, 0x10000) for base in AIPSTZ},
                    "secure memory": (SECURE_MEMORY, SECURE_PAGES * 0x1000)}
        for name, (first, size) in windows.items():
            pages = range(first, first + size, 0x1000)
            for page in [*pages[:WINDOW_PAGES], pages[-1]]:
                yield name, page

    def content(self, address):
        return port_read(self.machine.qmp, "a53", address, PIECE)[1]

    def test_every_window(self):
        for worlds in (SA0_NON_SECURE, SA0_NON_SECURE & ~(SA0_VPU | SA0_DCSS)):
            self.secure(SA0, worlds)
            for master in DOMAINS:
                changed = set()
                for name, address in self.places():
                    before = self.content(address)
                    if self.content(address) != before:
                        continue  # reading it does something
                    port_write(self.machine.qmp, master, address, PATTERN)
                    if self.content(address) != before:
                        changed.add((name, hex(address)))
                self.assertEqual(changed, set(), f"{master}, worlds {worlds:#x}")

    def test_what_a_processor_writes_is_there(self):
        """Or the other test would find nothing anywhere."""
        for address in (AIPSTZ[0], AIPSTZ[3], SECURE_MEMORY, SECURE_MEMORY + 0x7000):
            self.linux(address, 0x5A17C0DE)
            self.assertEqual(self.content(address)[:4], PATTERN[:4], hex(address))


if __name__ == "__main__":
    unittest.main()
