# SPDX-License-Identifier: GPL-2.0-or-later
"""TZASC, GPR10 and the DRAM fences through QEMU's own memory paths, without a CPU.

Register accesses of qtest stand for the secure A53 (hw/qemu/svp_access.h); accesses to DRAM go through the system memory, which
is what a non-secure master of domain 0 sees. The RAM lies in a file that the test maps, so that it knows what the cells hold.
Expected values: TZC-380 TRM (Arm DDI0431), tables in the comments.
"""

import random
import unittest

from cells_case import CellsCase

MIB = 1 << 20
GIB = 1 << 30
DRAM = 0x40000000
WINDOW = 4 * GIB
GPR1, GPR10 = 0x30340004, 0x30340028
TZASC = 0x32F80000
ACTION, LOCKDOWN_RANGE, LOCKDOWN_SELECT = TZASC + 0x004, TZASC + 0x008, TZASC + 0x00C
INT_STATUS, INT_CLEAR = TZASC + 0x010, TZASC + 0x014
FAIL_LOW, FAIL_CONTROL = TZASC + 0x020, TZASC + 0x028
FAIL_WRITE, FAIL_NONSECURE = 1 << 24, 1 << 21
GIC_TZASC_INPUT = 108
ALL, SECURE_ONLY, NS_READ, NS_WRITE = 0xF, 0xC, 0xE, 0xD
SIZE_32K, SIZE_1M, SIZE_1G, SIZE_4G = 0x0E, 0x13, 0x1D, 0x1F


class FirewallTest(CellsCase):
    def region(self, number, base, size_code, sp, disabled=0, enable=1):
        """Programs a region; `base` is a CPU address."""
        register = TZASC + 0x100 + 0x10 * number
        self.machine.writel(register, base - DRAM)
        self.machine.writel(register + 4, 0)
        self.machine.writel(register + 8, sp << 28 | disabled << 8 | size_code << 1 | enable)

    def enforce(self, action=0):
        self.machine.writel(GPR10, 1)
        self.machine.writel(ACTION, action)

    def test_identification(self):
        expected = {0x000: 0x1F0F, 0xFD0: 0x04, 0xFE0: 0x80, 0xFE4: 0xB3, 0xFE8: 0x1B, 0xFEC: 0x00,
                    0xFF0: 0x0D, 0xFF4: 0xF0, 0xFF8: 0x05, 0xFFC: 0xB1}
        for offset, value in expected.items():
            with self.subTest(offset=hex(offset)):
                self.assertEqual(self.machine.readl(TZASC + offset), value)

    def test_open_without_tzasc_en(self):
        self.region(1, DRAM, SIZE_1M, 0)
        self.put(DRAM, b"open")
        self.assertEqual(self.machine.read(DRAM, 4), b"open")
        self.machine.write(DRAM, b"mine")
        self.assertEqual(self.get(DRAM, 4), b"mine")
        self.assertEqual(self.machine.readl(INT_STATUS), 0)

    def test_region_closes_and_opens_again(self):
        self.region(0, DRAM, 0, ALL)
        base = DRAM + 16 * MIB
        for round_number in range(3):
            with self.subTest(round=round_number):
                self.region(1, base, SIZE_1M, SECURE_ONLY)
                self.enforce()
                pattern = bytes([round_number + 1]) * 64
                self.put(base - 32, pattern + pattern)
                self.assertEqual(self.machine.read(base - 32, 64), pattern[:32] + bytes(32))
                self.machine.write(base - 16, b"w" * 32)
                self.assertEqual(self.get(base - 16, 32), b"w" * 16 + pattern[:16])
                end = base + MIB
                self.put(end - 32, pattern)
                self.assertEqual(self.machine.read(end - 32, 64), bytes(32) + pattern[32:])
                self.region(1, base, SIZE_1M, SECURE_ONLY, enable=0)
                self.put(base, b"seen")
                self.assertEqual(self.machine.read(base, 4), b"seen")

    def test_large_dma_over_the_edge(self):
        base = DRAM + 64 * MIB
        self.region(0, DRAM, 0, ALL)
        self.region(1, base, SIZE_1M, SECURE_ONLY)
        self.enforce()
        data = random.Random(1).randbytes(256 << 10)
        self.put(base - (128 << 10), data)
        got = self.machine.read(base - (128 << 10), 256 << 10)
        self.assertEqual(got, data[:128 << 10] + bytes(128 << 10))
        other = random.Random(2).randbytes(256 << 10)
        self.machine.write(base - (128 << 10), other)
        self.assertEqual(self.get(base - (128 << 10), 256 << 10), other[:128 << 10] + data[128 << 10:])

    def test_sub_regions(self):
        base = DRAM + 8 * MIB
        self.region(0, DRAM, 0, ALL)
        self.enforce()
        for disabled in (0x00, 0x01, 0x80, 0xA5, 0xFF):
            self.region(2, base, SIZE_32K, SECURE_ONLY, disabled)
            for sub in range(8):
                address = base + sub * 4096 + 8
                self.put(address, b"\x5a" * 8)
                expected = b"\x5a" * 8 if disabled >> sub & 1 else bytes(8)
                with self.subTest(disabled=hex(disabled), sub=sub):
                    self.assertEqual(self.machine.read(address, 8), expected)

    def test_one_way_permissions(self):
        base = DRAM + 32 * MIB
        self.region(0, DRAM, 0, ALL)
        self.enforce()
        for sp, may_read, may_write in ((NS_READ, True, False), (NS_WRITE, False, True), (SECURE_ONLY, False, False), (ALL, True, True)):
            self.region(3, base, SIZE_1M, sp)
            with self.subTest(sp=hex(sp)):
                self.put(base, b"12345678")
                self.assertEqual(self.machine.read(base, 8), b"12345678" if may_read else bytes(8))
                self.machine.write(base + 2, b"abcd")
                self.assertEqual(self.get(base, 8), b"12abcd78" if may_write else b"12345678")

    def test_latches_and_interrupt_of_each_action(self):
        # action: interrupt pin, answer (the answer needs a CPU, see tests/boot)
        base = DRAM + 128 * MIB
        self.region(0, DRAM, 0, ALL)
        self.region(1, base, SIZE_1M, SECURE_ONLY)
        self.machine.intercept("/machine/soc/gic")
        for action, interrupt in ((0, False), (1, False), (2, True), (3, True)):
            with self.subTest(action=action):
                self.enforce(action)
                self.assertEqual(self.machine.readl(INT_STATUS), 0)
                self.machine.readl(base + 0x10)
                self.assertEqual(self.machine.readl(INT_STATUS), 1)
                self.assertEqual(self.machine.irq(GIC_TZASC_INPUT), interrupt)
                self.assertEqual(self.machine.readl(FAIL_LOW), base + 0x10 - DRAM)
                self.assertEqual(self.machine.readl(FAIL_CONTROL) & (FAIL_WRITE | FAIL_NONSECURE), FAIL_NONSECURE)
                self.machine.writel(base + 0x20, 1)
                self.assertEqual(self.machine.readl(INT_STATUS), 3, "overrun")
                self.assertEqual(self.machine.readl(FAIL_LOW), base + 0x10 - DRAM, "the first one stays")
                self.machine.writel(INT_CLEAR, 0)
                self.assertEqual(self.machine.readl(INT_STATUS), 0)
                self.assertFalse(self.machine.irq(GIC_TZASC_INPUT))
                self.machine.writel(base + 0x30, 1)
                self.assertEqual(self.machine.readl(FAIL_LOW), base + 0x30 - DRAM)
                self.assertEqual(self.machine.readl(FAIL_CONTROL) & (FAIL_WRITE | FAIL_NONSECURE), FAIL_WRITE | FAIL_NONSECURE)
                self.machine.writel(INT_CLEAR, 0)

    def test_lockdown_holds_until_reset(self):
        self.region(15, DRAM, SIZE_1M, SECURE_ONLY)
        self.machine.writel(LOCKDOWN_RANGE, 0x80000000)
        self.machine.writel(LOCKDOWN_SELECT, 1)
        self.enforce()
        self.region(15, DRAM, SIZE_1M, ALL)
        self.machine.writel(LOCKDOWN_RANGE, 0)
        self.put(DRAM, b"lock")
        self.assertEqual(self.machine.read(DRAM, 4), bytes(4))
        self.assertEqual(self.machine.readl(LOCKDOWN_RANGE), 0x80000000)
        self.machine.qmp.command("system_reset")
        self.machine.qmp.wait_event("RESET")
        self.assertEqual(self.machine.read(DRAM, 4), b"lock")
        self.region(15, DRAM, SIZE_1M, ALL)
        self.assertEqual(self.machine.readl(TZASC + 0x1F8), 0xF << 28 | SIZE_1M << 1 | 1)

    def test_secure_boot_lock_pin(self):
        # GPR1[23] drives the TZASC's secure_boot_lock: lockdown_select and lockdown_range become read-only, itip shows the pin
        self.assertEqual(self.machine.readl(TZASC + 0xE04), 0)
        self.machine.writel(LOCKDOWN_SELECT, 1)
        self.machine.writel(GPR1, 1 << 23)
        self.assertEqual(self.machine.readl(TZASC + 0xE04), 1)
        self.machine.writel(LOCKDOWN_SELECT, 0)
        self.assertEqual(self.machine.readl(LOCKDOWN_SELECT), 1)

    def test_gpr10_locks(self):
        self.machine.writel(GPR10, 0x10001)
        self.machine.writel(GPR10, 0)
        self.assertEqual(self.machine.readl(GPR10) & 0x10001, 0x10001)

    def test_images_are_judged_by_their_own_address(self):
        target = DRAM + 256 * MIB
        self.region(0, DRAM, 0, ALL)
        self.region(1, target, SIZE_1M, SECURE_ONLY)
        self.enforce()
        self.put(target, b"secret!!")
        images = [target + n * self.memory for n in range(1, WINDOW // self.memory)]
        self.assertEqual(len(images), 3)
        self.assertEqual(self.machine.read(target, 8), bytes(8))
        for image in images:
            with self.subTest(image=hex(image)):
                self.assertEqual(self.machine.read(image, 8), b"secret!!", "region 0 is open: the published hole")
        self.region(0, DRAM, 0, SECURE_ONLY)
        for image in images:
            self.assertEqual(self.machine.read(image, 8), bytes(8))

    def test_random_programs_against_a_second_implementation(self):
        """What QEMU delivers, byte by byte, for random programs of eight regions."""
        generator = random.Random(380)
        probes = 60
        for round_number in range(40):
            regions = []
            for number in range(8):
                size_code = generator.choice((SIZE_32K, 0x0F, 0x10, SIZE_1M, 0x16, SIZE_1G, SIZE_4G))
                base = DRAM + generator.randrange(0, GIB, 32 << 10)
                sp, disabled, enable = generator.randrange(16), generator.randrange(256), generator.randrange(4) > 0
                regions.append((number, base, size_code, sp, disabled, enable))
                self.region(number, base, size_code, sp, disabled, int(enable))
            self.enforce()
            for _ in range(probes):
                _, base, size_code, *_ = generator.choice(regions)
                size = 1 << (size_code + 1)
                edge = (base - DRAM) & ~(size - 1)
                offset = (edge + generator.randrange(8) * (size >> 3) + generator.choice((0, -8, 8, -4096))) % self.memory & ~7
                address = DRAM + offset
                self.put(address, b"\xa5" * 8)
                may_read, may_write = naive_rights(regions, offset)
                with self.subTest(round=round_number, address=hex(address)):
                    self.assertEqual(self.machine.read(address, 8), b"\xa5" * 8 if may_read else bytes(8))
                    self.machine.write(address, b"\x3c" * 8)
                    self.assertEqual(self.get(address, 8), b"\x3c" * 8 if may_write else b"\xa5" * 8)


def naive_rights(regions, offset):
    """Non-secure (read, write) at an offset in DRAM: the highest enabled region whose sub-region counts."""
    for number, base, size_code, sp, disabled, enable in sorted(regions, reverse=True):
        if number == 0:
            return bool(sp & 2), bool(sp & 1)
        size = 2 << size_code
        start = (base - DRAM) // size * size
        if not enable or not start <= offset < start + size:
            continue
        if disabled >> ((offset - start) * 8 // size) & 1:
            continue
        return bool(sp & 2), bool(sp & 1)
    raise AssertionError("region 0 is always there")


if __name__ == "__main__":
    unittest.main()
