# SPDX-License-Identifier: GPL-2.0-or-later
"""CAAM's job rings driven by hand: descriptors as lists of words, rings by their registers, and jobs that know their right result.

    memory = Memory(qmp, 0x50000000)                                   # hands out addresses, reads and writes cells
    ring = Ring(readl, writel, memory, number=1); ring.configure()
    job = sha256(memory, b"data"); ring.add([job]); ring.wait(1); ring.results(); job.check()

Reference: hw/caam/README.md; OP-TEE's and Linux's drivers for what a descriptor looks like. AES expectations are the vectors of NIST
SP 800-38A, the others Python's own hashes and powers.
"""

import hashlib
import hmac
import random
import struct
import time

from .test_port import read_cells, write_cells

BASE = 0x30900000
RINGS = 3
ENTRIES = 32
CLASS1, CLASS2 = 1 << 25, 2 << 25
EXTENDED = 1 << 22
#: OPERATION fields: what runs to its end at once
AES, INIT_FINAL, ENCRYPT = 0x02100000, 0xC, 1
ECB, CBC, CTR = 0x200, 0x100, 0x000
SHA256, HMAC_PRECOMPUTED = 0x04430000, 0x40
#: FIFO types
MESSAGE, LAST1, LAST2, STORE_MESSAGE, STORE_RANDOM = 0x10, 2, 4, 0x30, 0x34
#: Registers of a ring's page
IRBAR, IRSR, IRSAR, IRJAR, ORBAR, ORSR, ORJRR, ORSFR = 0x04, 0x0C, 0x14, 0x1C, 0x24, 0x2C, 0x34, 0x3C

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
IV = bytes(range(16))
COUNTER = bytes(range(0xF0, 0x100))
PLAIN = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
ECB_CIPHER = bytes.fromhex("3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
                           "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4")
CBC_CIPHER = bytes.fromhex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                           "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7")
CTR_CIPHER = bytes.fromhex("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
                           "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")


class Memory:
    """Cells of the board's DRAM from an address on."""

    def __init__(self, qmp, first):
        self.qmp = qmp
        self._next = first

    def allocate(self, size):
        address = self._next
        self._next += -(-size // 4096) * 4096
        return address

    def put(self, data, length=None):
        """Address of new memory with that content, repeated up to `length`."""
        address = self.allocate(length or len(data))
        write_cells(self.qmp, address, data, length)
        return address

    def read(self, address, size):
        return read_cells(self.qmp, address, size)


class Descriptor:
    """Words of a job descriptor; `block` is a parameter block behind the header."""

    def __init__(self, block=()):
        self.words = [0xB0800000 | (len(block) + 1 << 16 if block else 0), *block]

    def _add(self, opcode, fields, *more):
        self.words += [opcode << 27 | fields, *more]
        return self

    def _immediate(self, opcode, fields, data):
        padded = data + bytes(-len(data) % 4)
        return self._add(opcode, fields | 1 << 23 | len(data), *struct.unpack(f"<{len(padded) // 4}I", padded))

    def key(self, fields, data):
        return self._immediate(0x00, fields, data)

    def key_at(self, fields, address, length):
        return self._add(0x00, fields | length, address)

    def context(self, fields, data, offset=0):
        return self._immediate(0x02, fields | 0x20 << 16 | offset << 8, data)

    def store_context(self, fields, address, length):
        return self._add(0x0A, fields | 0x20 << 16 | length, address)

    def clear_written(self, value):
        return self._add(0x02, 0x08 << 16 | 1 << 23 | 4, value)

    def load(self, fields, kind, address, length):
        return self._add(0x04, fields | EXTENDED | kind << 16, address, length)

    def store(self, fields, kind, address, length):
        return self._add(0x0C, fields | EXTENDED | kind << 16, address, length)

    def operation(self, fields):
        return self._add(0x10, fields)

    def wait_class1(self):
        return self._add(0x14, CLASS1 | 1)

    def sequence(self, output, address, length):
        return self._add(0x1F if output else 0x1E, EXTENDED, address, length)

    def bytes(self):
        words = [self.words[0] | len(self.words), *self.words[1:]]
        return struct.pack(f"<{len(words)}I", *words)


class Job:
    """A descriptor in memory. check() raises AssertionError unless the job's output is right."""

    def __init__(self, memory, name, descriptor, outputs=(), length=None, expected=None):
        """`outputs`: addresses that must hold `expected`, or, without that, `length` bytes which are not all zero."""
        self.memory, self.name = memory, name
        self.address = memory.put(descriptor.bytes())
        self._outputs, self._length, self._expected = outputs, length, expected

    def check(self):
        for address in self._outputs:
            seen = self.memory.read(address, self._length or len(self._expected))
            right = any(seen) if self._expected is None else seen == self._expected
            if not right:
                raise AssertionError(f"{self.name}: {address:#x} holds {seen[:64].hex()}, not {(self._expected or b'anything')[:64].hex()}")


class Ring:
    """One job ring; jobs are told apart by the addresses of their descriptors."""

    def __init__(self, readl, writel, memory, number):
        self._readl, self._writel = readl, writel
        self.memory, self.number = memory, number
        self.inputs, self.outputs = memory.allocate(4 * ENTRIES), memory.allocate(8 * ENTRIES)
        self._added = self._taken = 0

    def on(self, readl, writel, memory):
        """The same ring of a machine to which the state was moved."""
        self._readl, self._writel, self.memory = readl, writel, memory
        return self

    def register(self, offset):
        return BASE + 0x1000 * (self.number + 1) + offset

    def get(self, offset):
        return self._readl(self.register(offset))

    def configure(self):
        for offset, value in ((IRBAR, self.inputs), (IRSR, ENTRIES), (ORBAR, self.outputs), (ORSR, ENTRIES)):
            self._writel(self.register(offset), value)

    def put(self, jobs):
        """Write the entries; what tells the engine is a write of the result to register(IRJAR)."""
        for job in jobs:
            write_cells(self.memory.qmp, self.inputs + 4 * (self._added % ENTRIES), struct.pack("<I", job.address))
            self._added += 1
        return len(jobs)

    def add(self, jobs):
        self._writel(self.register(IRJAR), self.put(jobs))

    def wait(self, count, seconds=60):
        """Until so many results wait to be taken. Raises AssertionError if they do not come."""
        deadline = time.monotonic() + seconds
        while (done := self.get(ORSFR)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"ring {self.number}: {done} of {count} jobs have ended after {seconds} s")
            time.sleep(0.005)

    def results(self):
        """(address of the descriptor, status) of all jobs that have ended, oldest first; they leave the ring."""
        found = []
        for _ in range(self.get(ORSFR)):
            found.append(struct.unpack("<2I", self.memory.read(self.outputs + 8 * (self._taken % ENTRIES), 8)))
            self._taken += 1
            self._writel(self.register(ORJRR), 1)
        return found


def instantiate(memory):
    """Random number generator with prediction resistance, both handles, and the keys that black keys and blobs need."""
    descriptor = Descriptor()
    for handle in (0, 1):
        descriptor.operation(0x02500006 | handle << 4).wait_class1().clear_written(1)
    return Job(memory, "instantiate", descriptor.operation(0x02501000))


def cipher(mode, context, source, destination, length, encrypt):
    """Descriptor of AES with KEY from one place to another; `encrypt` 1 or 0."""
    descriptor = Descriptor().key(CLASS1, KEY)
    if context:
        descriptor.context(CLASS1, context, 16 if mode == CTR else 0)
    descriptor.operation(AES | mode | INIT_FINAL | encrypt).load(CLASS1, MESSAGE | LAST1, source, length)
    return descriptor.store(0, STORE_MESSAGE, destination, length)


def aes_ecb(memory, length):
    """Encryption of `length` bytes, a multiple of 64."""
    source, destination = memory.put(PLAIN, length), memory.allocate(length)
    piece = min(length, 1 << 20)
    return Job(memory, "aes-ecb", cipher(ECB, b"", source, destination, length, ENCRYPT),
               range(destination, destination + length, piece), expected=ECB_CIPHER * (piece // 64))


def aes_cbc(memory):
    source, destination = memory.put(CBC_CIPHER), memory.allocate(64)
    return Job(memory, "aes-cbc", cipher(CBC, IV, source, destination, 64, 0), [destination], expected=PLAIN)


def aes_ctr(memory):
    source, destination = memory.put(CTR_CIPHER), memory.allocate(64)
    return Job(memory, "aes-ctr", cipher(CTR, COUNTER, source, destination, 64, 0), [destination], expected=PLAIN)


def sha256(memory, data):
    source, destination = memory.put(data), memory.allocate(32)
    descriptor = Descriptor().operation(SHA256 | INIT_FINAL | ENCRYPT).load(CLASS2, MESSAGE | LAST2, source, len(data))
    return Job(memory, "sha256", descriptor.store_context(CLASS2, destination, 32), [destination], expected=hashlib.sha256(data).digest())


def hmac_sha256(memory, key, data):
    """With a split key that the job derives; `key` of 64 bytes, which is where the split key lies afterwards."""
    source, destination = memory.put(data), memory.allocate(32)
    descriptor = Descriptor().operation(0x23 << 16 | len(key))
    descriptor.words += struct.unpack(f"<{len(key) // 4}I", key)
    descriptor.operation(SHA256 | HMAC_PRECOMPUTED | INIT_FINAL | ENCRYPT).load(CLASS2, MESSAGE | LAST2, source, len(data))
    return Job(memory, "hmac-sha256", descriptor.store_context(CLASS2, destination, 32), [destination],
               expected=hmac.digest(key, data, "sha256"))


def rsa_public(memory, size, seed):
    """RSA with a public exponent; any odd modulus will do."""
    numbers = random.Random(seed)
    modulus, value = numbers.getrandbits(8 * size) | 1 << 8 * size - 1 | 1, numbers.getrandbits(8 * size - 1)
    n, f, e = (memory.put(number.to_bytes(length, "big")) for number, length in ((modulus, size), (value, size), (0x10001, 3)))
    destination = memory.allocate(size)
    return Job(memory, "rsa", Descriptor([3 << 12 | size, f, destination, n, e, size]).operation(0x18 << 16), [destination],
               expected=pow(value, 0x10001, modulus).to_bytes(size, "big"))


def modular_power(memory, size, seed):
    """A power with a long exponent, by the public key engine itself."""
    numbers = random.Random(seed)
    modulus, value, exponent = (numbers.getrandbits(8 * size) | 1 << 8 * size - 1 | 1 for _ in range(3))
    n, a, e = (memory.put(number.to_bytes(size, "big")) for number in (modulus, value % modulus, exponent))
    destination = memory.allocate(size)
    descriptor = Descriptor().load(CLASS1, 0x08, n, size).load(CLASS1, 0x0C, a, size).key_at(CLASS1 | 1 << 16, e, size)
    return Job(memory, "pkha", descriptor.operation(0x01800006).store(0, 0x0D, destination, size), [destination],
               expected=pow(value, exponent, modulus).to_bytes(size, "big"))


def endless_powers(memory, size, count):
    """Powers with a long exponent again and again, `count` of them; it is not meant to be waited for."""
    numbers = random.Random(size)
    n, a, e = (memory.put((numbers.getrandbits(8 * size) | 1 << 8 * size - 1 | 1).to_bytes(size, "big")) for _ in range(3))
    descriptor = Descriptor().load(CLASS1, 0x08, n, size).load(CLASS1, 0x0C, a, size).key_at(CLASS1 | 1 << 16, e, size)
    descriptor.words += [0x15 << 27 | 0xC << 16 | 4 << 12 | 4, count]  # MATH0 = count
    descriptor.operation(0x01800006)
    # MATH0 is counted down; back to the OPERATION while it is not zero.
    descriptor.words += [0x14 << 27 | 3 << 20 | 1 << 16 | 0x0C00 | 0xFF]
    return Job(memory, "powers", descriptor.store(0, 0x0D, memory.allocate(size), size))


def blob_pair(memory, secret):
    """Two jobs, which must run in this order: a blob is made, and opened again."""
    source, blob, back = memory.put(secret), memory.allocate(len(secret) + 48), memory.allocate(len(secret))
    modifier = b"svp test blob..."
    make = Descriptor().key(CLASS2, modifier).sequence(False, source, len(secret)).sequence(True, blob, len(secret) + 48)
    open_again = Descriptor().key(CLASS2, modifier).sequence(False, blob, len(secret) + 48).sequence(True, back, len(secret))
    return [Job(memory, "blob", make.operation(7 << 24 | 0x0D << 16), [blob], length=len(secret) + 48),
            Job(memory, "blob", open_again.operation(6 << 24 | 0x0D << 16), [back], expected=secret)]


def random_bytes(memory, length):
    destination = memory.allocate(length)
    return Job(memory, "rng", Descriptor().operation(0x02500000).store(0, STORE_RANDOM, destination, length), [destination], length=length)


def undefined_command(memory):
    """A job that ends with an error."""
    descriptor = Descriptor()
    descriptor.words.append(0x19 << 27)
    return Job(memory, "error", descriptor)


def mixed(memory, seed, secret=b"a secret that only this chip can read again"):
    """Jobs of every kind, 12 of them."""
    data = random.Random(seed).randbytes(3000)
    return [aes_cbc(memory), sha256(memory, data), aes_ctr(memory), *blob_pair(memory, secret), modular_power(memory, 256, seed),
            hmac_sha256(memory, data[:64], data), aes_ecb(memory, 65536 + 64), rsa_public(memory, 256, seed + 1), random_bytes(memory, 64),
            aes_ecb(memory, 64), sha256(memory, data[:1])]
