# SPDX-License-Identifier: GPL-2.0-or-later
"""The Ethernet controller under hostile rings: it stays inside of its buffers, and no ring and no flood keeps the others waiting.

QEMU's model with our patches. Both kinds of descriptors; frames come from and go to a socket.
"""

import struct
import time
import unittest

from ethernet import (ACTIVE, BABT, BASE, ECR, ECR_RESET, EIMR, EIR, EMPTY, INTERRUPT, IP_CHECKSUM, LAST, MAX_FRAME, MII, MII_READ, MMFR, MRBR,
                      PROTOCOL_CHECKSUM, RACC_SHIFT16, RDAR, READY, RECEIVE_INTERRUPT, RXF, TDAR, TDAR1, TDAR2, TDSR, TDSR1, TDSR2, TOO_LONG, TRUNCATED,
                      WRAP, CableQTest, Descriptor, Fec, frame_of, wire_crc)
from svplib.machine.test_port import read_cells, write_cells

DRAM = 0x40000000
READ_ONLY = DRAM + 0x40000
RING, OTHER_RING, BUFFERS, SPACING = DRAM + 0x10000, DRAM + 0x20000, DRAM + 0x1000000, 0x4000
UNTOUCHED = 0xEE
WORK_MAX, STEP_NS = 32 << 10, 600_000  # what one direction does in one go, and more time than it then waits for
SLOT = 0x303D0800  # of the RDC, the first for DRAM
GIC_FEC_INPUT = 118
SECONDS = 30  # a loop without end is longer, anything else much shorter, on a busy host, too
KINDS = (False, True)


class EthernetCase(unittest.TestCase):
    ROM = b""  # what is in memory that the controller can read only

    def setUp(self):
        self.machine = CableQTest().start()
        self.addCleanup(self.machine.stop)
        for offset, value in ((0, READ_ONLY - DRAM), (4, READ_ONLY - DRAM + 0x1000), (8, 1 << 30 | 0xAA)):
            self.machine.writel(SLOT + offset, value)
        self.fec = Fec(self.machine)
        if self.ROM:
            self.fill(READ_ONLY, self.ROM)

    def cells(self, address, length):
        return read_cells(self.machine.qmp, address, length)

    def fill(self, address, data):
        write_cells(self.machine.qmp, address, data)

    def step(self, times=1):
        for _ in range(times):
            self.machine.clock_step(STEP_NS)
        self.machine.settle()

    @staticmethod
    def buffers(count, spacing=SPACING):
        """Empty descriptors, a buffer each, which are that far apart."""
        return [Descriptor(flags=EMPTY | (WRAP if number == count - 1 else 0), data=BUFFERS + spacing * number, option=RECEIVE_INTERRUPT)
                for number in range(count)]

    def quickly(self, action):
        begin = time.monotonic()
        action()
        self.assertLess(time.monotonic() - begin, SECONDS)


class LineTest(EthernetCase):
    def test_a_reset_lowers_the_line(self):
        """Any event will do: the end of a read from the PHY."""
        self.machine.intercept("/machine/soc/gic")
        self.machine.writel(BASE + EIMR, MII)
        self.machine.writel(BASE + MMFR, MII_READ)
        self.assertTrue(self.machine.irq(GIC_FEC_INPUT))
        self.machine.writel(BASE + ECR, ECR_RESET)
        self.assertEqual(self.machine.readl(BASE + EIR), 0)
        self.assertFalse(self.machine.irq(GIC_FEC_INPUT))


class RingRegistersTest(EthernetCase):
    def test_all_rings_read_back(self):
        for start in (TDSR, TDSR1, TDSR2):
            self.machine.writel(BASE + start, RING)
            self.assertEqual(self.machine.readl(BASE + start), RING)

    def test_an_active_ring_says_so(self):
        """Its descriptor cannot be written, so that it is never done."""
        self.fill(READ_ONLY, Descriptor(flags=READY | WRAP | LAST, data=BUFFERS, length=64).packed(True))
        for ring, active in enumerate((TDAR, TDAR1, TDAR2)):
            with self.subTest(ring=ring):
                self.fec.set_send_ring(READ_ONLY, None, enhanced=True, ring=ring)
                self.assertEqual(self.machine.readl(BASE + active), 0)
                self.machine.writel(BASE + active, ACTIVE)
                self.assertEqual(self.machine.readl(BASE + active), ACTIVE)


class ReceiveTest(EthernetCase):
    #: legacy and enhanced descriptors that are empty whatever is written: each the only one of its ring
    ROM = Descriptor(flags=EMPTY | WRAP, data=BUFFERS).packed().ljust(64, b"\0") + Descriptor(flags=EMPTY | WRAP, data=BUFFERS).packed(True)

    def receive(self, frame, count, **ring):
        """What is in `count` buffers after one frame: (flags, bytes, untouched behind them?) of those that were used."""
        spacing = ring["buffer_size"] + 64
        write_cells(self.machine.qmp, BUFFERS, bytes([UNTOUCHED]), spacing * count)
        self.fec.set_receive_ring(RING, self.buffers(count, spacing), **ring)
        self.machine.cable.send(frame)
        self.machine.settle()
        used = []
        data = self.cells(BUFFERS, spacing * count)
        for number, descriptor in enumerate(self.fec.descriptors(RING, count)):
            if not descriptor.flags & EMPTY:
                buffer = data[spacing * number:][:spacing]
                used.append((descriptor.flags & ~WRAP, buffer[:descriptor.length], set(buffer[descriptor.length:]) == {UNTOUCHED}))
        self.machine.clock_step(8 * STEP_NS)  # the wire is free again
        return used

    def expect(self, frame, expected, last_flags, **ring):
        size = ring["buffer_size"]
        parts = [expected[at:at + size] for at in range(0, len(expected), size)]
        used = self.receive(frame, len(parts) + 2, **ring)
        self.assertEqual(used, [(LAST | last_flags if number == len(parts) - 1 else 0, part, True) for number, part in enumerate(parts)])
        self.assertTrue(self.fec.get(EIR) & RXF)

    def test_every_remainder(self):
        """Payload and CRC, spread over buffers of every size: none to 15 bytes are left for the last one."""
        for enhanced, racc in ((False, 0), (True, 0), (True, RACC_SHIFT16)):
            for size in (16, 48, 2048):
                for length in range(60, 77 if size == 16 else 64):
                    with self.subTest(enhanced=enhanced, racc=racc, size=size, length=length):
                        frame = frame_of(length, length)
                        stream = (bytes(2) if racc else b"") + frame + wire_crc(frame)
                        self.expect(frame, stream, 0, buffer_size=size, enhanced=enhanced, racc=racc)

    def test_truncated_frames(self):
        """Down to a byte, with and without the two bytes of SHIFT16 in front."""
        frame = frame_of(7, 200)
        for racc in (0, RACC_SHIFT16):
            stream = (bytes(2) if racc else b"") + frame + wire_crc(frame)
            for limit in (1, 2, 3, 4, 5, 15, 16, 17, 18, 19, 33, 201, 203):
                with self.subTest(racc=racc, limit=limit):
                    self.expect(frame, stream[:limit], TRUNCATED | TOO_LONG, buffer_size=16, enhanced=True, racc=racc, frame_limit=limit)
        self.assertEqual(self.receive(frame, 2, buffer_size=16, enhanced=True, frame_limit=0), [])

    def test_huge_frames(self):
        frame = frame_of(3, 20000)
        stream = (frame + wire_crc(frame))[:MAX_FRAME]
        self.expect(frame, stream, TRUNCATED | TOO_LONG, buffer_size=2048)
        self.expect(frame, stream[:0x3FFF], TRUNCATED | TOO_LONG, buffer_size=2048, enhanced=True)

    def test_buffers_of_size_0_take_nothing(self):
        for enhanced in KINDS:
            for ring in (RING, READ_ONLY + (64 if enhanced else 0)):
                with self.subTest(enhanced=enhanced, ring=hex(ring)):
                    self.fec.set_receive_ring(RING, self.buffers(2), buffer_size=0, enhanced=enhanced)
                    self.fec.set_receive_ring(ring, None, buffer_size=0, enhanced=enhanced)
                    self.machine.cable.send(frame_of(1, 100))
                    self.quickly(self.machine.settle)
                    self.assertTrue(self.fec.descriptor(RING).flags & EMPTY)
                    self.fec.set(MRBR, 2048)
                    self.fec.set_receive_ring(RING, None, buffer_size=2048, enhanced=enhanced)
                    self.machine.cable.send(frame_of(2, 100))
                    self.machine.settle()
                    self.assertEqual(self.cells(BUFFERS, 100), frame_of(2, 100), "the first frame is gone, the second is there")

    def test_a_ring_that_cannot_be_written(self):
        """Every part of the frame goes to the same buffer."""
        frame = frame_of(9, 1499)
        stream = frame + wire_crc(frame)
        whole = len(stream) // 16 * 16
        expected = stream[whole:] + stream[whole - 16:whole][len(stream) - whole:] + b"\0"
        for enhanced in KINDS:
            with self.subTest(enhanced=enhanced):
                self.fill(BUFFERS, bytes(64))
                self.fec.set_receive_ring(READ_ONLY + (64 if enhanced else 0), None, buffer_size=16, enhanced=enhanced)
                self.machine.cable.send(frame)
                self.quickly(self.machine.settle)
                self.assertEqual(self.cells(BUFFERS, 17), expected)
                self.assertEqual(self.fec.get(RDAR), ACTIVE)
                self.step(8)

    def test_over_the_end_of_32_bits(self):
        """A buffer that begins below 4 GiB goes on at 0, where the boot ROM is: nothing lands above 4 GiB."""
        self.fill(0x100000000, bytes([UNTOUCHED]) * 64)
        frame = frame_of(4, 64)
        self.fec.set_receive_ring(RING, [Descriptor(flags=EMPTY | WRAP, data=0xFFFFFFF0)], buffer_size=2048)
        self.machine.cable.send(frame)
        self.machine.settle()
        self.assertEqual(self.cells(0xFFFFFFF0, 16), frame[:16])
        self.assertEqual(self.cells(0x100000000, 64), bytes([UNTOUCHED]) * 64)

    def test_a_flood(self):
        """Without time nothing more than the work of one go is received; with it everything, in order."""
        count, length = 120, 1000
        for enhanced in KINDS:
            with self.subTest(enhanced=enhanced):
                self.fec.set_receive_ring(RING, self.buffers(count, 1024), buffer_size=1024, enhanced=enhanced)
                frames = [frame_of(number, length) for number in range(count)]
                waiting = list(frames)
                self.machine.cable.setblocking(False)
                goes = []
                received = 0
                for _ in range(200):
                    try:
                        while waiting:
                            self.machine.cable.send(waiting[0])
                            waiting.pop(0)
                    except BlockingIOError:
                        pass
                    self.machine.settle()
                    before = received
                    received = sum(not descriptor.flags & EMPTY for descriptor in self.fec.descriptors(RING, count))
                    goes.append(received - before)
                    if received == count:
                        break
                    self.machine.clock_step(STEP_NS)
                self.assertEqual(received, count)
                self.assertLessEqual(max(goes), 2 * (WORK_MAX // length + 1))
                cells = self.cells(BUFFERS, 1024 * count)
                self.assertTrue([cells[1024 * number:][:length] for number in range(count)] == frames)
                self.step(4)


class SendTest(EthernetCase):
    #: an endless ring of each kind: one descriptor that stays ready, for a whole frame; and one for a frame without end
    ROM = (Descriptor(64, READY | WRAP | LAST, BUFFERS).packed().ljust(64, b"\0") +
           Descriptor(64, READY | WRAP | LAST, BUFFERS).packed(True).ljust(64, b"\0") +
           Descriptor(64, READY | WRAP, BUFFERS).packed().ljust(64, b"\0") + Descriptor(64, READY | WRAP, BUFFERS).packed(True))

    def endless(self, enhanced, last=True):
        return READ_ONLY + 64 * enhanced + (0 if last else 128)

    def gather(self, lengths, enhanced, data=None):
        """One frame out of parts, each in a buffer of its own."""
        parts = []
        for number, length in enumerate(lengths):
            content = data[sum(lengths[:number]):][:length] if data else frame_of(number, length)
            if content:
                self.fill(BUFFERS + 0x10000 * number, content)
            parts.append(Descriptor(length, READY | (LAST | WRAP if number == len(lengths) - 1 else 0), BUFFERS + 0x10000 * number, INTERRUPT))
        self.fec.set_send_ring(RING, parts, enhanced=enhanced)
        self.fec.kick()
        self.step(12)
        self.assertFalse(self.fec.sending())
        return self.machine.sent_frames()

    def test_frames_are_cut_at_their_greatest_length(self):
        for enhanced in KINDS:
            for lengths in ((8192, 8192), (8192, 8192, 1), (16383, 2), (16384, 65535, 65535), (65535,), (60, 65535, 0, 60)):
                with self.subTest(enhanced=enhanced, lengths=lengths):
                    whole = b"".join(frame_of(number, length) for number, length in enumerate(lengths))
                    frames = self.gather(lengths, enhanced)
                    self.assertEqual([len(frame) for frame in frames], [min(len(whole), MAX_FRAME)])
                    self.assertEqual(frames[0], whole[:MAX_FRAME])
                    self.assertEqual(bool(self.fec.get(EIR) & BABT), len(whole) > MAX_FRAME)

    def test_a_ring_without_end(self):
        """Its bit 'ready' cannot be cleared: it is sent from again and again, as by the chip, but each go is short."""
        self.fill(BUFFERS, frame_of(1, 64))
        for enhanced in KINDS:
            with self.subTest(enhanced=enhanced):
                self.fec.set_send_ring(self.endless(enhanced), None, enhanced=enhanced)
                self.quickly(self.fec.kick)
                self.machine.settle()
                self.assertLessEqual(len(self.machine.sent_frames()), WORK_MAX // 64)
                self.assertTrue(self.fec.sending())
                for _ in range(4):
                    self.quickly(self.fec.kick)
                self.machine.settle()
                self.assertEqual(self.machine.sent_frames(), [], "asking again makes no difference")
                for _ in range(3):
                    self.step()
                    frames = self.machine.sent_frames()
                    self.assertTrue(0 < len(frames) <= WORK_MAX // 64, len(frames))
                    self.assertEqual(set(frames), {frame_of(1, 64)})
                self.fec.set(ECR, 0)
                self.step(2)
                self.machine.sent_frames()
                self.step(2)
                self.assertEqual(self.machine.sent_frames(), [], "until it is switched off")

    def test_a_frame_without_end(self):
        for enhanced in KINDS:
            with self.subTest(enhanced=enhanced):
                self.fec.set_send_ring(self.endless(enhanced, last=False), None, enhanced=enhanced)
                self.quickly(self.fec.kick)
                self.quickly(lambda: self.step(4))
                self.assertEqual(self.machine.sent_frames(), [])
                self.assertTrue(self.fec.get(EIR) & BABT)

    def test_a_reset_ends_it(self):
        self.fec.set_send_ring(self.endless(False), None)
        self.fec.kick()
        self.fec.set(ECR, 1)
        self.machine.sent_frames()
        self.step(3)
        self.assertEqual(self.machine.sent_frames(), [])
        self.assertFalse(self.fec.sending())

    def test_three_rings_take_turns(self):
        """Two of them have no end."""
        self.fec.set_send_ring(self.endless(True), None, enhanced=True, ring=0)
        self.fill(BUFFERS + SPACING, frame_of(2, 80))
        self.fec.set_send_ring(RING, [Descriptor(80, READY | LAST, BUFFERS + SPACING), Descriptor(flags=WRAP)], enhanced=True, ring=2)
        self.fec.set_send_ring(self.endless(True), None, enhanced=True, ring=1)
        for ring in (0, 1, 2):
            self.fec.kick(ring)
        frames = []
        for _ in range(12):
            self.step()
            frames += self.machine.sent_frames()
        self.assertIn(frame_of(2, 80), frames)
        self.assertTrue(self.fec.sending(0))

    def test_a_long_queue_is_sent(self):
        count = 600
        for enhanced in KINDS:
            with self.subTest(enhanced=enhanced):
                frames = [frame_of(number, 64) for number in range(count)]
                self.fill(BUFFERS, b"".join(frames))
                self.fec.set_send_ring(RING, [Descriptor(64, READY | LAST, BUFFERS + 64 * number) for number in range(count)] +
                                       [Descriptor(flags=WRAP)], enhanced=enhanced)
                self.fec.kick()
                sent = self.machine.sent_frames()
                goes = [len(sent)]
                while self.fec.sending() and len(goes) < 40:
                    self.step()
                    more = self.machine.sent_frames()
                    sent += more
                    goes.append(len(more))
                self.assertFalse(self.fec.sending())
                self.assertTrue(sent == frames, f"{len(sent)} frames")
                self.assertLessEqual(max(goes), WORK_MAX // 64)

    def packet(self, total_length, *, header=5, protocol=17, tags=0, size=60, offset=0):
        """A frame with an IPv4 header that lies about its lengths."""
        ethernet = bytes(12) + {0: b"", 1: b"\x81\x00\x00\x01", 2: b"\x88\xa8\x00\x01\x81\x00\x00\x01"}[tags] + b"\x08\x00"
        ip = struct.pack(">BBHHHBBH4s4s", 0x40 | header, 0, total_length, 1, offset, 64, protocol, 0, b"\x0a\x00\x02\x0f", b"\x0a\x00\x02\x02")
        return (ethernet + ip + bytes(range(1, 40)) * 500)[:size], len(ethernet)

    def test_checksums_stay_inside_of_the_packet(self):
        """Lengths that the frame does not have: nothing but a right IP checksum is put in."""
        cases = [{"total_length": length, "header": header, "protocol": protocol, "tags": tags, "size": size}
                 for protocol in (6, 17) for tags in (0, 1, 2)
                 for length, header, size in ((0, 5, 60), (1, 5, 60), (19, 5, 60), (27, 5, 60), (4, 15, 80), (59, 15, 100), (40, 0, 60), (40, 4, 60),
                                              (65535, 5, 60), (65535, 0, 16384), (16370, 0, 16384), (16370, 4, 16384), (46, 15, 60))]
        cases += [{"total_length": 46, "tags": tags, "size": size} for tags in (1, 2) for size in (14, 17, 18, 21, 22, 30, 34, 37)]
        for case in cases:
            with self.subTest(**case):
                frame, at = self.packet(**case)
                self.fill(BUFFERS, frame)
                self.fec.set_send_ring(RING, [Descriptor(len(frame), READY | LAST, BUFFERS, INTERRUPT | IP_CHECKSUM | PROTOCOL_CHECKSUM),
                                              Descriptor(flags=WRAP)], enhanced=True)
                self.fec.kick()
                self.step(4)
                (sent,) = self.machine.sent_frames()
                header = 4 * case.get("header", 5)
                expected = bytearray(frame)
                if header >= 20 and at + header <= len(frame):
                    expected[at + 10:at + 12] = internet_checksum(frame[at:at + header])
                self.assertEqual(sent, bytes(expected))

    def test_checksums_of_honest_packets(self):
        for protocol, place in ((17, 6), (6, 16)):
            for header in (5, 6, 15):
                for length in (4 * header + 20, 4 * header + 21, 200):
                    with self.subTest(protocol=protocol, header=header, length=length):
                        frame, at = self.packet(length, header=header, protocol=protocol, size=max(60, 14 + length))
                        payload = at + 4 * header
                        expected = bytearray(frame)
                        expected[at + 10:at + 12] = internet_checksum(frame[at:payload])
                        expected[payload + place:payload + place + 2] = bytes(2)
                        data = bytes(expected[payload:at + length])
                        pseudo = bytes(expected[at + 12:at + 20]) + struct.pack(">HH", protocol, len(data))
                        expected[payload + place:payload + place + 2] = internet_checksum(pseudo + data)
                        self.fill(BUFFERS, frame)
                        self.fec.set_send_ring(RING, [Descriptor(len(frame), READY | LAST, BUFFERS, IP_CHECKSUM | PROTOCOL_CHECKSUM),
                                                      Descriptor(flags=WRAP)], enhanced=True)
                        self.fec.kick()
                        self.step(2)
                        self.assertEqual(self.machine.sent_frames(), [bytes(expected)])


def internet_checksum(data):
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (0xFFFF - total).to_bytes(2, "big")


if __name__ == "__main__":
    unittest.main()
