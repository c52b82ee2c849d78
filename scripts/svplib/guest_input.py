# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks on what a user gives to `svp run`, before QEMU sees it. Each failure is one line: thing, value, limit.

References: Documentation/arch/arm64/booting.rst of Linux (Image header, 'ARM\\x64' at 0x38), the Devicetree Specification
(header), section 1.2 of the machine's description (DDR from 0x40000000, OP-TEE at 0xF0000000).
"""

import re
import socket
import struct
import zlib
from pathlib import Path

from .errors import UsageError

MEMORY_MIB = (1024, 4096)
MEMORY_MIB_OPTEE = 3072
CPUS = (1, 4)
KERNEL_BYTES = 256 << 20
IMAGE_MAGIC = b"ARM\x64"
IMAGE_MAGIC_OFFSET = 0x38
DTB_MAGIC = 0xD00DFEED
DTB_ROOM = 0x40000
VNC_FIRST_PORT = 5900


def existing_file(path, option):
    """The path, if it is a readable file that is not empty."""
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{option}: {path} {'is not a file' if file.exists() else 'does not exist'}")
    try:
        with open(file, "rb") as stream:
            if not stream.read(1):
                raise UsageError(f"{option}: {path} is empty")
    except OSError as error:
        raise UsageError(f"{option}: {path}: {error.strerror}") from None
    return file


def kernel(path):
    """An arm64 Linux Image, plain or compressed with gzip."""
    file = existing_file(path, "--kernel")
    with open(file, "rb") as stream:
        head = stream.read(4096)
    name = f"--kernel: {path}"
    if head[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            head = unpacker.decompress(file.read_bytes(), KERNEL_BYTES)
        except zlib.error as error:
            raise UsageError(f"{name} looks like gzip but is damaged ({error})") from None
        if not unpacker.eof:
            raise UsageError(f"{name} looks like gzip but its end is missing, or it has more than {KERNEL_BYTES >> 20} MiB unpacked")
    if head[IMAGE_MAGIC_OFFSET:IMAGE_MAGIC_OFFSET + 4] == IMAGE_MAGIC:
        return file
    if head[:2] == b"MZ" and head[4:8] == b"zimg":
        if head[24:28] == b"gzip":
            return file
        raise UsageError(f"{name} is an EFI zboot image compressed with {head[24:32].split(bytes(1))[0].decode('ascii', 'replace')}; "
                         "QEMU unpacks only gzip")
    for magic, offset, what in ((b"\x7fELF", 0, "an ELF file (give arch/arm64/boot/Image, not vmlinux)"), (b"HdrS", 0x202, "an x86 kernel"),
                                (b"\xfd7zXZ", 0, "compressed with xz (give the plain Image)"), (b"\x28\xb5\x2f\xfd", 0, "compressed with zstd (give the plain Image)"),
                                (struct.pack(">I", 0x016F2818), 0x24, "a 32-bit Arm zImage"), (b"\x18\x28\x6f\x01", 0x24, "a 32-bit Arm zImage"),
                                (b"\x27\x05\x19\x56", 0, "a U-Boot uImage"), (b"\xd0\x0d\xfe\xed", 0, "a device tree or FIT image")):
        if head[offset:offset + len(magic)] == magic:
            raise UsageError(f"{name} is {what}, not an arm64 Image")
    raise UsageError(f"{name} is not an arm64 Image (no 'ARM\\x64' at offset 0x38)")


def device_tree(path):
    """A flattened device tree that fits where the loader puts it."""
    file = existing_file(path, "--dtb")
    size = file.stat().st_size
    with open(file, "rb") as stream:
        head = stream.read(8)
    if len(head) < 8 or struct.unpack(">I", head[:4])[0] != DTB_MAGIC:
        raise UsageError(f"--dtb: {path} is not a flattened device tree (a .dts must be compiled with dtc first)")
    total = struct.unpack(">I", head[4:])[0]
    if total > size:
        raise UsageError(f"--dtb: {path} is cut off: its header says {total} bytes, the file has {size}")
    if total > DTB_ROOM:
        raise UsageError(f"--dtb: {path} has {total} bytes, the limit is {DTB_ROOM}")
    return file


def memory(text, firmware):
    """Text for QEMU's -m: 1 to 4 GiB; OP-TEE needs 3 GiB, because it lies at the top of the first 3."""
    match = re.fullmatch(r"(\d+)([KkMmGgTt]?)[Bb]?", text)
    if not match:
        raise UsageError(f"-m: '{text}' is no size (examples: 3G, 3072M)")
    mebibytes = int(match.group(1)) * {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1 << 20}[match.group(2).upper()]
    low, high = MEMORY_MIB
    if not low <= mebibytes <= high:
        raise UsageError(f"-m: {text} is out of range, the board has {low} to {high} MiB")
    if firmware == "optee" and mebibytes < MEMORY_MIB_OPTEE:
        raise UsageError(f"-m: {text} is too little for --firmware optee, which needs {MEMORY_MIB_OPTEE} MiB (or take --firmware none)")
    if mebibytes != int(mebibytes):
        raise UsageError(f"-m: {text} is not a whole number of MiB")
    return f"{int(mebibytes)}M"


def cpus(number):
    """Number of CPUs."""
    low, high = CPUS
    if not low <= number <= high:
        raise UsageError(f"--smp: {number} is out of range, the board has {low} to {high} CPUs")
    return number


def sd_image(path):
    """A raw SD card image; QEMU's card model takes only sizes that are powers of two."""
    file = existing_file(path, "--sd")
    size = file.stat().st_size
    if size & (size - 1):
        wanted = 1 << size.bit_length()
        raise UsageError(f"--sd: {path} has {size} bytes, a card's size must be a power of two (truncate -s {wanted} {path})")
    return file


def vnc(text):
    """'vnc' or 'vnc:N' to QEMU's display option on the local host; the port must be free."""
    match = re.fullmatch(r"vnc(?::(\d{1,4}))?", text)
    if not match:
        raise UsageError(f"--display: '{text}' is none of none, gtk, vnc, vnc:N")
    number = int(match.group(1) or 0)
    port = VNC_FIRST_PORT + number
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        raise UsageError(f"--display {text}: port {port} is in use; try vnc:{number + 1}") from None
    finally:
        probe.close()
    return f"vnc=127.0.0.1:{number}"
