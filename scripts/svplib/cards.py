# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw ext4 images of SD cards."""

import os
import subprocess

from .errors import SvpError

#: The smallest that is worth it; sizes are powers of 2, as the SD card model wants
SMALLEST_BYTES = 16 << 20
#: What ext4 keeps for itself: a share, and a fixed part
_OVERHEAD_SHARE, _OVERHEAD_BYTES = 1.1, 8 << 20


def tools():
    """Environment with which e2fsprogs are found: their folder is not on the path of a normal user."""
    return {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def size_for(content):
    """Bytes of an image for so many bytes of files."""
    size = SMALLEST_BYTES
    while size < content * _OVERHEAD_SHARE + _OVERHEAD_BYTES:
        size *= 2
    return size


def make(path, tree, size, label=None):
    """Write an image of `size` bytes with the files of folder `tree`. Raises SvpError."""
    command = ["mke2fs", "-q", "-F", "-t", "ext4", *(["-L", label] if label else []), "-d", str(tree), str(path), f"{size >> 10}k"]
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=tools())
    except FileNotFoundError:
        raise SvpError("mke2fs is not installed (Debian's package e2fsprogs)") from None
    if done.returncode:
        raise SvpError(f"{path}: no ext4 image could be made of {tree}", done.stderr.splitlines()[-5:])
