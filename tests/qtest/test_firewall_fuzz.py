# SPDX-License-Identifier: GPL-2.0-or-later
"""Random traffic from both worlds and all masters on the registers of the firewalls, through QEMU.

Nothing crashes or hangs, a reset brings everything back, and what is locked stays as it is: who may access what is compared by
query-svp-policy and query-svp-masters. SVP_QTEST_FUZZ in the environment is the number of accesses of each test (default 12000).
The same on the cores alone, faster and under sanitizers, is in tests/unit/firewall (test_fuzz.cpp).
"""

import os
import random
import time
import unittest

from svplib.machine.qtest import QTest
from svplib.machine.test_port import BASE, MASTERS

OPERATIONS = int(os.environ.get("SVP_QTEST_FUZZ", "12000"))
SEED = int(os.environ.get("SVP_QTEST_SEED", "2026"))
BATCH = 500
BATCHES_TO_RESET = 4
MIB = 1 << 20
DRAM = 0x40000000
RDC, CSU, TZASC, GPR = 0x303D0000, 0x303E0000, 0x32F80000, 0x30340000
SEMAPHORE1, SEMAPHORE2 = 0x303B0000, 0x303C0000
AIPSTZ = (0x301F0000, 0x305F0000, 0x309F0000, 0x32DF0000)
#: Block -> offsets at which registers lie
REGISTERS = {
    TZASC: (*range(0, 0x38, 4), *range(0x100, 0x200, 4), *range(0xE00, 0xE0C, 4), *range(0xFD0, 0x1000, 4)),
    RDC: (0, 0x24, 0x28, 0x2C, *range(0x200, 0x26C, 4), *range(0x400, 0x600, 4), *range(0x800, 0xC00, 4)),
    CSU: (*range(0, 0x100, 4), 0x200, 0x204, 0x218, 0x21C, 0x230, 0x358, 0x35C, 0x368),
    GPR: tuple(range(0, 0x80, 4)), SEMAPHORE1: tuple(range(0, 0x44, 4)), SEMAPHORE2: tuple(range(0, 0x44, 4)),
    **{base: (0, 4, *range(0x40, 0x54, 4)) for base in AIPSTZ},
}
BLOCK_SIZE = 0x10000
GPR1, GPR10, GPR11 = GPR + 4, GPR + 0x28, GPR + 0x2C
SECURE_BOOT_LOCK = 1 << 23  # GPR1: freezes the TZASC's lockdown_select until reset


def random_place(rng):
    """(address, size): mostly at a register, of any size and alignment."""
    block = rng.choice(tuple(REGISTERS))
    size = rng.choice((1, 2, 4, 4, 4, 8))
    offset = rng.choice(REGISTERS[block]) if rng.random() < 0.85 else rng.randrange(BLOCK_SIZE)
    if rng.random() < 0.2:
        offset += rng.randrange(4)
    return block + min(offset, BLOCK_SIZE - size), size


def random_value(rng, size):
    kind = rng.random()
    value = (rng.getrandbits(64) if kind < 0.5 else 1 << rng.randrange(64) if kind < 0.7 else 0 if kind < 0.8
             else (1 << 64) - 1 if kind < 0.9 else rng.choice((0xE2, 0x1DE2, 0x401D, 2, 7, 0xC00000FF, 0x00FF00FF, 0x80000000)))
    return value & (1 << 8 * size) - 1


def by_cpu(rng, address, size, write):
    letter = {1: "b", 2: "w", 4: "l", 8: "q"}[size]
    return [f"write{letter} {address:#x} {random_value(rng, size):#x}" if write else f"read{letter} {address:#x}"]


def by_port(rng, address, size, write):
    """As any master; the A53 and CAAM in either world."""
    master = rng.choice((*MASTERS.values(), 0, 0, 0)) | rng.randrange(2) << 8
    target = 0x10 if write else 0x08
    lines = [f"writel {BASE + 4:#x} {master:#x}", f"writel {BASE + target:#x} {address:#x}", f"writel {BASE + 0x18:#x} {size:#x}"]
    if write:
        lines.append(f"writeq {BASE + 0x1000:#x} {random_value(rng, size):#x}")
    return [*lines, f"writel {BASE + 0x20:#x} {2 if write else 1:#x}", "clock_step 1", f"readl {BASE + 0x24:#x}"]


class FuzzTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(memory="1G", machine_options="test-port=on", allow_reboot=True, timeout=120).start()
        self.addCleanup(self.machine.stop)
        self.rng = random.Random(SEED)

    def rights(self):
        """Who may access what, as the emulator works it out from the registers."""
        qmp = self.machine.qmp
        return qmp.command("query-svp-policy", slaves=True), qmp.command("query-svp-masters")

    def registers(self):
        return self.machine.requests([f"readl {block + offset:#x}" for block, offsets in REGISTERS.items() for offset in offsets])

    def batch(self, cpu_share=0.6):
        lines = []
        for _ in range(BATCH):
            address, size = random_place(self.rng)
            way = by_cpu if self.rng.random() < cpu_share else by_port
            lines += way(self.rng, address, size, self.rng.random() < 0.75)
        self.machine.requests(lines)

    def reset(self):
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")

    def put(self, address, value):
        self.machine.writel(address, value)

    def lock_everything(self, level):
        """A policy with all locks: TZASC regions, RDC slots, domains and peripherals, CSU levels, worlds and privileges, GPR10 and 11."""
        for index in range(0, 128, 2):
            if not 20 <= index <= 31 and index != 56:
                self.put(CSU + index * 2, 0x1330133)
        for offset, value in ((0x108, 0xC << 28), (0x110, 0), (0x118, 0xF << 28 | 0x1D << 1 | 1), (0x120, 16 * MIB),
                              (0x128, 0xC << 28 | 0x17 << 1 | 1), (4, 0), (8, 0x8000000F), (0xC, 7)):
            self.put(TZASC + offset, value)
        self.put(GPR1, SECURE_BOOT_LOCK)
        for number in range(27):
            self.put(RDC + 0x200 + 4 * number, 1 << 31 | number % 4)
        for slot in range(64):
            if slot in (0, 1, 24):
                first = 0x00900000 if slot == 24 else slot << 26
                self.put(RDC + 0x800 + 16 * slot, first)
                self.put(RDC + 0x804 + 16 * slot, first + 0x4000)
            self.put(RDC + 0x808 + 16 * slot, 1 << 31 | (slot in (0, 1, 24)) << 30 | 0xFF & ~(slot + 1))
        for index in range(128):
            self.put(RDC + 0x400 + 4 * index, 1 << 31 | 0xFF)
        for offset in (0x200, 0x204, 0x218, 0x21C, 0x358, 0x35C):
            self.put(CSU + offset, 0xAAAAAAAA | (0x11111111 if offset == 0x218 else 0))
        self.put(GPR11, 0x3C3F0000 | 0x421)
        self.put(GPR10, 0xF0000 | 0x3)
        for index in (56, *range(20, 32, 2)):  # the CSU's own level comes last
            self.put(CSU + index * 2, level << 16 | level | 0x1000100)

    def test_anything_goes_and_a_reset_undoes_it(self):
        fresh_rights, fresh_registers = self.rights(), self.registers()
        changed = 0
        for number in range(max(OPERATIONS // BATCH, 1)):
            self.batch()
            self.rights()
            if number % BATCHES_TO_RESET == BATCHES_TO_RESET - 1:
                changed += self.rights() != fresh_rights
                self.reset()
                self.assertTrue(self.rights() == fresh_rights, f"rights after the reset behind batch {number}")
                self.assertEqual(self.registers(), fresh_registers)
        self.assertGreater(changed, 0)

    def check_locks(self, level):
        self.lock_everything(level)
        locked = self.rights()
        self.assertTrue(any(not run["read"] for run in locked[0][0]["runs"]), "something is closed")
        begin = time.monotonic()
        for number in range(max(OPERATIONS // BATCH, 1)):
            self.batch(cpu_share=0.5)
            if self.rights() != locked:
                self.fail(f"batch {number} has changed the policy")
        print(f"{OPERATIONS} accesses to locked firewalls in {time.monotonic() - begin:.1f} s")

    def test_locks_hold_where_everybody_reaches_the_registers(self):
        self.check_locks(0xFF)

    def test_locks_hold_behind_the_csu(self):
        """The blocks are for the secure world only: now the secure A53 tries, by the test port, and everybody else in vain."""
        self.check_locks(0x33)

    def test_taking_back_the_secure_boot_lock_is_too_late(self):
        self.lock_everything(0xFF)
        locked = self.rights()
        self.put(GPR1, 0)
        self.assertEqual(self.machine.readl(TZASC + 0xE04), 0, "itip: the pin is low again")
        for offset, value in ((0xC, 0), (8, 0), (0x108, 0xF << 28), (0x34, 1)):
            self.put(TZASC + offset, value)
        self.assertTrue(self.rights() == locked)

    def test_what_is_locked_could_be_changed_without_locks(self):
        """The same writes to registers that are not locked do change the policy, or the tests above are worthless."""
        self.put(GPR10, 1)
        self.put(TZASC + 0x108, 0xC << 28)
        before = self.rights()
        for address, value in ((TZASC + 0x108, 0xE << 28), (RDC + 0x200, 1), (RDC + 0x400, 0), (CSU + 4 * 8, 0), (CSU + 0x218, 0), (GPR10, 0)):
            with self.subTest(address=hex(address)):
                self.put(address, value)
                self.assertFalse(self.rights() == before)
                before = self.rights()


if __name__ == "__main__":
    unittest.main()
