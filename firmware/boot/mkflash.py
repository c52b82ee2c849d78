#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the loader stub and the images that it copies into one flash image.

Layout: stub at 0, table at 0x800, images from 0x1000 on, each at a multiple of
4096 bytes and padded with zeroes to a multiple of 16. All numbers little endian.

  table  magic "SVPF" u32 | number of images u32 | bytes of the flash image u32 | 0 u32
  entry  load address u64 | bytes (padded) u32 | offset in the flash u32 | CRC-32 u32 | 0 u32
"""

import argparse
import struct
import sys
import zlib

TABLE_OFFSET = 0x800
IMAGES_OFFSET = 0x1000
IMAGE_ALIGN = 0x1000
COPY_UNIT = 16
FLASH_SIZE = 32 << 20
MAGIC = 0x46505653
MAX_IMAGES = (IMAGES_OFFSET - TABLE_OFFSET - 16) // 24

# Where an image may lie: (first byte, first byte after, what it is for).
WINDOWS = (
    (0x00910000, 0x00920000, "BL31, on-chip RAM"),
    (0x40200000, 0x43000000, "non-secure DDR below the device tree"),
    (0x43040000, 0x43200000, "non-secure DDR between device tree and the word that BL31 clears"),
    (0x43201000, 0x44000000, "non-secure DDR below the kernel"),
    (0xEFE00000, 0xEFFFC000, "the program of EL2, non-secure DDR below OP-TEE"),
    (0xF0000000, 0xFFE00000, "OP-TEE, secure DDR"),
)
# OP-TEE images with a header: BL31 jumps to the first byte, so only the raw one works.
OPTEE_HEADER = b"OPTE"


class FlashError(Exception):
    """One line that says what does not fit."""


class Image:
    """A file and its load address (a CPU address, multiple of 16)."""

    def __init__(self, name, path, load):
        self.name = name
        self.load = load
        self.data = read_file(name, path)
        self.data += bytes(-len(self.data) % COPY_UNIT)
        self.offset = 0

    @property
    def end(self):
        return self.load + len(self.data)


def read_file(name, path):
    try:
        with open(path, "rb") as file:
            data = file.read(FLASH_SIZE + 1)
    except OSError as error:
        raise FlashError(f"{name}: cannot read {path}: {error.strerror}") from error
    if not data:
        raise FlashError(f"{name}: {path} is empty")
    return data


def parse_image(text):
    """Splits NAME:FILE:ADDRESS; the file name may hold colons itself."""
    name, _, rest = text.partition(":")
    path, _, address = rest.rpartition(":")
    try:
        load = int(address, 0)
    except ValueError:
        load = -1
    if not name or not path or load < 0:
        raise FlashError(f'"{text}" is not NAME:FILE:ADDRESS')
    return Image(name, path, load)


def check_place(image):
    if image.load % COPY_UNIT:
        raise FlashError(f"{image.name}: load address {image.load:#x} is not a multiple of {COPY_UNIT}")
    for start, end, purpose in WINDOWS:
        if start <= image.load < end:
            if image.end > end:
                raise FlashError(f"{image.name}: {len(image.data)} bytes at {image.load:#x} end at "
                                 f"{image.end:#x}, the limit is {end:#x} ({purpose})")
            return
    raise FlashError(f"{image.name}: nothing may be loaded at {image.load:#x}")


def check_overlap(images):
    ordered = sorted(images, key=lambda image: image.load)
    for low, high in zip(ordered, ordered[1:]):
        if low.end > high.load:
            raise FlashError(f"{low.name} ({low.load:#x}..{low.end - 1:#x}) overlaps "
                             f"{high.name} ({high.load:#x}..{high.end - 1:#x})")


def build(stub, images):
    """Returns the bytes of the flash image."""
    if len(stub) > TABLE_OFFSET:
        raise FlashError(f"stub: {len(stub)} bytes, the limit is {TABLE_OFFSET}")
    if not 0 < len(images) <= MAX_IMAGES:
        raise FlashError(f"{len(images)} images, the table has room for 1 to {MAX_IMAGES}")
    for image in images:
        if image.data.startswith(OPTEE_HEADER):
            raise FlashError(f"{image.name}: has an OP-TEE header, use tee-raw.bin")
        check_place(image)
    check_overlap(images)

    offset = IMAGES_OFFSET
    for image in images:
        image.offset = offset
        offset += len(image.data) + -len(image.data) % IMAGE_ALIGN
    if offset > FLASH_SIZE:
        raise FlashError(f"flash image has {offset} bytes, the flash {FLASH_SIZE}")

    flash = bytearray(offset)
    flash[:len(stub)] = stub
    struct.pack_into("<4I", flash, TABLE_OFFSET, MAGIC, len(images), offset, 0)
    for number, image in enumerate(images):
        struct.pack_into("<Q4I", flash, TABLE_OFFSET + 16 + 24 * number, image.load,
                         len(image.data), image.offset, zlib.crc32(image.data), 0)
        flash[image.offset:image.offset + len(image.data)] = image.data
    return bytes(flash)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stub", required=True, metavar="FILE")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("image", nargs="+", metavar="NAME:FILE:ADDRESS")
    options = parser.parse_args()
    try:
        images = [parse_image(text) for text in options.image]
        flash = build(read_file("stub", options.stub), images)
        with open(options.out, "wb") as file:
            file.write(flash)
    except FlashError as error:
        print(f"mkflash: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"mkflash: cannot write {options.out}: {error.strerror}", file=sys.stderr)
        return 1
    for image in images:
        print(f"mkflash: {image.name:<10} {image.load:#010x}..{image.end - 1:#010x} {len(image.data):>8} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
