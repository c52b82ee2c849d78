# SPDX-License-Identifier: GPL-2.0-or-later
"""Random programs of TZC, RDC, CSU and GPR against a naive second implementation: what QEMU really delivers.

Each program is written to the registers; then CPU 0 (non-secure, through its view of the bus) and the test port as every master
access DRAM, its images, on-chip memories and peripherals at random. Compared are data read, cells, answers and the counters of
every rule. SVP_QTEST_PROGRAMS (default 150) and SVP_QTEST_ACCESSES (100 a program) in the environment set how much is tried.
"""

import base64
import collections
import os
import random
import time
import unittest

from policy_oracle import DRAM, MEMORIES, OCRAM, OCRAM_S, OCRAM_S_SIZE, OCRAM_SIZE, OWN_WORLD, PERIPHERALS, Policy
from svplib.machine.qtest import QTest
from svplib.machine.test_port import BASE, MASTERS, read_cells

PROGRAMS = int(os.environ.get("SVP_QTEST_PROGRAMS", "150"))
ACCESSES = int(os.environ.get("SVP_QTEST_ACCESSES", "100"))
SEED = int(os.environ.get("SVP_QTEST_SEED", "2026"))
MIB, GIB = 1 << 20, 1 << 30
RDC, CSU, TZASC, GPR = 0x303D0000, 0x303E0000, 0x32F80000, 0x30340000
SEMAPHORES = (0x303B0000, 0x303C0000)
LEVELS = (0xFF, 0xBB, 0x3F, 0x3B, 0x33, 0x22, 0x03, 0x00)
#: Registers that hold what is written; UART4's USR1 is only read
STORAGE = (0x30360004, 0x30380000, 0x38320000)
CONSTANT = 0x30A60094
MASKS = {0x30360004: 0x7FFFFFFF, 0x30380000: 0xFFFFFFFF, 0x38320000: 0x3}
ACCESSORS = [(master, secure) for master in MASTERS for secure in ((True, False) if master in OWN_WORLD else (False,))]


def random_policy(rng):
    """A program and the borders at which it may change its mind (CPU addresses)."""
    borders = [DRAM, DRAM + GIB, OCRAM, OCRAM_S]
    regions = {0: (0, rng.choice((0xF, 0xF, 0xC, rng.randrange(16))) << 28)}
    for number in rng.sample(range(1, 16), rng.randrange(6)):
        code = rng.choice((0x0E, 0x0F, 0x13, 0x17, 0x19, 0x1B, 0x1D, 0x1F))
        base = rng.randrange(1 << 32) & 0xFFFF8000
        disabled = rng.choice((0, 0, rng.randrange(256)))
        regions[number] = (base, rng.randrange(16) << 28 | disabled << 8 | code << 1 | (rng.random() < 0.9))
        size = 2 << code
        borders += [DRAM + base // size * size + eighth * size // 8 for eighth in range(9)]
    slots = {}
    for first, size, _, first_slot, count, origin, _ in MEMORIES:
        for number in rng.sample(range(first_slot, first_slot + count), rng.randrange(1 + min(3, count))):
            start = first - origin + rng.randrange(0, min(size, 0xFFFFFF80), 128)
            end = min(start + rng.choice((128, 4096, 64 << 10, size // 4)), 0xFFFFFF80)
            slots[number] = (start, end, (rng.random() < 0.9) << 30 | rng.randrange(256))
            borders += [origin + start, origin + end]
    if rng.random() < 0.3:
        slots[51] = (0x38320000, 0x38321000, 1 << 30 | rng.randrange(256))
    indices = [index for index, _, _ in PERIPHERALS.values()]
    csl = {index: rng.choice(LEVELS) for index in (118, 119, *rng.sample(indices, 2))}
    pdap = {index: rng.randrange(256) | (rng.random() < 0.4) << 30 for index in rng.sample(indices, rng.randrange(3))}
    mda = {MASTERS[master]: rng.randrange(4) for master in rng.sample(sorted(MASTERS), 8)}
    gpr11 = rng.randrange(2) | rng.randrange(32) << 1 | rng.randrange(2) << 10 | rng.randrange(8) << 11
    borders += [OCRAM + (gpr11 >> 1 & 31) * 4096, OCRAM_S + (gpr11 >> 11 & 7) * 4096]
    gates = {index: mda.get(0, 0) for index in pdap if rng.random() < 0.5}
    bits = lambda: sum(rng.randrange(2) << 2 * field for field in range(18))
    policy = Policy(regions=regions, slots=slots, csl=csl, pdap=pdap, mda=mda, sa=bits(), hp=bits(), hpcontrol=bits() & bits(),
                    gpr10=(rng.random() < 0.8) | rng.randrange(2) << 2, gpr11=gpr11, action=rng.randrange(2), gates=gates)
    return policy, borders


def writes_of(policy, release=False):
    """The register writes of a program, or those that undo it: (address, value, bytes)."""
    writes = [(GPR + 0x28, 0, 4)]
    csl = collections.defaultdict(lambda: 0x00FF00FF)
    for index, level in policy.csl.items():
        word = CSU + index // 2 * 4
        shift = index % 2 * 16
        csl[word] = csl[word] & ~(0xFF << shift) | (0xFF if release else level) << shift
    writes += [(address, value, 4) for address, value in csl.items()]
    for number, (base, attributes) in policy.regions.items():
        writes += [] if number == 0 else [(TZASC + 0x100 + 16 * number, base, 4)]
        writes.append((TZASC + 0x108 + 16 * number, 0 if release else attributes, 4))
    writes.append((TZASC + 4, policy.action, 4))
    for number, (start, end, control) in policy.slots.items():
        register = RDC + 0x800 + 16 * number
        writes += [(register + 8, 0xFF, 4)] if release else [(register, start, 4), (register + 4, end, 4), (register + 8, control, 4)]
    for index in policy.gates:
        if release:  # while the A53 still has the domain in which it took the gate
            writes.append((SEMAPHORES[index // 64] + index % 64, 0, 1))
    writes += [(RDC + 0x200 + 4 * number, 0 if release else domain, 4) for number, domain in policy.mda.items()]
    for index in policy.gates:
        if not release:
            writes.append((SEMAPHORES[index // 64] + index % 64, 2, 1))
    writes += [(RDC + 0x400 + 4 * index, 0xFF if release else rights, 4) for index, rights in policy.pdap.items()]
    for offset, value, idle in ((0x218, policy.sa, 0x555555555), (0x200, policy.hp, 0), (0x358, policy.hpcontrol, 0)):
        value = idle if release else value
        writes += [(CSU + offset, value & 0xFFFFFFFF, 4), (CSU + offset + 4, value >> 32, 4)]
    return writes + [(GPR + 0x2C, 0 if release else policy.gpr11, 4), (GPR + 0x28, 0 if release else policy.gpr10, 4)]


class Model:
    """Cells and registers as the oracle knows them."""

    def __init__(self, constant):
        self.memory = {OCRAM: bytearray(OCRAM_SIZE), OCRAM_S: bytearray(OCRAM_S_SIZE), DRAM: {}}
        self.registers = {address: 0 for address in STORAGE}
        self.constant = constant

    def byte(self, address):
        for first in (OCRAM, OCRAM_S):
            if 0 <= address - first < len(self.memory[first]):
                return self.memory[first][address - first]
        if address >= DRAM:
            cell = (address - DRAM) % GIB
            return self.memory[DRAM].get(cell >> 3, b"")[cell & 7] if cell >> 3 in self.memory[DRAM] else 0
        register = address & ~3
        return (self.constant if register == CONSTANT else self.registers[register]) >> 8 * (address & 3) & 0xFF

    def put(self, address, data):
        for first in (OCRAM, OCRAM_S):
            if 0 <= address - first < len(self.memory[first]):
                self.memory[first][address - first:address - first + len(data)] = data
                return
        if address < DRAM:
            if address in self.registers:
                self.registers[address] = int.from_bytes(data, "little") & MASKS[address]
            return
        for offset, byte in enumerate(data):
            cell = (address + offset - DRAM) % GIB
            self.memory[DRAM].setdefault(cell >> 3, bytearray(8))[cell & 7] = byte


class RandomPolicyTest(unittest.TestCase):
    def setUp(self):
        self.machine = QTest(memory="1G", machine_options="test-port=on", share_ram=True).start()
        self.addCleanup(self.machine.stop)
        self.model = Model(self.machine.readl(CONSTANT))
        self.assertNotEqual(self.model.constant, 0)
        for address in STORAGE:
            self.model.registers[address] = self.machine.readl(address)
        for base, size in ((OCRAM, OCRAM_SIZE), (OCRAM_S, OCRAM_S_SIZE)):
            content = random.Random(base).randbytes(size)
            self.machine.write(base, content)
            self.model.put(base, content)

    def access(self, rng, policy, borders):
        """One random access: request lines, and what must come of it."""
        place = rng.random()
        if place < 0.15:
            address, length = rng.choice((*STORAGE, CONSTANT)), 4
        else:
            address = (rng.choice(borders) if place < 0.75 else rng.randrange(DRAM, DRAM + 4 * GIB) if place < 0.9
                       else OCRAM + rng.randrange(OCRAM_SIZE)) + rng.randrange(-5, 5) * 8 & ~7
            length = rng.choice((8, 8, 8, 64))
            if not any(first <= address and address + length <= first + size for first, size, *_ in MEMORIES):
                address, length = DRAM + rng.randrange(GIB) & ~7, 8
        write = rng.random() < 0.4 and address != CONSTANT
        cpu = rng.random() < 0.2
        return address, length if not cpu else min(length, 8), write, cpu, rng.choice(ACCESSORS)

    def lines_by_port(self, address, length, write, master, secure, data):
        lines = [f"writel {BASE + 4:#x} {MASTERS[master] | secure << 8:#x}", f"writel {BASE + 0x18:#x} {length:#x}"]
        target = 0x10 if write else 0x08
        lines += [f"writel {BASE + target:#x} {address & 0xFFFFFFFF:#x}", f"writel {BASE + target + 4:#x} {address >> 32:#x}"]
        if write:
            lines.append(f"b64write {BASE + 0x1000:#x} {length:#x} {base64.b64encode(data).decode()}")
        lines += [f"writel {BASE + 0x20:#x} {2 if write else 1}", "clock_step 1", f"readl {BASE + 0x24:#x}"]
        return lines if write else [*lines, f"b64read {BASE + 0x1000:#x} {length:#x}"]

    def lines_by_cpu(self, address, length, write, data):
        suffix = {4: "l", 8: "q"}[length]
        return [f"write{suffix} {address:#x} {int.from_bytes(data, 'little'):#x}" if write else f"read{suffix} {address:#x}"]

    def apply(self, policy, address, length, write, identity, data):
        """What the oracle says: bytes that come back, answer, and denials for the counters."""
        pieces = policy.pieces(address, length, write, identity)
        back = bytearray(length)
        for offset, size, denier in pieces:
            if denier is not None:
                self.counters[denier, write] += 1
            elif write:
                self.model.put(address + offset, data[offset:offset + size])
            else:
                back[offset:offset + size] = bytes(self.model.byte(address + i) for i in range(offset, offset + size))
        return bytes(back), policy.answer(pieces)

    def check_batch(self, batch):
        """Send the requests of a program's accesses together; compare each answer."""
        answers = iter(self.machine.requests([line for lines, *_ in batch for line in lines]))
        for lines, what, cpu, write, back, answer in batch:
            words = [next(answers) for _ in lines]
            if not cpu:
                self.assertEqual(int(words[-1 if write else -2][0], 16), 2 | answer << 4, what)
            if not write:
                seen = int(words[-1][0], 16).to_bytes(len(back), "little") if cpu else base64.b64decode(words[-1][0])
                self.assertEqual(seen, back, what)

    def check_cells(self, touched):
        for address in touched:
            if address >= DRAM:
                cell = DRAM + (address - DRAM) % GIB
                self.assertEqual(self.machine.ram(cell, 8), bytes(self.model.byte(cell + i) for i in range(8)), hex(address))
        for base, size in ((OCRAM, OCRAM_SIZE), (OCRAM_S, OCRAM_S_SIZE)):
            self.assertTrue(read_cells(self.machine.qmp, base, size) == bytes(self.model.memory[base]), f"cells from {base:#x} on")

    def check_counters(self):
        counters = self.machine.qmp.command("query-svp-violation-counters")
        seen = {}
        for rule in counters["rules"]:
            for write, member in ((False, "reads"), (True, "writes")):
                if rule[member]:
                    seen[(rule["denier"], rule["index"]), write] = rule[member]
        self.assertEqual(seen, dict(self.counters))
        self.machine.qmp.command("svp-clear-violations", counters=True)

    def check_program(self, rng, number, tally):
        policy, borders = random_policy(rng)
        self.counters = collections.Counter()
        self.machine.requests([f"write{'l' if size == 4 else 'b'} {address:#x} {value:#x}" for address, value, size in writes_of(policy)])
        batch, touched = [], []
        for _ in range(ACCESSES):
            address, length, write, cpu, (master, secure) = self.access(rng, policy, borders)
            data = rng.randbytes(length)
            if cpu:
                master, secure = "a53", False
                # The view of the CPUs carries its own privilege: that of the access.
                identity = (False, policy.mda.get(0, 0), True)
            else:
                identity = policy.identity(master, MASTERS[master], secure)
            what = f"program {number} {'cpu' if cpu else master} {secure} {'write' if write else 'read'} {address:#x}+{length} {policy}"
            lines = self.lines_by_cpu(address, length, write, data) if cpu else self.lines_by_port(address, length, write, master, secure, data)
            back, answer = self.apply(policy, address, length, write, identity, data)
            batch.append((lines, what, cpu, write, back, answer))
            touched.append(address)
        self.check_batch(batch)
        self.check_cells(touched)
        self.check_counters()
        for (denier, _), count in self.counters.items():
            tally[denier[0]] += count
        self.machine.requests([f"write{'l' if size == 4 else 'b'} {address:#x} {value:#x}"
                               for address, value, size in writes_of(policy, release=True)])
        for address in STORAGE:
            self.assertEqual(self.machine.readl(address), self.model.registers[address], f"program {number}, register {address:#x}")

    def test_random_programs(self):
        tally = collections.Counter()
        begin = time.monotonic()
        for number in range(PROGRAMS):
            self.check_program(random.Random(SEED * 1_000_003 + number), number, tally)
        print(f"{PROGRAMS} programs of {ACCESSES} accesses in {time.monotonic() - begin:.0f} s, denied: {dict(sorted(tally.items()))}")
        for rule in ("tzc", "rdc-region", "rdc-peripheral", "csl", "ocram"):
            self.assertGreater(tally[rule], PROGRAMS * ACCESSES // 1000, f"too little is denied by {rule}")


if __name__ == "__main__":
    unittest.main()
