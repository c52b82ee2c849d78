# SPDX-License-Identifier: GPL-2.0-or-later
"""Two holes of real boards, each shown open with the vulnerable configuration and closed with the right one.

1. DDR ignores the address bits above its size: protected cells have images at other addresses, which TZC-380 region 0 judges.
2. Firewalls lose their state in deep sleep, and firmware that wakes must program them again (the class of CVE-2021-44149). Linux
   suspends for real here: PSCI, BL31, the GPC's deep sleep, a character on UART1 to wake. That RDC and CSU lose their state as well
   as the TZASC is an assumption for this chip, so it is a property of the GPC.
"""

import struct
import time
import unittest

import boot_case
from boot_case import BoardCase, run_checks
from svplib.machine import reach
from svplib.machine.test_port import secure_registers

#: With 3 GiB fitted, only the first GiB has an image in the 4 GiB of the DDR's window. So the heap goes there.
LOW_VIDEO, VIDEO_BYTES = 0x60000000, 128 << 20
ALIAS_OFFSET = 0xC0000000
CELL_OFFSETS = (0, 0x1238, VIDEO_BYTES // 2, VIDEO_BYTES - 8)
SECRET = 0x5EC7E700
TZASC_ACTION, ACTION_AFTER_RESET, ACTION = 0x32F80004, 1, 2
RDC_MDA_VPU = 0x303D0210
CAAM_RING_2_OWNER, OPTEE_OWNS = 0x30900020, 0x800B8011
INTRUDER = bytes.fromhex("badc0ffee0ddf00d")


class _Alias:
    """A heap below 0x80000000, and its image above 4 GiB."""

    POLICY, HOLE = "open", False
    #: Who gets through the hole: Linux, and a DMA master of the normal world
    LINUX, DMA = False, False

    @classmethod
    def prepare(cls):
        changes = boot_case.secure_chosen({"svp,tzc-region0-open": True} if cls.HOLE else {})
        changes["/reserved-memory/secure-heap@c0000000/reg"] = (0, LOW_VIDEO, 0, VIDEO_BYTES)
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY, "dtb": boot_case.changed_device_tree(cls.scratch, changes)}

    def setUp(self):
        """OP-TEE writes the secret."""
        for number, offset in enumerate(CELL_OFFSETS):
            self.guest(f"svp-probe fill {LOW_VIDEO + offset:#x} 8 {SECRET + 2 * number:#x}")
        self.board.qmp.command("svp-clear-violations", counters=True)

    @staticmethod
    def secret(offset):
        word = SECRET + 2 * CELL_OFFSETS.index(offset)
        return struct.pack("<II", word, word + 1)

    def read(self, master, address):
        return reach.read(self.board, master, address, answer="okay")

    def denied(self):
        """{(master, direction, address, who denied, region)} on record."""
        log = self.board.qmp.command("query-svp-violations")["violations"]
        return {(row["master"], row["direction"], row["address"], row["denier"], row["index"]) for row in log}

    def test_boot(self):
        self.assertEqual("region 0 stays open, a known hole" in self.board.console.text, self.HOLE)
        self.assertRegex(self.board.console.text, rf"secure heap video: {LOW_VIDEO:#x}\.\.")

    def test_heap_itself_is_closed(self):
        """The secret is in the cells, and at the heap's own address nobody of the normal world sees it."""
        for offset in CELL_OFFSETS:
            self.assertEqual(self.board.ram(LOW_VIDEO + offset, 8), self.secret(offset))
            self.assertEqual(self.read("linux", LOW_VIDEO + offset), bytes(8))
            self.assertEqual(self.read("gpu", LOW_VIDEO + offset), bytes(8))

    def test_linux_reads_the_alias(self):
        for offset in CELL_OFFSETS:
            with self.subTest(offset=hex(offset)):
                self.assertEqual(self.read("linux", LOW_VIDEO + ALIAS_OFFSET + offset), self.secret(offset) if self.LINUX else bytes(8))
        self.assertEqual({row[2:] for row in self.denied()},
                         set() if self.LINUX else {(LOW_VIDEO + ALIAS_OFFSET + offset, "tzc", 0) for offset in CELL_OFFSETS})

    def test_linux_writes_the_alias(self):
        for offset in CELL_OFFSETS:
            with self.subTest(offset=hex(offset)):
                reach.write(self.board, "linux", LOW_VIDEO + ALIAS_OFFSET + offset, INTRUDER, answer="okay")
                self.assertEqual(self.board.ram(LOW_VIDEO + offset, 8), INTRUDER if self.LINUX else self.secret(offset))
        self.assertEqual({row[1] for row in self.denied()}, set() if self.LINUX else {"write"})

    def test_dma_uses_the_alias(self):
        alias = LOW_VIDEO + ALIAS_OFFSET + 0x1238
        self.assertEqual(self.read("gpu", alias), self.secret(0x1238) if self.DMA else bytes(8))
        reach.write(self.board, "gpu", alias, INTRUDER, answer="okay")
        self.assertEqual(self.board.ram(LOW_VIDEO + 0x1238, 8), INTRUDER if self.DMA else self.secret(0x1238))
        self.assertEqual({row[:3] for row in self.denied()}, set() if self.DMA else {("gpu", "read", alias), ("gpu", "write", alias)})

    def test_z_kernel_log(self):
        run_checks(self.board, "dmesg-check")


class AliasHole(_Alias, BoardCase):
    """Region 0 as upstream leaves it: the secret is at the alias, for anybody to read and to change."""

    HOLE, LINUX, DMA = True, True, True


class AliasHoleUnderStrict(_Alias, BoardCase):
    """The RDC keeps other masters from the alias, but it does not know the CPU's worlds: Linux still gets through."""

    POLICY, HOLE, LINUX = "strict", True, True


class AliasClosed(_Alias, BoardCase):
    """Region 0 closed, which is what the board does by default."""


class AliasClosedUnderNxp(_Alias, BoardCase):
    """The same, with a video heap that the RDC protects."""

    POLICY = "nxp"


class AliasClosedUnderStrict(_Alias, BoardCase):
    """The same, with all that the board has."""

    POLICY = "strict"


class _Sleep:
    """Linux sleeps and wakes, and is then where the secret is."""

    POLICY, HOLE = "open", False
    #: Property dsm-loses of imx8mq.gpc: 1 TZASC, 2 RDC, 4 CSU, 8 CAAM
    LOSES = 9
    PLACES = (0xC4000040, 0xC9000040)  # in `video` and in `vault`

    @classmethod
    def prepare(cls):
        changes = boot_case.secure_chosen({"svp,not-restored-on-wake": True} if cls.HOLE else {})
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY, "dtb": boot_case.changed_device_tree(cls.scratch, changes),
                     "extra": ("-global", f"driver=imx8mq.gpc,property=dsm-loses,value={cls.LOSES}")}

    def sleep_and_wake(self):
        """Suspend, see that the chip is in deep sleep and what that costs the TZASC, and wake it by a character."""
        readl, _ = secure_registers(self.board.qmp)
        boot_case.fall_asleep(self.board)
        self.assertEqual(readl(TZASC_ACTION), ACTION_AFTER_RESET)
        if self.POLICY != "open":
            lost = readl(RDC_MDA_VPU) == 0
            self.assertEqual(lost, bool(self.LOSES & 2), "the RDC's state")
        before = self.board.hmp("info registers -a")
        time.sleep(0.5)
        self.assertEqual(self.board.hmp("info registers -a"), before, "no CPU runs")
        self.assertEqual(readl(CAAM_RING_2_OWNER), 0, "CAAM's state")
        boot_case.wake_up(self.board)
        self.assertEqual(readl(CAAM_RING_2_OWNER), OPTEE_OWNS)
        self.assertEqual(self.guest("head -c 32 /dev/hwrng | wc -c"), "32")
        self.guest("svp-decrypt --bench 1")  # by OP-TEE, on its ring

    def secrets(self):
        for address in self.PLACES:
            self.guest(f"svp-probe fill {address:#x} 8 {SECRET:#x}")
            self.assertEqual(self.board.ram(address, 8), struct.pack("<II", SECRET, SECRET + 1))

    def peek(self, address):
        return int.from_bytes(reach.read(self.board, "linux", address, answer="okay"), "little")

    def test_sleep(self):
        """Twice: what holds after the first time must not depend on state that only the first one had."""
        policy, secret = self.board.qmp.command("query-svp-policy"), SECRET | (SECRET + 1) << 32
        for turn in range(2):
            with self.subTest(turn=turn):
                if turn == 0 or not self.HOLE:
                    self.secrets()
                    for address in self.PLACES:
                        self.assertEqual(self.peek(address), 0, "closed before")
                self.sleep_and_wake()
                self.assertEqual("firewalls are not restored, a known hole" in self.board.console.text, self.HOLE)
                for address in self.PLACES:
                    self.assertEqual(self.board.ram(address, 8), struct.pack("<II", SECRET, SECRET + 1), "DRAM keeps its content")
                    self.assertEqual(self.peek(address), secret if self.HOLE else 0)
                if not self.HOLE:
                    self.assertEqual(self.board.qmp.command("query-svp-policy"), policy)
                    self.assertEqual(secure_registers(self.board.qmp)[0](TZASC_ACTION), ACTION)
        for address in self.PLACES:
            reach.write(self.board, "linux", address, INTRUDER, answer="okay")
            written = self.HOLE or (self.POLICY == "nxp" and address == self.PLACES[0])
            self.assertEqual(self.board.ram(address, 8) == INTRUDER, written)
        if not self.HOLE and self.POLICY != "stage2":  # where EL2 refuses it, before the TZC-380 is asked
            self.assertIn("TZC-380: denied", self.board.secure_console.text, "the interrupt works after a wake-up")
        run_checks(self.board, "board-check 4; hotplug 1 4; dmesg-check")


class SleepHole(_Sleep, BoardCase):
    """As upstream on this chip: region 0 is opened on the wake-up, by OP-TEE in BL31's place, and nobody closes it."""

    HOLE = True


class SleepHoleUnderStrict(_Sleep, BoardCase):
    """If RDC and CSU lose their state as well, the strictest policy is worth nothing after a nap."""

    POLICY, HOLE, LOSES = "strict", True, 15


class SleepClosed(_Sleep, BoardCase):
    """OP-TEE programs the TZASC again before Linux runs; what the board does by default."""


class SleepClosedUnderNxp(_Sleep, BoardCase):
    """RDC and CSU come back too: without the RDC, `video` would be open to everybody."""

    POLICY, LOSES = "nxp", 15


class SleepClosedUnderStrict(_Sleep, BoardCase):
    """Everything lost, everything back, with its locks."""

    POLICY, LOSES = "strict", 15


class SleepClosedUnderStage2(_Sleep, BoardCase):
    """What wakes is EL2, which makes Linux its guest again."""

    POLICY, LOSES = "stage2", 15


class SleepKeepsLocks(_Sleep, BoardCase):
    """RDC and CSU keep their state, and with it their locks: OP-TEE finds in them what it would write."""

    POLICY, LOSES = "strict", 9


if __name__ == "__main__":
    unittest.main()
