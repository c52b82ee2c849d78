# SPDX-License-Identifier: GPL-2.0-or-later
"""A program in Linux's place attacks the firmware below it (tests/boot/intruder): a core's start, and DMA through deep sleep.

BL31 and OP-TEE are the real ones. What it gets is judged by what is on the card and in the memory's cells, not by what it says.
"""

import os
import re
import struct
import unittest

from boot_case import ScratchCase
from svplib.base import cache
from svplib.base.progress import log_path, run_logged
from svplib.build import parts
from svplib.machine.board import Board
from svplib.machine.test_port import read_cells, secure_registers, write_cells

SOURCES = "tests/boot/intruder"
SELECTION_OFFSET, UNSELECTED = 0x40, b"\xff" * 16
CORES, SLEEP, SLEEP_BY_HAND, CPU_ON = 1, 2, 3, 4
WAYS = 4  # in which the program has the chip sleep, one after the other
POLICIES = ("open", "nxp", "strict")
CARD_BYTES = 2 << 30
SECONDS = 240
OPTEE, VIDEO, VAULT, BL31 = 0xF0000000, 0xC0000000, 0xC8000000, 0x00910000
SECRET = bytes.fromhex("5ec7e75ec7e70001")
EL2, EL3 = 2, 3
SRC_ENTRY_OF_CORE_0 = 0x30390074
SLPCR, EN_DSM = 0x303A0014, 1 << 31
TZASC_REGION_0, SECURE_ONLY, RDC_MDA_VPU, CSU_OCRAM_LEVEL = 0x32F80108, 0xC0000000, 0x303D0210, 0x303E0000 + 4 * 59


def image():
    """Path of the built program; made again when its sources or the compiler have changed."""
    key = cache.digest(cache.content_hash(parts.REPOSITORY, SOURCES), parts.compiler(parts.CROSS_COMPILE + "gcc"))
    folder = cache.folder("build") / f"intruder-{key}"
    with cache.lock(folder.name):
        if not folder.exists():
            partial = folder.with_name(folder.name + ".partial")
            run_logged("build intruder", ["make", "-B", "-C", str(parts.REPOSITORY / SOURCES), f"OUT={partial}", f"CROSS_COMPILE={parts.CROSS_COMPILE}"],
                       log_path("intruder"))
            partial.rename(folder)
            cache.prune("build", "intruder-", 3)
    cache.mark_used(folder)
    return folder / "intruder.bin"


class _Intruder(ScratchCase):
    """Runs one attack."""

    def kernel(self, attack, source=0):
        """The program with its choice."""
        data = bytearray(image().read_bytes())
        self.assertEqual(data[SELECTION_OFFSET:SELECTION_OFFSET + 16], UNSELECTED)
        struct.pack_into("<QQ", data, SELECTION_OFFSET, attack, source)
        path = self.scratch / f"intruder-{attack}-{source:x}.bin"
        path.write_bytes(data)
        return path

    @staticmethod
    def seen(board):
        """{name: value} of what the program printed."""
        return {name: int(value, 16) for name, value in re.findall(r"^SEEN (\S+) ([0-9a-f]+)", board.console.text, re.MULTILINE)}


class StartOfACore(_Intruder):
    """Linux gives cores power in every way that GPC and SRC have, after it has written an entry of its own."""

    def attack(self, policy):
        with Board(name=f"cores-{policy}", policy=policy, kernel=self.kernel(CORES), initrd=None) as board:
            board.console.expect(r"^END", timeout=SECONDS)
            entry = [secure_registers(board.qmp)[0](SRC_ENTRY_OF_CORE_0 + 4 * n) for n in range(2)]
            records = board.qmp.command("query-svp-violations", master="a53", text=True)["violations"]
            return self.seen(board)["level-of-stolen-core"], entry, {(record["denier"], record["index"]) for record in records}

    def test_nxp_and_strict(self):
        for policy in ("nxp", "strict"):
            with self.subTest(policy=policy):
                level, entry, deniers = self.attack(policy)
                self.assertEqual(level, 0, "no core ran the intruder's code")
                self.assertEqual(entry, [0, BL31 >> 2])
                self.assertIn(("csl", 25), deniers)

    def test_open(self):
        """What mainline firmware leaves: the monitor's level for whoever writes two registers."""
        self.assertEqual(self.attack("open")[0], EL3)


class DmaThroughSleep(_Intruder):
    """An endless list of uSDHC2 copies eight protected bytes to the card, again and again, while the chip sleeps and wakes.

    Instructions are counted, so that the list is followed thousands of times in what is one moment to the guest.
    """

    #: What is read: place, and whether the test or the firmware puts the secret there
    SOURCES = {"OP-TEE": OPTEE, "video": VIDEO + 0x100000, "vault": VAULT + 0x100000, "BL31": BL31 + 0x100}

    def sleep(self, policy, loses, source, attack=SLEEP, ways=WAYS):
        """(what was printed, copies of the secret on the card, bytes written to it, the board's findings after the wake-up)."""
        card = self.scratch / "card.img"
        card.unlink(missing_ok=True)
        with open(card, "wb") as file:
            file.truncate(CARD_BYTES)
        address = self.SOURCES[source]
        with Board(name=f"sleep-{policy}-{loses}", policy=policy, kernel=self.kernel(attack, address), initrd=None,
                   extra=("-icount", "shift=7", "-drive", f"if=sd,format=raw,file={card}",
                          "-global", f"driver=imx8mq.gpc,property=dsm-loses,value={loses}")) as board:
            if source in ("video", "vault"):
                write_cells(board.qmp, address, SECRET)
            board.console.expect(r"^SLEEP", timeout=SECONDS)
            secret = read_cells(board.qmp, address, 8)
            self.assertNotEqual(secret, bytes(8))
            registers = []
            for _ in range(ways):
                registers.append(self.firewalls_after_waking(board))
            board.console.expect(r"^END", timeout=SECONDS)
            deniers = {rule["denier"] for rule in board.qmp.command("query-svp-violation-counters")["rules"]}
            return self.seen(board), *self.copies(card, secret), deniers, registers

    @staticmethod
    def firewalls_after_waking(board):
        """Registers of them; the program goes on after that."""
        board.console.expect(r"^WOKE", timeout=SECONDS)
        readl, _ = secure_registers(board.qmp)
        registers = {address: readl(address) for address in (TZASC_REGION_0, RDC_MDA_VPU, CSU_OCRAM_LEVEL, SLPCR)}
        board.console.send("\n")
        return registers

    @staticmethod
    def copies(card, secret):
        """(how often the secret is on the card, bytes that were written to it)."""
        found, written, place = 0, 0, 0
        with open(card, "rb") as file:
            while place < CARD_BYTES:
                try:
                    place = os.lseek(file.fileno(), place, os.SEEK_DATA)
                except OSError:
                    break
                end = os.lseek(file.fileno(), place, os.SEEK_HOLE)
                data = os.pread(file.fileno(), end - place, place)
                found, written, place = found + data.count(secret), written + len(data), end
        return found, written

    def check(self, policy, loses, source):
        seen, found, written, deniers, registers = self.sleep(policy, loses, source)
        self.assertEqual(seen, {"system-suspend": 0, "by-hand": 0, "cpu-off": 0, "standby": 0})
        self.assertGreater(written, 0, "the list was followed before")
        self.assertEqual(found, 0)
        self.assertIn("deep-sleep", deniers, "the list went on to be followed in deep sleep")
        for way, after in zip(seen, registers):
            with self.subTest(way=way):
                self.check_firewalls(policy, after)

    def check_firewalls(self, policy, registers):
        self.assertEqual(registers[TZASC_REGION_0] & 0xF0000000, SECURE_ONLY)
        self.assertEqual(registers[RDC_MDA_VPU], 0 if policy == "open" else 0x80000002)
        self.assertEqual(registers[CSU_OCRAM_LEVEL] & 0x1FF, 0x133)
        self.assertEqual(registers[SLPCR] & EN_DSM, 0, "firmware lets masters run, which waits for the firewalls")

    def test_optee(self):
        for policy in POLICIES:
            for loses in range(8):
                with self.subTest(policy=policy, loses=loses):
                    self.check(policy, loses, "OP-TEE")

    def test_heap_that_the_rdc_alone_guards(self):
        """Under nxp the TZC-380 has `video` open: if the RDC alone forgets, nothing but standing still protects it."""
        for loses in (2, 6):
            with self.subTest(loses=loses):
                self.check("nxp", loses, "video")

    def test_others(self):
        for policy, loses, source in (("strict", 7, "video"), ("open", 1, "vault"), ("open", 7, "BL31"), ("strict", 5, "BL31")):
            with self.subTest(policy=policy, loses=loses, source=source):
                self.check(policy, loses, source)

    def test_sleep_without_a_word_to_psci(self):
        """Linux has the GPC: it can put the last core to sleep by itself. What comes back is BL31, with all firewalls; in real time here."""
        for policy, loses in (("nxp", 2), ("strict", 7)):
            with self.subTest(policy=policy, loses=loses):
                with Board(name=f"by-hand-{policy}", policy=policy, kernel=self.kernel(SLEEP_BY_HAND, OPTEE), initrd=None,
                           extra=("-drive", f"if=sd,format=raw,file={self.empty_card()}",
                                  "-global", f"driver=imx8mq.gpc,property=dsm-loses,value={loses}")) as board:
                    board.console.expect(r"^SLEEP", timeout=SECONDS)
                    self.check_firewalls(policy, self.firewalls_after_waking(board))
                    self.assertIn("bus policy", board.console.text.split("SLEEP")[1], "OP-TEE programmed them anew")

    def test_first_awake_is_a_core_that_psci_turns_on(self):
        """It comes up by another way through BL31 and OP-TEE than one that comes back."""
        for policy, loses in (("nxp", 2), ("strict", 7)):
            with self.subTest(policy=policy, loses=loses):
                seen, found, written, deniers, registers = self.sleep(policy, loses, "OP-TEE", CPU_ON, 1)
                self.assertEqual(seen, {"cpu-on": 0, "second-core-before-sleep": 0})
                self.assertGreater(written, 0)
                self.assertEqual(found, 0)
                self.assertIn("deep-sleep", deniers)
                self.check_firewalls(policy, registers[0])

    def empty_card(self):
        card = self.scratch / "card.img"
        with open(card, "wb") as file:
            file.truncate(CARD_BYTES)
        return card


if __name__ == "__main__":
    unittest.main()
