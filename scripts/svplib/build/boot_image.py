# SPDX-License-Identifier: GPL-2.0-or-later
"""What a card boots from by itself: U-Boot's flash.bin at 33 KiB, in it the device tree that OP-TEE is to read.

flash.bin is SPL with its header (IVT), and from FIT_BYTES on a FIT image, from which SPL takes BL31, OP-TEE, U-Boot and that tree.
"""

import subprocess
import tempfile
from pathlib import Path

from ..base.errors import SvpError, UsageError
from . import cards

#: Where on a card the chip's boot ROM looks, and where in the image SPL does
CARD_BYTES = 33 << 10
FIT_BYTES = 0x57C00
#: U-Boot's environment follows
ROOM_BYTES = cards.ENVIRONMENT_BYTES - CARD_BYTES
_IVT = b"\xd1\x00\x20"
_TREE = "/images/tree"
_TREE_MAGIC = b"\xd0\x0d\xfe\xed"


def flash_image(path):
    """The bytes of a flash.bin. Raises UsageError for what the boot ROM would not take for one, or what has no place on a card."""
    image = _read(path)
    if not image.startswith(_IVT):
        raise UsageError(f"{path}: no image for the boot ROM (U-Boot's flash.bin)")
    if len(image) > ROOM_BYTES:
        raise UsageError(f"{path} has {len(image)} bytes, the limit is {ROOM_BYTES}: U-Boot's environment follows on the card")
    return image


def with_tree(image, tree):
    """A flash.bin (bytes) with another device tree (bytes) for OP-TEE. Raises UsageError when it has no place for one."""
    if not tree.startswith(_TREE_MAGIC):
        raise UsageError("not a device tree")
    with tempfile.NamedTemporaryFile(prefix="svp-fit-") as fit:
        fit.write(image[FIT_BYTES:])
        fit.flush()
        words = _fdtget("-t", "u", fit.name, _TREE, "data-position", _TREE, "data-size")
    if len(words) != 2:
        raise UsageError("this flash.bin has no device tree for OP-TEE (firmware/u-boot/svp.dtsi)")
    position, size = map(int, words)
    begin = FIT_BYTES + position
    if begin + size > len(image):
        raise UsageError(f"this flash.bin is cut off: {begin + size} bytes are to be there, it has {len(image)}")
    if len(tree) > size:
        raise UsageError(f"a device tree of {len(tree)} bytes: OP-TEE's place has {size}")
    return image[:begin] + tree.ljust(size, b"\0") + image[begin + size:]


def write(card, image):
    """Put a flash.bin (bytes) on a card, whose partitions stay. Raises SvpError, UsageError when there is no room before the first."""
    path = Path(card)
    try:
        with open(path, "r+b") as file:
            head = file.read(cards.TABLE_BYTES)
            if cards.is_file_system(head):
                raise UsageError(f"{card}: a file system from its first byte on; a card to boot from has a partition")
            first = cards.first_partition(head)
            if first is None and any(head):
                raise UsageError(f"{card}: neither empty nor a disk with partitions, so something else is in it")
            size = file.seek(0, 2)
            room = size if first is None else min(first, size)
            if room < CARD_BYTES + len(image):
                raise UsageError(f"{card}: {room} bytes before the first partition, {CARD_BYTES + len(image)} are needed")
            file.seek(CARD_BYTES)
            file.write(image)
    except OSError as error:
        raise SvpError(f"{card}: {error.strerror}") from None


def trouble(card):
    """What is wrong with the images on a card that SPL and BL31 do not look at before they enter them; a line, or None. Whatever the boot ROM
    tells by itself, such as that there is no image at all, is not looked for."""
    with open(card, "rb") as file:
        file.seek(CARD_BYTES)
        if not file.read(len(_IVT)) == _IVT:
            return None
        file.seek(CARD_BYTES + FIT_BYTES)
        fit = file.read(ROOM_BYTES - FIT_BYTES)
    if not fit.startswith(_TREE_MAGIC):
        return "SPL finds no FIT image behind itself: flash.bin is cut off, or not U-Boot's for this board"
    with tempfile.NamedTemporaryFile(prefix="svp-fit-") as copy:
        copy.write(fit)
        copy.flush()
        names = _fdtget("-l", copy.name, "/images")
        for name in names:
            words = _fdtget("-t", "u", copy.name, f"/images/{name}", "data-position", f"/images/{name}", "data-size")
            if len(words) == 2 and not any(fit[int(words[0]):sum(map(int, words))]):
                return f"the FIT image is cut off: of its part '{name}' nothing is there"
    return None if "tee" in names else "the FIT image has no part 'tee': BL31 enters OP-TEE's place, and nothing is there"


def _fdtget(*words):
    try:
        done = subprocess.run(["fdtget", *words], check=False, capture_output=True, text=True, errors="surrogateescape", stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise SvpError("fdtget is not installed (Debian's package device-tree-compiler)") from None
    return [] if done.returncode else done.stdout.split()


def _read(path):
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
