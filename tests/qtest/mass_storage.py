# SPDX-License-Identifier: GPL-2.0-or-later
"""A USB mass storage device behind the first USB controller, driven step by step: each transfer is posted by itself.

    machine = StickQTest(image).start(); stick = Stick(machine)
    stick.command(read10(block, 1), 512); stick.post_in(address, 512); stick.status()

References: xHCI 1.1 (contexts, transfer request blocks), USB Mass Storage Bulk-Only Transport 1.0, SBC-3 (READ 10, WRITE 10).
"""

import struct
import time

from svplib.machine.qtest import QTest

BASE = 0x38100000  # USB1
OPERATIONAL, RUNTIME, DOORBELL = 0x40, 0x1000, 0x2000
USBCMD, CRCR, DCBAAP, CONFIG, PORTSC = 0x00, 0x18, 0x30, 0x38, 0x400
DRAM = 0x40000000
(CONTEXTS, COMMANDS, EVENTS, SEGMENTS, INPUT, OUTPUT, CONTROL_RING, IN_RING, OUT_RING, COMMAND_BLOCK, STATUS_BLOCK) = (
    DRAM + 0x1000 * number for number in range(1, 12))
EVENT_COUNT = RING_COUNT = 250
NORMAL, SETUP, STATUS, LINK, ENABLE_SLOT, ADDRESS_DEVICE, CONFIGURE_ENDPOINT, STOP_ENDPOINT, SET_DEQUEUE = 1, 2, 4, 6, 9, 11, 12, 15, 16
TRANSFER_EVENT, COMMAND_EVENT = 32, 33
SUCCESS, SHORT_PACKET = 1, 13
CONTROL, BULK_IN, BULK_OUT = 1, 3, 4  # device context indices
CHAIN, INTERRUPT = 1 << 4, 1 << 5
SET_CONFIGURATION, RESET_TRANSPORT = 0x00010900, 0xFF21  # bmRequestType, bRequest, wValue
BLOCK = 512
SECONDS = 20


class StickQTest(QTest):
    """A QTest with a stick in the first USB port; it takes `operations` on its image in a second of virtual time."""

    def __init__(self, image, *, operations=1, **board):
        extra = ("-drive", f"if=none,id=stick,format=raw,file={image},throttling.iops-total={operations}",
                 "-device", "usb-storage,drive=stick,bus=usb-bus.1,port=1")
        super().__init__(extra=(*board.pop("extra", ()), *extra), **board)


def read10(block, count):
    return struct.pack(">BBIBHB", 0x28, 0, block, 0, count, 0)


def write10(block, count):
    return struct.pack(">BBIBHB", 0x2A, 0, block, 0, count, 0)


def inquiry(length):
    return struct.pack(">BBBHB", 0x12, 0, 0, length, 0)


class Ring:
    """Transfer request blocks in one page; the last one leads back to the first."""

    def __init__(self, machine, address):
        self._machine, self.address = machine, address
        self.rewind()

    def rewind(self):
        self._next, self._cycle = 0, 1
        self._machine.write(self.address, bytes(16 * RING_COUNT))

    def put(self, parameter, status, control):
        self._write(parameter, status, control)
        self._next += 1
        if self._next == RING_COUNT - 1:
            self._write(self.address, 0, LINK << 10 | control & CHAIN | 2)
            self._next, self._cycle = 0, self._cycle ^ 1

    def _write(self, parameter, status, control):
        self._machine.write(self.address + 16 * self._next, struct.pack("<QII", parameter, status, control | self._cycle))


class Stick:
    """The device, configured; its rings and blocks lie at the bottom of DRAM."""

    def __init__(self, machine):
        self.machine = machine
        self._commands = Ring(machine, COMMANDS)
        self._rings = {CONTROL: Ring(machine, CONTROL_RING), BULK_IN: Ring(machine, IN_RING), BULK_OUT: Ring(machine, OUT_RING)}
        self._event, self._event_cycle = 0, 1
        self._tag = 0
        self._seen = []
        self._start()
        self._configure()
        for _ in range(3):  # "not ready" and "medium may have changed" come first
            self.command(bytes(6), 0)
            self.status()

    def _set(self, offset, value):
        self.machine.writel(BASE + offset, value)

    def _get(self, offset):
        return self.machine.readl(BASE + offset)

    def _put(self, address, *words):
        self.machine.write(address, struct.pack(f"<{len(words)}I", *words))

    def tick(self, nanoseconds=1_000_000):
        self.machine.clock_step(nanoseconds)

    def _start(self):
        self._set(OPERATIONAL + USBCMD, 2)
        self.tick()
        self._set(OPERATIONAL + CONFIG, 2)
        for offset, value in ((DCBAAP, CONTEXTS), (CRCR, COMMANDS | 1)):
            self._set(OPERATIONAL + offset, value)
            self._set(OPERATIONAL + offset + 4, 0)
        self._put(SEGMENTS, EVENTS, 0, EVENT_COUNT, 0)
        for offset, value in ((0x28, 1), (0x38, EVENTS), (0x3C, 0), (0x30, SEGMENTS), (0x34, 0)):
            self._set(RUNTIME + offset, value)
        self._set(OPERATIONAL + USBCMD, 1)
        self._port = next(number for number in range(2) if self._get(OPERATIONAL + PORTSC + 16 * number) & 1)
        self._set(OPERATIONAL + PORTSC + 16 * self._port, 0x210)
        self.tick(60_000_000)
        self._speed = self._get(OPERATIONAL + PORTSC + 16 * self._port) >> 10 & 15

    def _events(self):
        """New events: (parameter, completion code, bytes left, type)."""
        events = []
        while True:
            parameter, _, status, control = struct.unpack("<4I", self.machine.read(EVENTS + 16 * self._event, 16))
            if control & 1 != self._event_cycle:
                break
            events.append((parameter, status >> 24, status & 0xFFFFFF, control >> 10 & 0x3F))
            self._event += 1
            if self._event == EVENT_COUNT:
                self._event, self._event_cycle = 0, self._event_cycle ^ 1
        if events:
            self._set(RUNTIME + 0x38, EVENTS + 16 * self._event | 8)
        return events

    def _run_command(self, kind, parameter=0, extra=0):
        self._commands.put(parameter, 0, kind << 10 | extra)
        self._set(DOORBELL, 0)
        self.tick()
        done = [event for event in self._events() if event[3] == COMMAND_EVENT]
        assert done and done[-1][1] == SUCCESS, f"command {kind}: {done}"

    def _configure(self):
        slot = 1
        route, port = self._speed << 20, self._port + 1 << 16
        self._run_command(ENABLE_SLOT)
        self._put(CONTEXTS + 8 * slot, OUTPUT, 0)
        self._put(INPUT, 0, 3, *6 * [0], 1 << 27 | route, port, *6 * [0], 0, 4 << 3 | 64 << 16 | 6, CONTROL_RING | 1, 0, 8, 0, 0, 0)
        self._run_command(ADDRESS_DEVICE, INPUT, slot << 24)
        self._control(SET_CONFIGURATION)
        self._put(INPUT, 0, 1 | 1 << BULK_IN | 1 << BULK_OUT, *6 * [0], 4 << 27 | route, port, *6 * [0])
        for index, kind, ring in ((BULK_IN, 6, IN_RING), (BULK_OUT, 2, OUT_RING)):
            self._put(INPUT + 32 * (index + 1), 0, kind << 3 | 512 << 16 | 6, ring | 1, 0, 512, 0, 0, 0)
        self._run_command(CONFIGURE_ENDPOINT, INPUT, slot << 24)
        self._events()

    def _control(self, request):
        """A control request without data."""
        self._rings[CONTROL].put(request, 8, SETUP << 10 | 1 << 6)
        self._rings[CONTROL].put(0, 0, STATUS << 10 | 1 << 16 | INTERRUPT)
        self._set(DOORBELL + 4, CONTROL)
        self.tick()

    def _post(self, index, pieces):
        """One transfer descriptor of one or more pieces (address, length), interrupt at its end and on a short packet."""
        for number, (address, length) in enumerate(pieces):
            self._rings[index].put(address, length, NORMAL << 10 | 4 | (CHAIN if number < len(pieces) - 1 else INTERRUPT))
        self._set(DOORBELL + 4, index)
        self.tick()

    def command(self, block, length, out=False):
        """Send a command block; `length` bytes of data follow from or to the device."""
        self._tag += 1
        self.machine.write(COMMAND_BLOCK, struct.pack("<4sIIBBB", b"USBC", self._tag, length, 0 if out else 0x80, 0, len(block)) +
                           block.ljust(16, b"\0"))
        self._post(BULK_OUT, [(COMMAND_BLOCK, 31)])
        self._events()

    def post_in(self, *pieces):
        """Ask for the data; wait_data() tells when it has come."""
        self._post(BULK_IN, pieces)

    def post_out(self, *pieces):
        self._post(BULK_OUT, pieces)

    def pending(self):
        """True as long as no posted transfer has ended."""
        self._seen += self._events()
        return not self._seen

    def wait_data(self):
        """(completion code, bytes that are left) of the next transfer that ends; time goes on meanwhile."""
        deadline = time.monotonic() + SECONDS
        while self.pending():
            assert time.monotonic() < deadline, "no transfer ends"
            self.tick(10_000_000)
            time.sleep(0.002)
        _, code, left, _ = self._seen.pop(0)
        return code, left

    def status(self):
        """Status of the command, 0 if all is well."""
        self._post(BULK_IN, [(STATUS_BLOCK, 13)])
        self.wait_data()
        signature, tag, _, status = struct.unpack("<4sIIB", self.machine.read(STATUS_BLOCK, 13))
        assert (signature, tag) == (b"USBS", self._tag), (signature, tag)
        return status

    def cancel_in(self):
        """Stop the endpoint that data comes by, begin its ring anew, and make the device wait for a command."""
        self._run_command(STOP_ENDPOINT, 0, BULK_IN << 16 | 1 << 24)
        self._rings[BULK_IN].rewind()
        self._run_command(SET_DEQUEUE, IN_RING | 1, BULK_IN << 16 | 1 << 24)
        self._control(RESET_TRANSPORT)
        self._events()
        self._seen = []
