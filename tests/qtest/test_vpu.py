# SPDX-License-Identifier: GPL-2.0-or-later
"""The decoder G1 behind QEMU's buses: jobs by hand, what firewalls leave of them, interrupts, and the loss of power.

The stream is one macroblock made of zero bits, which says little: a key frame predicts each part from the edges that the format prescribes, an
interframe copies the last picture. A driver, a parser and real streams are in tests/unit/vpu.
"""

import hashlib
import random
import tempfile
import time
import unittest
from pathlib import Path

from sleeping_board import SleepingBoardCase
from svplib.build import native
from svplib.decode import replay
from svplib.machine.qmp import QmpError
from svplib.machine.qtest import QTest
from svplib.machine.test_port import read_cells, secure_registers, write_cells, write_command

G1, G2, BLK_CTRL, GPC, RDC = 0x38300000, 0x38310000, 0x38320000, 0x303A0000, 0x303D0000
SPI_G1, SPI_G2 = 7, 8
DRAM = 0x40000000
STREAM, TABLE, REFERENCE, OUTPUT = (DRAM + 0x0100_0000 + 0x10000 * number for number in range(4))
PICTURE = 16 * 16 * 3 // 2
INTERRUPT = G1 + 4
DEC_E, IRQ, RDY, BUS, ERROR = 1 << 0, 1 << 8, 1 << 12, 1 << 13, 1 << 16
KEY, INTER, FILTER_OFF, MODE_VP8 = 0, 1 << 20, 1 << 14, 10 << 28


def key_picture():
    """RFC 6386, section 12.3: sixteen blocks, each the mean of what is above and to the left, 127 and 129 outside."""
    luma = [[0] * 16 for _ in range(16)]
    for y in range(0, 16, 4):
        for x in range(0, 16, 4):
            edge = [luma[y - 1][x + i] if y else 127 for i in range(4)] + [luma[y + i][x - 1] if x else 129 for i in range(4)]
            for row in luma[y:y + 4]:
                row[x:x + 4] = [(sum(edge) + 4) >> 3] * 4
    return bytes(sample for row in luma for sample in row) + bytes([128] * 128)


class VpuCase(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(memory="1G", allow_reboot=True, extra=self.machine_options()).start()
        self.addCleanup(self.machine.stop)
        self.reference = bytes((7 * i + 3) & 0xFF for i in range(PICTURE))

    def machine_options(self):
        return ()

    def prepare(self, kind):
        """Registers and memory of a job of one macroblock."""
        qmp = self.machine.qmp
        write_cells(qmp, STREAM, bytes(64))
        # Probability 0 of being intra: with a decoder at 1, the first decision is "inter", and all others are 0.
        write_cells(qmp, TABLE, bytes([128, 0]) + bytes([128] * 1206))
        write_cells(qmp, REFERENCE, self.reference)
        write_cells(qmp, OUTPUT, bytes([0xEE] * PICTURE))
        registers = {3: MODE_VP8 | kind | FILTER_OFF, 4: 1 << 23 | 1 << 11, 5: 1 << 8 | 255, 6: 32, 7: 1 << 13, 9: 32, 12: STREAM + 32, 13: OUTPUT,
                     14: REFERENCE, 18: REFERENCE, 19: REFERENCE, 27: STREAM, 40: TABLE}
        if kind == KEY:
            registers[5] = 255
        for number in range(2, 60):
            self.machine.writel(G1 + 4 * number, registers.get(number, 0))

    def run_job(self):
        self.machine.writel(INTERRUPT, DEC_E)
        status = self.machine.readl(INTERRUPT)
        self.machine.writel(INTERRUPT, 0)
        return status

    def output(self):
        return read_cells(self.machine.qmp, OUTPUT, PICTURE)

    def violations(self):
        return [(entry["master"], entry["direction"], entry["address"], entry["length"], entry["count"])
                for entry in self.machine.qmp.command("query-svp-violations")["violations"]]

    def close(self, address, rights):
        """A page for domain 2, the decoder's, with these rights (32 read, 16 write); the others keep all."""
        slot = RDC + 0x800
        self.machine.writel(RDC + 0x200 + 4 * 4, 2)
        self.machine.writel(slot, address - DRAM)
        self.machine.writel(slot + 4, address - DRAM + 0x1000)
        self.machine.writel(slot + 8, 1 << 30 | 0xCF | rights)


class VpuTest(VpuCase):
    def test_jobs_in_a_row(self):
        self.machine.intercept("/machine/soc/gic")
        for kind, expected in ((KEY, key_picture()), (INTER, self.reference), (KEY, key_picture())):
            with self.subTest(kind=kind):
                self.prepare(kind)
                self.machine.writel(INTERRUPT, DEC_E)
                self.assertTrue(self.machine.irq(SPI_G1))
                self.assertEqual(self.machine.readl(INTERRUPT), IRQ | RDY)
                self.machine.writel(INTERRUPT, 0)
                self.assertFalse(self.machine.irq(SPI_G1))
                self.assertEqual(self.output(), expected)
        self.assertEqual(self.violations(), [])

    def test_firewalls(self):
        """A denied reference is zeros, a denied picture is not written; both are on record as the decoder's, and the job is done."""
        self.close(REFERENCE, 0)
        self.prepare(INTER)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.assertEqual(self.output(), bytes(PICTURE))
        self.assertEqual({entry[:2] for entry in self.violations()}, {("vpu", "read")})
        self.assertTrue(all(REFERENCE <= address and address + length <= REFERENCE + PICTURE for _, _, address, length, _ in self.violations()))

        self.machine.qmp.command("svp-clear-violations")
        self.close(OUTPUT, 32)
        self.prepare(INTER)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.assertEqual(self.output(), bytes([0xEE] * PICTURE))
        # Luma and chroma, one write each, in the same page.
        self.assertEqual(self.violations(), [("vpu", "write", OUTPUT, 256, 2)])

        self.machine.qmp.command("svp-clear-violations")
        self.close(OUTPUT, 48)
        self.prepare(INTER)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.assertEqual(self.output(), self.reference)
        self.assertEqual(self.violations(), [])

    def test_loss_of_power(self):
        for what, begin, end in (("reset", lambda: self.machine.writel(BLK_CTRL, 0), lambda: self.machine.writel(BLK_CTRL, 3)),
                                 ("power", lambda: self.machine.writel(GPC + 0x104, 1 << 8), lambda: self.machine.writel(GPC + 0xF8, 1 << 8))):
            with self.subTest(what=what):
                self.machine.writel(GPC + 0xE00, 1)
                self.machine.writel(BLK_CTRL, 3)
                self.prepare(KEY)
                self.assertEqual(self.run_job(), IRQ | RDY)
                begin()
                end()
                self.assertEqual([self.machine.readl(G1 + 4 * number) for number in range(1, 60)], [0] * 59)
                self.assertEqual(self.run_job(), IRQ | ERROR)  # mode 0, H.264, of a picture without a size
                self.prepare(INTER)
                self.assertEqual(self.run_job(), IRQ | RDY)
                self.assertEqual(self.output(), self.reference)

    def test_g2(self):
        self.machine.intercept("/machine/soc/gic")
        for _ in range(2):
            self.machine.writel(G2 + 4, DEC_E)
            self.assertTrue(self.machine.irq(SPI_G2))
            self.assertEqual(self.machine.readl(G2 + 4), IRQ | ERROR)
            self.machine.writel(G2 + 4, 0)
            self.assertFalse(self.machine.irq(SPI_G2))


class ObserverTest(VpuCase):
    """What the decoders tell: counters, and a trace event for each job."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.trace = Path(folder.name) / "trace"
        super().setUp()

    def machine_options(self):
        return "-trace", "svp_job", "-D", str(self.trace)

    def test_counters(self):
        """query-vpu gives numbers of both decoders, query-svp-counters the same ones under the devices' names."""
        zeros = self.machine.qmp.command("query-vpu")
        self.assertEqual([info["decoder"] for info in zeros], ["g1", "g2"])
        self.assertEqual([(info["jobs"], info["frames"], set(info["errors"].values())) for info in zeros], [(0, 0, {0})] * 2)
        for kind in (KEY, INTER):
            self.prepare(kind)
            self.assertEqual(self.run_job(), IRQ | RDY)
        self.machine.writel(G1 + 4 * 3, 4 << 28)  # a codec that is not there
        self.assertEqual(self.run_job(), IRQ | ERROR)
        self.machine.writel(G2 + 4, DEC_E)
        g1, g2 = self.machine.qmp.command("query-vpu")
        self.assertEqual((g1["jobs"], g1["frames"], g1["aborted"]), (3, 2, 0))
        self.assertEqual(g1["errors"], {"bus": 0, "stream-end": 0, "stream": 0, "unsupported": 1})
        self.assertEqual([row for row in g1["codecs"] if row["frames"]], [{"codec": "vp8", "frames": 2}])
        self.assertEqual((g1["bytes-written"]["picture"], g1["bytes-read"]["table"], g1["bytes-read"]["picture"]), (2 * PICTURE, 2 * 1208, 0))
        self.assertGreaterEqual(g1["bytes-read"]["reference"], PICTURE)
        self.assertGreater(g1["bytes-read"]["bitstream"], 0)
        self.assertEqual((g2["jobs"], g2["frames"], g2["errors"]["unsupported"]), (1, 0, 1))

        every = {row["device"]: row for row in self.machine.qmp.command("query-svp-counters")}
        self.assertEqual((every["vpu_g1"]["type"], every["vpu_g1"]["counters"], every["vpu_g2"]["counters"]), ("imx8mq.vpu-g1", g1, g2))
        self.assertEqual(every["caam"]["counters"], self.machine.qmp.command("query-caam"))
        self.assertEqual(self.machine.qmp.command("query-svp-counters", device="vpu_g2"), [every["vpu_g2"]])
        self.assertEqual([row["counters"] for row in self.machine.qmp.command("query-svp-counters", device="gpc")], [{}])
        with self.assertRaisesRegex(QmpError, "device: there is no 'vpu'"):
            self.machine.qmp.command("query-svp-counters", device="vpu")

        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(self.machine.qmp.command("query-vpu"), zeros)

    def test_trace(self):
        self.prepare(KEY)
        self.run_job()
        self.machine.writel(G2 + 4, DEC_E)
        g1 = self.machine.qmp.command("query-vpu")[0]
        read, written = (sum(g1[name].values()) for name in ("bytes-read", "bytes-written"))
        self.machine.stop()
        events = [line.partition("svp_job ")[2] for line in self.trace.read_text().splitlines() if "svp_job " in line]
        self.assertEqual(events, [f"vpu_g1 job 1 (vp8) ended with 0x1000, {read} bytes read, {written} written",
                                  "vpu_g2 job 1 (unsupported) ended with 0x10000, 0 bytes read, 0 written"])


class FaultTest(VpuCase):
    """What somebody injects into the decoder: jobs that stall, errors, interrupts that are lost."""

    def inject(self, kind, **members):
        self.machine.qmp.command("svp-inject-fault", kind=kind, device="vpu_g1", **members)

    def faults(self):
        return self.machine.qmp.command("query-svp-faults")

    def test_stall(self):
        self.inject("disturb-device", fault="stall", duration=5000)
        self.prepare(KEY)
        self.machine.writel(INTERRUPT, DEC_E)
        self.machine.clock_step(4999)
        self.assertEqual(self.machine.readl(INTERRUPT), DEC_E)
        self.machine.clock_step(1)
        self.assertEqual(self.machine.readl(INTERRUPT), IRQ | RDY)
        self.assertEqual(self.output(), key_picture())

        self.machine.writel(INTERRUPT, 0)
        self.inject("disturb-device", fault="stall", times=0, label="for ever")
        self.prepare(INTER)
        self.machine.writel(INTERRUPT, DEC_E)
        self.machine.clock_step(10**12)
        self.assertEqual(self.machine.readl(INTERRUPT), DEC_E)
        self.machine.writel(INTERRUPT, 0)  # as drivers do when their patience ends
        self.machine.qmp.command("svp-remove-fault")
        self.prepare(INTER)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.assertEqual(self.output(), self.reference)

    def test_error_status(self):
        self.inject("disturb-device", fault="error-status", value=BUS, nth=2, label="second job")
        self.prepare(KEY)
        self.assertEqual([self.run_job() for _ in range(3)], [IRQ | RDY, IRQ | BUS, IRQ | RDY])
        self.assertEqual(self.faults()[0]["fault"], {"kind": "disturb-device", "device": "vpu_g1", "fault": "error-status", "value": BUS, "duration": 0,
                                                     "nth": 2, "times": 1, "not-before": 0, "label": "second job"})
        self.assertEqual((self.faults()[0]["matches"], self.faults()[0]["hits"], self.faults()[0]["spent"]), (2, 1, True))

    def test_lost_interrupt(self):
        self.machine.intercept("/machine/soc/gic")
        self.inject("lose-interrupt", line=0)
        self.prepare(KEY)
        for expected in (False, True):
            self.machine.writel(INTERRUPT, DEC_E)
            self.assertEqual((self.machine.irq(SPI_G1), self.machine.readl(INTERRUPT)), (expected, IRQ | RDY))
            self.machine.writel(INTERRUPT, 0)

    def test_what_a_device_does_not_have(self):
        for device, fault, message in (("vpu_g1", "fire", "fault: 'vpu_g1' has no 'fire', it has stall, error-status"),
                                       ("gpc", "stall", "device: nothing can go wrong in a 'gpc' of this board")):
            with self.assertRaisesRegex(QmpError, message):
                self.machine.qmp.command("svp-inject-fault", kind="disturb-device", device=device, fault=fault)
        self.assertEqual(self.faults(), [])


class RecorderTest(VpuCase):
    """Jobs that are recorded in files, and run again without the machine."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "jobs"
        super().setUp()

    def machine_options(self):
        return "-global", f"driver=imx8mq.vpu-g1,property=record,value={self.folder}"

    def test_records(self):
        self.folder.mkdir()
        self.prepare(KEY)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.close(REFERENCE, 0)
        self.prepare(INTER)
        self.assertEqual(self.run_job(), IRQ | RDY)
        self.machine.writel(G1 + 4 * 3, 4 << 28)
        self.assertEqual(self.run_job(), IRQ | ERROR)
        paths = sorted(self.folder.iterdir())
        self.assertEqual([path.name for path in paths], ["g1-000001.job", "g1-000002.job", "g1-000003.job"])
        counters = self.machine.qmp.command("query-vpu")[0]
        jobs = replay.run(native.build(replay.PROGRAM), paths)
        self.assertEqual([(job["codec"], job["status"], job["result"], job["text"]) for job in jobs],
                         [("vp8", RDY, "same", []), ("vp8", RDY, "same", []), ("unsupported", ERROR, "same", [])])
        for what in ("read", "written"):
            self.assertEqual(sum(job[what] for job in jobs), sum(counters[f"bytes-{what}"].values()))
        broken = self.folder / "broken.job"
        broken.write_bytes(paths[0].read_bytes()[:-1])
        self.assertEqual(replay.run(native.build(replay.PROGRAM), [broken])[0]["text"], ["the record ends early"])

    def test_without_the_folder(self):
        """One clear line, and the jobs are done all the same."""
        for kind, expected in ((KEY, key_picture()), (INTER, self.reference)):
            self.prepare(kind)
            self.assertEqual(self.run_job(), IRQ | RDY)
            self.assertEqual(self.output(), expected)
        self.machine.stop()
        lines = [line for line in self.machine.messages() if str(self.folder) in line]
        self.assertEqual(len(lines), 1, self.machine.messages())
        self.assertRegex(lines[0], "No such file or directory; no more such files are written")


#: How a machine runs jobs: on a thread, in place, in place with instructions counted
MODES = (("", ()), ("sync=on", ()), ("", ("-icount", "shift=4")))


class BesideTheMachineTest(SleepingBoardCase):
    """Jobs on the decoder's thread, of full-size pictures whose stream is any bits."""
    WIDTH, HEIGHT = 120, 68  # macroblocks
    LARGE = WIDTH * HEIGHT * 384
    CONTROL, COEFFICIENTS, FIRST, SECOND = (DRAM + (64 + 16 * number) * (1 << 20) for number in range(4))
    ATTEMPTS = 30
    #: CPU seconds of the emulator that one answer may take: a step of work, in a slow build
    ANSWER = 4

    def board(self, options="", extra=()):
        board = self.start_board("vpu", options, extra)
        return board, *secure_registers(board.qmp)

    def fill(self, board):
        bits = random.Random(7)
        write_cells(board.qmp, TABLE, bytes(bits.randrange(100, 256) for _ in range(1208)))
        write_cells(board.qmp, self.CONTROL, bits.randbytes(4093), 2 << 20)
        write_cells(board.qmp, self.COEFFICIENTS, bits.randbytes(4093), 15 << 20)
        for picture in (self.FIRST, self.SECOND):
            write_cells(board.qmp, picture, b"\x80", self.LARGE)

    def program(self, writel, kind, output, reference):
        registers = {3: MODE_VP8 | kind, 4: self.WIDTH << 23 | self.HEIGHT << 11, 5: 255 | 77 << 8, 6: 15 << 20, 7: 1 << 13, 9: 2 << 20,
                     12: self.COEFFICIENTS, 13: output, 14: reference, 18: reference, 19: reference, 27: self.CONTROL, 32: 20 << 18, 33: 40 << 11,
                     40: TABLE}
        for number, value in registers.items():
            writel(G1 + 4 * number, value)

    def finish(self, readl, writel):
        deadline = time.monotonic() + 120
        while readl(INTERRUPT) & DEC_E and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(readl(INTERRUPT), IRQ | RDY)
        writel(INTERRUPT, 0)

    def picture(self, board, address):
        third = self.LARGE // 3
        return hashlib.md5(b"".join(read_cells(board.qmp, address + third * number, third) for number in range(3))).hexdigest()

    def start(self, board, then):
        """Start the job, with a QMP command right behind."""
        board.qmp.commands([write_command(INTERRUPT, DEC_E), then])

    def both_pictures(self, board, readl, writel):
        """A key frame, and an interframe of it."""
        for kind, output, reference in ((KEY, self.FIRST, self.SECOND), (INTER, self.SECOND, self.FIRST)):
            self.program(writel, kind, output, reference)
            writel(INTERRUPT, DEC_E)
            self.finish(readl, writel)
        return self.picture(board, self.FIRST), self.picture(board, self.SECOND)

    def test_pictures_are_those_of_work_in_place(self):
        seen = set()
        for options, extra in MODES:
            board, readl, writel = self.board(options, extra)
            self.fill(board)
            seen.add(self.both_pictures(board, readl, writel))
            board.stop()
        self.assertEqual(len(seen), 1)
        first, second = seen.pop()
        self.assertNotEqual(first, second)

    def test_a_job_is_stopped_saved_reset(self):
        board, readl, writel = self.board()
        self.fill(board)
        expected = self.both_pictures(board, readl, writel)
        write_cells(board.qmp, self.SECOND, b"\x80", self.LARGE)
        self.program(writel, INTER, self.SECOND, self.FIRST)
        for _ in range(self.ATTEMPTS):
            self.start(board, ("stop", {}))
            if readl(INTERRUPT) == DEC_E:
                break
            board.qmp.command("cont")
            self.finish(readl, writel)
        self.assertEqual(readl(INTERRUPT), DEC_E, f"no job was under way in {self.ATTEMPTS} attempts")
        path = self.folder / "state"
        board.qmp.command("migrate", uri=f"file:{path}")
        while board.qmp.command("query-migrate")["status"] not in ("completed", "failed"):
            time.sleep(0.05)
        board.qmp.command("cont")
        self.finish(readl, writel)
        self.assertEqual(self.picture(board, self.SECOND), expected[1])

        self.start(board, ("system_reset", {}))
        board.qmp.wait_event("RESET")
        self.assertEqual([readl(INTERRUPT), readl(G1 + 4 * 13)], [0, 0])
        board.stop()

        other, readl, writel = self.board(extra=("-incoming", f"file:{path}"))
        while other.qmp.command("query-status")["status"] == "inmigrate":
            time.sleep(0.05)
        self.assertEqual(readl(INTERRUPT), DEC_E)
        other.qmp.command("cont")
        self.finish(readl, writel)
        self.assertEqual(self.picture(other, self.SECOND), expected[1])

    def answer(self, board, command, **arguments):
        """One QMP command; the emulator must not work long before it answers."""
        begin = board.cpu_seconds()
        board.qmp.command(command, timeout=120, **arguments)
        self.assertLess(board.cpu_seconds() - begin, self.ANSWER, f"{command} took too long")

    def check_answers(self, board, readl, writel):
        for _ in range(self.ATTEMPTS):
            self.start(board, ("query-status", {}))
            self.answer(board, "stop")
            if readl(INTERRUPT) == DEC_E:
                break
            board.qmp.command("cont")
            self.finish(readl, writel)
        self.assertEqual(readl(INTERRUPT), DEC_E, f"no job was under way in {self.ATTEMPTS} attempts")
        self.answer(board, "migrate", uri=f"file:{self.folder / 'state'}")
        while (status := board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            time.sleep(0.05)
        self.assertEqual((status, readl(INTERRUPT)), ("completed", DEC_E), "the job was not waited for")
        self.answer(board, "cont")
        self.answer(board, "system_reset")
        board.qmp.wait_event("RESET")
        self.assertEqual([readl(INTERRUPT), readl(G1 + 4 * 13)], [0, 0])

    def test_the_largest_job_keeps_nobody(self):
        """QMP, stop, a saved state and a reset come through, on a thread and in place; how long it takes is told by the emulator's CPU time."""
        self.WIDTH, self.HEIGHT = 256, 144
        for options, extra in MODES:
            with self.subTest(options=options, extra=extra):
                board, readl, writel = self.board(options, extra)
                bits = random.Random(7)
                write_cells(board.qmp, TABLE, bytes(bits.randrange(100, 256) for _ in range(1208)))
                write_cells(board.qmp, self.CONTROL, bits.randbytes(4093), 2 << 20)
                write_cells(board.qmp, self.COEFFICIENTS, bits.randbytes(4093), 15 << 20)
                self.program(writel, KEY, self.FIRST, self.SECOND)
                self.check_answers(board, readl, writel)
                board.stop()


if __name__ == "__main__":
    unittest.main()
