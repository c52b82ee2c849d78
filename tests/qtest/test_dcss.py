# SPDX-License-Identifier: GPL-2.0-or-later
"""The display controller behind QEMU's buses: its lists in DRAM, its interrupts, its picture on QEMU's console, what firewalls leave of that.

Registers, timing, formats and filters are those of tests/unit/dcss.
"""

import random
import struct
import tempfile
import unittest
from functools import partial
from pathlib import Path

from remote_screen import RemoteScreen
from svplib.machine.qtest import QTest
from svplib.machine.test_port import port_write
from svplib.machine.web_screen import SOCKET_PORT, WebScreen

DCSS, BLKCTL, IRQSTEER, ANATOP, RDC = 0x32E00000, 0x32E2F000, 0x32E2D000, 0x30360000, 0x303D0000
DPR, SUBSAM, SCALER, DTG, CTXLD = (DCSS + offset for offset in (0x18000, 0x1B000, 0x1C000, 0x20000, 0x23000))
SPI_IRQSTEER = 18
DRAM = 0x40000000
LIST, PICTURES = DRAM + 0x0100_0000, (DRAM + 0x0200_0000, DRAM + 0x0210_0000)
WIDTH, HEIGHT, PITCH = 320, 200, 2048
LEFT, TOP, TOTAL_WIDTH, TOTAL_HEIGHT = 39, 19, 1000, 240
CLOCK = 24_000_000  # Hz
FRAME = 10_000_000  # ns, of 1000 * 240 pixels
ENABLE, COMPLETE, RD_ERR, AHB_ERR = 1 << 0, 7 << 17, 1 << 16, 1 << 22
LOADER, KICK, VBLANK = 1 << 6, 1 << 8, 1 << 9  # of irqsteer
MDA_DCSS = 17
CSU_SA0, TZASC, GPR10 = 0x303E0218, 0x32F80000, 0x30340028
NUMBER = 95  # of the screen for browsers


def read_ppm(path):
    """Width, height and the bytes of red, green and blue of each pixel."""
    head, size, levels, pixels = Path(path).read_bytes().split(b"\n", 3)
    assert (head, levels) == (b"P6", b"255"), (head, levels)
    return (*map(int, size.split()), pixels)


class DcssCase(unittest.TestCase):
    """A machine with two pictures in its memory, and what a driver does to show them."""

    DISPLAY = "none"

    def setUp(self):
        self.machine = QTest(memory="1G", allow_reboot=True, display=self.DISPLAY).start()
        self.addCleanup(self.machine.stop)
        self.machine.intercept("/machine/soc/gic")
        numbers = random.Random(14)
        self.rows = [[bytes(numbers.randrange(256) for _ in range(3 * WIDTH)) for _ in range(HEIGHT)] for _ in PICTURES]
        for address, rows in zip(PICTURES, self.rows):
            lines = []
            for row in rows:
                # XRGB8888 is blue, green, red in memory.
                line = b"".join(row[x + 2:x + 3] + row[x + 1:x + 2] + row[x:x + 1] + b"\x55" for x in range(0, 3 * WIDTH, 3))
                lines.append(line.ljust(PITCH, b"\xEE"))
            self.machine.write(address, b"".join(lines))

    def start(self):
        """Frames, as a driver begins them; the picture comes by load()."""
        writel = self.machine.writel
        writel(IRQSTEER + 0x00, 1)
        writel(IRQSTEER + 0x08, LOADER | KICK | VBLANK)
        writel(BLKCTL + 0x04, 0x17)
        writel(ANATOP + 0x5C, 24 << 19 | 31 << 13 | 23 << 7 | 63 << 1)  # 25 MHz * 2 * 32 * 24 / 25 / 64
        writel(ANATOP + 0x54, 1 << 9)
        writel(CTXLD, 0x154)
        writel(DTG + 0x04, (TOTAL_HEIGHT - 1) << 16 | TOTAL_WIDTH - 1)
        writel(DTG + 0x08, TOP << 16 | LEFT)
        writel(DTG + 0x0C, (TOP + HEIGHT) << 16 | LEFT + WIDTH)
        writel(DTG + 0x54, 0)
        writel(DTG + 0x50, (TOTAL_HEIGHT * 9 // 10) << 16)
        writel(DTG + 0x68, 3)
        writel(SUBSAM, 1)
        writel(DTG, 0xFF000100)

    @staticmethod
    def plane(address):
        """Items of a list: an XRGB8888 picture over the whole screen, 1:1."""
        items = [(DPR + 0x50, 0xE4200 | 3), (DPR + 0x70, PITCH << 16), (DPR + 0xA0, WIDTH), (DPR + 0xB0, HEIGHT), (DPR + 0xC0, address),
                 (SCALER + 0x10, 2), (SCALER + 0x14, 2), (SCALER + 0x18, (HEIGHT - 1) << 16 | WIDTH - 1), (SCALER + 0x20, (HEIGHT - 1) << 16 | WIDTH - 1),
                 (SCALER + 0x4C, 1 << 13), (SCALER + 0x54, 1 << 13)]
        for phases in (SCALER + 0xC0, SCALER + 0x180):  # the middle tap
            items += [(phases + 4 * phase, 1024 << 8) for phase in range(16)]
        return [*items, (DPR, 5), (SCALER, 0x11), (DTG + 0x10, TOP << 16 | LEFT), (DTG + 0x14, (TOP + HEIGHT) << 16 | LEFT + WIDTH), (DTG, 0xFF000104)]

    def load(self, items):
        self.machine.write(LIST, b"".join(struct.pack("<II", value, address) for address, value in items))
        for offset, value in ((0x10, 0), (0x14, 0), (0x18, LIST), (0x1C, len(items)), (0x04, ENABLE)):
            self.machine.writel(CTXLD + offset, value)

    def screen(self):
        with tempfile.NamedTemporaryFile(suffix=".ppm") as file:
            self.machine.qmp.command("screendump", filename=file.name)
            return read_ppm(file.name)

    def violations(self):
        return [(entry["master"], entry["direction"], entry["address"], entry["count"])
                for entry in self.machine.qmp.command("query-svp-violations")["violations"]]

    def counter(self, *names):
        value = self.machine.qmp.command("query-svp-counters", device="dcss")[0]["counters"]
        for name in names:
            value = value[name]
        return value

    def acknowledge(self):
        """What is pending at irqsteer, which is cleared at its source."""
        pending = self.machine.readl(IRQSTEER + 0x18)
        self.machine.writel(CTXLD + 0x08, COMPLETE | RD_ERR)
        self.machine.writel(DTG + 0x60, 3)
        return pending


class DcssTest(DcssCase):
    def test_pictures_of_two_flips(self):
        self.start()
        self.load(self.plane(PICTURES[0]))
        for number in (0, 1, 0):
            with self.subTest(picture=number):
                self.machine.clock_step(5 * FRAME // 2)
                self.assertTrue(self.machine.irq(SPI_IRQSTEER))
                self.assertEqual(self.machine.readl(CTXLD) & (ENABLE | COMPLETE), COMPLETE)
                self.assertEqual(self.acknowledge(), LOADER | KICK | VBLANK)
                self.assertFalse(self.machine.irq(SPI_IRQSTEER))
                self.assertEqual(self.screen(), (WIDTH, HEIGHT, b"".join(self.rows[number])))
                self.load([(DPR + 0xC0, PICTURES[1 - number])])
        self.assertEqual(self.violations(), [])

    def test_frames_take_their_time(self):
        self.start()
        self.machine.clock_step(3 * FRAME // 2)
        before = self.counter("frames")
        self.machine.clock_step(1_000_000_000)
        self.assertEqual(self.counter("frames") - before, CLOCK // (TOTAL_WIDTH * TOTAL_HEIGHT))
        self.machine.writel(DTG, 0)
        stopped = self.counter("frames")
        self.machine.clock_step(1_000_000_000)
        self.assertEqual(self.counter("frames"), stopped)

    def close(self, address, rights):
        """A page for domain 3, the display's, with these rights (128 read, 64 write); the others keep all."""
        self.machine.writel(RDC + 0x200 + 4 * MDA_DCSS, 3)
        for offset, value in ((0, address - DRAM), (4, address - DRAM + 0x1000), (8, 1 << 30 | 0x3F | rights)):
            self.machine.writel(RDC + 0x800 + offset, value)

    def test_denied_fetches(self):
        """A page of the picture is black, and on record for each frame though nobody watches; a look is not on record."""
        self.close(PICTURES[0] + 0x4000, 0)
        self.start()
        self.load(self.plane(PICTURES[0]))
        self.machine.clock_step(17 * FRAME // 2)
        refused = self.counter("channels", 0, "refused-frames")
        self.assertGreater(refused, 4)
        self.assertEqual(self.counter("channels", 0, "fetched-frames"), refused)
        records = self.violations()
        self.assertEqual({record[:3] for record in records}, {("dcss", "read", PICTURES[0] + 0x4000)})
        self.assertEqual(sum(record[3] for record in records), refused)
        width, height, pixels = self.screen()
        expected = [bytes(3 * WIDTH) if 0x4000 <= y * PITCH < 0x5000 else row for y, row in enumerate(self.rows[0])]
        self.assertEqual((width, height, pixels), (WIDTH, HEIGHT, b"".join(expected)))
        self.assertEqual(self.violations(), records)

        self.machine.qmp.command("svp-clear-violations")
        self.close(PICTURES[0] + 0x4000, 64 | 128)
        self.machine.clock_step(5 * FRAME // 2)
        self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
        self.assertEqual(self.violations(), [])

    def inject(self, kind, **settings):
        match = {"masters": ["dcss"], "direction": "read", "first": PICTURES[0], "last": PICTURES[0] + 0xFFFFF}
        return self.machine.qmp.command("svp-inject-fault", kind=kind, match=match, times=0, **settings)["id"]

    def test_a_look_shows_what_faults_have_made_of_the_frame(self):
        """Another domain for each fetch, which may not read a part: the fetch is one transaction; bits inverted; an error. What is over shows with
        the next frame."""
        self.start()
        self.load(self.plane(PICTURES[0]))
        self.close(PICTURES[0] + 0x4000, 128)
        self.machine.writel(RDC + 0x808, 1 << 30 | 0x3F & ~0x0C | 128)  # not domain 1
        black = bytes(3 * WIDTH)
        inverted = [bytes(value ^ 0x80 for value in row) for row in self.rows[0]]
        self.machine.clock_step(5 * FRAME // 2)
        for fault, lines in (({"kind": "change-domain", "domain": 1}, [black] * HEIGHT), ({"kind": "corrupt", "mask": 0x8080808080808080}, inverted),
                             ({"kind": "answer", "answer": "slverr"}, [black] * HEIGHT)):
            with self.subTest(fault=fault["kind"]):
                self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
                refused, number = self.counter("channels", 0, "refused-frames"), self.inject(**fault)
                self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
                self.machine.clock_step(FRAME)
                self.assertEqual(self.screen()[2], b"".join(lines))
                self.assertEqual(self.counter("channels", 0, "refused-frames") - refused, 0 if lines is inverted else 1)
                self.machine.qmp.command("svp-remove-fault", id=number)
                self.assertEqual(self.screen()[2], b"".join(lines))
                self.machine.clock_step(FRAME)

    def test_a_denied_list_shows_nothing(self):
        self.close(LIST, 0)
        self.start()
        self.load(self.plane(PICTURES[0]))
        self.machine.clock_step(5 * FRAME // 2)
        self.assertEqual(self.machine.readl(CTXLD) & (ENABLE | 1 << 22), 1 << 22)  # items of zeros name no register
        self.assertEqual(self.machine.readl(DPR + 0xC0), 0)
        self.assertEqual(self.screen(), (WIDTH, HEIGHT, bytes(3 * WIDTH * HEIGHT)))
        self.assertEqual({record[:3] for record in self.violations()}, {("dcss", "read", LIST)})

    def test_a_list_in_protected_memory(self):
        """A display that is a secure master shows a picture which Linux cannot read. As a list, its bytes would be in AHB_ERR_ADDR, or in registers."""
        secure = partial(port_write, self.machine.qmp, "a53-secure")
        for address, value in ((CSU_SA0, 0x55555555 & ~(1 << 24)), (TZASC + 0x110, PICTURES[0] - DRAM), (TZASC + 0x118, 0xC << 28 | 0x13 << 1 | 1),
                               (TZASC + 0x108, 0xF << 28), (TZASC + 0x04, 0), (GPR10, 1)):
            secure(address, struct.pack("<I", value))
        self.start()
        self.load(self.plane(PICTURES[0]))
        self.machine.clock_step(5 * FRAME // 2)
        self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
        self.assertEqual(self.violations(), [])
        written = struct.pack("<4I", 0x5EC2E7, DPR + 0x110, 0x5EC2E7, 0xCAFED00D)
        secure(PICTURES[0], written)
        self.assertEqual(self.machine.read(PICTURES[0], 16), bytes(16), "none of Linux'")
        for start, count in ((0, 1), (8, 1), (0, 2)):
            self.machine.writel(CTXLD + 0x08, ENABLE | COMPLETE | AHB_ERR)
            for offset, value in ((0x10, PICTURES[0] + start), (0x14, count), (0x1C, 0), (0x04, ENABLE)):
                self.machine.writel(CTXLD + offset, value)
            self.machine.clock_step(2 * FRAME)
            self.assertEqual(self.machine.readl(CTXLD) & (ENABLE | AHB_ERR), AHB_ERR, "items of zeros name no register")
            self.assertEqual([self.machine.readl(CTXLD + 0x20), self.machine.readl(DPR + 0x110)], [0, 0])
        self.assertIn(("dcss", "read", PICTURES[0]), {record[:3] for record in self.violations()})

    def test_write_back(self):
        """By the write scaler to memory and from there to the screen; where the display may not write, memory stays and each line is on record."""
        target, wrscl, rdsrc = DRAM + 0x0300_0000, DCSS + 0x21000, DCSS + 0x22000
        way = [(wrscl + 0x10, target), (wrscl + 0x14, PITCH), (wrscl, 2 << 2 | 3), (rdsrc + 0x10, target), (rdsrc + 0x14, PITCH),
               (rdsrc + 0x18, WIDTH), (rdsrc + 0x1C, HEIGHT), (rdsrc, 2 << 2), (SCALER, 0x1111)]
        self.start()
        self.load(self.plane(PICTURES[0]) + way)
        self.machine.clock_step(9 * FRAME // 2)
        self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
        ten = [[value << 2 | value >> 6 for value in row] for row in self.rows[0]]
        lines = [b"".join(struct.pack("<I", 1 << 30 | row[x] << 20 | row[x + 1] << 10 | row[x + 2]) for x in range(0, 3 * WIDTH, 3)) for row in ten]
        self.assertEqual([self.machine.read(target + y * PITCH, 4 * WIDTH) for y in range(HEIGHT)], lines)
        self.assertEqual(self.violations(), [])

        self.close(target + 0x4000, 128)
        written = self.counter("written-frames")
        self.machine.write(target, bytes(PITCH * HEIGHT))
        self.machine.clock_step(2 * FRAME)
        shut = range(0x4000 // PITCH, 0x5000 // PITCH)
        self.assertEqual([self.machine.read(target + y * PITCH, 4 * WIDTH) for y in range(HEIGHT)],
                         [bytes(4 * WIDTH) if y in shut else line for y, line in enumerate(lines)])
        records = self.violations()
        self.assertEqual({record[:3] for record in records}, {("dcss", "write", target + 0x4000)})
        self.assertEqual(sum(record[3] for record in records), len(shut) * (self.counter("written-frames") - written))
        self.assertEqual(self.screen()[2], b"".join(bytes(3 * WIDTH) if y in shut else row for y, row in enumerate(self.rows[0])))

    def finish_job(self, job):
        self.machine.qmp.wait_event("JOB_STATUS_CHANGE", where=lambda event: event["data"] == {"id": job, "status": "concluded"})
        self.assertEqual([entry.get("error") for entry in self.machine.qmp.command("query-jobs") if entry["id"] == job], [None])
        self.machine.qmp.command("job-dismiss", id=job)

    def test_a_snapshot_goes_on(self):
        """Saved with a load that waits for its frame; that is done after each load of the snapshot, and frames go on."""
        qmp, place = self.machine.qmp, {"vmstate": "states", "devices": ["states"], "tag": "before"}
        with tempfile.TemporaryDirectory() as scratch:
            disk = Path(scratch) / "states.qcow2"
            qmp.command("blockdev-create", **{"job-id": "file", "options": {"driver": "file", "filename": str(disk), "size": 0}})
            self.finish_job("file")
            qmp.command("blockdev-add", **{"driver": "file", "node-name": "states-file", "filename": str(disk)})
            qmp.command("blockdev-create", **{"job-id": "disk", "options": {"driver": "qcow2", "file": "states-file", "size": 1 << 20}})
            self.finish_job("disk")
            qmp.command("blockdev-add", **{"driver": "qcow2", "node-name": "states", "file": "states-file"})
            self.start()
            self.load(self.plane(PICTURES[0]))
            self.machine.clock_step(5 * FRAME // 2)
            self.acknowledge()
            self.load([(DPR + 0xC0, PICTURES[1])])
            qmp.command("snapshot-save", **{"job-id": "save", **place})
            self.finish_job("save")
            for turn in range(2):
                with self.subTest(turn=turn):
                    self.assertEqual(self.machine.readl(CTXLD) & (ENABLE | COMPLETE), ENABLE)
                    self.assertEqual(self.screen()[2], b"".join(self.rows[0]))
                    self.machine.clock_step(2 * FRAME)
                    self.assertTrue(self.machine.irq(SPI_IRQSTEER))
                    self.assertEqual(self.acknowledge(), LOADER | KICK | VBLANK)
                    self.assertEqual(self.screen()[2], b"".join(self.rows[1]))
                    qmp.command("stop")
                    qmp.command("snapshot-load", **{"job-id": "load", **place})
                    self.finish_job("load")
                    qmp.command("cont")

    def test_no_picture(self):
        self.start()
        self.load(self.plane(PICTURES[0]))
        self.machine.clock_step(5 * FRAME // 2)
        picture = WIDTH, HEIGHT, b"".join(self.rows[0])
        self.assertEqual(self.screen(), picture)
        self.machine.writel(SUBSAM, 0)
        without = self.screen()  # QEMU says there that there is none
        self.assertNotEqual(without, picture)
        self.machine.writel(SUBSAM, 1)
        self.assertEqual(self.screen(), picture)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(self.machine.readl(DTG), 0)
        self.assertEqual(self.screen(), without)


class WebScreenTest(DcssCase):
    """What `svp run --display web` has a browser talk to."""

    def setUp(self):
        self.DISPLAY = WebScreen(NUMBER).option
        super().setUp()

    def test_what_a_browser_gets(self):
        self.start()
        self.load(self.plane(PICTURES[0]))
        for number in (0, 1):
            self.machine.clock_step(5 * FRAME // 2)
            self.acknowledge()
            self.assertEqual(self.screen()[2], b"".join(self.rows[number]))
            browser = RemoteScreen(SOCKET_PORT + NUMBER)
            self.addCleanup(browser.close)
            self.assertEqual(browser.picture(), (WIDTH, HEIGHT, b"".join(self.rows[number])))
            self.load([(DPR + 0xC0, PICTURES[1 - number])])


if __name__ == "__main__":
    unittest.main()
