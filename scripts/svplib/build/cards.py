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
ENVIRONMENT_BYTES = 4 << 20
SECTOR_BYTES = 512
_TYPE_LINUX, _TYPE_GPT, _BOOTABLE = 0x83, 0xEE, 0x80
_GPT_ENTRY_BYTES = 128
#: In which either kind of partition table is, with the usual 128 entries of a GPT
TABLE_BYTES = 34 * SECTOR_BYTES
_EXT_MAGIC_AT = 0x438
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
    sectors = (size - PARTITION_BYTES) // SECTOR_BYTES
    entry = struct.pack("<8B2I", _BOOTABLE, 0xFE, 0xFF, 0xFF, _TYPE_LINUX, 0xFE, 0xFF, 0xFF, PARTITION_BYTES // SECTOR_BYTES, sectors)
    with open(path, "wb") as disk:
        disk.write(bytes(440) + struct.pack("<IH", DISK_SIGNATURE, 0) + entry + bytes(48) + b"\x55\xaa")
        disk.truncate(size)


def first_partition(head):
    """Where the first partition of a disk (MBR or GPT) begins, in bytes; None where there is none. `head`: the disk's first TABLE_BYTES."""
    if len(head) < TABLE_BYTES or head[510:512] != b"\x55\xaa":
        return None
    begins = {head[446 + 16 * number + 4]: struct.unpack_from("<I", head, 446 + 16 * number + 8)[0] for number in range(4)}
    begins.pop(0, None)
    if _TYPE_GPT in begins:
        entries = range(2 * SECTOR_BYTES, TABLE_BYTES, _GPT_ENTRY_BYTES)
        begins = {at: struct.unpack_from("<Q", head, at + 32)[0] for at in entries if any(head[at:at + 16])}
    return min(begins.values()) * SECTOR_BYTES if begins else None


def is_file_system(head):
    """Whether an ext4 file system begins with `head`, a disk's first TABLE_BYTES."""
    return head[_EXT_MAGIC_AT:_EXT_MAGIC_AT + 2] == b"\x53\xef"
