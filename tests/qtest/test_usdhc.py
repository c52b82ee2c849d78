# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that means harm at uSDHC and card: nothing ends the emulator, nothing keeps it long, and what fails says so.

Patches 0010 to 0019 in hw/qemu/patches are held here.
"""

import hashlib
import random
import struct
import tempfile
import time
import unittest

import usdhc
from usdhc import (ADMA1, ADMA_ADDRESS, ADMA_ERROR, ADMA_FAILED, AUTO_STOP, BLOCK, BLOCK_BYTES, BUSY, BUS_LEVELS, CARD_CLOCK, CLOCKS, CLOCK_STABLE,
                   COMMAND_COMPLETE, COUNT, DAT0_LEVEL, DATA, DATA_CRC, DATA_INHIBIT, DATA_TIMEOUT, DMA, DMA_FAILED, END, FORCED_CLOCK, INTERRUPT, LINK, LONG,
                   MIXER, NO_RESPONSE, PRESENT, PROTOCOL, READ, READ_READY, RESET_ALL, RESET_COMMAND, RESET_DATA, SIGNAL_ENABLE, SIMPLE, STATUS,
                   STATUS_ENABLE, STEP, SYSTEM, TRANSFER_COMPLETE, USDHC1, USDHC2, VENDOR, VENDOR_RESET, Usdhc, descriptor)
from svplib.machine.console import timeout_scale
from svplib.machine.qtest import QTest

MEMORY, TABLE, PERIPHERAL = 0x40000000, 0x40800000, 0x30340000
CARD_BYTES = 64 << 20
LONG_TIME = 3  # seconds of the host's CPU for one access; it was 4 to 13, or without end
READ_MANY, WRITE_MANY, WRITE_ONE, READ_ONE, SEND_OP_COND = 18, 25, 24, 17, 1
GIC_USDHC2_INPUT = 23


class UsdhcCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.content = random.Random(7).randbytes(1 << 20)
        cls.card = tempfile.NamedTemporaryFile()
        cls.addClassCleanup(cls.card.close)
        for _ in range(CARD_BYTES // len(cls.content)):
            cls.card.write(cls.content)
        cls.card.flush()

    def setUp(self):
        self.machine = QTest(sd=[self.card.name], timeout=60 * timeout_scale()).start()
        self.addCleanup(self.machine.stop)
        self.host = Usdhc(self.machine)
        self.assertIsNotNone(self.host.identify())

    def seconds(self, action):
        """CPU time of the emulator for one action of ours."""
        before = self.machine.cpu_seconds()
        action()
        return self.machine.cpu_seconds() - before

    def assert_alive(self):
        self.assertTrue(self.machine.qmp.command("query-status"))
        self.assertIsNotNone(self.host.identify(), "a reset brings the controller and its card back")

    def hash(self, address, length):
        digest = hashlib.sha256()
        for offset in range(0, length, 1 << 20):
            digest.update(self.machine.read(address + offset, min(1 << 20, length - offset)))
        return digest.hexdigest()


class CommandsInBetweenTest(UsdhcCase):
    """While a card receives or sends data there comes another command, legal or not, then the data go on."""

    GO_INACTIVE = 15  # only a loss of power brings the card back

    def each_command(self):
        return [(index, application) for index in range(64) if index != self.GO_INACTIVE for application in (False, True)]

    def put_between(self, begin, index, application, go_on):
        self.host.identify()
        self.host.write(MIXER, 0)
        self.host.command(begin, 0)
        if application:
            self.host.command(55, self.host.address)
        self.host.command(index, self.host.address)
        go_on()

    def test_data_for_the_card(self):
        def by_port():
            self.host.write(BLOCK, 1 << 16 | BLOCK_BYTES)
            self.host.command(63, response=NO_RESPONSE, data=True)
            for _ in range(4):
                self.host.write(DATA, 0x01020304)

        def by_dma():
            self.host.simple(63, 0, MEMORY, 2, 0)

        for begin in (WRITE_ONE, WRITE_MANY, 56):
            for index, application in self.each_command():
                self.put_between(begin, index, application, by_dma if index % 2 else by_port)
        self.assert_alive()

    def test_data_of_the_card(self):
        def by_dma():
            self.host.simple(63, 0, MEMORY, 2, READ)

        for begin in (READ_MANY, 6):
            for index, application in self.each_command():
                self.put_between(begin, index, application, by_dma)
        self.assert_alive()

    def test_the_data_are_what_the_first_command_said(self):
        """Asking for the status and a refused command change nothing of a write that is under way."""
        block = bytes(range(256)) * 2
        self.machine.write(MEMORY, block)
        self.host.write(MIXER, 0)
        self.host.command(WRITE_ONE, 3 * BLOCK_BYTES)
        self.assertEqual(self.host.card_state(), 6, "receiving")
        self.host.command(READ_ONE)  # refused
        # No card answers it, and data do not follow a response that is missing
        self.host.simple(63, 0, MEMORY, 1, 0, response=NO_RESPONSE)
        self.host.finish()
        self.assertEqual(self.host.card_state(), 4)
        self.host.identify()
        self.host.simple(READ_ONE, 3, MEMORY + 0x1000, 1, READ)
        self.host.finish()
        self.assertEqual(self.machine.read(MEMORY + 0x1000, BLOCK_BYTES), block)

    def test_without_a_card(self):
        host = Usdhc(self.machine, USDHC1)
        self.assertIsNone(host.identify())
        for command, direction in ((READ_MANY, READ), (WRITE_MANY, 0)):
            for start in (host.simple, host.listed):
                self.machine.write(TABLE, descriptor(MEMORY, BLOCK_BYTES, flags=END))
                host.write(STATUS, 0xFFFFFFFF)
                host.command(0, response=NO_RESPONSE)
                address = TABLE if start == host.listed else MEMORY
                start(63, 0, address, 8, direction)
                host.write(SYSTEM, usdhc.CLOCKS | RESET_DATA)
        host.write(STATUS, 0xFFFFFFFF)
        host.write(PROTOCOL, SIMPLE)
        host.write(MIXER, DMA | usdhc.MULTI | COUNT | READ)
        host.write(BLOCK, 8 << 16 | BLOCK_BYTES)
        host.command(63, response=NO_RESPONSE, data=True)
        self.assertTrue(host.read(STATUS) & DATA_TIMEOUT, "nobody sent data")


class ClocksTest(UsdhcCase):
    """The gate is in VEND_SPEC; System Control has dividers and resets only, and its bits 3 to 0 are reserved."""

    def test_reset_value(self):
        self.host.write(SYSTEM, RESET_ALL)
        self.assertEqual(self.host.read(VENDOR), VENDOR_RESET)
        self.assertTrue(self.host.read(PRESENT) & CLOCK_STABLE)

    def test_reset_keeps_status_enables(self):
        """As U-Boot has it: the enables first, then a reset of everything, then commands that it waits for."""
        for enables in (0x007F013B, 0x00000001, 0):
            with self.subTest(hex(enables)):
                self.host.write(STATUS_ENABLE, enables)
                self.host.write(SYSTEM, RESET_ALL)
                self.assertEqual(self.host.read(STATUS_ENABLE), enables)
                self.host.command(0, response=NO_RESPONSE)
                self.assertEqual(self.host.read(STATUS) & COMMAND_COMPLETE, enables & COMMAND_COMPLETE)

    def test_clock_as_boot_loaders_set_it(self):
        for dividers in (0, 0x80F0, 0x0110, 0xFFF0):
            with self.subTest(hex(dividers)):
                self.host.write(VENDOR, VENDOR_RESET & ~CARD_CLOCK)
                self.host.write(SYSTEM, dividers)
                self.assertTrue(self.host.read(PRESENT) & CLOCK_STABLE)
                self.host.write(VENDOR, VENDOR_RESET)
                self.host.write(SYSTEM, dividers | RESET_COMMAND)
                self.assertEqual(self.host.card_state(), 4)

    def test_gates(self):
        for gate, runs in ((0, False), (CARD_CLOCK, True), (FORCED_CLOCK, True), (CARD_CLOCK | FORCED_CLOCK, True), (0, False)):
            with self.subTest(hex(gate)):
                self.host.write(VENDOR, VENDOR_RESET & ~CARD_CLOCK | gate)
                self.host.write(SYSTEM, CLOCKS)
                self.host.write(STATUS, 0xFFFFFFFF)
                self.host.command(13, self.host.address)
                self.assertEqual(self.host.read(STATUS) & COMMAND_COMPLETE, COMMAND_COMPLETE if runs else 0)


class ResetsTest(UsdhcCase):
    """Of the command and of the data circuit."""

    def begin_read(self):
        self.host.write(SIGNAL_ENABLE, 0xFFFFFFFF)
        self.host.write(MIXER, READ)
        self.host.write(BLOCK, 1 << 16 | BLOCK_BYTES)
        self.host.command(READ_ONE, 0, data=True)
        self.assertTrue(self.host.read(PRESENT) & (DATA_INHIBIT | READ_READY))

    def test_both_at_once(self):
        self.begin_read()
        self.host.write(SYSTEM, RESET_COMMAND | RESET_DATA)
        self.assertEqual(self.host.read(PRESENT) & (DATA_INHIBIT | READ_READY), 0)
        self.assertEqual(self.host.read(STATUS), 0)

    def test_line_goes_with_the_status(self):
        self.machine.intercept("/machine/soc/gic")
        for resets, line in ((RESET_DATA, True), (RESET_COMMAND, False)):
            self.begin_read() if resets == RESET_DATA else None
            self.assertTrue(self.machine.irq(GIC_USDHC2_INPUT))
            self.host.write(SYSTEM, resets)
            self.assertEqual(self.machine.irq(GIC_USDHC2_INPUT), line, hex(resets))


class SavedTest(UsdhcCase):
    """Half a transfer in a saved state."""

    def load_again(self):
        with tempfile.NamedTemporaryFile() as state:
            self.machine.qmp.command("migrate", uri=f"file:{state.name}")
            while (status := self.machine.qmp.command("query-migrate")["status"]) != "completed":
                self.assertNotEqual(status, "failed")
            self.machine.stop()
            self.machine = QTest(sd=[self.card.name], timeout=60 * timeout_scale(), extra=("-incoming", "defer")).start()
            self.addCleanup(self.machine.stop)
            self.machine.qmp.command("migrate-incoming", uri=f"file:{state.name}")
            while self.machine.qmp.command("query-migrate").get("status") != "completed":
                time.sleep(0.01)
        self.host.machine = self.machine

    def test_data_of_one_command(self):
        """Of a block, of SCR, and of a switch of functions: the rest is there after a load, and then the card is ready."""
        for size, begin in ((BLOCK_BYTES, lambda: self.host.command(READ_ONE, 0, data=True)), (64, lambda: self.host.command(6, 0, data=True))):
            with self.subTest(size=size):
                self.host.write(MIXER, READ)
                self.host.write(BLOCK, 1 << 16 | size)
                begin()
                before = [self.host.read(DATA) for _ in range(2)]
                self.load_again()
                rest = [self.host.read(DATA) for _ in range(size // 4 - 2)]
                if size == BLOCK_BYTES:
                    self.assertEqual(struct.pack(f"<{size // 4}I", *before, *rest), self.content[:size])
                self.assertEqual(self.host.card_state(), 4)

    def test_a_block_that_is_written(self):
        data = random.Random(8).randbytes(BLOCK_BYTES)
        words = struct.unpack(f"<{BLOCK_BYTES // 4}I", data)
        self.host.write(MIXER, 0)
        self.host.write(BLOCK, 1 << 16 | BLOCK_BYTES)
        self.host.command(WRITE_ONE, 0, data=True)
        for word in words[:100]:
            self.host.write(DATA, word)
        self.load_again()
        for word in words[100:]:
            self.host.write(DATA, word)
        self.assertEqual(self.host.card_state(), 4)
        self.host.simple(READ_MANY, 0, MEMORY, 1, READ)
        self.host.finish()
        self.assertEqual(self.machine.read(MEMORY, BLOCK_BYTES), data)


class SlotsTest(unittest.TestCase):
    def test_two_cards(self):
        """Index 0 is the socket, on uSDHC2; index 1 stands for the eMMC, on uSDHC1."""
        with tempfile.NamedTemporaryFile() as first, tempfile.NamedTemporaryFile() as second:
            for card, byte in ((first, b"1"), (second, b"2")):
                card.write(byte * (1 << 20))
                card.flush()
            both = (first.name, second.name)
            for indices in ((0,), (1,), (0, 1), (1, 0)):
                drives = [option for index in indices for option in ("-drive", f"if=sd,index={index},format=raw,snapshot=on,file={both[index]}")]
                with self.subTest(indices), QTest(extra=drives) as machine:
                    self.check(machine, indices)
            with QTest(sd=both) as machine:
                self.check(machine, (0, 1))

    def test_bus_and_unit(self):
        """The second drive may be called unit 1 or bus 1."""
        with tempfile.NamedTemporaryFile() as card:
            card.write(b"2" * (1 << 20))
            card.flush()
            for place in ("bus=0,unit=1", "bus=1,unit=0", "unit=1", "bus=1"):
                with self.subTest(place), QTest(extra=("-drive", f"if=sd,{place},format=raw,snapshot=on,file={card.name}")) as machine:
                    self.check(machine, (1,))

    def test_an_emmc(self):
        """-machine emmc=on: the second drive answers as an eMMC does (JESD84: CMD1 has OCR and power-up, its host gives the address), not as a card."""
        with tempfile.NamedTemporaryFile() as card, tempfile.NamedTemporaryFile() as emmc:
            for image, byte in ((card, b"1"), (emmc, b"2")):
                image.write(byte * (1 << 20))
                image.flush()
            drives = [word for image in (card, emmc) for word in ("-drive", f"if=sd,format=raw,snapshot=on,file={image.name}")]
            with QTest(extra=("-machine", "emmc=on", *drives)) as machine:
                self.check(machine, (0,))
                host = Usdhc(machine, USDHC1)
                host.write(SYSTEM, CLOCKS | RESET_ALL)
                host.write(SYSTEM, CLOCKS)
                host.write(STATUS_ENABLE, 0xFFFFFFFF)
                host.command(0, response=NO_RESPONSE)
                self.assertEqual(host.command(SEND_OP_COND, 0x40FF8000) >> 31, 1)
                host.command(2, response=LONG)
                host.command(3, 5 << 16)
                host.address = 5 << 16
                host.command(7, host.address, response=BUSY)
                self.assertEqual(host.card_state(), 4)
                host.simple(READ_MANY, 0, MEMORY, 1, READ)
                host.finish()
                self.assertEqual(machine.read(MEMORY, BLOCK_BYTES), b"2" * BLOCK_BYTES)

    def check(self, machine, indices):
        for index, base in ((0, USDHC2), (1, USDHC1)):
            host = Usdhc(machine, base)
            self.assertEqual(host.identify() is not None, index in indices)
            if index in indices:
                host.simple(READ_MANY, 0, MEMORY, 1, READ)
                host.finish()
                self.assertEqual(machine.read(MEMORY, BLOCK_BYTES), b"12"[index:index + 1] * BLOCK_BYTES)


class LongTransfersTest(UsdhcCase):
    """However long a transfer is, no access takes long; its data are right all the same."""

    def run_timed(self, start):
        """Seconds of the longest access from the start to the end of a transfer."""
        self.host.write(STATUS, 0xFFFFFFFF)
        longest = self.seconds(start)
        for _ in range(100000):
            status = []
            longest = max(longest, self.seconds(lambda: status.append(self.host.read(STATUS))))
            if status[0] & (TRANSFER_COMPLETE | ADMA_FAILED | DMA_FAILED | DATA_TIMEOUT):
                self.assertEqual(status[0] & (ADMA_FAILED | DMA_FAILED | DATA_TIMEOUT), 0)
                return longest
        self.fail("the transfer does not end")

    def check(self, longest):
        self.assertLess(longest, LONG_TIME * timeout_scale())

    def test_simple_dma_of_most_blocks_to_an_odd_address(self):
        """65535 blocks: one write took seconds."""
        self.check(self.run_timed(lambda: self.host.simple(READ_MANY, 0, MEMORY + 0x1004, 0xFFFF, READ)))
        self.assertEqual(self.hash(MEMORY + 0x1004, 4 << 20), hashlib.sha256(self.content * 4).hexdigest())
        self.assertEqual(self.machine.read(MEMORY + 0x1004 + 0xFFFE * BLOCK_BYTES, BLOCK_BYTES), self.content[-2 * BLOCK_BYTES:-BLOCK_BYTES])

    def test_simple_dma_stops_at_no_boundary(self):
        """Where SDHCI has the boundary, a uSDHC has reserved bits; its DMA interrupt comes at the end."""
        for boundary in (0, 0x7000):
            with self.subTest(hex(boundary)):
                self.machine.write(MEMORY, bytes(1 << 20))
                self.host.identify()
                self.host.simple(READ_MANY, 0, MEMORY, 0x800, READ, size=BLOCK_BYTES | boundary)
                self.assertEqual(self.host.read(BLOCK) & 0xFFFF, BLOCK_BYTES)
                status = self.host.finish(1 << 3)
                self.assertTrue(status & TRANSFER_COMPLETE, hex(status))
                self.assertEqual(self.host.read(BLOCK) >> 16, 0)
                self.assertEqual(self.hash(MEMORY, 1 << 20), hashlib.sha256(self.content).hexdigest())

    def test_list_of_the_largest_pieces(self):
        count = 24
        self.machine.write(TABLE, b"".join(descriptor(MEMORY + 0x10000 * number, 0, flags=END if number == count - 1 else 0) for number in range(count)))
        self.check(self.run_timed(lambda: self.host.listed(READ_MANY, 0, TABLE, count * 128, READ)))
        self.assertEqual(self.hash(MEMORY, count << 16), hashlib.sha256((self.content * 2)[:count << 16]).hexdigest())

    def test_list_of_odd_pieces(self):
        """Pieces that end in the middle of a block, some of them longer than what is moved in one go."""
        lengths = [1, 511, 512, 513, 30000, 7, 65535, 12345]
        lengths.append(-sum(lengths) % BLOCK_BYTES)
        rows, address = [], MEMORY
        for length in lengths:
            rows.append(descriptor(address, length, flags=END if len(rows) == len(lengths) - 1 else 0))
            address += length + 3 & ~3
        self.machine.write(TABLE, b"".join(rows))
        self.check(self.run_timed(lambda: self.host.listed(READ_MANY, 0, TABLE, sum(lengths) // BLOCK_BYTES, READ)))
        expected, address, data = self.content, MEMORY, b""
        for length in lengths:
            data += self.machine.read(address, length)
            address += length + 3 & ~3
        self.assertEqual(data, expected[:len(data)])

    def test_small_blocks(self):
        """The card's data by pieces of one byte: as many blocks as bytes."""
        self.check(self.run_timed(lambda: self.host.simple(READ_MANY, 0, MEMORY + 4, 0xFFFF, READ, size=1)))
        self.assertEqual(self.machine.read(MEMORY + 4, 0xFFFF), self.content[:0xFFFF])

    def test_blocks_longer_than_the_cards(self):
        """The card's blocks have one byte, the controller's 4095: an error after the first, not as many requests to the card's file."""
        for name, command, direction in (("read", READ_MANY, READ), ("write", WRITE_MANY, 0)):
            for transfer in (lambda: self.host.simple(command, 0, MEMORY, 100, direction, size=4095),
                             lambda: self.host.listed(command, 0, TABLE, 100, direction, size=4095)):
                with self.subTest(name):
                    self.host.identify()
                    self.host.command(16, 1)
                    self.machine.write(TABLE, descriptor(MEMORY, 0, flags=END))
                    self.host.write(STATUS, 0xFFFFFFFF)
                    before = self.machine.qmp.command("query-blockstats")[0]["stats"]
                    transfer()
                    self.assertEqual(self.host.finish(TRANSFER_COMPLETE | DATA_CRC) & (TRANSFER_COMPLETE | DATA_CRC), DATA_CRC)
                    after = self.machine.qmp.command("query-blockstats")[0]["stats"]
                    for what in ("rd_operations", "wr_operations"):
                        self.assertLessEqual(after[what] - before[what], 1)
        self.host.identify()
        self.host.command(16, 1)
        self.check(self.run_timed(lambda: self.host.simple(READ_MANY, 0, MEMORY + 4, 0x800, READ, size=1)))
        self.assertEqual(self.machine.read(MEMORY + 4, 0x800), self.content[:0x800])

    def test_what_is_written_arrives(self):
        data = random.Random(8).randbytes(3 << 20)
        for offset in range(0, len(data), 1 << 16):
            self.machine.write(MEMORY + offset, data[offset:offset + (1 << 16)])
        for name, start in (("simple", lambda: self.host.simple(WRITE_MANY, 64, MEMORY + 4, 0x800, 0)),
                            ("list", lambda: self.host.listed(WRITE_MANY, 64, TABLE, 0x800, 0, extra=COUNT | AUTO_STOP))):
            with self.subTest(name=name):
                self.host.identify()
                self.machine.write(TABLE, b"".join(descriptor(MEMORY + 4 + 0x10000 * number, 0, flags=END if number == 15 else 0) for number in range(16)))
                self.check(self.run_timed(start))
                self.host.identify()
                self.run_timed(lambda: self.host.simple(READ_MANY, 64, MEMORY + 0x2000004, 0x800, READ))
                self.assertEqual(self.hash(MEMORY + 0x2000004, 1 << 20), hashlib.sha256(data[4:4 + (1 << 20)]).hexdigest())

    def test_other_accesses_get_in_between(self):
        """A transfer that was started is not finished before QMP and the CPU may do something else."""
        self.host.simple(READ_MANY, 0, MEMORY + 4, 0xFFFF, READ)
        before = self.machine.read(MEMORY + 4 + 0xFFFE * BLOCK_BYTES, BLOCK_BYTES)
        self.assertEqual(before, bytes(BLOCK_BYTES), "the last block has not arrived")
        self.assertTrue(self.machine.qmp.command("query-status"))

    def test_reset_of_the_data_circuit_stops_it(self):
        for start in (lambda: self.host.simple(READ_MANY, 0, MEMORY + 4, 0xFFFF, READ),
                      lambda: self.host.listed(READ_MANY, 0, TABLE, 0, READ, extra=0)):
            self.host.identify()
            self.machine.write(TABLE, descriptor(MEMORY + 4, 0) + descriptor(TABLE, kind=LINK))
            start()
            self.host.write(SYSTEM, usdhc.CLOCKS | RESET_DATA)
            self.machine.write(MEMORY, bytes(0x20000))
            self.machine.clock_step(50 * STEP)
            self.assertEqual(self.machine.read(MEMORY, 0x20000), bytes(0x20000), "nothing moves any more")


class ListsTest(UsdhcCase):
    """Lists that lead nowhere."""

    def start_looping(self):
        """A list that links to itself, so that it can be changed under the controller."""
        self.machine.write(TABLE, descriptor(TABLE, kind=LINK))
        self.host.listed(READ_MANY, 0, TABLE, 1, READ)

    def test_links_that_never_end(self):
        for table in (descriptor(TABLE, kind=LINK), descriptor(0, kind=LINK) * 0 + descriptor(0, kind=0) + descriptor(TABLE, kind=LINK),
                      descriptor(TABLE + 8, kind=LINK) + descriptor(TABLE, kind=LINK, flags=INTERRUPT)):
            with self.subTest(table=table.hex()):
                self.host.identify()
                self.machine.write(TABLE, table)
                start = self.seconds(lambda: self.host.listed(READ_MANY, 0, TABLE, 1, READ))
                self.assertLess(start, LONG_TIME * timeout_scale())
                self.assertLess(self.seconds(lambda: self.machine.clock_step(20 * STEP)), LONG_TIME * timeout_scale())
                self.assert_alive()

    def test_block_size_of_zero(self):
        """Under way it may be changed as long as no data have moved; it never ended then."""
        for size in (0, 1, 511):
            for length in (1, 512, 0):
                with self.subTest(size=size, length=length):
                    self.host.identify()
                    self.start_looping()
                    self.host.write(BLOCK, 1 << 16 | size)
                    self.machine.write(TABLE, descriptor(MEMORY, length))
                    self.assertLess(self.seconds(lambda: self.machine.clock_step(10 * STEP)), LONG_TIME * timeout_scale())
                    status = self.host.read(STATUS)
                    if not size:
                        self.assertTrue(status & ADMA_FAILED and status & DMA_FAILED)
                        self.assertEqual(self.host.read(ADMA_ERROR) & 7, 7, "length mismatch, while transferring")
        self.assert_alive()

    def test_block_size_of_zero_for_other_kinds(self):
        for mode in (SIMPLE, ADMA1):
            with self.subTest(mode=mode):
                self.host.identify()
                self.start_looping()
                self.host.write(PROTOCOL, mode)
                self.host.write(BLOCK, 0xFFFF << 16)
                self.machine.write(TABLE, (MEMORY | 0x21).to_bytes(4, "little") * 4)
                self.assertLess(self.seconds(lambda: self.machine.clock_step(10 * STEP)), LONG_TIME * timeout_scale())
        self.assert_alive()

    def test_a_transfer_that_fails_ends(self):
        """A bus error was tried again for ever."""
        for command, direction in ((READ_MANY, READ), (WRITE_MANY, 0)):
            for place in (0, 1, 5):
                with self.subTest(command=command, place=place):
                    self.host.identify()
                    rows = [descriptor(MEMORY, BLOCK_BYTES) for _ in range(place)] + [descriptor(PERIPHERAL, BLOCK_BYTES), descriptor(MEMORY, 512, flags=END)]
                    self.machine.write(TABLE, b"".join(rows))
                    self.host.listed(command, 0, TABLE, 8, direction)
                    status = self.host.finish(ADMA_FAILED)
                    self.assertTrue(status & DMA_FAILED, "as this chip's driver wants it")
                    self.assertFalse(status & TRANSFER_COMPLETE)
                    self.assertEqual(self.host.read(ADMA_ERROR) & 3, 3)
                    self.assertEqual(self.host.read(ADMA_ADDRESS), TABLE + 8 * place)
                    self.host.write(STATUS, 0xFFFFFFFF)
                    self.machine.clock_step(10 * STEP)
                    self.assertEqual(self.host.read(STATUS) & (ADMA_FAILED | DMA_FAILED), 0, "it is not tried again")

    def test_simple_dma_that_fails_ends(self):
        for command, direction in ((READ_MANY, READ), (WRITE_MANY, 0)):
            for count in (1, 7):
                with self.subTest(command=command, count=count):
                    self.host.identify()
                    self.host.simple(command, 0, PERIPHERAL, count, direction)
                    status = self.host.finish(DMA_FAILED, steps=10)
                    self.assertFalse(status & TRANSFER_COMPLETE)
        self.assert_alive()

    def test_invalid_descriptor(self):
        self.machine.write(TABLE, bytes(8))
        self.host.listed(READ_MANY, 0, TABLE, 8, READ)
        self.assertTrue(self.host.finish(ADMA_FAILED, steps=2) & DMA_FAILED)
        self.assertEqual(self.host.read(ADMA_ERROR) & 3, 1, "while fetching a descriptor")

    def test_end_without_data_is_no_mismatch(self):
        self.machine.write(TABLE, descriptor(MEMORY, BLOCK_BYTES) + descriptor(0, kind=0, flags=END))
        self.host.listed(READ_ONE, 0, TABLE, 0, READ, extra=0)
        status = self.host.finish(steps=10)
        self.assertEqual(status & (ADMA_FAILED | DMA_FAILED), 0)
        self.assertEqual(self.machine.read(MEMORY, BLOCK_BYTES), self.content[:BLOCK_BYTES])


class EraseTest(UsdhcCase):
    FILL = b"\xff" * BLOCK_BYTES

    def erase(self, first, last):
        self.host.command(32, first * BLOCK_BYTES)
        self.host.command(33, last * BLOCK_BYTES)
        self.host.command(38, response=BUSY)

    def block(self, number):
        self.host.write(STATUS, 0xFFFFFFFF)
        self.host.simple(READ_ONE, number, MEMORY, 1, READ)
        self.host.finish(steps=10)
        return self.machine.read(MEMORY, BLOCK_BYTES)

    def test_whole_card(self):
        last = CARD_BYTES // BLOCK_BYTES - 1
        self.assertLess(self.seconds(lambda: self.erase(0, last)), LONG_TIME * timeout_scale())
        self.assertEqual(self.host.card_state(), 7, "programming")
        self.assertEqual(self.host.read(PRESENT) & BUS_LEVELS, BUS_LEVELS & ~DAT0_LEVEL, "the card holds DAT0 low, and no other line")
        self.host.command(READ_ONE)
        self.assertEqual(self.host.card_state(), 7, "nothing else is done meanwhile")
        for _ in range(2000):
            if self.host.card_state() == 4:
                break
            self.assertLess(self.seconds(lambda: self.machine.clock_step(100_000)), LONG_TIME * timeout_scale())
        self.assertEqual(self.host.card_state(), 4)
        self.assertEqual(self.host.read(PRESENT) & BUS_LEVELS, BUS_LEVELS)
        for number in (0, 1, last // 2, last):
            self.assertEqual(self.block(number), self.FILL)

    def test_command_is_complete_when_the_card_is_ready(self):
        """After a response with busy Linux does not ask whether the card is ready: it waits for the controller."""
        self.host.write(STATUS, 0xFFFFFFFF)
        self.erase(0, CARD_BYTES // BLOCK_BYTES - 1)
        self.host.write(STATUS, 0xFFFFFFFF)
        self.assertFalse(self.host.read(STATUS) & 1)
        self.machine.clock_step(500 * STEP)
        self.assertTrue(self.host.read(STATUS) & 1)
        self.assertEqual(self.host.card_state(), 4)

    def test_edges(self):
        for first, last in ((5, 5), (100, 612), (4095, 8193)):
            with self.subTest(first=first, last=last):
                self.erase(first, last)
                self.machine.clock_step(100 * STEP)
                for number, erased in ((first - 1, False), (first, True), (last, True), (last + 1, False)):
                    expected = self.FILL if erased else (self.content * 2)[number * BLOCK_BYTES % len(self.content):][:BLOCK_BYTES]
                    self.assertEqual(self.block(number), expected, number)

    def test_impossible_ranges(self):
        for first, last in ((9, 8), (0, CARD_BYTES // BLOCK_BYTES), (CARD_BYTES // BLOCK_BYTES, CARD_BYTES // BLOCK_BYTES + 5), (0, 0x7FFFFF)):
            self.erase(first, last)
            self.machine.clock_step(STEP)
        self.assertEqual(self.host.card_state(), 4)
        self.assertEqual(self.block(8), self.content[8 * BLOCK_BYTES:9 * BLOCK_BYTES])

    def test_reset_ends_it(self):
        self.erase(0, CARD_BYTES // BLOCK_BYTES - 1)
        self.assert_alive()
        self.machine.clock_step(500 * STEP)
        self.assertEqual(self.block(CARD_BYTES // BLOCK_BYTES - 1), self.content[-BLOCK_BYTES:])

    def test_write_protected_groups_stay(self):
        self.host.command(28, 2 << 20)  # the second 2 MiB
        self.erase(0, (6 << 11) - 1)
        self.machine.clock_step(100 * STEP)
        self.assertEqual(self.block(0), self.FILL)
        self.assertEqual(self.block(4 << 11), self.FILL)
        self.assertEqual(self.block(2 << 11), self.content[:BLOCK_BYTES])
        self.assertEqual(self.block((4 << 11) - 1), self.content[-BLOCK_BYTES:])


if __name__ == "__main__":
    unittest.main()
