# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of somebody's own in the guest's initramfs: a second cpio archive behind the first, which the kernel unpacks over it."""

import importlib.util
import os
import stat
from pathlib import Path

from ..base.errors import UsageError, explain

_TOOL = Path(__file__).resolve().parents[3] / "firmware/guest/initramfs.py"
#: The kernel and all that is unpacked have a place in 1 GiB, the least DDR that there is
LIMIT_BYTES = 256 << 20
_ALIGNMENT = 512


def _initramfs():
    """The module that writes our initramfs."""
    spec = importlib.util.spec_from_file_location("initramfs", _TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(folder, option="--overlay"):
    """The folder, if all in it can lie in an initramfs: files, folders, links, of LIMIT_BYTES together. Raises UsageError."""
    path, total = Path(folder), 0
    if not path.is_dir():
        raise UsageError(f"{option}: {folder} {'is not a folder' if path.exists() else 'does not exist'}")
    for base, folders, files in os.walk(path):
        for name in folders + files:
            file = Path(base) / name
            try:
                status = file.lstat()
                if stat.S_ISREG(status.st_mode):
                    total += status.st_size
                    with open(file, "rb"):
                        pass
                elif not (stat.S_ISDIR(status.st_mode) or stat.S_ISLNK(status.st_mode)):
                    raise UsageError(f"{option}: {file} is neither a file nor a folder nor a link")
            except OSError as error:
                raise UsageError(f"{option}: {explain(error)}") from None
    if total > LIMIT_BYTES:
        raise UsageError(f"{option}: {folder} has {total >> 20} MiB, the limit is {LIMIT_BYTES >> 20}; put large files on a card (svp card put)")
    return path


def appended(initrd, target, folder=None, files=None):
    """Write `target`: the initramfs `initrd`, then what is in `folder`, then `files`, {path in the guest: bytes}, as programs. Returns it."""
    tool = _initramfs()
    archive = tool.Archive()
    if folder:
        tool.add_tree(archive, str(folder))
    for name, data in (files or {}).items():
        archive.add(name, stat.S_IFREG | 0o755, data)
    first = Path(initrd).read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(first + b"\0" * (-len(first) % _ALIGNMENT) + archive.finish())
    return target
