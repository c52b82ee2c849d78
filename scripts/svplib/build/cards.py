# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw images of SD cards: one ext4 file system, or a disk with a partition of it as boards boot from."""

import os
import struct
import subprocess

from ..base.errors import SvpError

#: The smallest that is worth it; sizes are powers of 2, as the SD card model wants
SMALLEST_BYTES = 16 << 20
#: What ext4 keeps for itself: a share, and a fixed part
_OVERHEAD_SHARE, _OVERHEAD_BYTES = 1.1, 8 << 20
#: Where the partition begins: before it is room for boot loaders and, at 4 MiB, for U-Boot's environment
PARTITION_BYTES = 8 << 20
_SECTOR = 512
_TYPE_LINUX, _BOOTABLE = 0x83, 0x80
#: Of the disk, so that Linux finds the partition by it wherever the card is: root=PARTUUID=53565001-01
DISK_SIGNATURE = 0x53565001


def tools():
    """Environment with which e2fsprogs are found: their folder is not on the path of a normal user."""
    return {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def size_for(content):
    """Bytes of an image for so many bytes of files."""
    size = SMALLEST_BYTES
    while size < content * _OVERHEAD_SHARE + _OVERHEAD_BYTES:
        size *= 2
    return size


def make(path, tree, size, label=None, offset=0):
    """Write an image with the files of folder `tree`: `size` bytes, from `offset` on in a file that is there. Raises SvpError."""
    place = ["-E", f"offset={offset}"] if offset else []
    command = ["mke2fs", "-q", "-F", "-t", "ext4", *place, *(["-L", label] if label else []), "-d", str(tree), str(path), f"{size >> 10}k"]
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=tools())
    except FileNotFoundError:
        raise SvpError("mke2fs is not installed (Debian's package e2fsprogs)") from None
    if done.returncode:
        raise SvpError(f"{path}: no ext4 image could be made of {tree}", done.stderr.splitlines()[-5:])


def make_disk(path, tree, size, label=None):
    """Write a disk of `size` bytes (MBR) whose one partition, bootable, has the files of folder `tree` in ext4. Raises SvpError."""
    write_table(path, size)
    make(path, tree, size - PARTITION_BYTES, label, PARTITION_BYTES)


def write_table(path, size):
    """Write a disk of `size` bytes (MBR) with one partition, bootable, that nothing is in."""
    sectors = (size - PARTITION_BYTES) // _SECTOR
    entry = struct.pack("<8B2I", _BOOTABLE, 0xFE, 0xFF, 0xFF, _TYPE_LINUX, 0xFE, 0xFF, 0xFF, PARTITION_BYTES // _SECTOR, sectors)
    with open(path, "wb") as disk:
        disk.write(bytes(440) + struct.pack("<IH", DISK_SIGNATURE, 0) + entry + bytes(48) + b"\x55\xaa")
        disk.truncate(size)
