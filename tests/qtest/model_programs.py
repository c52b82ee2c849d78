# SPDX-License-Identifier: GPL-2.0-or-later
"""Random programs of a hostile guest for the models of the board: lines of the qtest protocol that mostly make sense to the hardware.

Each class makes steps for one kind of device: lists of lines, of ("packet", bytes) for what arrives from the network, and of ("card", base,
command, response) for a command whose argument is the address that the card gave itself. A program depends on its random numbers only.
Formats are those of the uSDHC, xHCI, ENET and CAAM chapters of the manuals, and of the devices' own standards.
"""

import struct

DRAM = 0x40000000
OCRAM, OCRAM_S, FLASH, PERIPHERAL, EDGE = 0x00900000, 0x00180000, 0x08000000, 0x30340000, 0x7FFFFF00
LETTER = {1: "b", 2: "w", 4: "l", 8: "q"}
ADD_NOISE = 0.03


def write(address, value, size=4):
    return f"write{LETTER[size]} {address:#x} {value & (1 << 8 * size) - 1:#x}"


def put(address, data):
    return f"write {address:#x} {len(data):#x} 0x{data.hex()}"


class Program:
    """`random` is a random.Random; `step()` gives the next lines."""
    WINDOW = 0x10000
    BLOCKS = ()

    def __init__(self, random):
        self.random = random

    def chance(self, probability):
        return self.random.random() < probability

    def clock(self):
        return f"clock_step {self.random.choice((1, 100, 1000, 11_000, 125_000, 1_000_000, 20_000_000))}"

    def value(self, size=4):
        """Any value, more often one with a meaning: a bit, a small number, an address."""
        rng = self.random
        return rng.choice((rng.getrandbits(8 * size), rng.getrandbits(8), 1 << rng.randrange(8 * size), 0, (1 << 8 * size) - 1, self.memory()))

    def memory(self):
        rng = self.random
        place = rng.choice((DRAM, DRAM, DRAM, DRAM, DRAM, OCRAM, OCRAM_S, FLASH, PERIPHERAL, EDGE, 0xFFFFFF00, rng.choice(self.BLOCKS)))
        return place + (rng.randrange(0x40000 if place == DRAM else 0x100) & -rng.choice((1, 4, 64, 4096)))

    def noise(self):
        """One access somewhere in the registers."""
        rng = self.random
        size = rng.choice((1, 2, 4, 4, 4, 8))
        address = rng.choice(self.BLOCKS) + rng.choice((rng.randrange(0x200), rng.randrange(self.WINDOW - 8)))
        if not self.chance(0.1):
            address &= -size
        return write(address, self.value(size), size) if self.chance(0.7) else f"read{LETTER[size]} {address:#x}"

    def step(self):
        lines = self.steps()
        if self.chance(ADD_NOISE):
            lines.insert(self.random.randrange(len(lines) + 1), self.noise())
        return lines

    def steps(self):
        raise NotImplementedError


class CardProgram(Program):
    """Commands and transfers of all kinds on both uSDHCs; one has a card."""
    BLOCKS = (0x30B50000, 0x30B40000)
    COMMANDS = (17, 18, 24, 25, 17, 18, 24, 25, 12, 13, 23, 6, 7, 16, 27, 28, 29, 30, 32, 33, 38, 42, 51, 55, 56, 0, 8, 9, 10, 19)
    LENGTHS = (0, 1, 7, 8, 511, 512, 513, 4096, 65535)
    SIZES = (512, 512, 512, 512, 1, 3, 64, 511, 513, 2048, 4095, 0)

    def command(self, base, index, argument=0, response=2, data=False, kind=0):
        return [write(base + 8, argument), write(base + 0xC, (index << 8 | kind << 6 | response | (0x20 if data else 0)) << 16)]

    def identify(self, base):
        lines = [write(base + 0x2C, 7 | 1 << 24), write(base + 0x2C, 7), write(base + 0x34, 0xFFFFFFFF)]
        for index, argument, response in ((0, 0, 0), (8, 0x1AA, 2), (55, 0, 2), (41, self.random.choice((0x40FF8000, 0)), 2), (2, 0, 1), (3, 0, 2)):
            lines += self.command(base, index, argument, response)
        return [*lines, ("card", base, 7, 3)]

    def table(self):
        rng = self.random
        rows = b""
        place = DRAM + 0x8000 + rng.randrange(64) * 64
        for _ in range(rng.randrange(1, 14)):
            kind = rng.choice((0x21, 0x21, 0x21, 0x25, 0x23, 0x27, 0x31, 0x35, 1, 3, 0, 0x11, rng.getrandbits(8)))
            target = rng.choice((place, place + 8)) if kind & 0x30 == 0x30 and self.chance(0.7) else self.memory()
            rows += struct.pack("<HHI", kind, rng.choice(self.LENGTHS), target & 0xFFFFFFFF)
        return place, rows

    def steps(self):
        rng = self.random
        base = rng.choice((self.BLOCKS[0],) * 5 + self.BLOCKS)
        if self.chance(0.15):
            return self.identify(base)
        if self.chance(0.15):
            return [("card", base, rng.choice((55, 55, 13, 7, 9)), 2)]
        place, rows = self.table()
        lines = [put(place, rows), write(base + 0x58, place), write(base + 0x28, rng.choice((0, 0x100, 0x200, 0x200, 0x300)) | rng.choice((0, 2, 4))),
                 write(base + 0x48, rng.choice((0x37, 0x27, 0x33, 0x23, 0x31, 0x21, 0x11, 1, 0x13, 3, 0x10, 0x30, 0, rng.getrandbits(8)))),
                 write(base, self.memory()),
                 write(base + 4, rng.choice((0, 1, 2, 7, 33, 0xFFFF)) << 16 | rng.choice(self.SIZES))]
        lines += self.command(base, rng.choice((*self.COMMANDS, rng.randrange(64))), rng.choice((0, 512, 1, 131071, 131072, 0x1FFFE00, rng.getrandbits(32))),
                              rng.choice((2, 2, 2, 3, 0, 1)), self.chance(0.7), rng.choice((0, 0, 0, 3)))
        for _ in range(rng.randrange(8)):
            lines += rng.choice((
                lambda: [self.clock()], lambda: [f"readl {base + 0x30:#x}"], lambda: [write(base + 0x30, self.value())],
                lambda: [write(base + 4, rng.choice((0, 1, 2, 9)) << 16 | rng.choice(self.SIZES))], lambda: [write(base + 0x48, rng.getrandbits(6))],
                lambda: [write(base + 0x28, rng.choice((0, 0x100, 0x200, 0x300, 0x10000, 0x20000)))],
                lambda: [f"read{rng.choice('bwl')} {base + 0x20 + rng.randrange(4):#x}"],
                lambda: [write(base + 0x20, rng.getrandbits(32), rng.choice((1, 2, 4)))],
                lambda: [write(base + 0x2C, 7 | rng.choice((0, 1, 2, 4)) << 24)], lambda: [write(base, self.memory())],
                lambda: self.command(base, rng.choice((12, 13, 55)), 0, 3, kind=rng.choice((0, 3)))))()
        return lines


class UsbProgram(Program):
    """Contexts, rings and doorbells of both controllers, with devices behind them."""
    BLOCKS = (0x38100000, 0x38200000)
    PACKETS = (8, 64, 512, 1024, 0)
    LENGTHS = (0, 1, 8, 13, 31, 64, 512, 4096, 0x1FFFF)

    def __init__(self, random):
        super().__init__(random)
        self.slots = {}

    def areas(self, base):
        start = DRAM + 0x100000 + (0x100000 if base == self.BLOCKS[1] else 0)
        return [start + 0x1000 * i for i in range(6)] + [start + 0x10000]

    def trb(self, ring, kind=None):
        rng = self.random
        kind = rng.choice((1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 7, 8, rng.randrange(64))) if kind is None else kind
        target = ring + 16 * rng.randrange(16) if kind == 6 else self.memory()
        flags = rng.choice((1 << 5, 1 << 4, 1 << 5 | 1 << 6, 1 << 2, 0)) | rng.choice((0, 1 << 31, 1 << 16, 2, 1 << 9))
        return struct.pack("<QII", target, rng.choice((*self.LENGTHS, rng.getrandbits(32))), kind << 10 | flags | self.chance(0.9))

    def control(self, ring):
        """A control transfer: a standard or a class request."""
        rng = self.random
        kind, request = rng.choice(((0, 9), (0x80, 6), (0x80, 0), (0x81, 0), (2, 1),
                                    (0x21, 0xFF), (0xA1, 0xFE), (0x21, 9), (0xA1, 1), (0x23, 3), (0x23, 1), (0xA3, 0),
                                    (0x21, 0), (0x40, rng.randrange(16)), (0xC0, rng.randrange(16)), (rng.getrandbits(8), rng.getrandbits(8))))
        length = rng.choice((0, 0, 1, 2, 4, 8, 18, 64, 255, 4096, 4097, 65535))
        value, index = rng.choice((0, 1, 2, 0x100, 0x200, 0x301, 4, 8, rng.getrandbits(16))), rng.choice((0, 1, 2, 0x81, 2, rng.getrandbits(8)))
        setup = struct.pack("<BBHHH", kind, request, value, index, length)
        back = 1 << 16 if kind & 0x80 else 0
        data = setup + struct.pack("<II", 8, 2 << 10 | 1 << 6 | 1)
        if length:
            data += struct.pack("<QII", self.memory() if self.chance(0.3) else DRAM + 0x4000, length if self.chance(0.9) else 8, 3 << 10 | back | 1)
        return data + struct.pack("<QII", 0, 0, 4 << 10 | 1 << 5 | (back ^ 1 << 16) | 1)

    def packet(self, kind):
        """What devices take: a bulk-only command, or a UAS unit."""
        rng = self.random
        command = rng.choice((bytes(6), b"\x12\0\0\0\x24\0", b"\x28" + bytes(6) + b"\0\1\0", b"\x2a" + bytes(6) + b"\0\1\0",
                              b"\x03\0\0\0\x12\0", b"\x1b\0\0\0\2\0",
                              rng.randbytes(10)))
        if kind == "uas":
            unit = rng.choice((1, 1, 5, rng.randrange(8)))
            task = rng.choice((bytes(12), struct.pack(">BxH", 1, rng.randrange(4)) + bytes(8)))
            return struct.pack(">BxH", unit, rng.choice((1, 2, 3, 16, 17, 0, 0xFFFF))) + task + command.ljust(16, b"\0")
        length = rng.choice((0, 512, 36, 13, 0x10000, 0xFFFFFFFF))
        flags, unit = rng.choice((0, 0x80)), rng.choice((0, 0, 0, 1))
        return struct.pack("<4sIIBBB", b"USBC", rng.getrandbits(32), length, flags, unit, len(command)) + command.ljust(16, b"\0")

    def start(self, base):
        contexts, table, inputs, outputs, events, commands, _ = self.areas(base)
        self.slots[base] = 0
        size, segments, run = self.random.choice((16, 64, 256, 1, 4096)), self.random.choice((1, 1, 1, 0, 9)), self.random.choice((1, 5, 0xC05))
        lines = [put(contexts, bytes(64)), put(commands, bytes(0x400)), put(table, struct.pack("<QII", events, size, 0))]
        lines += [write(base + offset, value) for offset, value in (
            (0x40, 2), (0x78, 2), (0x70, contexts), (0x74, 0), (0x58, commands | 1), (0x5C, 0), (0x1028, segments), (0x1038, events), (0x103C, 0),
            (0x1030, table), (0x1034, 0), (0x1020, 3), (0x40, run))]
        for port in range(2):
            lines.append(write(base + 0x440 + 16 * port, self.random.choice((0x210, 0x210, 1 << 31, 0))))
        lines.append(put(contexts, struct.pack("<QQQ", 0, outputs, outputs + 0x800)))
        port = self.random.choice((1, 2))
        for slot in (1, 2):
            lines += self.run_commands(base, [(0, 9), ("address", 11, slot, port, self.random.choice((0, 0, 0, self.random.getrandbits(20))))])
            port = 3 - port
        return lines

    def endpoint(self, ring):
        rng = self.random
        streams = rng.choice((0, 0, 0, 1, 3, 7))
        return struct.pack("<IIQIIII", rng.choice((0, 3, 12, 255)) << 16 | streams << 10 | (1 << 15 if streams and self.chance(0.9) else 0),
                           rng.choice(self.PACKETS) << 16 | rng.choice((0, 0, 0xFF00)) | rng.randrange(8) << 3 | 6, ring | (not streams), 8, 0, 0, 0)

    def input_context(self, slot, port, route, endpoints, drop=0):
        add = 1 | sum(1 << number for number in endpoints)
        slot_context = struct.pack("<IIIIIIII", 31 << 27 | self.random.choice((1, 2, 3, 4)) << 20 | route, port << 16, 0, 0, 0, 0, 0, 0)
        contexts = bytearray(32 * 33)
        contexts[0:8] = struct.pack("<II", drop, add)
        contexts[32:64] = slot_context
        for number, context in endpoints.items():
            contexts[32 * (number + 1):32 * (number + 2)] = context
        return bytes(contexts)

    def ring(self, base, slot, endpoint):
        return self.areas(base)[6] + (slot * 32 + endpoint) * 0x800

    def run_commands(self, base, rows):
        inputs, commands = self.areas(base)[2], self.areas(base)[5]
        lines, data = [], b""
        for row in rows:
            if row[0] == "address":
                _, kind, slot, port, route = row
                context = struct.pack("<IIQIIII", 0, 64 << 16 | 4 << 3 | 6, self.ring(base, slot, 1) | 1, 8, 0, 0, 0)
                lines.append(put(inputs, self.input_context(slot, port, route, {1: context})))
                data += struct.pack("<QII", inputs, 0, kind << 10 | slot << 24 | (1 << 9 if self.chance(0.1) else 0) | 1)
            else:
                target, kind, *more = row
                data += struct.pack("<QII", target, self.random.choice((0, 0, 0x10000)), kind << 10 | (more[0] if more else 0) | 1)
        return lines + [put(commands, data + bytes(16)), write(base + 0x58, commands | 1), write(base + 0x5C, 0), write(base + 0x2000, 0)]

    def configure(self, base):
        rng = self.random
        slot = rng.choice((1, 2))
        endpoints = {number: self.endpoint(self.ring(base, slot, number)) for number in rng.sample(range(2, 12), rng.randrange(1, 6))}
        inputs = self.areas(base)[2]
        lines = [put(inputs, self.input_context(slot, rng.choice((1, 2)), 0, endpoints, rng.choice((0, 0, 0, rng.getrandbits(12) & ~3))))]
        rows = [(inputs, rng.choice((12, 12, 12, 13, 11)), slot << 24)]
        for _ in range(rng.randrange(3)):
            kind = rng.choice((9, 10, 13, 14, 15, 16, 17, 21, 23, 49, 50, rng.randrange(64)))
            rows.append((self.memory(), kind, rng.choice((slot, 1, 2, 3, 0)) << 24 | rng.choice((1, 2, 3, 4, 5, 31)) << 16))
        return lines + self.run_commands(base, rows)

    def transfers(self, base):
        rng = self.random
        slot, number = rng.choice((1, 2)), rng.choice((1, 1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9))
        ring = self.ring(base, slot, number)
        if number == 1 and self.chance(0.8):
            data = b"".join(self.control(ring) for _ in range(rng.randrange(1, 4)))
            lines = []
        elif self.chance(0.4):
            unit = self.packet(rng.choice(("bulk", "uas")))
            lines = [put(DRAM + 0x5000, unit)]
            data = struct.pack("<QII", DRAM + 0x5000, len(unit) if self.chance(0.8) else 31, 1 << 10 | 1 << 5 | 1)
        else:
            lines, data = [], b"".join(self.trb(ring) for _ in range(rng.randrange(1, 10)))
        stream = rng.choice((0, 0, 0, 1, 2, 3))
        if stream:
            lines.append(put(ring + 16 * stream, struct.pack("<QQ", ring + 0x200 * stream | 3, 0)))
        lines.append(put(ring + 0x200 * stream, data + bytes(16)))
        inputs = self.areas(base)[2]
        if self.chance(0.4):
            lines += self.run_commands(base, [(0, 15, slot << 24 | number << 16), (ring | 1, 16, slot << 24 | number << 16)])
        elif self.chance(0.05):
            lines += self.run_commands(base, [(inputs, 11, slot << 24)])
        return lines + [write(base + 0x2000 + 4 * slot, number | stream << 16)] * rng.choice((1, 1, 2))

    def steps(self):
        rng = self.random
        base = rng.choice(self.BLOCKS)
        if base not in self.slots or self.chance(0.03):
            return self.start(base)
        kind = rng.random()
        if kind < 0.15:
            return self.configure(base)
        if kind < 0.8:
            return self.transfers(base)
        if kind < 0.93:
            return [self.clock()]
        return [rng.choice((lambda: write(base + 0x1038, self.areas(base)[4] + 16 * rng.randrange(64) | 8),
                            lambda: write(base + rng.choice((0x440, 0x450)), self.value()),
                            lambda: write(base + 0x40, rng.choice((0, 1, 5))), lambda: write(base + 0xC110, 1 << 11), lambda: write(base + 0xC110, 0),
                            lambda: write(base + rng.choice((0x44, 0x54, 0x58, 0x5C, 0x60, 0x1020, 0x1028, 0x1030, 0x1034)), self.value())))()]


class EthernetProgram(Program):
    """Rings of both kinds of descriptors, sending, and frames from outside."""
    BLOCKS = (0x30BE0000,)
    LENGTHS = (0, 1, 14, 60, 64, 1500, 1518, 1522, 9000, 16384, 65535)
    SIZES = (16, 64, 0x600, 0x3FF0, 0, 1, 17, 2048)

    def ring(self, receive, extended):
        rng = self.random
        data = b""
        for number in range(rng.randrange(1, 24)):
            flags = rng.choice((0x8000, 0x8000, 0x8000, 0x8800, 0x8C00, 0xA000, 0xAC00, 0x0C00, rng.getrandbits(16)))
            data += struct.pack("<HHI", 0 if receive else rng.choice(self.LENGTHS), flags, self.memory() & 0xFFFFFFFF)
            if extended:
                data += rng.choice((bytes(24), struct.pack("<I", 1 << 30) + bytes(20), rng.randbytes(24)))
        return data

    def frame(self):
        rng = self.random
        target = rng.choice((b"\xff" * 6, b"\x02\x00\x00\x00\x00\x01", b"\x01\x00\x5e\x00\x00\x01", rng.randbytes(6)))
        kind = rng.choice((b"\x08\x00\x45\x00", b"\x81\x00\x00\x05", b"\x86\xdd", b"\x88\xb5", b"\x00\x10", rng.randbytes(4)))
        length = rng.choice((0, 1, 46, 48, 49, 50, 60, 62, 63, 64, 100, 1500, 1518, 1600, 2000, 9000, 16000, rng.randrange(2048)))
        return (target + b"\x02\x00\x00\x00\x00\x02" + kind + rng.randbytes(min(length, 64)) + bytes(max(length - 64, 0)))[:rng.choice((65000, 65000, 13))]

    def steps(self):
        rng = self.random
        base = self.BLOCKS[0]
        kind = rng.random()
        if kind < 0.35:
            return [("packet", self.frame()) for _ in range(rng.randrange(1, 4))] + [self.clock()]
        extended = self.chance(0.5)
        receive, send = (DRAM + 0x60000 + rng.randrange(64) * 64 for _ in range(2))
        lines = [put(receive, self.ring(True, extended)), put(send, self.ring(False, extended)),
                 write(base + 0x24, 0), write(base + 0x188, rng.choice(self.SIZES)), write(base + 0x180, receive), write(base + 0x184, send),
                 write(base + 0x84, rng.choice((1522, 1518, 2000, 16383, 64, 0)) << 16 | rng.choice((4, 12, 0x1C, 8, 0x4C, 5))),
                 write(base + 0x24, 2 | (0x10 if extended else 0) | rng.choice((0x100, 0x100, 0)))]
        for offset in rng.sample((0x160, 0x164, 0x16C, 0x170, 0x174), rng.randrange(4)):
            lines.append(write(base + offset, rng.choice((receive, send))))
        for offset in rng.sample((0x10, 0x14, 0x1E0, 0x1E4, 0x1E8, 0x1EC), rng.randrange(1, 5)):
            lines.append(write(base + offset, 1 << 24))
        if self.chance(0.3):
            offset = rng.choice((4, 8, 0x40, 0x44, 0x64, 0xC4, 0x134, 0x144, 0x1B0, 0x1C0, 0x1C4, 0x1C8, 0x400, 0x404, 0x408, 0x40C, 0x410, 0x608))
            lines.append(write(base + offset, self.value()))
        return lines + [write(base + 0x10, 1 << 24), self.clock()]


class CaamProgram(Program):
    """Random descriptors on the rings and in the DECO."""
    BLOCKS = (0x30900000, 0x30901000, 0x30902000, 0x30903000)
    ENTRIES = 8
    OPERATIONS = (0x02100000, 0x02100200, 0x02100100, 0x02100600, 0x02100700, 0x02100800, 0x02100900, 0x04400000, 0x04410000, 0x04430000, 0x04450000,
                  0x02500000, 0x00500000, 0x02200100, 0x02210000, 0x02300000, 0x08000002, 0x08000006, 0x08000800)
    PROTOCOLS = (0x0607000D, 0x0707000D, 0x06040001, 0x07010001, 0x0612000B, 0x0702000D, 0x06170000, 0x07180000, 0x06020000, 0x07130000)

    def address(self):
        """Where a pointer leads: mostly to a small area whose content comes back as key, text or descriptor."""
        return DRAM + 0x200000 + self.random.randrange(0x4000) if self.chance(0.85) else self.memory()

    def length(self):
        return self.random.choice((0, 1, 8, 15, 16, 17, 20, 24, 32, 48, 64, 100, 128, 255, 512, self.random.randrange(4096)))

    def words(self):
        rng = self.random
        words = []
        for _ in range(rng.randrange(1, 14)):
            kind = rng.random()
            size = self.length()
            immediate = size <= 64 and self.chance(0.3)
            target = [rng.getrandbits(32) for _ in range(-(-size // 4))] if immediate else [self.address() & 0xFFFFFFFF]
            flag = 1 << 23 if immediate else 0
            unit = rng.choice((1, 2)) << 25
            if kind < 0.18:
                words += [unit | flag | rng.choice((0, 0, 1 << 22, 1 << 16, 2 << 16, 3 << 16)) | (size & 0x3FF), *target]
            elif kind < 0.28:
                words += [2 << 27 | unit | flag | rng.choice((0x20, 0x20, 0x01, 0x08, 0x40, 0x44, 0x70, rng.randrange(128))) << 16 | (size & 0xFF), *target]
            elif kind < 0.45:
                place = rng.choice((0x10, 0x12, 0x14, 0x16, 0x20, 0x22, 0x30, 0x32, 0x3E, 0, 1, 2, 3, 8, 9, rng.randrange(64)))
                words += [4 << 27 | unit | flag | place << 16 | (size & 0xFFFF), *target]
            elif kind < 0.55:
                place = rng.choice((0x20, 0x01, 0x40, rng.randrange(128)))
                words += [rng.choice((0xA, 0xB)) << 27 | unit | place << 16 | (size & 0xFF), self.address() & 0xFFFFFFFF]
            elif kind < 0.67:
                place = rng.choice((0x30, 0x34, 0x35, 0x24, 0x14, 0x16, 0, 1, 8, rng.randrange(64)))
                words += [0xC << 27 | unit | place << 16 | (size & 0xFFFF), self.address() & 0xFFFFFFFF]
            elif kind < 0.82:
                operation = rng.choice(self.OPERATIONS) | rng.choice((0xC, 0xD, 0, 4, 8, 9)) | rng.choice((0, 0, 0x40))
                words.append(0x10 << 27 | (rng.choice(self.PROTOCOLS) if self.chance(0.2) else operation))
            elif kind < 0.88:
                words.append(0x14 << 27 | rng.choice((0, unit)) | rng.choice((1, 1, 0, 0xFF)) | rng.choice((0, 1 << 24, rng.getrandbits(24))))
            elif kind < 0.93:
                words.append(0x15 << 27 | rng.getrandbits(27))
            elif kind < 0.96:
                words.append(0x0F << 27 | rng.getrandbits(27))
            else:
                words += [rng.choice((0x1E, 0x1F)) << 27 | rng.choice((0, 1 << 22)) | (size & 0xFFFF), self.address() & 0xFFFFFFFF]
        words = words[:62]
        if self.chance(0.05):
            return [rng.getrandbits(32) for _ in range(8)]
        return [0xB0800000 | len(words) + 1 | rng.choice((0, 0, 0, rng.getrandbits(7) << 16)), *words]

    def ring_of(self, number):
        return 0x30901000 + number * 0x1000

    def steps(self):
        rng = self.random
        number = rng.randrange(3)
        page, memory = self.ring_of(number), DRAM + 0x300000 + number * 0x1000
        if self.chance(0.06):
            owner = rng.choice((0x00080001, 0x800B8011, 0x80008011, rng.getrandbits(32)))
            return [write(0x30900010 + 8 * number, owner), write(page + 0x6C, 1), write(page + 0x6C, 1), write(page + 4, memory),
                    write(page + 0xC, self.ENTRIES),
                    write(page + 0x24, memory + 0x400), write(page + 0x2C, self.ENTRIES)]
        descriptor = DRAM + 0x200000 + rng.randrange(0x3000) * 4
        data = struct.pack(f"<{len(words)}I", *words) if (words := self.words()) else b""
        if self.chance(0.12):
            lines = [write(0x3090009C, 1), write(0x30900094, rng.randrange(4))] if self.chance(0.5) else [write(0x3090009C, rng.choice((0, 1)))]
            lines.append(put(0x30908A00, data[:256]))
            return lines + [write(0x30908800, rng.choice((0x10, 0x08, 0x18)) << 24), write(0x30908804, rng.choice((0x08, 0x10, 0x18)) << 24),
                            self.clock(), "readl 0x30908804"]
        lines = [put(descriptor, data), put(DRAM + 0x200000 + rng.randrange(0x3000), rng.randbytes(rng.choice((16, 32, 64)))),
                 *[put(memory + 4 * slot, struct.pack("<I", descriptor)) for slot in range(self.ENTRIES)][:rng.choice((1, self.ENTRIES))],
                 write(page + 0x1C, rng.choice((1, 1, 1, 2, self.ENTRIES))), self.clock(), f"readl {page + 0x3C:#x}",
                 write(page + 0x34, rng.choice((1, 1, 2)))]
        if self.chance(0.05):
            lines += [write(page + 0x6C, rng.choice((1, 2)))]
        return lines
