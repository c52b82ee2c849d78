# SPDX-License-Identifier: GPL-2.0-or-later
"""The Ethernet controller (FEC) as a driver uses it, and the other end of its cable.

    machine = CableQTest().start(); fec = Fec(machine)
    fec.set_receive_ring(RING, [Descriptor(flags=EMPTY, data=BUFFER)], buffer_size=2048)
    machine.cable.send(frame)

Reference: ENET chapter of the i.MX 8M reference manual; descriptors: legacy (8 bytes) and enhanced (32 bytes, ECR.EN1588).
"""

import select
import socket
import struct
import zlib
from dataclasses import dataclass

from svplib.machine.qtest import QTest
from svplib.machine.test_port import read_cells, write_cells

BASE = 0x30BE0000
EIR, RDAR, TDAR, ECR, RCR, RDSR, TDSR, MRBR, FTRL, RACC = 0x04, 0x10, 0x14, 0x24, 0x84, 0x180, 0x184, 0x188, 0x1B0, 0x1C4
EIMR, MMFR = 0x08, 0x40
TDSR1, TDSR2, TDAR1, TDAR2 = 0x164, 0x170, 0x1E4, 0x1EC
ACTIVE = 1 << 24
ECR_ENABLE, ECR_ENHANCED = 1 << 1, 1 << 4
RACC_SHIFT16 = 1 << 7
ECR_RESET = 1 << 0
BABT, RXF, MII, EBERR = 1 << 29, 1 << 25, 1 << 23, 1 << 22
MII_READ = 0x60020000  # a frame for MMFR
READY = EMPTY = 1 << 15
WRAP, LAST, TRUNCATED, TOO_LONG = 1 << 13, 1 << 11, 1 << 0, 1 << 5
INTERRUPT, IP_CHECKSUM, PROTOCOL_CHECKSUM = 1 << 14, 1 << 11, 1 << 12  # of an enhanced descriptor to send
RECEIVE_INTERRUPT = 1 << 7
MAX_FRAME = 16384


@dataclass
class Descriptor:
    """Of either kind; `option` is the upper half of an enhanced descriptor's third word."""

    length: int = 0
    flags: int = 0
    data: int = 0
    option: int = 0

    def packed(self, enhanced=False):
        short = struct.pack("<HHI", self.length, self.flags, self.data)
        return short + struct.pack("<HH5I", 0, self.option, 0, 0, 0, 0, 0) if enhanced else short


def wire_crc(frame):
    """What the model puts behind a received frame."""
    return zlib.crc32(frame, 0xFFFFFFFF).to_bytes(4, "big")


def frame_of(number, length):
    """A broadcast frame of `length` bytes that differs from all other ones."""
    head = b"\xff" * 6 + bytes.fromhex("020000000001") + b"\x88\xb5" + struct.pack("<I", number)
    return (head + bytes((number + at) & 0xFF for at in range(length)))[:length]


class CableQTest(QTest):
    """A QTest whose Ethernet cable ends in `cable`: a datagram is a frame."""

    def __init__(self, **board):
        self.cable, self._far_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        extra = ("-netdev", f"dgram,id=cable,local.type=fd,local.str={self._far_end.fileno()}", "-net", "nic,netdev=cable")
        super().__init__(extra=(*board.pop("extra", ()), *extra), **board)

    def pass_descriptors(self):
        return [*super().pass_descriptors(), self._far_end.fileno()]

    def start(self):
        super().start()
        self._far_end.close()
        return self

    def stop(self):
        super().stop()
        self.cable.close()

    def settle(self):
        """Until the main loop has looked at the cable and at all that is due."""
        self.requests(["endianness"] * 2)
        for _ in range(3):
            self.request("endianness")

    def sent_frames(self, pause=0.15):
        """All frames on the cable, until none comes for `pause` seconds."""
        frames = []
        while select.select([self.cable], [], [], pause)[0]:
            frames.append(self.cable.recv(1 << 17))
        return frames


class Fec:
    """Registers and rings. Rings are written and read past the firewalls."""

    def __init__(self, machine):
        self.machine = machine
        self.enhanced = False

    def set(self, register, value):
        self.machine.writel(BASE + register, value)

    def get(self, register):
        return self.machine.readl(BASE + register)

    def write_ring(self, address, descriptors):
        write_cells(self.machine.qmp, address, b"".join(descriptor.packed(self.enhanced) for descriptor in descriptors))

    def descriptors(self, ring, count):
        size = 32 if self.enhanced else 8
        cells = read_cells(self.machine.qmp, ring, size * count)
        return [Descriptor(*struct.unpack_from("<HHI", cells, size * number)) for number in range(count)]

    def descriptor(self, ring):
        return self.descriptors(ring, 1)[0]

    def stop(self, enhanced=False):
        """Off; from now on with descriptors of this kind."""
        self.enhanced = enhanced
        self.set(ECR, 0)
        self.set(EIR, 0xFFFFFFFF)

    def enable(self):
        self.set(ECR, ECR_ENABLE | (ECR_ENHANCED if self.enhanced else 0))

    def set_receive_ring(self, address, descriptors, *, buffer_size, enhanced=False, racc=0, frame_limit=0x3FFF):
        """Stop, take these descriptors (None: they are there), enable, wait for frames."""
        self.stop(enhanced)
        if descriptors is not None:
            self.write_ring(address, descriptors)
        self.machine.requests([f"writel {BASE + register:#x} {value:#x}" for register, value in
                               ((MRBR, buffer_size), (RDSR, address), (RCR, 1522 << 16 | 4), (RACC, racc), (FTRL, frame_limit))])
        self.enable()
        self.set(RDAR, ACTIVE)

    def set_send_ring(self, address, descriptors, *, enhanced=False, ring=0):
        """Stop, take these descriptors for one ring, enable; kick() sends."""
        self.stop(enhanced)
        if descriptors is not None:
            self.write_ring(address, descriptors)
        self.set((TDSR, TDSR1, TDSR2)[ring], address)
        self.enable()

    def kick(self, ring=0):
        self.set((TDAR, TDAR1, TDAR2)[ring], ACTIVE)

    def sending(self, ring=0):
        return bool(self.get((TDAR, TDAR1, TDAR2)[ring]))
