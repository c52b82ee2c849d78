# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks on what a user gives to `svp run`, before QEMU sees it. Each failure is one line: thing, value, limit.

References: Documentation/arch/arm64/booting.rst of Linux (Image header, 'ARM\\x64' at 0x38), the Devicetree Specification
(header), section 1.2 of the machine's description (DDR from 0x40000000, OP-TEE at 0xF0000000).
"""

import bz2
import lzma
import os
import re
import struct
import zlib
from pathlib import Path

from ..base.errors import UsageError
from ..machine import web_screen

MEMORY_MIB = (1024, 4096)
MEMORY_MIB_OPTEE = 3072
CPUS = (1, 4)
KERNEL_BYTES = 256 << 20
IMAGE_MAGIC = b"ARM\x64"
IMAGE_MAGIC_OFFSET = 0x38
#: The flash has 32 MiB, BL31 and OP-TEE take one of them
BL33_BYTES = 30 << 20
DTB_MAGIC = 0xD00DFEED
DTB_ROOM = 0x40000
_HEAD_BYTES = 4096
_CHUNK_BYTES = 256 << 10
_CPIO = (b"070701", b"070702")
#: (first bytes, name, what unpacks it) of what Linux unpacks an initramfs with
_COMPRESSIONS = ((b"\x1f\x8b", "gzip", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)), (b"BZh", "bzip2", bz2.BZ2Decompressor),
                 (b"\xfd7zXZ\0", "xz", lzma.LZMADecompressor), (b"\x5d\0\0", "lzma", lzma.LZMADecompressor),
                 (b"\x28\xb5\x2f\xfd", "zstd", None), (b"\x02\x21\x4c\x18", "lz4", None), (b"\x89LZO\0", "lzo", None))


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


def initramfs(path):
    """A cpio archive in the format that the kernel unpacks, plain or compressed; what Python cannot unpack is taken by its first bytes."""
    file = existing_file(path, "--initrd")
    name = f"--initrd: {path}"
    with open(file, "rb") as stream:
        head = stream.read(_HEAD_BYTES)
    unpacked, how = head, ""
    for magic, what, decompressor in _COMPRESSIONS:
        if head.startswith(magic):
            if decompressor is None:
                return file
            unpacked, how = _unpacked(file, name, what, decompressor), f", compressed with {what},"
            break
    if unpacked.startswith(_CPIO) or unpacked[:1] == b"\0" and unpacked.lstrip(b"\0").startswith(_CPIO):
        return file
    for magic, offset, what in ((b"#!", 0, "a script (put it into a cpio archive as /init)"), (b"070707", 0, "a cpio archive in the old format (cpio -H newc)"),
                                (b"\xc7\x71", 0, "a binary cpio archive (cpio -H newc)"), (b"ustar", 257, "a tar archive (cpio -H newc)"),
                                (b"\x7fELF", 0, "a program"), (b"\x53\xef", 0x438, "an ext file system (give it as --sd)"), (b"hsqs", 0, "a squashfs file system"),
                                (b"!<arch>", 0, "a Debian package"), (b"\x27\x05\x19\x56", 0, "a U-Boot image (take its header of 64 bytes off)"),
                                (b"PK\x03\x04", 0, "a zip archive"), (b"\xd0\x0d\xfe\xed", 0, "a device tree"), (b"ARM\x64", IMAGE_MAGIC_OFFSET, "a kernel")):
        if unpacked[offset:offset + len(magic)] == magic:
            raise UsageError(f"{name}{how} is {what}, not an initramfs")
    raise UsageError(f"{name}{how} is not an initramfs: no cpio archive (cpio -H newc) at its beginning")


def _unpacked(file, name, what, decompressor):
    """The beginning of a compressed file's first part, all of which can be unpacked; other archives may follow. Raises UsageError."""
    unpacker, head = decompressor(), b""
    try:
        with open(file, "rb") as stream:
            while not unpacker.eof:
                data = stream.read(_CHUNK_BYTES)
                if not data:
                    raise UsageError(f"{name} looks like {what} but its end is missing")
                head = (head + unpacker.decompress(data))[:_HEAD_BYTES]
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise UsageError(f"{name} looks like {what} but is damaged ({error})") from None
    return head


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


def boot_loader(path):
    """A raw image that runs from its first byte at 0x40200000."""
    file = existing_file(path, "--bl33")
    size = file.stat().st_size
    with open(file, "rb") as stream:
        head = stream.read(_HEAD_BYTES)
    for magic, what in ((b"\x7fELF", "an ELF file (give u-boot.bin)"), (b"\xd0\x0d\xfe\xed", "a FIT image or device tree (give u-boot.bin)"),
                        (b"\x27\x05\x19\x56", "a U-Boot uImage"), (b"\xd1\x00\x20\x41", "an image for the boot ROM, with SPL (give u-boot.bin)"),
                        (b"\x1f\x8b", "compressed with gzip"), (b"#!", "a script")):
        if head.startswith(magic):
            raise UsageError(f"--bl33: {path} is {what}, not a raw image")
    if size > BL33_BYTES:
        raise UsageError(f"--bl33: {path} has {size} bytes, the limit is {BL33_BYTES}: it must fit into the flash beside BL31 and OP-TEE")
    return file


def sd_image(path, written=False):
    """A raw SD card image, `written` to or not; QEMU's card model takes only sizes that are powers of two."""
    file = existing_file(path, "--sd")
    if written and not os.access(file, os.W_OK):
        raise UsageError(f"--keep: {path} cannot be written to")
    size = file.stat().st_size
    if size & (size - 1):
        wanted = 1 << size.bit_length()
        raise UsageError(f"--sd: {path} has {size} bytes, a card's size must be a power of two (truncate -s {wanted} {path})")
    return file


def vnc(text):
    """'vnc' or 'vnc:N' to QEMU's display option on the local host; the port must be free."""
    match = re.fullmatch(r"vnc(?::(\d{1,4}))?", text)
    if not match:
        raise UsageError(f"--display: '{text}' is none of none, gtk, vnc, vnc:N, web, web:N")
    number = int(match.group(1) or 0)
    port = web_screen.VNC_PORT + number
    if not web_screen.free(port):
        raise UsageError(f"--display {text}: port {port} is in use; try vnc:{number + 1}")
    return f"vnc={web_screen.LOOPBACK}:{number}"


def web(text):
    """'web' or 'web:N' to the WebScreen; None for another display. Its ports must be free."""
    match = re.fullmatch(r"web(?::(\d{1,2}))?", text)
    return web_screen.WebScreen(int(match.group(1) or 0)) if match else None
