#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Encrypts test samples, as an oracle for svp-decrypt that shares nothing with it: Python's cryptography, and block by block.

    cenc.py FOLDER KEY BLOB [SEED]     (key and its blob in hexadecimal)

writes NAME.clear, NAME.enc (raw) or NAME.svp (container), for raw ones with sub-samples NAME.subsamples, and index.json: for each
NAME the file, options of svp-decrypt, and the ranges of the clear text that are encrypted. Debian's interpreter has the module;
the tests start it as a program of its own.

References: ISO/IEC 23001-7 (cenc, cbcs); firmware/guest/decrypt/container.hpp.
"""

import json
import random
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
SCHEMES = {"ctr": 0, "cbc": 1, "cenc": 2, "cbcs": 3}
LARGE = 16 << 20


class Key:
    """AES by single blocks, no mode of the library but ECB."""

    def __init__(self, key):
        self._encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()

    def blocks(self, data):
        return self._encryptor.update(data)

    def keystream(self, counters):
        """Encrypted counter blocks, given as integers of 128 bits."""
        return self.blocks(b"".join(counter.to_bytes(BLOCK, "big") for counter in counters))

    def cbc(self, iv, data):
        """CBC by its definition: each block is added to the encrypted one before it."""
        out = []
        for at in range(0, len(data), BLOCK):
            iv = self.blocks(add(data[at:at + BLOCK], iv))
            out.append(iv)
        return b"".join(out)


def add(left, right):
    """Exclusive or of two byte strings of one length."""
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")


def counters(iv, count, width):
    """`count` counter blocks from `iv`; the lowest `width` bits count."""
    start, mask = int.from_bytes(iv, "big"), (1 << width) - 1
    return ((start & ~mask) | (start + n & mask) for n in range(count))


def encrypted_ranges(scheme, size, subsamples, pattern):
    """[(offset, length)] of encrypted bytes for each sub-sample, in lists."""
    ranges, at = [], 0
    for clear, protected in subsamples or [(0, size)]:
        at += clear
        if scheme != "cbcs":
            ranges.append([(at, protected)])
        else:
            whole, crypt, skip = protected // BLOCK, *pattern
            chosen = [n for n in range(whole) if not skip or n % (crypt + skip) < crypt]
            ranges.append([(at + n * BLOCK, BLOCK) for n in chosen])
        at += protected
    return ranges


def encrypt(key, scheme, iv, data, subsamples=(), pattern=(0, 0)):
    """The encrypted sample."""
    result = bytearray(data)
    iv = iv.ljust(BLOCK, b"\0")
    groups = encrypted_ranges(scheme, len(data), subsamples, pattern)
    if scheme in ("ctr", "cenc"):  # one stream over all sub-samples
        groups = [[piece for group in groups for piece in group]]
    for group in groups:
        text = b"".join(data[at:at + length] for at, length in group)
        if scheme in ("ctr", "cenc"):
            stream = key.keystream(counters(iv, -(-len(text) // BLOCK), 128 if scheme == "ctr" else 64))
            text = add(text, stream[:len(text)]) if text else text
        else:
            text = key.cbc(iv, text)
        done = 0
        for at, length in group:
            result[at:at + length] = text[done:done + length]
            done += length
    return bytes(result)


def container(scheme, blob, samples, iv_size, pattern=(0, 0)):
    """A container; `samples`: [(iv, encrypted bytes, sub-samples)]."""
    table = b"".join(struct.pack("<2I16s", len(data), len(subs), iv) + b"".join(struct.pack("<2I", *sub) for sub in subs)
                     for iv, data, subs in samples)
    header = b"SVPENC1\0" + struct.pack("<8I", 8 + 32 + len(blob) + len(table), SCHEMES[scheme], *pattern, iv_size, len(blob), len(samples), 0)
    return header + blob + table + b"".join(data for _, data, _ in samples)


def random_subsamples(noise, size, count):
    """Sub-samples of all kinds of lengths that fill a sample."""
    cuts = sorted(noise.sample(range(1, size), 2 * count - 1))
    edges = [0, *cuts, size]
    return [(edges[n + 1] - edges[n], edges[n + 2] - edges[n + 1]) for n in range(0, 2 * count, 2)]


class Suite:
    """All files of the tests in one folder."""

    def __init__(self, folder, key, blob, seed):
        self.folder, self.key, self.blob = folder, Key(key), blob
        self.noise = random.Random(seed)
        self.index = {}

    def add(self, name, file, content, clear, ranges, options=""):
        (self.folder / f"{name}.clear").write_bytes(clear)
        (self.folder / file).write_bytes(content)
        self.index[name] = {"file": file, "options": options, "size": len(clear), "encrypted": ranges}

    def raw(self, name, scheme, size, options=""):
        clear, iv = self.noise.randbytes(size), self.noise.randbytes(BLOCK)
        self.add(name, f"{name}.enc", encrypt(self.key, scheme, iv, clear), clear, [(0, size)],
                 f"--mode {scheme} --iv {iv.hex()} --key blob {options}")

    def raw_subsamples(self, name, scheme, size, count, pattern=(0, 0)):
        clear, iv = self.noise.randbytes(size), self.noise.randbytes(8 if scheme == "cenc" else BLOCK)
        subs = random_subsamples(self.noise, size, count)
        (self.folder / f"{name}.subsamples").write_text("# clear encrypted\n" + "".join(f"{a} {b}\n" for a, b in subs))
        ranges = [piece for group in encrypted_ranges(scheme, size, subs, pattern) for piece in group]
        options = f"--mode {scheme} --iv {iv.hex()} --key blob --subsamples {name}.subsamples"
        self.add(name, f"{name}.enc", encrypt(self.key, scheme, iv, clear, subs, pattern), clear, ranges,
                 options + (f" --pattern {pattern[0]}:{pattern[1]}" if any(pattern) else ""))

    def samples(self, name, scheme, sizes, iv_size=BLOCK, pattern=(0, 0), subsamples=lambda noise, size: (), ivs=None):
        """A container: a sample for each size, with sub-samples by `subsamples` and vectors by `ivs` or by chance."""
        made, clear, ranges = [], b"", []
        constant = self.noise.randbytes(iv_size)
        for number, size in enumerate(sizes):
            text = self.noise.randbytes(size)
            subs = subsamples(self.noise, size)
            iv = ivs(number) if ivs else constant if scheme == "cbcs" else self.noise.randbytes(iv_size)
            made.append((iv, encrypt(self.key, scheme, iv, text, subs, pattern), subs))
            ranges += [(len(clear) + at, length) for group in encrypted_ranges(scheme, size, subs, pattern) for at, length in group]
            clear += text
        self.add(name, f"{name}.svp", container(scheme, self.blob, made, iv_size, pattern), clear, ranges)

    def make(self):
        noise = self.noise
        self.raw("ctr", "ctr", LARGE)
        self.raw("cbc", "cbc", LARGE)
        frames = [noise.randrange(20_000, 400_000) for _ in range(48)]
        few = lambda noise, size: random_subsamples(noise, size, noise.randrange(1, 20))
        self.samples("cenc", "cenc", frames, iv_size=8, subsamples=few)
        self.samples("cbcs", "cbcs", frames[:24], pattern=(1, 9), subsamples=few)
        self.samples("cbcs-whole", "cbcs", [65536, 100_003, 16, 31, 5], pattern=(0, 0))
        self.samples("cbcs-audio", "cbcs", [999, 1024, 17], pattern=(1, 0))
        self.samples("cbcs-other", "cbcs", [70_001, 4096], pattern=(3, 2), iv_size=8, subsamples=few)
        # Lengths around blocks, cache lines and pages, each a sample of its own
        edges = sorted({edge + step for edge in (16, 32, 64, 128, 2048, 4096, 8192, 65536) for step in (-1, 0, 1)} | {1, 2, 3, 100, 5000})
        self.samples("edges-ctr", "ctr", edges)
        self.samples("edges-cbc", "cbc", [size // BLOCK * BLOCK for size in edges if size >= BLOCK])
        self.samples("edges-cenc", "cenc", [size + 300 for size in edges],
                     subsamples=lambda noise, size: [(1, 1), (0, 14), (3, 17), (250, size - 286)])
        # The block counter of cenc runs over, in its lowest bits and in all 64
        near = (0xffffffffffffffff, 0xfffffffffffffff0, 0xffffffff, 0xffffffffffffff00)
        self.samples("wrap", "cenc", [100, 9000, 5000, 100_000], ivs=lambda n: bytes(range(0xa0, 0xa8)) + near[n].to_bytes(8, "big"))
        self.samples("wrap-ctr", "ctr", [100, 9000], ivs=lambda n: bytes.fromhex(("ff" * 16, "00" * 8 + "ff" * 7 + "f0")[n]))
        self.samples("tiny-pieces", "cenc", [48_000], subsamples=lambda noise, size: [(7, 5)] * (size // 12))
        self.raw_subsamples("raw-cenc", "cenc", 1_000_003, 30)
        self.raw_subsamples("raw-cbcs", "cbcs", 1_000_003, 30, (1, 9))
        self.samples("own", "ctr", [65536])
        (self.folder / "blob").write_bytes(self.blob)
        (self.folder / "index.json").write_text(json.dumps(self.index))


def main(folder, key, blob, seed="1"):
    Suite(Path(folder), bytes.fromhex(key), bytes.fromhex(blob), int(seed)).make()


if __name__ == "__main__":
    main(*sys.argv[1:])
