# SPDX-License-Identifier: GPL-2.0-or-later
"""The test port's registers, cells behind the monitor's back, and who it is that accesses a register.

Under qtest the port's work is done in place: it is over when the next request is looked at.
"""

import base64
import random
import unittest

from svplib.machine.qmp import QmpError
from svplib.machine.qtest import QTest
from svplib.machine.test_port import BUSY, DONE, MASTERS, REFUSED, SPI, TestPort, read_cells, write_cells

MIB, GIB = 1 << 20, 1 << 30
DRAM = 0x40000000
OCRAM, OCRAM_S = 0x00900000, 0x00180000
OPEN, CLOSED = DRAM + 16 * MIB, DRAM + 64 * MIB
RDC, TZASC, GPR10 = 0x303D0000, 0x32F80000, 0x30340028
SEMAPHORE1 = 0x303B0000
RDC_STAT_PDS = 0x100
SIZE_1M = 0x13


class PortCase(unittest.TestCase):
    options = "test-port=on"

    def setUp(self):
        self.machine = QTest(memory="1G", machine_options=self.options, allow_reboot=True).start()
        self.addCleanup(self.machine.stop)
        self.port = TestPort(self.machine.readl, self.machine.writel)

    def close(self, action=0):
        """1 MiB from CLOSED on that nobody may read or write."""
        self.machine.writel(TZASC + 0x108, 0xF << 28)
        self.machine.writel(TZASC + 0x130, CLOSED - DRAM)
        self.machine.writel(TZASC + 0x138, SIZE_1M << 1 | 1)
        self.machine.writel(TZASC + 4, action)
        self.machine.writel(GPR10, 1)

    def cells(self, address, length):
        return read_cells(self.machine.qmp, address, length)

    def put(self, address, data):
        write_cells(self.machine.qmp, address, data)

    def violations(self):
        return self.machine.qmp.command("query-svp-violations")["violations"]


class RegisterTest(PortCase):
    def test_two_jobs_of_each_kind(self):
        first, second = random.Random(1).randbytes(4096), random.Random(2).randbytes(100)
        self.put(OPEN, first)
        self.put(OPEN + 8191, second)
        self.assertEqual(self.port.run("read", master="gpu", source=OPEN, length=4096), "okay")
        self.assertEqual(self.port.data(4096), first)
        self.assertEqual(self.port.run("read", master="usb1", source=OPEN + 8191, length=100), "okay")
        self.assertEqual(self.port.data(100), second)
        self.assertEqual(self.port.run("write", master="dcss", destination=OPEN + MIB + 1, length=100), "okay")
        self.assertEqual(self.cells(OPEN + MIB, 102), b"\0" + second + b"\0")
        for length, pattern in ((3 * MIB + 5, 0x44332211), (7, 0xA5C3E1F0)):
            self.assertEqual(self.port.run("fill", master="m4", destination=OPEN, length=length, pattern=pattern), "okay")
            expected = (pattern.to_bytes(4, "little") * (MIB // 4 + 2))
            self.assertEqual(self.cells(OPEN, min(length, MIB)), expected[:min(length, MIB)])
        self.assertEqual(self.cells(OPEN + 3 * MIB, 8), b"\x11\x22\x33\x44\x11\0\0\0")
        for destination in (DRAM + 100 * MIB, OCRAM + 0x100):
            self.assertEqual(self.port.run("copy", master="sdma2", source=OPEN, destination=destination, length=4096), "okay")
            self.assertEqual(self.cells(destination, 4096), self.cells(OPEN, 4096))

    def test_denied_parts(self):
        """A job over the edge of what is denied: zeros, nothing written, one record for each direction."""
        for action, answer in ((0, "okay"), (1, "decerr")):
            with self.subTest(action=action):
                self.close(action)
                self.put(CLOSED - 32, bytes(range(1, 65)))
                self.machine.qmp.command("svp-clear-violations")
                self.assertEqual(self.port.run("read", master="gpu", source=CLOSED - 32, length=64), answer)
                self.assertEqual(self.port.data(64), bytes(range(1, 33)) + bytes(32))
                self.assertEqual(self.port.run("fill", master="gpu", destination=CLOSED - 32, length=2 * MIB, pattern=0xEEEEEEEE), answer)
                self.assertEqual(self.cells(CLOSED - 32, 64), b"\xEE" * 32 + bytes(range(33, 65)))
                self.assertEqual(self.cells(CLOSED + MIB - 4, 8), bytes(4) + b"\xEE" * 4)
                seen = [(entry["master"], entry["direction"], entry["address"], entry["length"], entry["count"]) for entry in self.violations()]
                self.assertEqual(seen, [("gpu", "read", CLOSED, 32, 1), ("gpu", "write", CLOSED, MIB - 32, 1),
                                        ("gpu", "write", CLOSED + MIB - 32, 32, 1)])
                self.machine.writel(TZASC + 0x138, 0)
                write_cells(self.machine.qmp, CLOSED, b"\0", MIB + 32)

    def test_interrupt(self):
        self.machine.intercept("/machine/soc/gic")
        self.port.run("fill", master="gpu", destination=OPEN, length=4)
        self.assertFalse(self.machine.irq(SPI))
        self.port.set_register(0x28, 1)
        self.assertTrue(self.machine.irq(SPI))
        self.port.set_register(0x24, DONE)
        self.assertFalse(self.machine.irq(SPI))
        self.port.run("fill", master="gpu", destination=OPEN, length=4)
        self.assertTrue(self.machine.irq(SPI))

    def test_refused(self):
        for command, job in ((9, {"length": 4}), ("read", {"length": 4097}), ("copy", {"length": 0}), ("fill", {"length": (64 << 20) + 1}),
                             ("read", {"length": 4, "master": 27})):
            with self.subTest(command=command, job=job):
                self.port.begin(command, **{"master": "gpu", **job})
                self.assertEqual(self.port.status, DONE | REFUSED)
        self.assertEqual(self.port.run("read", master="gpu", source=OPEN, length=4), "okay")

    def test_nobody_there(self):
        self.assertEqual(self.port.run("read", master="gpu", source=0x5_0000_0000, length=8), "decerr")
        self.assertEqual(self.port.run("write", master="gpu", destination=0xFFFF_FFFF_FFFF_FFF0, length=16), "decerr")

    def test_delay(self):
        identifier = self.machine.qmp.command("svp-inject-fault", kind="delay", duration=5000, match={"masters": ["testport"]})["id"]
        self.port.set_register(0x28, 1)
        self.machine.intercept("/machine/soc/gic")
        self.port.begin("fill", master="testport", destination=OPEN, length=4, pattern=7)
        self.assertEqual(self.port.status, BUSY)
        self.machine.clock_step(4999)
        self.assertEqual(self.port.status, BUSY)
        self.assertFalse(self.machine.irq(SPI))
        self.machine.clock_step(1)
        self.assertEqual(self.port.status, DONE)
        self.assertTrue(self.machine.irq(SPI))
        self.assertEqual(self.machine.qmp.command("query-svp-faults")[0]["hits"], 1)
        self.assertEqual(self.port.run("fill", master="testport", destination=OPEN, length=4, pattern=7), "okay")
        self.machine.qmp.command("svp-remove-fault", id=identifier)
        self.machine.qmp.command("svp-inject-fault", kind="delay", duration=300, times=0, match={"masters": ["testport"]})
        result = self.machine.qmp.command("svp-test-port", operation="copy", master="testport", to=OPEN, length=4, **{"from": OPEN + 64})
        self.assertEqual(result, {"answer": "okay", "delay": 600})

    def test_who_can_wait(self):
        """Every master that is a model of this project, the second bank of the decoders among them."""
        for master in ("vpu", "vpu-bank1", "caam", "dcss"):
            with self.subTest(master):
                identifier = self.machine.qmp.command("svp-inject-fault", kind="delay", duration=300, match={"masters": [master]})["id"]
                result = self.machine.qmp.command("svp-test-port", operation="read", master=master, length=4, address=OPEN)
                self.assertEqual((result["answer"], result.get("delay")), ("okay", 300))
                self.machine.qmp.command("svp-remove-fault", id=identifier)

    def test_a_fault_beside_a_denied_range(self):
        """A fault waits in the page before a closed one: what is granted there still moves."""
        self.close()
        self.put(CLOSED - 4096, b"granted!" * 512)
        self.machine.qmp.command("svp-inject-fault", kind="corrupt", mask=1, times=0, match={"first": CLOSED - 4096, "last": CLOSED - 4089})
        self.assertEqual(self.port.run("read", master="gpu", source=CLOSED - 4096, length=4096), "okay")
        self.assertEqual(self.port.data(16), b"franted!granted!")
        self.put(CLOSED, b"secret")
        self.port.run("copy", master="gpu", source=CLOSED - 4096, destination=OPEN, length=8192)
        self.assertEqual(self.cells(OPEN, 8), b"franted!")
        self.assertEqual(self.cells(OPEN + 4096, 4096), bytes(4096))

    def test_reset_ends_it(self):
        self.port.set_register(0x08, 0x1234)
        self.machine.qmp.command("svp-inject-fault", kind="delay", duration=5000, match={"masters": ["testport"]})
        self.port.begin("fill", master="testport", destination=OPEN, length=4, pattern=7)
        self.assertEqual(self.port.status, BUSY)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual((self.port.status, self.port.register(0x08)), (0, 0))
        self.machine.clock_step(10000)
        self.assertEqual(self.port.status, 0)


class AccessorTest(PortCase):
    """Registers know who reads them: RDC_STAT.DID and the semaphores."""

    def assign(self, master, domain):
        self.machine.writel(RDC + 0x200 + 4 * MASTERS[master], domain)

    def stat(self, master):
        self.assertEqual(self.port.run("read", master=master, secure=True, source=RDC + 0x24, length=4), "okay")
        return int.from_bytes(self.port.data(4), "little")

    def test_rdc_stat(self):
        for master, domain in (("m4", 1), ("sdma2", 3), ("vpu", 2)):
            self.assign(master, domain)
        for master, domain in (("m4", 1), ("sdma2", 3), ("vpu", 2), ("gpu", 0), ("a53", 0)):
            with self.subTest(master=master):
                self.assertEqual(self.stat(master), RDC_STAT_PDS | domain)
        self.assertEqual(self.machine.readl(RDC + 0x24), RDC_STAT_PDS)

    def test_the_a53_has_the_domain_of_mda0(self):
        self.assign("a53", 2)
        self.assertEqual(self.machine.readl(RDC + 0x24), RDC_STAT_PDS | 2)
        self.assertEqual(self.stat("a53"), RDC_STAT_PDS | 2)
        self.assertEqual(self.stat("m4"), RDC_STAT_PDS)
        self.assign("a53", 0)
        self.assertEqual(self.machine.readl(RDC + 0x24), RDC_STAT_PDS)

    def test_semaphores(self):
        """GATE: [3:0] number of the holder plus 1 (A53 1, M4 6), [5:4] its domain."""
        self.assign("m4", 3)
        self.assign("a53", 1)
        self.port.set_data(b"\x07")
        self.port.run("write", master="m4", destination=SEMAPHORE1, length=1)
        self.assertEqual(self.machine.readb(SEMAPHORE1), 0x37)
        self.machine.writeb(SEMAPHORE1, 0)
        self.assertEqual(self.machine.readb(SEMAPHORE1), 0x37, "the A53 does not hold it")
        self.machine.writeb(SEMAPHORE1 + 1, 2)
        self.assertEqual(self.machine.readb(SEMAPHORE1 + 1), 0x12)
        self.port.set_data(b"\0")
        self.port.run("write", master="m4", destination=SEMAPHORE1, length=1)
        self.assertEqual(self.machine.readb(SEMAPHORE1), 0)


class CellsTest(PortCase):
    def test_past_all_firewalls(self):
        self.close(action=3)
        self.machine.qmp.command("svp-inject-fault", kind="zero", times=0, match={"first": CLOSED, "last": CLOSED + 4096})
        for address in (CLOSED, OCRAM + 0x1F000, OCRAM_S, DRAM + 3 * GIB + 64 * MIB + 0x100):
            with self.subTest(address=hex(address)):
                data = random.Random(address).randbytes(256)
                self.put(address, data)
                self.assertEqual(self.cells(address, 256), data)
        write_cells(self.machine.qmp, OPEN, b"abc", 8)
        self.assertEqual(self.cells(OPEN, 9), b"abcabcab\0")
        self.assertEqual(self.cells(CLOSED + 0x100, 256), self.cells(CLOSED + 3 * GIB + 0x100, 256), "the image above 1 GiB")
        self.assertEqual(self.violations(), [])
        self.assertEqual(self.machine.qmp.command("query-svp-faults")[0]["matches"], 0)
        self.assertEqual(self.machine.readl(TZASC + 0x10), 0, "int_status")

    def test_bad_ranges(self):
        for address, length, words in ((OPEN, 0, "length: 0 bytes"), (OPEN, MIB + 1, "length: "), (DRAM - 1, 2, "address: "),
                                       (DRAM + 4 * GIB - 1, 2, "address: "), (OCRAM + 0x1FFFF, 2, "address: "), (0x30000000, 4, "address: "),
                                       (2 ** 64 - 1, 2, "address: ")):
            with self.subTest(address=hex(address), length=length):
                with self.assertRaisesRegex(QmpError, words):
                    self.cells(address, length)
        with self.assertRaisesRegex(QmpError, "address: "):
            self.put(0, b"x")
        with self.assertRaisesRegex(QmpError, "length: "):
            write_cells(self.machine.qmp, OPEN, b"x", 64 * MIB + 1)
        with self.assertRaisesRegex(QmpError, "address: "):
            write_cells(self.machine.qmp, OCRAM, b"x", 128 * 1024 + 1)
        for data in ("", "%%%"):
            with self.assertRaises(QmpError):
                self.machine.qmp.command("svp-write-cells", address=OPEN, data=data)


class PolicyQueryTest(PortCase):
    def query(self, **arguments):
        return self.machine.qmp.command("query-svp-policy", **arguments)

    def slave(self, name, world="non-secure", domain=0):
        view, = self.query(world=world, domain=domain, slaves=True)
        return next(slave for slave in view["slaves"] if slave["name"] == name)

    def test_masters(self):
        self.machine.writel(RDC + 0x200 + 4 * MASTERS["dcss"], 3)
        self.machine.writel(0x303E0218, 0x55555555 & ~(1 << 24))
        self.machine.writel(0x303E0358, 1 << 24 | 1 << 14)
        self.machine.writel(0x303E0200, 1 << 14)
        table = {entry.pop("master"): entry for entry in self.machine.qmp.command("query-svp-masters")}
        self.assertEqual(sorted(table), sorted(MASTERS))
        self.assertEqual(table["dcss"], {"domain": 3, "world": "secure", "privileged": False})
        self.assertEqual(table["gpu"], {"domain": 0, "world": "non-secure", "privileged": True})
        self.assertEqual(table["a53"], {"domain": 0})
        self.assertEqual(table["usb1"], {"domain": 0, "world": "non-secure"})

    def test_slaves_only_when_asked_for(self):
        self.assertTrue(all("slaves" not in view for view in self.query()))
        for view in self.query(slaves=True):
            slaves = view["slaves"]
            self.assertGreater(len(slaves), 80)
            self.assertEqual(next(slave["index"] for slave in slaves if slave["name"] == "tzasc"), 56)
            begins = [slave["pieces"][0]["first"] for slave in slaves]
            self.assertEqual(begins, sorted(begins))

    def test_rights_of_slaves(self):
        """CSL 0x3B: the secure world may do all, the non-secure supervisor reads; GPR11 from 0x910000 on; one RDC slot of OCRAM."""
        none, reads, everything = ({"read": read, "write": write} for read, write in ((False, False), (True, False), (True, True)))
        self.machine.writel(0x303E0000 + 118 // 2 * 4, 0x003B003B)
        self.machine.writel(0x303E0000 + 102 // 2 * 4, 0x003B003B)
        self.machine.writel(0x3034002C, 1 | 0x10 << 1)
        base = RDC + 0x800 + 24 * 0x10
        for offset, value in ((0, OCRAM + 0x80), (4, OCRAM + 0x100), (8, 1 << 30 | 0xFC)):
            self.machine.writel(base + offset, value)
        self.assertEqual(self.slave("ocram"), {"name": "ocram", "index": 118, "pieces": [
            {"first": OCRAM, "length": 0x80, "privileged": everything, "user": everything},
            {"first": OCRAM + 0x80, "length": 0x80, "privileged": none, "user": none},
            {"first": OCRAM + 0x100, "length": 0xFF00, "privileged": everything, "user": everything},
            {"first": OCRAM + 0x10000, "length": 0x10000, "privileged": reads, "user": none}]})
        uart = {"first": 0x30860000, "length": 0x10000}
        self.assertEqual(self.slave("uart1")["pieces"], [{**uart, "privileged": reads, "user": none}])
        self.assertEqual(self.slave("uart1", "secure")["pieces"], [{**uart, "privileged": everything, "user": everything}])
        self.machine.writel(RDC + 0x400 + 4 * 102, 0xFF & ~0xC)
        self.assertEqual(self.slave("uart1", "secure", 1)["pieces"], [{**uart, "privileged": none, "user": none}])


class AbsentTest(PortCase):
    options = ""

    def test_no_port_unless_asked_for(self):
        self.assertEqual(self.port.register(0), 0)
        self.port.begin("fill", master="gpu", destination=OPEN, length=4, pattern=0xFFFFFFFF)
        self.assertEqual(self.port.status, 0)
        self.assertEqual(self.cells(OPEN, 4), bytes(4))
        self.machine.qmp.command("svp-test-port", operation="write", master="gpu", address=OPEN, data=base64.b64encode(b"qmp").decode())
        self.assertEqual(self.cells(OPEN, 4), b"qmp\0")


if __name__ == "__main__":
    unittest.main()
