# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies of the bus firewalls that OP-TEE programs: what each master can read and write, tried for each, and that it stays so.

Expectations are written by hand from the intent of each policy (firmware/optee/README.md), not from any register: reach.INTENDED
and the tables below.
"""

import subprocess
import unittest

import boot_case
from boot_case import BoardCase, ScratchCase, changed_device_tree, run_checks
from svplib.machine import reach
from svplib.machine.board import Board

RDC, CSU, TZASC = 0x303D0000, 0x303E0000, 0x32F80000
GPR1, GPR10 = 0x30340004, 0x30340028
CCM_TARGET, UART2 = 0x30388000, 0x30890000
OCRAM, BL31, OCRAM_S = 0x900000, 0x910000, 0x180000
RDC_MDA_VPU, RDC_MDA_GPU = RDC + 0x200 + 4 * 4, RDC + 0x200 + 4 * 18
RDC_SLOTS, RDC_SLOT_BYTES = 8, 0x10
CSU_SA0 = CSU + 0x218
CSL_WORDS, CSL_OPEN, CSL_OPEN_LOCKED = 64, 0x00FF00FF, 0x01FF01FF
SRC, SRC_ENTRIES, SRC_CORES, OCOTP, ROM_PATCHES, DDR_CONTROLLER = 0x30390000, 0x30390074, 0x30390008, 0x30350000, 0x30310000, 0x3D400000
SYSTEM_COUNTER, DEBUG_BUS, GPR11 = 0x306C0000, 0x28410000, 0x3034002C
BL31_ENTRY_WORDS = (0, 0x910000 >> 2)
PDAP, RDC_ALL_SLOTS, LOCK, ENABLE = RDC + 0x400, 64, 1 << 31, 1 << 30
#: Words of CSL that nxp and strict change, by hand: 8 has 17 (ROM patches), 10 has 21 (fuses, read only), 12 has 25 (SRC, read only), 22 has 44
#: (system counter), 57 has 115 (DDR controller), 59 has 118 and 119 (OCRAM, OCRAM_S), 60 has 121 (debug bus), 61 has 122 (ROM patches)
_CSL_BOTH = {8: 0x013301FF, 10: 0x013F01FF, 12: 0x013F01FF, 22: 0x01FF0133, 57: 0x013301FF, 59: 0x01330133, 60: 0x013301FF, 61: 0x01FF0133}
#: 14 has 29 (RDC), 15 has 30 (CSU), 28 has 56 (TZASC)
CSL_NXP = {**_CSL_BOTH, 14: 0x013F01FF, 15: 0x01FF013F}
CSL_STRICT = {**_CSL_BOTH, 14: 0x013301FF, 15: 0x01FF0133, 28: 0x01FF0133}


class _Policy:
    """Tests of one policy, which POLICY names; reach.INTENDED says who may do what."""

    POLICY = ""
    LEVEL, LEVELS = CSL_OPEN_LOCKED, {}

    @classmethod
    def prepare(cls):
        cls.BOARD = {"share_ram": True, "policy": cls.POLICY}

    def read(self, master, address, length=8):
        return reach.read(self.board, master, address, length, answer="okay")

    def write(self, master, address, data):
        reach.write(self.board, master, address, data, answer="okay")

    def test_rights_of_all_masters(self):
        """By trying; a denied read gives zeros, a denied write changes nothing, and the answer is okay."""
        seen, intended = reach.table(self.board, answer="okay"), reach.intended(self.POLICY)
        self.assertEqual({row: seen[row] for row, right in intended.items() if seen[row] != right}, {})

    def word(self, master, address):
        return int.from_bytes(self.read(master, address, 4), "little")

    def denials(self):
        """{(master, reads, writes)}, {(who denied, its index, reads, writes)} since this was asked for last."""
        counters = self.board.qmp.command("query-svp-violation-counters")
        self.board.qmp.command("svp-clear-violations", counters=True)
        return ({(row["master"], row["reads"], row["writes"]) for row in counters["masters"]},
                {(row["denier"], row["index"], row["reads"], row["writes"]) for row in counters["rules"]})

    def test_rights_of_peripherals(self):
        """The CSU's levels are the policy's; none of them can be changed, in either world, under a policy that locks them."""
        levels = {n: self.word("a53-secure", CSU + 4 * n) for n in range(CSL_WORDS)}
        self.assertEqual({n: hex(level) for n, level in levels.items() if level != self.LEVELS.get(n, self.LEVEL)}, {})
        if self.LEVEL == CSL_OPEN:
            for value in (b"\xff\0\xff\0", bytes(4)):
                self.write("linux", CSU + 4 * 59, value)
                self.assertEqual(self.word("a53-secure", CSU + 4 * 59) & 0x1FF, 0x133, "BL31 locks the right of its memory")
            return
        for master in ("linux", "a53-secure"):
            for n in (*self.LEVELS, 0, 63):
                for value in (b"\xff\0\xff\0", bytes(4)):
                    self.write(master, CSU + 4 * n, value)
        self.assertEqual({n: self.word("a53-secure", CSU + 4 * n) for n in range(CSL_WORDS)}, levels)

    def test_kernel_log(self):
        run_checks(self.board, "dmesg-check")

    def closed(self, address, index, denier="csl", readable=False):
        """Linux changes nothing at an address, reads zeros or what is there, and the record names the CSU's rule."""
        value = self.word("a53-secure", address)
        self.denials()
        self.assertEqual(self.word("linux", address), value if readable else 0)
        self.write("linux", address, (value ^ 0xFFFFFFFF).to_bytes(4, "little"))
        self.assertEqual(self.word("a53-secure", address), value)
        self.assertEqual(self.denials(), ({("a53", 0 if readable else 1, 1)}, {(denier, index, 0 if readable else 1, 1)}))

    def test_memory_of_bl31(self):
        """Under every policy, from its first page to the end of OCRAM; what guards it is locked."""
        for address in (BL31, BL31 + 0x8000, BL31 + 0xFFFC):
            with self.subTest(address=hex(address)):
                self.closed(address, 118, "ocram")
        value = self.word("a53-secure", GPR11)
        for master in ("linux", "a53-secure"):
            self.write(master, GPR11, bytes(4))
            self.assertEqual(self.word("a53-secure", GPR11) & 0x3F003F, value & 0x3F003F)
        self.write("linux", BL31 - 8, reach.OTHER)
        self.assertEqual(self.read("a53-secure", BL31 - 8), reach.OTHER)

    def test_entries_of_all_cores(self):
        """A core that gets power by whatever way starts in BL31, also one that PSCI never started."""
        for core in range(4):
            words = tuple(self.word("a53-secure", SRC_ENTRIES + 8 * core + 4 * n) for n in range(2))
            self.assertEqual(words, BL31_ENTRY_WORDS, core)

    def test_neighbours(self):
        """The first and the last byte of each heap are as its middle, and those beside them are not."""
        for master in ("gpu", "dcss"):
            for place, first, last in (("video", 0xC0000000, 0xC7FFFFFF), ("vault", 0xC8000000, 0xC9FFFFFF)):
                expected = "r" in reach.intended(self.POLICY)[master, place]
                for address in (first, last):
                    self.write("a53-secure", address, b"\x5a")
                    self.assertEqual(self.read(master, address, 1), b"\x5a" if expected else b"\0", f"{master} at {address:#x}")
            for address in (0xBFFFFFFF, 0xCA000000):
                self.write("a53-secure", address, b"\x5a")
                self.assertEqual(self.read(master, address, 1), b"\x5a", f"{master} at {address:#x}")


class _Locked(_Policy):
    """A policy that programs RDC and CSU."""

    PEEKS, SLOTS = True, 5

    def test_named(self):
        self.assertRegex(self.board.console.text, rf"bus policy {self.POLICY}: {self.SLOTS} of 8 RDC slots in use")

    def test_nobody_changes_it(self):
        """Whatever is written to masters, slots and worlds, in either world: the rights are as before, and so are the registers."""
        registers = [RDC + 0x200 + 4 * master for master in range(27)] + [CSU_SA0]
        registers += [RDC + 0x800 + RDC_SLOT_BYTES * slot + at for slot in range(RDC_SLOTS) for at in (0, 4, 8)]
        before = self.board.qmp.command("query-svp-policy")
        values = {address: self.read("a53-secure", address, 4) for address in registers}
        for world in ("a53", "a53-secure"):
            for value in (b"\0\0\0\0", b"\xff\xff\xff\x3f", b"\xff\xff\xff\xff"):
                for address in registers:
                    self.write(world, address, value)
        # An unused slot may be switched on behind its lock; being empty, it says nothing.
        kept = {address: self.read("a53-secure", address, 4) for address in registers}
        changed = {hex(address) for address in registers if kept[address] != values[address]}
        unused = {hex(RDC + 0x808 + RDC_SLOT_BYTES * slot) for slot in range(self.SLOTS, RDC_SLOTS)}
        # The A53's own field of SA has no effect: the CPU says itself which world it is in.
        changed.discard(hex(CSU_SA0))
        self.assertLessEqual(changed, unused)
        self.assertEqual(self.board.qmp.command("query-svp-policy"), before)
        self.assertEqual(int.from_bytes(kept[CSU_SA0], "little") & ~3, int.from_bytes(values[CSU_SA0], "little") & ~3)

    def test_registers_of_the_firewall(self):
        """Only strict keeps Linux from looking at the registers of the RDC; other masters have none of them."""
        self.assertEqual(self.read("linux", RDC_MDA_VPU, 4), bytes.fromhex("02000080") if self.PEEKS else bytes(4))
        self.assertEqual(self.read("gpu", RDC_MDA_VPU, 4), bytes(4))

    def test_linux_does_not_decide_where_a_core_starts(self):
        """Every register of the SRC is read only: entries of the cores, their resets, the M4's, and all others."""
        for offset in (*range(0x74, 0x9C, 4), 0x00, 0x04, 0x08, 0x0C, 0x20, 0x1000):
            with self.subTest(offset=hex(offset)):
                self.closed(SRC + offset, 25, readable=True)

    def test_linux_has_nothing_that_leads_round_the_firewalls(self):
        for name, address, index in (("ROM patches", ROM_PATCHES, 17), ("system counter", SYSTEM_COUNTER, 44), ("DDR controller", DDR_CONTROLLER, 115),
                                     ("debug bus", DEBUG_BUS, 121)):
            with self.subTest(name):
                self.denials()
                self.assertEqual(self.word("linux", address), 0)
                self.write("linux", address, b"\1\0\0\0")
                self.assertEqual(self.denials(), ({("a53", 1, 1)}, {("csl", index, 1, 1)}))
        with self.subTest("fuses"):
            self.closed(OCOTP + 0x410, 21, readable=True)

    def test_nobody_locks_optee_out(self):
        """Rights of peripherals and all slots of the RDC are locked: an entry that denies would keep OP-TEE from what it needs on wake."""
        for n in range(128):
            self.assertTrue(self.word("a53-secure", PDAP + 4 * n) & LOCK, f"PDAP {n}")
            self.assertEqual(self.word("a53-secure", PDAP + 4 * n) & 3, 3, f"PDAP {n}: the CPU's")
        for slot in range(RDC_ALL_SLOTS):
            first, end, rights = (self.word("a53-secure", RDC + 0x800 + RDC_SLOT_BYTES * slot + at) for at in (0, 4, 8))
            self.assertTrue(rights & LOCK, f"slot {slot}")
            if slot >= RDC_SLOTS and slot not in (24, 25, 29):
                self.assertEqual((first, end, rights & ENABLE), (0, 0, 0), f"slot {slot}")
        for address in (PDAP + 4 * 56, RDC + 0x808 + RDC_SLOT_BYTES * 39):
            value = self.word("a53-secure", address)
            for master in ("linux", "gpu", "caam"):
                self.write(master, address, b"\0\0\0\xc0")
                self.assertEqual(self.word("a53-secure", address), value, master)

    def test_on_chip_ram(self):
        """BL31 and OCRAM_S are the secure CPU's; the lower half of OCRAM is anybody's, but those who see protected pictures only read it."""
        for address, index, denier in ((BL31, 118, "ocram"), (BL31 + 0xFFF8, 118, "ocram"), (OCRAM_S, 119, "ocram")):
            with self.subTest(address=hex(address)):
                value = self.read("a53-secure", address)
                for master in ("linux", "vpu", "dcss", "gpu"):
                    self.denials()
                    self.assertEqual(self.read(master, address), bytes(8), master)
                    self.write(master, address, reach.OTHER)
                    self.assertEqual(self.read("a53-secure", address), value, master)
                    # The RDC, which knows masters, comes first for all but domain 0.
                    rule = (denier, index, 1, 1) if master == "linux" else ("rdc-region", 24 if address >= OCRAM else 29, 1, 1)
                    self.assertEqual(self.denials()[1], {rule}, master)
        for master in ("linux", "gpu"):
            self.write(master, BL31 - 8, reach.OTHER)
            self.assertEqual(self.read(master, BL31 - 8), reach.OTHER)
            self.write("a53-secure", BL31 - 8, reach.NOTHING)
        for address in (OCRAM, BL31 - 8):
            self.write("a53-secure", address, reach.MARK)
            for master in ("vpu", "dcss"):
                self.denials()
                self.assertEqual(self.read(master, address), reach.MARK, master)
                self.write(master, address, reach.OTHER)
                self.assertEqual(self.read("a53-secure", address), reach.MARK, master)
                self.assertEqual(self.denials()[1], {("rdc-region", 25, 0, 1)}, master)

    def test_registers_are_none_of_decoder_and_display(self):
        """Linux drives them, and reads registers: one could leave there what nobody else sees. As secure masters, they would write as the secure world."""
        for address in (GPR1, CCM_TARGET, CSU_SA0, RDC_MDA_GPU, TZASC + 0x108, UART2 + 0x80):
            value = self.word("a53-secure", address)
            for master in ("vpu", "dcss"):
                self.assertEqual(self.read(master, address, 4), bytes(4), f"{master} at {address:#x}")
                self.write(master, address, b"\xff" * 4)
                self.assertEqual(self.word("a53-secure", address), value, f"{master} at {address:#x}")
        self.assertNotEqual(self.word("gpu", GPR1), 0, "other masters keep theirs")

    def test_answer_is_locked(self):
        value = self.word("a53-secure", GPR10)
        self.write("a53", GPR10, (value ^ 0xC).to_bytes(4, "little"))
        self.assertEqual(self.word("a53-secure", GPR10), value)


class _OpenRegisters:
    """Where a policy lets Linux look at the firewalls' registers: all but the TZASC's, which refuses it by itself."""

    def test_linux_sees_registers(self):
        self.assertEqual(self.word("linux", CSU), self.LEVEL)
        self.assertEqual(self.word("linux", CSU_SA0), self.word("a53-secure", CSU_SA0))
        result = self.board.command(f"svp-probe peek {TZASC:#x} 4")
        self.assertEqual((result.status, result.output), (1, f"PEEK {TZASC:#x} abort"))


class Open(_OpenRegisters, _Policy, BoardCase):
    """As mainline firmware leaves the chip, but for BL31's memory: the TZC-380 tells worlds apart, nothing tells masters apart."""

    POLICY = "open"
    LEVEL, LEVELS = CSL_OPEN, {59: 0x00FF0133}

    def test_nothing_is_programmed(self):
        self.assertNotIn("bus policy", self.board.console.text)
        self.assertEqual(self.read("a53-secure", RDC_MDA_GPU, 4), bytes(4))
        self.assertEqual(self.read("a53-secure", CSU_SA0, 4), b"\x55" * 4)

    def test_linux_has_the_rest(self):
        """What "open" means: the other policies exist because of it."""
        for address in (SRC_ENTRIES + 8, CSU_SA0, RDC_MDA_GPU):
            value = self.word("a53-secure", address)
            self.write("linux", address, (value ^ 1).to_bytes(4, "little"))
            self.assertEqual(self.word("a53-secure", address), value ^ 1)
            self.write("a53-secure", address, value.to_bytes(4, "little"))


class Nxp(_OpenRegisters, _Locked, BoardCase):
    """The 2018 arrangement: decoder and display are non-secure, and Linux may write the video heap though not read it."""

    POLICY = "nxp"
    LEVELS = CSL_NXP

    def test_linux_only_looks_at_the_firewalls(self):
        for address, index in ((RDC_MDA_VPU, 29), (RDC + 0x800 + 8, 29), (CSU + 4 * 15, 30), (CSU_SA0, 30)):
            with self.subTest(address=hex(address)):
                self.closed(address, index, readable=True)


class _ClosedRegisters(_Locked):
    """A policy under which the firewalls' registers are the secure world's."""

    PEEKS = False
    LEVELS = CSL_STRICT

    def test_linux_and_the_firewalls(self):
        """Registers of RDC, CSU and TZASC: Linux reads zeros, writes nothing, and each try is on record with the CSU's index."""
        for address, index in ((RDC_MDA_VPU, 29), (RDC + 0x800 + 8, 29), (CSU + 4 * 15, 30), (CSU_SA0, 30), (TZASC, 56), (TZASC + 0x118, 56)):
            with self.subTest(address=hex(address)):
                value = self.word("a53-secure", address)
                self.assertNotEqual(value, 0)
                self.denials()
                self.assertEqual(self.word("linux", address), 0)
                self.write("linux", address, bytes(4))
                self.assertEqual(self.word("a53-secure", address), value)
                self.assertEqual(self.denials(), ({("a53", 1, 1)}, {("csl", index, 1, 1)}))


class Strict(_ClosedRegisters, BoardCase):
    """Nothing that went into the video heap gets out of it but to the display."""

    POLICY = "strict"


class Stage2(_ClosedRegisters, BoardCase):
    """The heaps are the normal world's on the bus: EL2 keeps Linux out, the RDC all other masters. EL2's memory has a slot of its own, and parts RAM in two."""

    POLICY, SLOTS = "stage2", 7


class FourGigabytes(BoardCase):
    """DDR above 4 GiB is ordinary memory under a policy too."""

    BOARD = {"share_ram": True, "policy": "strict", "memory": "4G"}

    def test_high_memory(self):
        views = self.board.qmp.command("query-svp-policy", world="non-secure", domain=1)
        last = views[0]["runs"][-1]
        self.assertEqual((last["first"], last["read"], last["write"]), (0x100000000, True, True))
        run_checks(self.board, "dmesg-check")


class UnknownName(ScratchCase):
    """A policy that does not exist stops the boot."""

    def test_refused(self):
        changes = boot_case.secure_chosen({"svp,policy": "lenient"})
        with Board(name="unknown-policy", dtb=changed_device_tree(self.scratch, changes)) as machine:
            machine.console.expect(r"svp,policy is none of open, nxp, strict, stage2", timeout=boot_case.BOOT_SECONDS, fail_on=None)
            self.assertNotIn("Linux version", machine.console.text)


class TooManyPieces(ScratchCase):
    """Two more heaps, apart from each other, need nine RDC slots: the boot stops with a line, it does not leave one of them open."""

    def test_refused(self):
        tree = changed_device_tree(self.scratch, {})
        for base in ("0xd0000000", "0xd8000000"):
            node = f"/reserved-memory/secure-heap@{base[2:]}"
            subprocess.run(["fdtput", "-c", str(tree), node], check=True)
            for arguments in (("-t", "s", str(tree), node, "compatible", "linaro,secure-heap"), (str(tree), node, "no-map"),
                              ("-t", "x", str(tree), node, "reg", "0", base, "0", "0x1000000")):
                subprocess.run(["fdtput", *arguments], check=True)
        with Board(name="many-pieces", dtb=tree, policy="nxp") as machine:
            machine.console.expect(r"the secure heaps need more than 8 RDC slots", timeout=boot_case.BOOT_SECONDS, fail_on=None)
            self.assertNotIn("Linux version", machine.console.text)


if __name__ == "__main__":
    unittest.main()
