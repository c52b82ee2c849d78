# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that means harm at the USB controllers and at what is plugged in: nothing ends the emulator or keeps it long.

Patches 0020 to 0025 in hw/qemu/patches are held here.
"""

import struct
import tempfile
import time
import unittest
from pathlib import Path

import xhci
from svplib.machine.console import timeout_scale
from svplib.machine.qtest import QTest
from xhci import (BULK_IN, BULK_OUT, CHAIN, CONFIGURE, ERSTBA, EVALUATE, HOST_CONTROLLER_ERROR, IMMEDIATE, INTERRUPT_IN, ISOCH, ISOCH_IN, ISOCH_OUT, LINK,
                  NO_OP, NO_OP_COMMAND, NORMAL, ON_COMPLETION, SHORT_PACKET, STALL, START_AT_ONCE, STEP, STOP_ENDPOINT, SUCCESS,
                  TRANSACTION_ERROR, TRANSFER_EVENT, USB1, USB2, USBCMD, USBSTS, Xhci, trb)

HCSPARAMS1, ENABLE_SLOT, NO_SLOTS_AVAILABLE, SLOTS = 4, 9, 9, 64
LONG_TIME = 2  # seconds of the host's CPU for one access: what is not bounded takes far more, a busy host makes tenths of nothing
COMMANDS_A_TURN = 16
IN1, OUT1, OUT2, IN2, IN3, OUT4 = 3, 2, 4, 5, 7, 8  # device context indices of endpoints
DISK = ("-drive", "if=none,id=u,format=raw,file.driver=null-co,file.size=67108864,file.read-zeroes=on")
SLOW_DISK = (f"{DISK[0]}", f"{DISK[1]},throttling.iops-total=1")
UAS_TASK, UAS_COMMAND, ABORT_TASK = 5, 1, 1
MANY_COMMANDS, COMMAND_ROOM = 100, 64
CLASS_RESET, GET_MAX_LUN = 0xFF21, 0xFEA1


class UsbCase(unittest.TestCase):
    def start(self, *extra, **options):
        self.machine = QTest(extra=extra, timeout=60 * timeout_scale(), **options).start()
        self.addCleanup(self.machine.stop)
        self.host = Xhci(self.machine, USB2)
        self.host.ports()
        return self.host

    def plugged(self, *extra):
        """Start with a device at the first bus, which is the second controller; its slot."""
        self.start(*extra)
        slot = self.host.address(self.host.ports()[0])
        self.assertIsNotNone(slot)
        return slot

    def seconds(self, action):
        before = self.machine.cpu_seconds()
        action()
        return self.machine.cpu_seconds() - before

    def assert_alive(self):
        self.assertTrue(self.machine.qmp.command("query-status"))


class EventRingTest(UsbCase):
    """ERSTBA is written by halves: the high one last in general, the low one last for controllers of Synopsys, as Linux does it for dwc3."""

    def start_with(self, halves, stale_high=0):
        self.start("-device", "usb-kbd")
        self.host.write(USBCMD, 2)
        self.host.write(ERSTBA + 4, stale_high)
        self.host.reset(halves)
        return self.host.command(NO_OP_COMMAND)[0], self.host.read(USBSTS) & HOST_CONTROLLER_ERROR

    def test_either_order(self):
        for halves in ((0, 4), (4, 0)):
            with self.subTest(halves):
                self.assertEqual(self.start_with(halves), (SUCCESS, 0))

    def test_what_was_there_before(self):
        """A half that is still to come makes an address of nothing, or of what is no table."""
        for stale in (1, 0xFFFFFFFF):
            with self.subTest(hex(stale)):
                self.assertEqual(self.start_with((0, 4), stale), (SUCCESS, 0))


class SlotsTest(UsbCase):
    def test_each_device_behind_hubs_has_one(self):
        """QEMU loses the default of its own property, which left one slot: a hub took it."""
        self.start()
        for base in (USB1, USB2):
            with self.subTest(hex(base)):
                host = Xhci(self.machine, base)
                self.assertEqual(host.read(HCSPARAMS1) & 0xFF, SLOTS)
                self.assertEqual([host.command(ENABLE_SLOT) for _ in range(SLOTS)], [(SUCCESS, slot + 1) for slot in range(SLOTS)])
                self.assertEqual(host.command(ENABLE_SLOT)[0], NO_SLOTS_AVAILABLE)


class PathTest(UsbCase):
    def test_the_same_port_of_two_buses(self):
        """Two devices of one path ended the emulator at its start."""
        for kind in ("usb-kbd", "usb-hub", "usb-tablet"):
            with self.subTest(kind=kind):
                self.start("-device", f"{kind},bus=usb-bus.0,port=1", "-device", f"{kind},bus=usb-bus.1,port=1")
                other = Xhci(self.machine, USB1, 0x51000000)
                self.assertEqual((len(self.host.ports()), len(other.ports())), (1, 1))

    def test_behind_hubs(self):
        self.start(*(word for bus in (0, 1) for word in ("-device", f"usb-hub,bus=usb-bus.{bus},port=1", "-device", f"usb-mouse,bus=usb-bus.{bus},port=1.1")))
        self.assert_alive()

    def test_without_bus_and_port(self):
        self.start("-device", "usb-kbd", "-device", "usb-mouse,bus=usb-bus.1", "-device", "usb-tablet,bus=usb-bus.1")
        self.assert_alive()

    def test_states_are_saved_and_loaded(self):
        devices = ("-device", "usb-kbd,bus=usb-bus.0,port=1", "-device", "usb-kbd,bus=usb-bus.1,port=1")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            self.start(*devices)
            self.machine.qmp.command("stop")
            self.machine.qmp.command("migrate", uri=f"file:{path}")
            self.wait_migration("completed")
            self.machine.stop()
            self.machine = QTest(extra=(*devices, "-incoming", "defer"), paused=True).start()
            self.addCleanup(self.machine.stop)
            self.machine.qmp.command("migrate-incoming", uri=f"file:{path}")
            self.wait_migration("completed")

    def wait_migration(self, wanted):
        for _ in range(600):
            status = self.machine.qmp.command("query-migrate").get("status")
            if status == wanted:
                return
            self.assertNotEqual(status, "failed")
            time.sleep(0.1)
        self.fail("the state is not moved")


class WrongTypeTest(UsbCase):
    """The context says another type than the device's descriptors."""

    def test_isochronous_where_the_device_answers_nak(self):
        slot = self.plugged("-device", "usb-kbd,bus=usb-bus.0,port=1")
        for flags in (START_AT_ONCE, 0, 5 << 20):
            with self.subTest(flags=flags):
                self.assertEqual(self.host.configure(slot, {IN1: (ISOCH_IN, 8)}), SUCCESS)
                self.host.events()
                self.host.queue(slot, IN1, trb(self.host.free, 8, ISOCH, ON_COMPLETION | flags))
                for _ in range(20):
                    self.host.kick(slot, IN1)
                    self.machine.clock_step(200 * STEP)  # a frame's number comes again after two seconds
                codes = [event[1] for event in self.host.events() if event[0] == TRANSFER_EVENT and event[3]]
                self.assertIn(TRANSACTION_ERROR, codes)
                self.assert_alive()

    def test_every_type_on_every_endpoint(self):
        devices = {"kbd": ("-device", "usb-kbd,bus=usb-bus.0,port=1"), "storage": (*DISK, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1"),
                   "hub": ("-device", "usb-hub,bus=usb-bus.0,port=1"), "wacom": ("-device", "usb-wacom-tablet,bus=usb-bus.0,port=1"),
                   "serial": ("-chardev", "null,id=c", "-device", "usb-serial,chardev=c,always-plugged=on,bus=usb-bus.0,port=1")}
        for name, device in devices.items():
            with self.subTest(device=name):
                slot = self.plugged(*device)
                for kind in range(8):
                    self.host.configure(slot, {endpoint: (kind, 64) for endpoint in range(2, 8)})
                    for endpoint in range(2, 8):
                        for flags in (ON_COMPLETION, START_AT_ONCE):
                            self.host.queue(slot, endpoint, trb(self.host.free, 31, ISOCH if kind in (ISOCH_IN, ISOCH_OUT) else NORMAL, flags))
                            self.host.kick(slot, endpoint)
                    self.machine.clock_step(STEP)
                    self.host.events()
                self.assert_alive()
                self.machine.stop()

    def test_isochronous_where_the_device_stalls(self):
        """A stall empties a bulk endpoint's queue; nothing is put into it meanwhile."""
        slot = self.plugged(*SLOW_DISK, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1")
        self.host.configure(slot, {IN1: (ISOCH_IN, 512), OUT2: (BULK_OUT, 512)})
        for _ in range(3):
            self.host.queue(slot, OUT2, command_block(self.machine, self.host.free, 1, bytes([0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]), 512))
            self.host.queue(slot, IN1, *[trb(self.host.free + 0x1000, 512, ISOCH, START_AT_ONCE | ON_COMPLETION) for _ in range(8)])
            self.machine.clock_step(STEP)
            self.host.control(slot, CLASS_RESET)
            for _ in range(4):
                self.host.kick(slot, IN1)
                self.machine.clock_step(STEP)
        self.assert_alive()


def command_block(machine, memory, tag, command, length, out=False):
    """A TRB for the command of a bulk-only disk, which is put to `memory`."""
    machine.write(memory, struct.pack("<4sIIBBB", b"USBC", tag, length, 0 if out else 0x80, 0, len(command)) + command + bytes(16 - len(command)))
    return trb(memory, 31, NORMAL, ON_COMPLETION)


class DiskTest(UsbCase):
    READ = bytes([0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0])

    def disk(self, drive=DISK):
        slot = self.plugged(*drive, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1")
        self.assertEqual(self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)}), SUCCESS)
        return slot

    def test_reset_by_class_after_a_residue(self):
        """TEST UNIT READY with 512 bytes that nobody fetched, then the class's reset, then a command."""
        slot = self.disk()
        for _ in range(4):
            self.host.queue(slot, OUT2, command_block(self.machine, self.host.free, 7, bytes(6), 512))
            self.machine.clock_step(STEP)
            self.assertEqual(self.host.control(slot, CLASS_RESET), SUCCESS)
        self.assert_alive()

    def test_reset_by_class_while_a_command_runs(self):
        slot = self.disk(SLOW_DISK)
        for number in range(4):
            self.host.queue(slot, OUT2, command_block(self.machine, self.host.free, number, self.READ, 512))
            self.host.queue(slot, IN1, trb(self.host.free + 0x1000, 512, NORMAL, ON_COMPLETION))
            self.assertEqual(self.host.control(slot, CLASS_RESET), SUCCESS)
        for _ in range(20):
            self.machine.clock_step(100 * STEP)
        self.assert_alive()

    def test_stopping_a_command_gives_its_memory_back(self):
        """Lists of thousands of pieces, stopped before the disk answers: the emulator grew by each of them."""
        slot = self.disk(SLOW_DISK)
        pieces = 4000
        table = self.host.free + 0x10000
        self.machine.write(table, b"".join(trb(self.host.free, 1, NORMAL, CHAIN) for _ in range(pieces)) + trb(self.host.free, 1, NORMAL, ON_COMPLETION))
        status = Path(f"/proc/{self.machine.pid}/status")

        def resident():
            return int(status.read_text().split("VmRSS:")[1].split()[0])

        def rounds(count):
            for _ in range(count):
                self.host.queue(slot, OUT2, command_block(self.machine, self.host.free, 1, self.READ, 512))
                self.host.queue(slot, IN1, trb(table, kind=LINK))
                self.host.command(STOP_ENDPOINT, slot=slot, endpoint=IN1)
                self.host.control(slot, CLASS_RESET)
                self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)})
        rounds(10)
        before = resident()
        rounds(60)
        self.assertLess(resident() - before, 2000, "KiB")

    def test_slot_that_is_given_to_another_device(self):
        """Packets of the first device are not kept by endpoints of the second, nor outlive the device."""
        self.start(*SLOW_DISK, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1,id=disk", "-device", "usb-hub,bus=usb-bus.1")
        slot = self.host.address(self.host.ports()[0])
        self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)})
        self.host.queue(slot, OUT2, command_block(self.machine, self.host.free, 1, self.READ, 512))
        self.host.queue(slot, IN1, trb(self.host.free + 0x1000, 512, NORMAL, ON_COMPLETION))
        self.host.command(xhci.ADDRESS, self.host.input, slot)
        self.machine.qmp.command("device_del", id="disk")
        for _ in range(10):
            self.machine.clock_step(STEP)
            self.host.kick(slot, IN1)
        self.host.reset()
        self.assert_alive()


class UasTest(UsbCase):
    """A disk that speaks UAS, at the speed that has streams: a tag is a stream."""
    COMMAND_PIPE, STATUS_PIPE, DATA_IN_PIPE, DATA_OUT_PIPE = OUT1, IN2, IN3, OUT4

    def disk(self, streams=True, drive=SLOW_DISK):
        slot = self.plugged(*drive, "-device", "usb-uas,bus=usb-bus.0,port=1,id=uas", "-device", "scsi-hd,drive=u,bus=uas.0,scsi-id=0,lun=0")
        more = (3,) if streams else ()
        self.arrays = {}
        endpoints = {self.COMMAND_PIPE: (BULK_OUT, 1024), self.STATUS_PIPE: (BULK_IN, 1024, *more), self.DATA_IN_PIPE: (BULK_IN, 1024, *more),
                     self.DATA_OUT_PIPE: (BULK_OUT, 1024, *more)}
        self.assertEqual(self.host.configure(slot, endpoints), SUCCESS)
        for number, endpoint in enumerate(endpoints if streams else ()):
            for stream in range(1, 16):
                self.machine.write(self.host.ring(slot, endpoint) + 16 * stream, struct.pack("<QQ", self.stream_ring(number, stream) | 3, 0))
        return slot

    def stream_ring(self, number, stream):
        return self.host.free + 0x40000 + number * 0x10000 + stream * 0x800

    def send(self, slot, *words):
        self.machine.write(self.host.free, b"".join(words).ljust(32, b"\0"))
        self.host.queue(slot, self.COMMAND_PIPE, trb(self.host.free, 32, NORMAL, ON_COMPLETION))
        self.machine.clock_step(STEP)

    def command_unit(self, slot, tag, command=bytes([0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0])):
        self.send(slot, struct.pack(">BxH", UAS_COMMAND, tag), bytes(12), command)

    def stream(self, slot, pipe, stream, *trbs):
        number = (self.COMMAND_PIPE, self.STATUS_PIPE, self.DATA_IN_PIPE, self.DATA_OUT_PIPE).index(pipe)
        self.host.queue(slot, pipe, *trbs, ring=self.stream_ring(number, stream), stream=stream)

    def packet(self):
        return trb(self.host.free + 0x1000, 512, NORMAL, ON_COMPLETION)

    def test_task_with_a_tag_beyond_the_streams(self):
        slot = self.disk()
        for tag in (17, 255, 0xFFFF):
            self.send(slot, struct.pack(">BxH", UAS_TASK, tag), struct.pack(">BxH", ABORT_TASK, 1))
        self.assert_alive()

    def test_commands_whose_answers_nobody_fetches(self):
        """So many are taken, the others wait in the controller until there is room; then all are done."""
        slot = self.disk(drive=DISK)
        self.host.events()
        tags = [1 + number % 15 for number in range(MANY_COMMANDS)]
        for number, tag in enumerate(tags):
            address = self.host.free + 0x10000 + 32 * number
            self.machine.write(address, struct.pack(">BxH", UAS_COMMAND, tag).ljust(32, b"\0"))  # TEST UNIT READY
            self.host.queue(slot, self.COMMAND_PIPE, trb(address, 32, NORMAL, ON_COMPLETION))
        self.assertEqual(self.count_transfers(self.COMMAND_PIPE), COMMAND_ROOM)
        for tag in tags:
            self.stream(slot, self.STATUS_PIPE, tag, self.packet())
        self.assertEqual(self.count_transfers(self.COMMAND_PIPE, self.STATUS_PIPE), MANY_COMMANDS - COMMAND_ROOM + MANY_COMMANDS)

    def count_transfers(self, *endpoints):
        """How many transfers of these endpoints have ended."""
        count = 0
        for _ in range(20):
            count += sum(event[0] == TRANSFER_EVENT and event[5] in endpoints for event in self.host.events())
            self.machine.clock_step(STEP)
        return count

    def test_two_packets_for_one_stream(self):
        slot = self.disk()
        for pipe in (self.STATUS_PIPE, self.DATA_IN_PIPE, self.DATA_OUT_PIPE):
            for _ in range(3):
                self.stream(slot, pipe, 3, self.packet(), self.packet())
                self.machine.clock_step(STEP)
        self.assert_alive()

    def test_two_packets_for_one_request(self):
        slot = self.disk()
        self.command_unit(slot, 5)
        self.stream(slot, self.DATA_IN_PIPE, 5, self.packet(), self.packet())
        self.stream(slot, self.DATA_OUT_PIPE, 5, self.packet())
        self.machine.clock_step(STEP)
        for pipe in (self.DATA_IN_PIPE, self.DATA_OUT_PIPE):
            self.host.command(STOP_ENDPOINT, slot=slot, endpoint=pipe)
        self.assert_alive()

    def test_packet_whose_request_was_aborted(self):
        slot = self.disk()
        self.command_unit(slot, 5)
        self.stream(slot, self.DATA_IN_PIPE, 5, self.packet())
        self.send(slot, struct.pack(">BxH", UAS_TASK, 6), struct.pack(">BxH", ABORT_TASK, 5))
        self.host.command(STOP_ENDPOINT, slot=slot, endpoint=self.DATA_IN_PIPE)
        self.assert_alive()

    def test_packet_that_is_stopped_and_sent_again(self):
        slot = self.disk(drive=DISK)
        for _ in range(3):
            self.command_unit(slot, 5)
            for _ in range(3):
                self.stream(slot, self.DATA_IN_PIPE, 5, trb(self.host.free + 0x1000, 100, NORMAL, ON_COMPLETION))
                self.host.command(STOP_ENDPOINT, slot=slot, endpoint=self.DATA_IN_PIPE)
        self.assert_alive()


class BoundedTest(UsbCase):
    def many_descriptors(self, kind, flags, count, last=0):
        """A ring of `count` TRBs that are links at every 4096th, in the free memory."""
        body = trb(self.host.free, 0, kind, flags)
        data = b"".join(body for _ in range(count))
        for offset in range(0, len(data), 1 << 16):
            self.machine.write(self.host.free + 0x100000 + offset, data[offset:offset + (1 << 16)])
        self.machine.write(self.host.free + 0x100000 + len(data), trb(self.host.free + 0x100000, kind=LINK) if not last else trb(0, 0, kind, last))
        return self.host.free + 0x100000

    def test_ring_of_no_operations_that_never_ends(self):
        slot = self.plugged(*DISK, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1")
        self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)})
        for flags, last in ((0, 0), (CHAIN, 0), (CHAIN, ON_COMPLETION)):
            with self.subTest(flags=flags, last=last):
                table = self.many_descriptors(NO_OP, flags, 60000, last)
                longest = self.seconds(lambda: self.host.queue(slot, OUT2, trb(table, kind=LINK)))
                for _ in range(10):
                    longest = max(longest, self.seconds(lambda: self.machine.clock_step(125_000)))
                self.assertLess(longest, LONG_TIME * timeout_scale())
                self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)})
                self.host.events()
        self.assert_alive()

    def test_chain_that_is_too_long_is_an_error(self):
        slot = self.plugged("-device", "usb-kbd,bus=usb-bus.0,port=1")
        self.host.configure(slot, {IN1: (INTERRUPT_IN, 8)})
        table = self.many_descriptors(NORMAL, CHAIN, 60000)
        self.host.queue(slot, IN1, trb(table, kind=LINK))
        self.assertTrue(self.host.read(USBSTS) & HOST_CONTROLLER_ERROR)
        self.host.reset()
        self.assertFalse(self.host.read(USBSTS) & HOST_CONTROLLER_ERROR)

    def test_transfer_that_is_too_large_is_an_error(self):
        slot = self.plugged(*DISK, "-device", "usb-storage,drive=u,bus=usb-bus.0,port=1")
        self.host.configure(slot, {IN1: (BULK_IN, 512), OUT2: (BULK_OUT, 512)})
        self.host.queue(slot, IN1, *[trb(self.host.free, 0x1FFFF, NORMAL, CHAIN) for _ in range(200)], trb(self.host.free, 8, NORMAL, ON_COMPLETION))
        self.assertTrue(self.host.read(USBSTS) & HOST_CONTROLLER_ERROR)

    def test_long_command_ring(self):
        """Hundreds of commands of the longest kind take many turns, and all are done."""
        slot = self.plugged("-device", "usb-kbd,bus=usb-bus.0,port=1")
        self.host.configure(slot, {endpoint: (INTERRUPT_IN, 8) for endpoint in range(2, 32)})
        self.host.events()
        count = 150
        place = self.host.commands + 16 * self.host.command_count
        for number in range(count):
            kind = CONFIGURE if number % 2 else EVALUATE
            self.machine.write(place + 16 * number, trb(self.host.input, 0, kind, slot << 24))
        self.host.command_count += count
        self.host.write(xhci.DOORBELL, 0)
        done = []
        for _ in range(100):
            done.append(sum(event[0] == xhci.COMMAND_EVENT for event in self.host.events()))
            self.machine.clock_step(125_000)
        self.assertEqual(sum(done), count)
        self.assertLessEqual(max(done), COMMANDS_A_TURN)

    def test_rings_that_are_links_only(self):
        slot = self.plugged("-device", "usb-kbd,bus=usb-bus.0,port=1")
        self.host.configure(slot, {IN1: (INTERRUPT_IN, 8)})
        ring = self.host.ring(slot, IN1)
        for target in (ring, ring + 16):
            self.machine.write(ring, trb(target, kind=LINK) + trb(ring, kind=LINK))
            self.assertLess(self.seconds(lambda: self.host.kick(slot, IN1)), LONG_TIME * timeout_scale())
        place = self.host.commands + 16 * self.host.command_count
        self.machine.write(place, trb(place, kind=LINK))
        self.assertLess(self.seconds(lambda: self.host.write(xhci.DOORBELL, 0)), LONG_TIME * timeout_scale())
        self.assert_alive()

    def test_more_transfers_than_one_turn_takes(self):
        """Nothing is forgotten: 150 control transfers, queued with one doorbell."""
        slot = self.plugged("-device", "usb-kbd,bus=usb-bus.0,port=1")
        self.host.events()
        count = 150
        get_status = 0x80 | 0 << 8 | 2 << 48
        trbs = []
        for _ in range(count):
            trbs += [trb(get_status, 8, xhci.SETUP, IMMEDIATE), trb(self.host.free, 2, xhci.DATA, xhci.BACKWARD), trb(0, 0, xhci.STATUS, ON_COMPLETION)]
        self.host.queue(slot, 1, *trbs)
        done = []
        for _ in range(100):
            done += [event[1] for event in self.host.events() if event[0] == TRANSFER_EVENT]
            self.machine.clock_step(125_000)
        self.assertEqual(done, [SUCCESS] * count)


if __name__ == "__main__":
    unittest.main()
