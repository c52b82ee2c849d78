# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives one of the board's xHCI controllers from outside, with rings in its memory; see the xHCI specification 1.1, chapters 4 to 6."""

import struct

USB1, USB2 = 0x38100000, 0x38200000
USBCMD, USBSTS, CRCR, DCBAAP, CONFIG, PORTSC, IMAN, ERSTSZ, ERSTBA, ERDP, DOORBELL = (
    0x40, 0x44, 0x58, 0x70, 0x78, 0x440, 0x1020, 0x1028, 0x1030, 0x1038, 0x2000)
HOST_CONTROLLER_ERROR = 1 << 12
NORMAL, SETUP, DATA, STATUS, ISOCH, LINK, EVENT_DATA, NO_OP = range(1, 9)
ENABLE_SLOT, DISABLE_SLOT, ADDRESS, CONFIGURE, EVALUATE, RESET_ENDPOINT, STOP_ENDPOINT, SET_DEQUEUE, RESET_DEVICE = range(9, 18)
NO_OP_COMMAND = 23
TRANSFER_EVENT, COMMAND_EVENT = 32, 33
CHAIN, ON_COMPLETION, IMMEDIATE, BACKWARD = 1 << 4, 1 << 5, 1 << 6, 1 << 16
START_AT_ONCE = 1 << 31
ISOCH_OUT, BULK_OUT, INTERRUPT_OUT, CONTROL, ISOCH_IN, BULK_IN, INTERRUPT_IN = range(1, 8)
SUCCESS, TRANSACTION_ERROR, STALL, SHORT_PACKET = 1, 4, 6, 13
SET_CONFIGURATION = 0x0900
EVENTS, COMMANDS = 256, 200
RING = 0x4000  # bytes for each ring
STEP = 1_000_000


def trb(parameter=0, status=0, kind=NORMAL, flags=0, cycle=1):
    return struct.pack("<QII", parameter & (1 << 64) - 1, status, kind << 10 | flags | cycle)


class Xhci:
    """A controller that runs, with empty rings; memory from `memory` on, 1 MiB of it, is its own. Endpoints are known by their DCI."""

    def __init__(self, machine, base=USB1, memory=0x50000000):
        self.machine = machine
        self.base = base
        self.contexts, self.table, self.input, self.output, self.events_at, self.commands = (memory + 0x1000 * i for i in range(6))
        self.rings = memory + 0x10000
        self.free = memory + 0x100000
        self.reset()

    def write(self, offset, value):
        self.machine.writel(self.base + offset, value)

    def read(self, offset):
        return self.machine.readl(self.base + offset)

    def reset(self, halves=(0, 4)):
        """Everything as after a start of the controller; `halves` of ERSTBA in the order in which they are written."""
        self.event_count = self.command_count = 0
        self.machine.write(self.contexts, bytes(0x10000))
        self.write(USBCMD, 2)
        self.write(CONFIG, 2)
        for register, value in ((DCBAAP, self.contexts), (CRCR, self.commands | 1)):
            self.write(register, value)
            self.write(register + 4, 0)
        self.machine.write(self.table, struct.pack("<QII", self.events_at, EVENTS, 0))
        self.write(ERSTSZ, 1)
        self.write(ERDP, self.events_at)
        self.write(ERDP + 4, 0)
        for half in halves:
            self.write(ERSTBA + half, 0 if half else self.table)
        self.write(USBCMD, 1)

    def ports(self):
        """Numbers of the root ports with a device, from 1; they are reset."""
        found = [port for port in range(1, 3) if self.read(PORTSC + 16 * (port - 1)) & 1]
        for port in found:
            self.write(PORTSC + 16 * (port - 1), 0x210)
        return found

    def speed(self, port):
        return self.read(PORTSC + 16 * (port - 1)) >> 10 & 0xF

    def events(self):
        """New events: (kind, completion code, pointer, length, slot, endpoint)."""
        found = []
        while True:
            pointer, status, control = struct.unpack("<QII", self.machine.read(self.events_at + 16 * (self.event_count % EVENTS), 16))
            if control & 1 != (self.event_count // EVENTS + 1) % 2:
                return found
            self.event_count += 1
            self.write(ERDP, self.events_at + 16 * (self.event_count % EVENTS) | 8)
            found.append((control >> 10 & 0x3F, status >> 24, pointer, status & 0xFFFFFF, control >> 24, control >> 16 & 0x1F))

    def wait(self, kind, steps=50, endpoint=0):
        """The first new event of a kind, and of an endpoint unless it is 0; None when there is none for a while."""
        for _ in range(steps):
            for event in self.events():
                if event[0] == kind and endpoint in (0, event[5]):
                    return event
            self.machine.clock_step(STEP)
        return None

    def command(self, kind, parameter=0, slot=0, endpoint=0, flags=0, status=0):
        """(completion code, slot) of one command."""
        place = self.commands + 16 * (self.command_count % COMMANDS)
        cycle = (self.command_count // COMMANDS + 1) % 2
        self.command_count += 1
        if self.command_count % COMMANDS == 0:
            self.machine.write(place + 16, trb(self.commands, kind=LINK, flags=2, cycle=cycle))
        self.machine.write(place, trb(parameter, status, kind, flags | slot << 24 | endpoint << 16, cycle))
        self.write(DOORBELL, 0)
        event = self.wait(COMMAND_EVENT)
        return (event[1], event[4]) if event else (None, 0)

    def ring(self, slot, endpoint):
        return self.rings + ((slot - 1) * 32 + endpoint) * RING

    def address(self, port, route=0):
        """Enable a slot and address the device at a root port; returns the slot."""
        slot = self.command(ENABLE_SLOT)[1]
        output = self.output + (slot - 1) * 0x800
        self.machine.write(self.contexts + 8 * slot, struct.pack("<Q", output))
        context = struct.pack("<8I", 0, 3, 0, 0, 0, 0, 0, 0) + struct.pack("<8I", 1 << 27 | self.speed(port) << 20 | route, port << 16, 0, 0, 0, 0, 0, 0)
        self.machine.write(self.ring(slot, 1), bytes(RING))
        self.machine.write(self.input, context + self.endpoint(CONTROL, self.ring(slot, 1), 64))
        self.fill = {}
        code, _ = self.command(ADDRESS, self.input, slot)
        return slot if code == SUCCESS else None

    @staticmethod
    def endpoint(kind, ring, packet, streams=0, interval=0):
        """An endpoint context."""
        linear = 1 << 15 if streams else 0
        return struct.pack("<IIQII8x", interval << 16 | linear | streams << 10, packet << 16 | kind << 3 | 6, ring | (0 if streams else 1), packet, 0)

    def configure(self, slot, endpoints, configuration=1):
        """SET_CONFIGURATION, then endpoint contexts {DCI: (kind, packet size)} or {DCI: (kind, packet size, log2 of streams - 1)}."""
        self.control(slot, SET_CONFIGURATION, configuration)
        add = 1
        contexts = bytearray(32 * 33)
        for endpoint, (kind, packet, *streams) in endpoints.items():
            add |= 1 << endpoint
            ring = self.ring(slot, endpoint)
            self.machine.write(ring, bytes(RING))
            contexts[32 * (endpoint + 1):32 * (endpoint + 2)] = self.endpoint(kind, ring, packet, *streams)
        contexts[0:8] = struct.pack("<II", 0, add)
        contexts[32:36] = struct.pack("<I", 31 << 27)
        self.machine.write(self.input, contexts)
        self.fill = {key: value for key, value in self.fill.items() if key[0] != slot or key[1] not in endpoints}
        return self.command(CONFIGURE, self.input, slot)[0]

    def queue(self, slot, endpoint, *trbs, ring=None, stream=0):
        """Put TRBs on a transfer ring (that of a stream if `ring` is given) and ring the doorbell."""
        key = (slot, endpoint, stream)
        place = self.fill.get(key, 0)
        data = b"".join(trbs)
        self.machine.write((ring or self.ring(slot, endpoint)) + place, data)
        self.fill[key] = place + len(data)
        self.kick(slot, endpoint, stream)

    def kick(self, slot, endpoint, stream=0):
        self.write(DOORBELL + 4 * slot, endpoint | stream << 16)

    def control(self, slot, request, value=0, index=0, length=0, memory=None):
        """A control transfer; `request` is bmRequestType of the low and bRequest of the high byte. Returns the completion code."""
        setup = request | value << 16 | index << 32 | length << 48
        backward = BACKWARD if request & 0x80 else 0
        trbs = [trb(setup, 8, SETUP, IMMEDIATE)]
        if length:
            trbs.append(trb(memory or self.free, length, DATA, backward))
        trbs.append(trb(0, 0, STATUS, ON_COMPLETION | (0 if backward and length else BACKWARD)))
        self.queue(slot, 1, *trbs)
        event = self.wait(TRANSFER_EVENT, endpoint=1)
        return event and event[1]
