# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own bus masters: their world, domain and privilege are those that CSU and RDC give, and what they are denied is recorded.

uSDHC2 reads blocks of a card by SDMA, the FEC fetches a frame to send, from and to an OCRAM that the CSU guards. The FEC is two masters,
one for each direction; what it reaches beside memory knows which of them asks.
"""

import struct
import tempfile
import unittest

from ethernet import BASE, EBERR, ECR, ECR_ENABLE, EIMR, EIR, EMPTY, LAST, RDAR, READY, WRAP, CableQTest, Descriptor, Fec, frame_of
from svplib.machine.qtest import QTest
from svplib.machine.test_port import MASTERS, read_cells, write_cells

OCRAM, DRAM = 0x00900000, 0x40000000
RDC, CSU, GPR11 = 0x303D0000, 0x303E0000, 0x3034002C
CSL_OCRAM = 118
HP0, SA0, HPCONTROL0 = CSU + 0x200, CSU + 0x218, CSU + 0x358
USDHC2 = 0x30B50000
FIELD_USDHC2, FIELD_ENET = 11, 9  # of HP, SA and HPCONTROL: two bits each
SUPERVISOR = 0xBB  # secure world all, non-secure supervisor all, non-secure user nothing
SECURE = 0x33
BLOCK = 512


class StockMasterCase(unittest.TestCase):
    def setUp(self):
        self.card = tempfile.NamedTemporaryFile()
        self.addCleanup(self.card.close)
        self.blocks = [bytes([0x10 + number]) * BLOCK for number in range(8)]
        self.card.write(b"".join(self.blocks) + bytes((1 << 20) - 8 * BLOCK))
        self.card.flush()
        self.machine = self.new_machine().start()
        self.addCleanup(self.machine.stop)

    def new_machine(self):
        return QTest(sd=[self.card.name])

    def guard(self, level):
        """The CSU guards all of OCRAM at a level."""
        self.machine.writel(CSU + CSL_OCRAM // 2 * 4, level << 16 | level)
        self.machine.writel(GPR11, 1)

    def privilege(self, field, privileged):
        """HP of a master; None leaves it to the master itself."""
        self.machine.writel(HPCONTROL0, 0 if privileged is None else 1 << 2 * field)
        self.machine.writel(HP0, 1 << 2 * field if privileged else 0)

    def cells(self, length, address=OCRAM):
        return read_cells(self.machine.qmp, address, length)

    def take_violations(self):
        entries = self.machine.qmp.command("query-svp-violations")["violations"]
        self.machine.qmp.command("svp-clear-violations")
        return [(entry["master"], entry["world"], entry["domain"], entry["direction"], entry["denier"], entry["index"]) for entry in entries]


class CardTest(StockMasterCase):
    def command(self, index, argument=0, response=2, data=False):
        """Response types: 0 none, 1 of 136 bits, 2 of 48 bits, 3 of 48 bits with busy."""
        self.machine.writel(USDHC2 + 0x08, argument)
        self.machine.writel(USDHC2 + 0x0C, (index << 8 | response | (0x20 if data else 0)) << 16)
        return self.machine.readl(USDHC2 + 0x10)

    def setUp(self):
        super().setUp()
        self.machine.writel(USDHC2 + 0x2C, 7)
        self.command(0, response=0)
        self.command(8, 0x1AA)
        self.command(55)
        self.assertTrue(self.command(41, 0x40FF8000) >> 31, "the card is ready")
        self.command(2, response=1)
        address = self.command(3) & 0xFFFF0000
        self.command(7, address, response=3)
        self.machine.writel(USDHC2 + 0x28, 0)  # SDMA

    def read_block(self, number, destination):
        self.machine.writel(USDHC2 + 0x48, 0x11)  # DMA, from the card
        self.machine.writel(USDHC2 + 0x00, destination)
        self.machine.writel(USDHC2 + 0x04, 1 << 16 | BLOCK)
        self.command(17, number * BLOCK, data=True)

    def test_privilege_is_the_csus(self):
        self.read_block(0, OCRAM)
        self.assertEqual(self.cells(BLOCK), self.blocks[0], "an open OCRAM")
        self.guard(SUPERVISOR)
        denied = [("usdhc2", "non-secure", 0, "write", "ocram", CSL_OCRAM)]
        for number, (privileged, reached) in enumerate(((True, True), (False, False), (None, True), (False, False), (True, True)), 1):
            with self.subTest(privileged=privileged, number=number):
                before = self.cells(BLOCK)
                self.privilege(FIELD_USDHC2, privileged)
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(), [] if reached else denied)

    def test_world_is_the_csus(self):
        self.guard(SECURE)
        for number, (secure, reached) in enumerate(((False, False), (True, True), (False, False))):
            with self.subTest(secure=secure):
                before = self.cells(BLOCK)
                self.machine.writel(SA0, 0x55555555 & ~(secure << 2 * FIELD_USDHC2))
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(),
                                 [] if reached else [("usdhc2", "non-secure", 0, "write", "ocram", CSL_OCRAM)])

    def test_domain_is_the_rdcs(self):
        slot = RDC + 0x800 + 24 * 0x10
        for offset, value in ((0, OCRAM), (4, OCRAM + 0x1000), (8, 1 << 30 | 0xFF & ~0x30)):
            self.machine.writel(slot + offset, value)
        for number, (domain, reached) in enumerate(((0, True), (2, False), (3, True))):
            with self.subTest(domain=domain):
                before = self.cells(BLOCK)
                self.machine.writel(RDC + 0x200 + 4 * MASTERS["usdhc2"], domain)
                self.read_block(number, OCRAM)
                self.assertEqual(self.cells(BLOCK), self.blocks[number] if reached else before)
                self.assertEqual(self.take_violations(), [] if reached else [("usdhc2", "non-secure", 2, "write", "rdc-region", 24)])


class EthernetCase(StockMasterCase):
    RING, PAGE = DRAM + 0x1000, DRAM + 0x100000

    def new_machine(self):
        return CableQTest()

    def setUp(self):
        super().setUp()
        self.fec = Fec(self.machine)
        for word in range(64):
            self.machine.writel(CSU + 4 * word, 0x00FF00FF)

    def domains(self, transmit, receive):
        self.machine.writel(RDC + 0x200 + 4 * MASTERS["enet-tx"], transmit)
        self.machine.writel(RDC + 0x200 + 4 * MASTERS["enet-rx"], receive)

    def slot(self, page, rights):
        """One page of DRAM; rights as in MRC, two bits a domain, write and read."""
        for offset, value in ((0, page - DRAM), (4, page - DRAM + 0x1000), (8, 1 << 30 | rights)):
            self.machine.writel(RDC + 0x800 + offset, value)

    def send(self, address, length=64, enhanced=False):
        """One frame; what came out, None if none did."""
        self.fec.set_send_ring(self.RING, [Descriptor(length, READY | WRAP | LAST, address)], enhanced=enhanced)
        self.fec.kick()
        self.machine.clock_step(1_000_000)
        frames = self.machine.sent_frames()
        return frames[0] if frames else None

    def receive(self, frame, address, enhanced=False, ring=RING):
        descriptors = [Descriptor(flags=EMPTY | WRAP, data=address)] if ring == self.RING else None
        self.fec.set_receive_ring(ring, descriptors, buffer_size=2048, enhanced=enhanced)
        if frame is not None:
            self.machine.cable.send(frame)
        self.machine.settle()
        self.machine.clock_step(1_000_000)

    def bus_error(self):
        """Whether the controller stopped because of one."""
        error = bool(self.fec.get(EIR) & EBERR)
        self.assertEqual(bool(self.fec.get(ECR) & ECR_ENABLE), not error)
        return error


class EthernetTest(EthernetCase):
    def test_privilege_is_the_csus(self):
        self.send(OCRAM)
        self.guard(SUPERVISOR)
        for privileged in (True, False, None, False):
            with self.subTest(privileged=privileged):
                self.privilege(FIELD_ENET, privileged)
                self.send(OCRAM)
                self.receive(frame_of(1, 64), OCRAM)
                self.assertEqual(self.take_violations(),
                                 [(master, "non-secure", 0, direction, "ocram", CSL_OCRAM)
                                  for master, direction in (("enet-tx", "read"), ("enet-rx", "write"))] if privileged is False else [])

    def test_world_is_the_csus(self):
        self.guard(SECURE)
        for secure in (False, True, False):
            with self.subTest(secure=secure):
                self.machine.writel(SA0, 0x55555555 & ~(secure << 2 * FIELD_ENET))
                self.send(OCRAM)
                self.receive(frame_of(1, 64), OCRAM)
                self.assertEqual([violation[0] for violation in self.take_violations()], [] if secure else ["enet-tx", "enet-rx"])

    def test_each_direction_has_its_domain(self):
        """A page for one of two domains: what one port may do, the other may not."""
        for enhanced in (False, True):
            for domain, rights in ((1, 0x0C), (2, 0x30)):
                for transmit, receive in ((1, 2), (2, 1)):
                    with self.subTest(enhanced=enhanced, page_of=domain, transmit=transmit, receive=receive):
                        self.domains(transmit, receive)
                        write_cells(self.machine.qmp, self.PAGE, b"\x5A" * 256)
                        self.slot(self.PAGE, rights)
                        frame = frame_of(domain, 64)
                        self.assertEqual(self.send(self.PAGE, enhanced=enhanced), b"\x5A" * 64 if transmit == domain else bytes(64))
                        self.receive(frame, self.PAGE, enhanced)
                        self.assertEqual(self.cells(64, self.PAGE), frame if receive == domain else b"\x5A" * 64)
                        self.assertEqual(self.take_violations(),
                                         [("enet-rx", "non-secure", receive, "write", "rdc-region", 0) if transmit == domain else
                                          ("enet-tx", "non-secure", transmit, "read", "rdc-region", 0)])

    def test_who_each_access_is(self):
        """Each ring's descriptors belong to the ring's port: fetch, data, write-back."""
        self.domains(1, 2)
        closed, read_only = 0x00, 0xAA
        frame = frame_of(1, 64)
        for enhanced in (False, True):
            cases = {
                "receive descriptor": (self.RING, closed, ("enet-rx", "read"), lambda: self.receive(frame, self.PAGE, enhanced)),
                "received data": (self.PAGE, closed, ("enet-rx", "write"), lambda: self.receive(frame, self.PAGE, enhanced)),
                "received descriptor": (self.RING, read_only, ("enet-rx", "write"), lambda: self.receive(frame, self.PAGE, enhanced)),
                "send descriptor": (self.RING, closed, ("enet-tx", "read"), lambda: self.send(self.PAGE, enhanced=enhanced)),
                "data to send": (self.PAGE, closed, ("enet-tx", "read"), lambda: self.send(self.PAGE, enhanced=enhanced)),
                "sent descriptor": (self.RING, read_only, ("enet-tx", "write"), lambda: self.send(self.PAGE, enhanced=enhanced)),
            }
            for name, (page, rights, (master, direction), action) in cases.items():
                with self.subTest(name=name, enhanced=enhanced):
                    self.slot(page, rights)
                    action()
                    self.fec.stop()
                    self.assertEqual({violation[:4] for violation in self.take_violations()},
                                     {(master, "non-secure", {"enet-rx": 2, "enet-tx": 1}[master], direction)})
                    self.slot(page, 0xFF)


class PeripheralTest(EthernetCase):
    """Open peripherals that tell one master from another."""

    SEMAPHORE1, PDAP, SPARE, OWN, EMPTY_ADDRESS = 0x303B0000, RDC + 0x400, 0x30340050, BASE, 0x3FFFF000
    IOMUXC_GPR = 20  # CSL, PDAP and gate

    def payload(self, *words):
        """A frame that begins with these words."""
        return struct.pack(f"<{len(words)}I", *words).ljust(64, b"\0")

    def test_a_semaphore_gate_keeps_the_ports_domain(self):
        self.domains(1, 2)
        frame = bytearray(64)
        frame[self.IOMUXC_GPR] = 1
        for domain in (2, 3):
            self.domains(1, domain)
            self.receive(bytes(frame), self.SEMAPHORE1)
            self.assertEqual(self.machine.readb(self.SEMAPHORE1 + self.IOMUXC_GPR), 1 | domain << 4)
            self.receive(bytes(64), self.SEMAPHORE1)
            self.assertEqual(self.machine.readb(self.SEMAPHORE1 + self.IOMUXC_GPR), 0, "its holder gives it back")

    def test_a_peripheral_that_needs_the_gate(self):
        self.domains(1, 2)
        gate = bytearray(64)
        gate[self.IOMUXC_GPR] = 1
        self.receive(bytes(gate), self.SEMAPHORE1)
        self.machine.writel(self.PDAP + 4 * self.IOMUXC_GPR, 1 << 30 | 0xFF)
        self.receive(self.payload(0x1234), self.SPARE)
        self.assertEqual(self.take_violations(), [])
        self.domains(1, 3)
        self.receive(self.payload(0x5678), self.SPARE)
        self.assertEqual(self.take_violations(), [("enet-rx", "non-secure", 3, "write", "rdc-semaphore", self.IOMUXC_GPR)])
        self.machine.writel(self.PDAP + 4 * self.IOMUXC_GPR, 0xFF)
        self.assertEqual(self.machine.readl(self.SPARE), 0x1234)

    def test_a_register_that_belongs_to_domains(self):
        """SRC's DOM_EN: a core's reset register for domain 2 alone."""
        register = 0x30391000
        self.machine.writel(register, 1 << 31 | 1 << 30 | 1 << 26)  # DOM_EN, LOCK, DOMAIN2
        before = self.machine.readl(register)
        self.domains(2, 1)
        self.receive(self.payload(0xF), register)
        self.assertEqual(self.machine.readl(register), before)
        self.domains(1, 2)
        self.receive(self.payload(before & ~0xFF | 0xA), register)
        self.assertEqual(self.machine.readl(register), before & ~0xF | 0xA)

    def test_secure_memory_of_a_domain(self):
        """A page of CAAM's secure memory that partition 1 gives to non-secure domain 2 alone."""
        ring, page = 0x30901000, 0x100000 + 2 * 0x1000
        self.machine.writel(ring + 0xA14, 0xFF)
        self.machine.writel(ring + 0xA18, 0xFFFFFFFF)
        self.machine.writel(ring + 0xA1C, 0xFFFFFFFF)
        self.machine.writel(ring + 0xBE4, 2 << 16 | 1 << 8 | 1)
        for offset in range(0, 64, 4):
            self.machine.writel(page + offset, 0x77777777)
        self.machine.writel(ring + 0xA18, 0)
        self.machine.writel(ring + 0xA1C, 1 << (16 + 3))
        self.domains(2, 1)
        self.assertEqual(self.send(page), b"\x77" * 64)
        self.assertFalse(self.bus_error())
        self.receive(bytes(64), page)
        self.assertTrue(self.bus_error())
        self.domains(1, 2)
        self.assertIsNone(self.send(page))
        self.assertTrue(self.bus_error())
        self.domains(2, 1)
        self.assertEqual(self.send(page), b"\x77" * 64, "the receive port of another domain wrote nothing")
        self.domains(1, 2)
        self.receive(b"\x66" * 64, page)
        self.domains(2, 1)
        self.assertEqual(self.send(page), b"\x66" * 64)

    def test_closed_peripherals_and_empty_addresses(self):
        self.machine.writel(CSU + self.IOMUXC_GPR // 2 * 4, 0x00FF0033)
        self.assertEqual(self.send(self.SPARE), bytes(64))
        self.assertEqual(self.take_violations(), [("enet-tx", "non-secure", 0, "read", "csl", self.IOMUXC_GPR)])
        self.assertFalse(self.bus_error())
        self.assertIsNone(self.send(self.EMPTY_ADDRESS))
        self.assertEqual(self.take_violations(), [])
        self.assertTrue(self.bus_error())

    def test_its_own_registers_are_out_of_reach(self):
        """QEMU refuses DMA of a device into itself; nothing of it hangs."""
        self.receive(self.payload(0xFFFFFFFF, 0xFFFFFFFF), self.OWN)
        self.assertTrue(self.bus_error())
        self.assertIsNone(self.send(self.OWN))
        self.assertTrue(self.bus_error())

    def test_a_bus_error_ends_the_work(self):
        """Of either direction, at a descriptor and at data; what begins before it is not called done, and the driver can begin anew."""
        self.machine.writel(BASE + EIMR, EBERR)
        for enhanced in (False, True):
            for ring, data in ((self.EMPTY_ADDRESS, DRAM), (self.RING, self.EMPTY_ADDRESS)):
                with self.subTest(enhanced=enhanced, ring=hex(ring), data=hex(data)):
                    kept = ring == self.RING
                    self.fec.set_send_ring(ring, [Descriptor(64, READY | WRAP | LAST, data)] if kept else None, enhanced=enhanced)
                    self.assertFalse(self.bus_error())
                    self.fec.kick()
                    self.assertTrue(self.bus_error())
                    self.assertFalse(self.fec.sending())
                    self.assertEqual(self.machine.sent_frames(), [])
                    if kept:
                        self.assertTrue(self.fec.descriptor(ring).flags & READY)
                    self.receive(frame_of(1, 64) if kept else None, data, enhanced, ring=ring)
                    self.assertTrue(self.bus_error())
                    self.assertEqual(self.fec.get(RDAR), 0)
                    if kept:
                        self.assertTrue(self.fec.descriptor(ring).flags & EMPTY)
            self.receive(frame_of(2, 64), DRAM, enhanced)
            self.assertEqual(self.cells(64, DRAM), frame_of(2, 64))
            self.assertEqual(self.send(DRAM, enhanced=enhanced), frame_of(2, 64))
            self.assertFalse(self.bus_error())


if __name__ == "__main__":
    unittest.main()
