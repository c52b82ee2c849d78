# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing outlives a change of the policy: what a master was granted before a page closed does not land there after it, and the attempt is on record.

For each of QEMU's DMA models: a USB transfer whose data comes late, frames that wait for the controller, frames that it has not fetched
yet, and the rest of a card's blocks, of which a uSDHC moves 16 KiB in one go. Jobs of our own masters: test_workers.py.
"""

import tempfile
import unittest

from ethernet import ACTIVE, EMPTY, LAST, RDAR, READY, WRAP, CableQTest, Descriptor, Fec, frame_of
from mass_storage import BLOCK, SHORT_PACKET, SUCCESS, Stick, StickQTest, inquiry, read10, write10
from svplib.machine.qtest import QTest
from svplib.machine.test_port import MASTERS, read_cells, write_cells
from usdhc import COUNT, END, READ, Usdhc, descriptor

DRAM, TARGET, PAGE = 0x40000000, 0x48000000, 0x1000
RDC, CSU, TZASC, GPR10 = 0x303D0000, 0x303E0000, 0x32F80000, 0x30340028
SA0 = CSU + 0x218
SLOT = RDC + 0x800
ALL, NOBODY, DOMAIN_0 = 0xFF, 0x00, 0x03
SIZE_32K = 0x0E
FIELD_USB = 4  # of SA
UNTOUCHED = b"\xEE"


class Rights:
    """Rules about one page of DRAM, and who a master is, as the secure world writes them."""

    def __init__(self, machine):
        self.write = machine.writel

    def slot(self, rights, first=TARGET, length=PAGE):
        for offset, value in ((0, first - DRAM), (4, first - DRAM + length), (8, 1 << 30 | rights)):
            self.write(SLOT + offset, value)

    def domain(self, master, number):
        self.write(RDC + 0x200 + 4 * MASTERS[master], number)

    def secure_region(self, on):
        self.write(GPR10, 1)
        for offset, value in ((0x110, TARGET - DRAM), (0x114, 0), (0x118, 0xC << 28 | SIZE_32K << 1 | on), (0x108, 0xF << 28), (4, 0)):
            self.write(TZASC + offset, value)

    def secure_master(self, field, on):
        self.write(SA0, 0x55555555 & ~(on << 2 * field))


class LateDmaCase(unittest.TestCase):
    def begin(self, machine):
        self.machine = machine.start()
        self.addCleanup(self.machine.stop)
        self.rights = Rights(self.machine)

    def file(self, content):
        file = tempfile.NamedTemporaryFile()
        self.addCleanup(file.close)
        file.write(content)
        file.flush()
        return file.name

    def cells(self, address, length):
        return read_cells(self.machine.qmp, address, length)

    def mark(self, address, length):
        write_cells(self.machine.qmp, address, UNTOUCHED * length)

    def take_violations(self):
        entries = self.machine.qmp.command("query-svp-violations")["violations"]
        self.machine.qmp.command("svp-clear-violations")
        return [(entry["master"], entry["world"], entry["domain"], entry["direction"], entry["denier"], entry["index"]) for entry in entries]


def block_of(number):
    return bytes([0x40 + number]) * BLOCK


class UsbTest(LateDmaCase):
    def setUp(self):
        self.image = self.file(b"".join(block_of(number) for number in range(64)) + bytes(4 << 20))
        self.begin(StickQTest(self.image))
        self.stick = Stick(self.machine)
        self.read_at_once(0, TARGET + 0x10000)  # from now on each read has to wait

    def read_at_once(self, block, address):
        self.post_read(block, (address, BLOCK))
        self.assertEqual(self.stick.wait_data(), (SUCCESS, 0))
        self.assertEqual(self.stick.status(), 0)
        self.assertEqual(self.cells(address, BLOCK), block_of(block))

    def post_read(self, block, *pieces):
        self.stick.command(read10(block, sum(length for _, length in pieces) // BLOCK), sum(length for _, length in pieces))
        self.stick.post_in(*pieces)

    def posted(self, block, *pieces):
        """A read that has not ended yet, into cells that are marked. The drive takes one in a second of virtual time, which passes while a slow
        host ends the one before: then there is another try."""
        for _ in range(20):
            for address, length in pieces:
                write_cells(self.machine.qmp, address, UNTOUCHED, length)
            self.post_read(block, *pieces)
            if self.stick.pending():
                break
            self.finish()
        else:
            self.fail("every read ends at once")
        self.assertEqual(self.take_violations(), [])

    def finish(self, expected=(SUCCESS, 0)):
        self.assertEqual(self.stick.wait_data(), expected)
        self.assertEqual(self.stick.status(), 0)

    def test_data_that_comes_after_the_page_closed(self):
        rights = self.rights
        ways = {
            "slot": (lambda: rights.slot(ALL), lambda: rights.slot(NOBODY), ("usb1", "non-secure", 0, "write", "rdc-region", 0)),
            "read-only slot": (lambda: rights.slot(ALL), lambda: rights.slot(0xAA), ("usb1", "non-secure", 0, "write", "rdc-region", 0)),
            "domain": (lambda: (rights.domain("usb1", 0), rights.slot(DOMAIN_0)), lambda: rights.domain("usb1", 2),
                       ("usb1", "non-secure", 2, "write", "rdc-region", 0)),
            "region": (lambda: rights.secure_region(False), lambda: rights.secure_region(True), ("usb1", "non-secure", 0, "write", "tzc", 1)),
            "world": (lambda: (rights.secure_master(FIELD_USB, True), rights.secure_region(True)), lambda: rights.secure_master(FIELD_USB, False),
                      ("usb1", "non-secure", 0, "write", "tzc", 1)),
        }
        for name, (before, close, record) in ways.items():
            with self.subTest(way=name):
                rights.slot(ALL)
                rights.domain("usb1", 0)
                rights.secure_region(False)
                rights.secure_master(FIELD_USB, False)
                before()
                self.posted(5, (TARGET, BLOCK))
                close()
                self.finish()
                self.assertEqual(self.cells(TARGET, BLOCK), UNTOUCHED * BLOCK)
                self.assertEqual(self.take_violations(), [record])

    def test_rights_of_the_moment_when_it_lands(self):
        """Open, closed, open again; and closed when it was posted."""
        self.posted(6, (TARGET, BLOCK))
        self.rights.slot(NOBODY)
        self.rights.slot(ALL)
        self.finish()
        self.assertEqual(self.cells(TARGET, BLOCK), block_of(6))
        self.rights.slot(NOBODY)
        self.posted(7, (TARGET, BLOCK))
        self.rights.slot(ALL)
        self.finish()
        self.assertEqual(self.cells(TARGET, BLOCK), block_of(7))
        self.assertEqual(self.take_violations(), [])

    def test_the_part_that_is_still_open_lands(self):
        pieces = ((TARGET - BLOCK, 2 * BLOCK), (TARGET + 2 * PAGE, BLOCK), (TARGET + BLOCK, BLOCK))
        self.posted(8, *pieces)
        self.rights.slot(NOBODY)
        self.finish()
        self.assertEqual(self.cells(TARGET - BLOCK, 2 * BLOCK), block_of(8) + UNTOUCHED * BLOCK)
        self.assertEqual(self.cells(TARGET + 2 * PAGE, BLOCK), block_of(10))
        self.assertEqual(self.cells(TARGET + BLOCK, BLOCK), UNTOUCHED * BLOCK)
        self.assertEqual(self.take_violations(), [("usb1", "non-secure", 0, "write", "rdc-region", 0)])

    def test_a_short_packet_leaves_the_rest_alone(self):
        self.mark(TARGET, 1024)
        self.stick.command(inquiry(36), 36)
        self.stick.post_in((TARGET, 20), (TARGET + 0x100, 512))
        self.assertEqual(self.stick.wait_data(), (SHORT_PACKET, 496))
        self.assertEqual(self.stick.status(), 0)
        self.assertIn(b"QEMU", self.cells(TARGET, 20))
        self.assertEqual(self.cells(TARGET + 20, 0xEC), UNTOUCHED * 0xEC)
        self.assertNotEqual(self.cells(TARGET + 0x100, 16), UNTOUCHED * 16)
        self.assertEqual(self.cells(TARGET + 0x110, 496), UNTOUCHED * 496)

    def test_data_that_was_read_before_is_the_masters(self):
        """What the controller had fetched from an open page goes to the stick, whatever becomes of the page; nothing is fetched later."""
        write_cells(self.machine.qmp, TARGET, b"fetched before  ", BLOCK)
        self.stick.command(write10(20, 1), BLOCK, out=True)
        self.stick.post_out((TARGET, BLOCK))
        write_cells(self.machine.qmp, TARGET, b"too late        ", BLOCK)
        self.rights.slot(NOBODY)
        self.finish()
        self.assertEqual(self.take_violations(), [])
        self.rights.slot(ALL)
        self.post_read(20, (TARGET, BLOCK))
        self.finish()
        self.assertEqual(self.cells(TARGET, BLOCK), b"fetched before  " * (BLOCK // 16))

    def test_data_for_the_stick_from_a_closed_page(self):
        write_cells(self.machine.qmp, TARGET, b"nobody reads me ", BLOCK)
        self.rights.slot(NOBODY)
        self.stick.command(write10(21, 1), BLOCK, out=True)
        self.stick.post_out((TARGET, BLOCK))
        self.finish()
        self.assertEqual(self.take_violations(), [("usb1", "non-secure", 0, "read", "rdc-region", 0)])
        self.rights.slot(ALL)
        self.post_read(21, (TARGET, BLOCK))
        self.finish()
        self.assertEqual(self.cells(TARGET, BLOCK), bytes(BLOCK))

    def test_large_transfers(self):
        """64 KiB in pieces, more than QEMU maps of what is no RAM otherwise."""
        count = 0x10000 // BLOCK
        pieces = [(TARGET + 0x3000 * number, 0x2000) for number in range(8)]
        self.posted(0, *pieces)
        self.finish()
        data = b"".join(self.cells(address, length) for address, length in pieces)
        self.assertEqual(data, b"".join(block_of(number) if number < 64 else bytes(BLOCK) for number in range(count)))

    def test_cancelled_transfers_leave_nothing_behind(self):
        """50 transfers of 1 MiB: more than may be under way at once."""
        self.mark(TARGET, BLOCK)
        piece = 0x10000
        for _ in range(50):
            self.stick.command(read10(0, 16 * piece // BLOCK), 16 * piece)
            self.stick.post_in(*[(TARGET, piece)] * 16)
            self.assertTrue(self.stick.pending())
            self.stick.cancel_in()
        self.assertEqual(self.cells(TARGET, BLOCK), UNTOUCHED * BLOCK)
        self.read_at_once(9, TARGET)


class EthernetTest(LateDmaCase):
    RING = DRAM + 0x10000

    def setUp(self):
        self.begin(CableQTest())
        self.fec = Fec(self.machine)

    def test_a_frame_that_waits_for_the_controller(self):
        for enhanced in (False, True):
            with self.subTest(enhanced=enhanced):
                self.mark(TARGET, 256)
                self.rights.slot(ALL)
                self.fec.set_receive_ring(self.RING, [Descriptor(flags=WRAP, data=TARGET)], buffer_size=2048, enhanced=enhanced)
                self.machine.cable.send(frame_of(1, 100))
                self.machine.settle()
                self.fec.write_ring(self.RING, [Descriptor(flags=EMPTY | WRAP, data=TARGET)])
                self.rights.slot(NOBODY)
                self.fec.set(RDAR, ACTIVE)
                self.machine.settle()
                self.assertFalse(self.fec.descriptor(self.RING).flags & EMPTY)
                self.assertEqual(self.cells(TARGET, 256), UNTOUCHED * 256)
                self.assertEqual(self.take_violations(), [("enet-rx", "non-secure", 0, "write", "rdc-region", 0)])

    def test_frames_that_are_not_fetched_yet(self):
        """A long queue is sent in several goes; what is fetched after the page closed is zeros."""
        count = 600
        self.rights.slot(ALL)
        frame = frame_of(1, 64)
        write_cells(self.machine.qmp, TARGET, frame)
        self.fec.set_send_ring(self.RING, [Descriptor(64, READY | LAST, TARGET)] * count + [Descriptor(flags=WRAP)])
        self.fec.kick()
        self.machine.settle()
        frames = self.machine.sent_frames()
        self.assertTrue(0 < len(frames) < count)
        self.assertEqual(set(frames), {frame})
        self.rights.slot(NOBODY)
        after = []
        for _ in range(20):
            self.machine.clock_step(600_000)
            self.machine.settle()
            after += self.machine.sent_frames()
        self.assertEqual(len(frames) + len(after), count)
        self.assertEqual(set(after), {bytes(64)})
        self.assertEqual(self.take_violations(), [("enet-tx", "non-secure", 0, "read", "rdc-region", 0)])


class CardTest(LateDmaCase):
    """Transfers longer than what is moved in one go: the register write moves the first part, virtual time the rest."""

    TABLE, COUNT = DRAM + 0x10000, 64
    READ_MANY, WRITE_MANY = 18, 25
    LENGTH = COUNT * BLOCK

    def setUp(self):
        self.content = b"".join(block_of(number) for number in range(self.COUNT))
        self.begin(QTest(sd=[self.file(self.content + bytes((1 << 20) - self.LENGTH))]))
        self.host = Usdhc(self.machine)
        self.assertIsNotNone(self.host.identify())
        write_cells(self.machine.qmp, self.TABLE, descriptor(TARGET, self.LENGTH, flags=END))

    def start(self, command, direction, listed):
        self.rights.slot(ALL, length=self.LENGTH)
        if listed:
            self.host.listed(command, 0, self.TABLE, self.COUNT, direction, extra=COUNT)
        else:
            self.host.simple(command, 0, TARGET, self.COUNT, direction, size=7 << 12 | BLOCK, extra=COUNT)

    def close_and_finish(self, direction):
        """What was refused is on record, once."""
        self.rights.slot(NOBODY, length=self.LENGTH)
        self.host.finish()
        self.assertEqual(self.take_violations(), [("usdhc2", "non-secure", 0, direction, "rdc-region", 0)])
        self.rights.slot(ALL, length=self.LENGTH)

    def test_blocks_that_come_after_the_page_closed(self):
        for listed in (False, True):
            with self.subTest(listed=listed):
                self.mark(TARGET, self.LENGTH)
                self.start(self.READ_MANY, READ, listed)
                landed = self.cells(TARGET, self.LENGTH)
                first = landed.index(UNTOUCHED)
                self.assertEqual(landed, self.content[:first] + UNTOUCHED * (self.LENGTH - first))
                self.assertTrue(0 < first < self.LENGTH, "one part was moved, and not all of it")
                self.close_and_finish("write")
                self.assertEqual(self.cells(TARGET, self.LENGTH), landed)
                self.host.command(12)

    def test_blocks_that_are_not_fetched_yet(self):
        """The card gets zeros for what the master could no longer read."""
        for listed in (False, True):
            with self.subTest(listed=listed):
                write_cells(self.machine.qmp, TARGET, b"fetched in time.", self.LENGTH)
                self.start(self.WRITE_MANY, 0, listed)
                self.close_and_finish("read")
                self.host.command(12)
                self.start(self.READ_MANY, READ, listed)
                self.host.finish()
                self.host.command(12)
                written = self.cells(TARGET, self.LENGTH)
                first = written.index(bytes(BLOCK))
                self.assertTrue(0 < first < self.LENGTH)
                self.assertEqual(written, b"fetched in time." * (first // 16) + bytes(self.LENGTH - first))


if __name__ == "__main__":
    unittest.main()
