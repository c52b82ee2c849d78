# SPDX-License-Identifier: GPL-2.0-or-later
"""The leak oracle (hw/observer/README.md) behind QEMU: each way in which protected data can get out, by the master that does it, is an event
with its origin; and what does the same inside of protected memory, or with other data, is none.

A region of DRAM is secure-only by the TZC-380; masters are secure by the CSU, as under the policy `strict`, or by themselves.
"""

import struct
import tempfile
import time
import unittest

from sleeping_board import SleepingBoardCase
from svplib.machine import caam_jobs
from svplib.machine.qtest import QTest
from svplib.machine.test_port import TestPort, port_read, port_write, read_cells, write_cells
from test_vpu import DEC_E, FILTER_OFF, G1, INTERRUPT, IRQ, KEY, MODE_VP8, PICTURE, RDY
from usdhc import BLOCK, BLOCK_BYTES, DMA, DMA_ADDRESS, MIXER, PROTOCOL, SIMPLE, STATUS, Usdhc

MIB = 1 << 20
DRAM, OCRAM = 0x40000000, 0x00900000
OPEN, CLOSED = DRAM + 16 * MIB, DRAM + 64 * MIB
TZASC, CSU, GPR10 = 0x32F80000, 0x303E0000, 0x30340028
SA0, REGION = CSU + 0x218, TZASC + 0x130
#: Fields of CSU.SA
FIELDS = {"vpu": 6, "gpu": 7, "usdhc2": 11, "dcss": 12}
SECURE_ONLY, EVERYBODY, SIZE_1M, SIZE_1G = 0xC << 28, 0xF << 28, 0x13, 0x1D
OPTIONS = "leak-oracle=on,test-port=on"


def leaks(qmp):
    return qmp.command("query-svp-counters", device="bus-monitor")[0]["counters"]["leaks"]


def close(write):
    """1 MiB from CLOSED on is the secure world's, all else of the fitted DRAM everybody's; so are no images of it."""
    for address, value in ((TZASC + 0x108, SECURE_ONLY), (TZASC + 0x110, 0), (TZASC + 0x118, EVERYBODY | SIZE_1G << 1 | 1), (REGION, CLOSED - DRAM), (REGION + 4, 0), (REGION + 8, SECURE_ONLY | SIZE_1M << 1 | 1),
                           (TZASC + 4, 0), (GPR10, 1)):
        write(address, value)


class LeakCase(unittest.TestCase):
    def begin(self, **options):
        self.machine = QTest(memory="1G", machine_options=OPTIONS, allow_reboot=True, **options).start()
        self.addCleanup(self.machine.stop)
        close(self.machine.writel)

    def secure(self, *masters):
        self.machine.writel(SA0, 0x55555555 & ~sum(1 << 2 * FIELDS[master] for master in masters))

    def copy(self, master, source, destination, length=256):
        self.machine.qmp.command("svp-test-port", operation="copy", master=master, length=length, **{"from": source, "to": destination})

    def take(self):
        """[(kind, master, first byte, bytes, path)] of what was found since the last time."""
        found = leaks(self.machine.qmp)
        self.machine.qmp.command("svp-clear-violations", counters=True)
        self.assertEqual(found["events"], sum(entry["count"] for entry in found["list"]))
        return [(entry["kind"], entry["master"], entry["first"], entry["bytes"], [(step["master"], step["address"]) for step in entry["path"]])
                for entry in found["list"]]


class TransferTest(LeakCase):
    def setUp(self):
        self.begin()
        self.secure(*FIELDS)

    def test_copies(self):
        for master, ordinary in (("vpu", OPEN), ("dcss", OPEN + 0x10000)):  # of the display: its write-back
            with self.subTest(master):
                self.copy(master, CLOSED + 0x100, CLOSED + 0x8000)
                self.copy(master, ordinary, ordinary + 0x8000)
                self.copy(master, ordinary, CLOSED + 0x9000)
                self.assertEqual(self.take(), [])
                self.copy(master, CLOSED + 0x100, ordinary + 0x40)
                self.assertEqual(self.take(), [("written", master, ordinary + 0x40, 256, [(master, CLOSED + 0x100)])])

    def test_masters_that_deliver(self):
        """Whoever reads it has it: also as a secure master, and also what has leaked before."""
        port_read(self.machine.qmp, "gpu", OPEN, 64)
        port_read(self.machine.qmp, "usb1", CLOSED, 64)  # denied
        self.assertEqual(self.take(), [])
        port_read(self.machine.qmp, "gpu", CLOSED + 0x10, 64)
        self.assertEqual(self.take(), [("delivered", "gpu", CLOSED + 0x10, 64, [("gpu", CLOSED + 0x10)])])
        self.copy("vpu", CLOSED + 0x100, OPEN)
        port_read(self.machine.qmp, "enet-tx", OPEN, 1)
        self.assertEqual([entry[:2] for entry in self.take()], [("written", "vpu"), ("delivered", "enet-tx")])
        self.copy("vpu", OPEN + 0x10000, OPEN)
        port_read(self.machine.qmp, "enet-tx", OPEN, 1)
        self.assertEqual(self.take(), [], "it was written over")

    def test_on_chip_memory(self):
        self.copy("vpu", CLOSED, OCRAM + 0x40)
        self.assertEqual([entry[:4] for entry in self.take()], [("written", "vpu", OCRAM + 0x40, 256)])

    def test_memory_that_opens(self):
        """What masters had written there is found when the region ends, or another one's rights."""
        port_write(self.machine.qmp, "caam-secure", CLOSED + 0x1000, bytes(128))
        self.copy("vpu", CLOSED, CLOSED + 0x3000, 64)
        self.machine.writel(REGION + 8, SECURE_ONLY | SIZE_1M << 1)
        self.assertEqual(self.take(), [("opened", "caam", CLOSED + 0x1000, 128, [("caam", CLOSED)]), ("opened", "vpu", CLOSED + 0x3000, 64, [("vpu", CLOSED)])])
        self.machine.writel(REGION + 8, SECURE_ONLY | SIZE_1M << 1 | 1)
        self.machine.writel(GPR10, 0)
        self.assertEqual([entry[0] for entry in self.take()], ["opened", "opened"])

    def test_a_reset_opens_nothing(self):
        port_write(self.machine.qmp, "caam-secure", CLOSED, bytes(64))
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(self.take(), [])
        self.assertEqual(leaks(self.machine.qmp)["marked"], 0)

    def test_the_ports_registers(self):
        port = TestPort(self.machine.readl, self.machine.writel)
        port.run("read", master="vpu", source=OPEN, length=64)
        port.run("copy", master="vpu", source=CLOSED, destination=CLOSED + 0x8000, length=64)
        self.assertEqual(self.take(), [])
        port.run("read", master="vpu", source=CLOSED, length=64)
        self.assertEqual([entry[:2] for entry in self.take()], [("shown", "vpu")])
        port.run("copy", master="vpu", source=CLOSED, destination=OPEN, length=0x300000)
        (kind, master, first, _, _), = self.take()
        self.assertEqual((kind, master, first), ("written", "vpu", OPEN))


class DecoderTest(LeakCase):
    """One macroblock of VP8 (test_vpu.py), from a stream in protected memory."""

    def decode(self, stream, output):
        table = OPEN + 0x10000
        write_cells(self.machine.qmp, stream, bytes(64))
        write_cells(self.machine.qmp, table, bytes([128, 0]) + bytes([128] * 1206))
        registers = {3: MODE_VP8 | KEY | FILTER_OFF, 4: 1 << 23 | 1 << 11, 5: 255, 6: 32, 7: 1 << 13, 9: 32, 12: stream + 32, 13: output, 14: output,
                     18: output, 19: output, 27: stream, 40: table}
        for number in range(2, 60):
            self.machine.writel(G1 + 4 * number, registers.get(number, 0))
        self.machine.writel(INTERRUPT, DEC_E)
        self.assertEqual(self.machine.readl(INTERRUPT), IRQ | RDY)

    def test_picture_to_ordinary_memory(self):
        self.begin()
        self.secure("vpu")
        self.decode(CLOSED, CLOSED + 0x10000)
        self.decode(OPEN, OPEN + 0x4000)
        self.decode(OPEN, CLOSED + 0x20000)
        self.assertEqual(self.take(), [])
        self.decode(CLOSED, OPEN + 0x4000)
        (kind, master, first, size, path), = self.take()
        self.assertEqual((kind, master, first, size, path[0][0]), ("written", "vpu", OPEN + 0x4000, PICTURE, "vpu"))
        self.assertEqual(path[0][1] & ~0xFF, CLOSED)
        self.decode(OPEN, OPEN + 0x4000)
        self.assertEqual(self.take(), [], "and the next job knows nothing of it")


class CardTest(LeakCase):
    def test_write_to_a_card(self):
        with tempfile.NamedTemporaryFile() as card:
            card.write(bytes(MIB))
            card.flush()
            self.begin(sd=[card.name])
            self.secure("usdhc2")
            usdhc = Usdhc(self.machine)
            usdhc.identify()
            for source, found in ((OPEN, []), (CLOSED + 0x200, [("delivered", "usdhc2", CLOSED + 0x200)])):
                write_cells(self.machine.qmp, source, b"\x5A" * BLOCK_BYTES)
                usdhc.write(STATUS, 0xFFFFFFFF)
                for register, value in ((PROTOCOL, SIMPLE), (MIXER, DMA), (BLOCK, 1 << 16 | BLOCK_BYTES), (DMA_ADDRESS, source)):
                    usdhc.write(register, value)
                usdhc.command(24, data=True)
                usdhc.finish()
                self.assertEqual([entry[:3] for entry in self.take()], found)


class CaamTest(SleepingBoardCase):
    """Jobs of the secure world's ring: plain text out of protected memory, and cipher text."""

    #: JRnDID of ring 2 as OP-TEE sets it
    OWNER = 0x800B8011

    def setUp(self):
        super().setUp()
        self.on(self.start_board("leaks", "leak-oracle=on"))
        close(self.writel)
        self.memory = caam_jobs.Memory(self.board.qmp, CLOSED + 0x1000)
        self.ring = caam_jobs.Ring(self.readl, self.writel, self.memory, 2)
        self.writel(caam_jobs.BASE + 0x20, self.OWNER)
        self.ring.configure()

    def on(self, board):
        self.board = board

    def readl(self, address):
        return int.from_bytes(port_read(self.board.qmp, "a53-secure", address, 4)[1], "little")

    def writel(self, address, value):
        port_write(self.board.qmp, "a53-secure", address, struct.pack("<I", value))

    def run_cipher(self, mode, source, destination, encrypt, length=64):
        context = {caam_jobs.CBC: caam_jobs.IV, caam_jobs.CTR: caam_jobs.COUNTER, caam_jobs.ECB: b""}[mode]
        job = caam_jobs.Job(self.memory, "cipher", caam_jobs.cipher(mode, context, source, destination, length, encrypt))
        self.ring.add([job])
        self.ring.wait(1)
        self.assertEqual(self.ring.results(), [(job.address, 0)])

    def take(self):
        found = leaks(self.board.qmp)["list"]
        self.board.qmp.command("svp-clear-violations", counters=True)
        return [(entry["kind"], entry["master"], entry["first"], entry["bytes"], entry["path"][0]["address"]) for entry in found]

    def test_ciphers(self):
        """The secret is CAAM's own from the first job on: it arrived in the region that begins at CLOSED."""
        secret = CLOSED + 0x80000
        write_cells(self.board.qmp, secret, b"\xC3" * 0x4000)
        write_cells(self.board.qmp, OPEN, b"\x3C" * 0x4000)
        for length in (64, 0x4000):  # the second one from cells to cells
            for name, mode, source, destination, encrypt, leaks_it in (
                    ("decrypted into protected memory", caam_jobs.CTR, OPEN, secret, 0, False),
                    ("encrypted out of it", caam_jobs.CBC, secret, OPEN + 0x8000, 1, False),
                    ("ordinary data", caam_jobs.CBC, OPEN, OPEN + 0x8000, 0, False),
                    ("decrypted out of it", caam_jobs.CBC, secret, OPEN + 0x8000, 0, True),
                    ("a key stream over it, which may decrypt", caam_jobs.CTR, secret, OPEN + 0x8000, 1, True)):
                with self.subTest(name, length=length):
                    self.run_cipher(mode, source, destination, encrypt, length)
                    self.assertEqual(self.take(), [("written", "caam", OPEN + 0x8000, length, CLOSED)] if leaks_it else [])

    def test_saved_and_loaded(self):
        """Loading opens nothing, although the new machine's regions close only then; what opens later tells the way from before."""
        write_cells(self.board.qmp, OPEN, b"\x3C" * 64)
        self.run_cipher(caam_jobs.CTR, OPEN, CLOSED + 0x90000, 0)
        marked = leaks(self.board.qmp)["marked"]
        path = self.folder / "state"
        self.board.qmp.command("migrate", uri=f"file:{path}")
        while (status := self.board.qmp.command("query-migrate")["status"]) not in ("completed", "failed"):
            time.sleep(0.02)
        self.assertEqual(status, "completed")
        self.board.stop()
        self.on(self.start_board("leaks", "leak-oracle=on", ("-incoming", f"file:{path}")))
        while self.board.qmp.command("query-status")["status"] == "inmigrate":
            time.sleep(0.02)
        self.board.qmp.command("cont")
        self.assertEqual(self.take(), [])
        self.assertEqual(leaks(self.board.qmp)["marked"], marked)
        self.writel(GPR10, 0)
        found = self.take()
        self.assertEqual({entry[:2] for entry in found}, {("opened", "caam")})
        self.assertTrue(any(first <= CLOSED + 0x90000 for _, _, first, _, _ in found))


class OffTest(unittest.TestCase):
    def test_without_an_oracle(self):
        with QTest(memory="1G") as machine:
            close(machine.writel)
            machine.writel(SA0, 0x55555555 & ~(1 << 2 * FIELDS["vpu"]))
            machine.qmp.command("svp-test-port", operation="copy", master="vpu", length=64, **{"from": CLOSED, "to": OPEN})
            self.assertEqual(machine.qmp.command("query-svp-counters", device="bus-monitor")[0]["counters"], {})
            self.assertEqual(read_cells(machine.qmp, OPEN, 64), bytes(64))


if __name__ == "__main__":
    unittest.main()
