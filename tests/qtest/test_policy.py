# SPDX-License-Identifier: GPL-2.0-or-later
"""RDC, CSU and TZASC together, through QEMU: what each master reaches under a policy like that of a protected video path.

The registers are programmed by hand; the table of expectations is written from the policy, not from the code. The test port acts
as each master, and the RAM's cells, a file, tell what became of a write. References: facts of the MIMX8MQ6 device header (MDA and MRC
layout), TF-A's CSU driver (SA).
"""

import base64
import unittest

from cells_case import CellsCase

MIB, GIB = 1 << 20, 1 << 30
DRAM = 0x40000000
RDC, CSU, TZASC, GPR = 0x303D0000, 0x303E0000, 0x32F80000, 0x30340000
GPR10, GPR11 = GPR + 0x28, GPR + 0x2C
OCRAM = 0x00900000
UART4 = 0x30A60000
CSL_OCRAM, CSL_UART4 = 118, 70
NORMAL, HEAP_OUT, HEAP_IN, TEE = DRAM + 16 * MIB, DRAM + 64 * MIB, DRAM + 128 * MIB, DRAM + 192 * MIB
MDA = {"vpu": 4, "caam": 10, "usdhc1": 15, "dcss": 17, "gpu": 18}
SA = {"usdhc1": 10, "dcss": 12, "vpu": 6, "gpu": 7}
D0R, D0W, D1R, D1W, D2R, D2W, D3R, D3W = 2, 1, 8, 4, 32, 16, 128, 64
ENABLE = 1 << 30

#: (master, world it drives itself) -> rights in normal memory, heap for pictures, heap for streams, TEE memory
EXPECTED = {
    ("a53", "non-secure"): ("rw", "", "", ""),
    ("a53", "secure"): ("rw", "", "w", "rw"),
    ("caam", "secure"): ("rw", "", "w", "rw"),
    ("caam", "non-secure"): ("rw", "", "", ""),
    ("vpu", None): ("r", "rw", "r", ""),
    ("dcss", None): ("r", "r", "", ""),
    ("gpu", None): ("rw", "", "", ""),
    ("usdhc1", None): ("rw", "", "", ""),
}
PLACES = (("normal", NORMAL), ("pictures", HEAP_OUT), ("streams", HEAP_IN), ("tee", TEE))


class PolicyTest(CellsCase):
    def port(self, operation, master, world, address, **more):
        if world:
            more["world"] = world
        return self.machine.qmp.command("svp-test-port", operation=operation, master=master, address=address, **more)

    def rights(self, master, world, address):
        """What really moves, as "r", "w", "rw" or ""."""
        self.put(address, b"PATTERN!")
        seen = base64.b64decode(self.port("read", master, world, address, length=8)["data"])
        self.assertIn(seen, (b"PATTERN!", bytes(8)))
        self.port("write", master, world, address, data=base64.b64encode(b"intruder").decode())
        kept = self.get(address, 8)
        self.assertIn(kept, (b"PATTERN!", b"intruder"))
        return ("r" if seen != bytes(8) else "") + ("w" if kept == b"intruder" else "")

    def slot(self, number, first, last, rights):
        base = RDC + 0x800 + 0x10 * number
        self.machine.writel(base, first - DRAM)
        self.machine.writel(base + 4, last - DRAM)
        self.machine.writel(base + 8, ENABLE | rights)

    def assign(self, master, domain):
        self.machine.writel(RDC + 0x200 + 4 * MDA[master], domain)

    def make_secure(self, *masters):
        """SA of these masters to secure (0), of all others to non-secure (1); two bits a master."""
        words = [0x55555555, 0x55555555]
        for master in masters:
            words[SA[master] // 16] &= ~(1 << 2 * (SA[master] % 16))
        self.machine.writel(CSU + 0x218, words[0])
        self.machine.writel(CSU + 0x21C, words[1])

    def region(self, number, base, size_code, sp):
        register = TZASC + 0x100 + 0x10 * number
        self.machine.writel(register, base - DRAM)
        self.machine.writel(register + 8, sp << 28 | size_code << 1 | 1)

    def program(self):
        for master, domain in (("gpu", 1), ("usdhc1", 1), ("vpu", 2), ("dcss", 3)):
            self.assign(master, domain)
        self.slot(0, DRAM, HEAP_OUT, D0R | D0W | D1R | D1W | D2R | D3R)
        self.slot(1, HEAP_OUT, HEAP_OUT + 32 * MIB, D2R | D2W | D3R)
        self.slot(2, HEAP_IN, HEAP_IN + 32 * MIB, D0W | D2R)
        self.slot(3, TEE, TEE + 32 * MIB, D0R | D0W)
        self.make_secure("vpu", "dcss")
        self.region(0, DRAM, 0, 0xF)
        for number, base in ((1, HEAP_OUT), (2, HEAP_IN), (3, TEE)):
            self.region(number, base, 0x18, 0xC)
        self.machine.writel(TZASC + 4, 0)
        self.machine.writel(GPR10, 1)

    def test_who_reaches_what(self):
        self.program()
        for (master, world), expected in EXPECTED.items():
            for (place, address), rights in zip(PLACES, expected, strict=True):
                with self.subTest(master=master, world=world, place=place):
                    self.assertEqual(self.rights(master, world, address), rights)

    def test_all_is_open_before(self):
        for master, world in EXPECTED:
            for place, address in PLACES:
                with self.subTest(master=master, world=world, place=place):
                    self.assertEqual(self.rights(master, world, address), "rw")

    def test_domain_and_world_follow_the_registers(self):
        self.program()
        self.assertEqual(self.rights("vpu", None, HEAP_OUT), "rw")
        self.assign("vpu", 1)
        self.assertEqual(self.rights("vpu", None, HEAP_OUT), "")
        self.assign("vpu", 2)
        self.make_secure("dcss")
        self.assertEqual(self.rights("vpu", None, HEAP_OUT), "", "a non-secure VPU is stopped by the TZASC")
        self.make_secure("vpu")
        self.assertEqual(self.rights("vpu", None, HEAP_OUT), "rw")
        self.assertEqual(self.rights("dcss", None, HEAP_OUT), "")

    def test_locks_hold(self):
        self.program()
        self.machine.writel(RDC + 0x200 + 4 * MDA["gpu"], 1 << 31 | 1)
        self.machine.writel(RDC + 0x818, ENABLE | 1 << 31 | D2R | D2W | D3R)
        self.machine.writel(CSU + 0x218, 0xFFFFFFFF & ~(1 << 2 * SA["vpu"] | 1 << 2 * SA["dcss"]))
        self.assign("gpu", 2)
        self.slot(1, HEAP_OUT, HEAP_OUT + 32 * MIB, 0xFF)
        self.make_secure("gpu", "usdhc1")
        for (master, world), expected in EXPECTED.items():
            with self.subTest(master=master, world=world):
                self.assertEqual(self.rights(master, world, HEAP_OUT), expected[1])

    def test_records_name_who_and_by_whom(self):
        self.program()
        self.machine.qmp.command("svp-clear-violations")
        self.port("read", "gpu", None, HEAP_IN, length=8)
        self.port("write", "vpu", None, NORMAL, data=base64.b64encode(b"x" * 8).decode())
        self.port("read", "a53", "non-secure", HEAP_OUT, length=8)
        seen = [(record["master"], record["world"], record["domain"], record["direction"], record["denier"], record["address"])
                for record in self.machine.qmp.command("query-svp-violations")["violations"]]
        self.assertEqual(seen, [("gpu", "non-secure", 1, "read", "rdc-region", HEAP_IN),
                                ("vpu", "secure", 2, "write", "rdc-region", NORMAL),
                                ("a53", "non-secure", 0, "read", "rdc-region", HEAP_OUT)])
        self.assertEqual(self.machine.readl(RDC + 0x82C) & 0x10, 0x10, "MRVS[2].AD: GPU in the stream heap")
        self.assertEqual(self.machine.readl(RDC + 0x82C) & 3, 1, "MRVS[2].VDID")

    def test_on_chip_memory(self):
        """GPR11 protects OCRAM from 0x910000 on; CSL 118 leaves it to the secure world."""
        self.machine.writel(CSU + 4 * (CSL_OCRAM // 2), 0x00330033)
        self.port("write", "a53", "secure", OCRAM + 0x10000, data=base64.b64encode(b"BL31BL31").decode())
        self.machine.writel(GPR11, 1 | 0x10 << 1)
        for address, world, expected in ((OCRAM + 0x10000, "non-secure", bytes(8)), (OCRAM + 0x10000, "secure", b"BL31BL31"),
                                         (OCRAM + 0x0FFF8, "non-secure", None)):
            with self.subTest(address=hex(address), world=world):
                self.port("write", "gpu", None, OCRAM + 0x0FFF8, data=base64.b64encode(b"openopen").decode())
                got = base64.b64decode(self.port("read", "a53", world, address, length=8)["data"])
                self.assertEqual(got, expected if expected is not None else b"openopen")

    def test_a_peripheral_behind_its_levels(self):
        """CSL closes UART4 to the non-secure world, PDAP then to domain 1; the register is UCR1 at 0x80."""
        read = lambda master, world: self.port("read", master, world, UART4 + 0x94, length=4)
        register = CSU + 4 * (CSL_UART4 // 2)
        open_value = base64.b64decode(read("a53", "non-secure")["data"])
        self.assertNotEqual(open_value, bytes(4), "USR1 has bits set at reset")
        self.machine.writel(register, 0x00330033)
        self.assertEqual(base64.b64decode(read("a53", "non-secure")["data"]), bytes(4))
        self.assertEqual(base64.b64decode(read("a53", "secure")["data"]), open_value)
        self.assertEqual(read("a53", "non-secure")["answer"], "okay")
        self.machine.writel(GPR10, 1 << 2)
        self.assertEqual(read("a53", "non-secure")["answer"], "slverr")
        self.machine.writel(register, 0x00FF00FF)
        self.assign("gpu", 1)
        self.machine.writel(RDC + 0x400 + 4 * CSL_UART4, 0xFF & ~(D1R | D1W))
        self.assertEqual(base64.b64decode(read("gpu", None)["data"]), bytes(4))
        self.assertEqual(base64.b64decode(read("a53", "non-secure")["data"]), open_value)


if __name__ == "__main__":
    unittest.main()
