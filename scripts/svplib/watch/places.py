# SPDX-License-Identifier: GPL-2.0-or-later
"""Where boards that can be watched are found: each has a socket of its monitor in a folder of the cache."""

import contextlib
import os
import socket
from pathlib import Path

from ..base import cache
from ..base.errors import UsageError, explain
from ..machine.qmp import Qmp

#: Bytes of a socket's path that the kernel takes (sun_path, less its end)
_LONGEST = 107
_SUFFIX = ".qmp"


def _folder():
    return cache.folder("watch")


class Offer:
    """A place for one board's socket while a block lasts; `arguments`: QEMU's. A cache that lies too deep for sockets has none."""

    def __init__(self, name):
        self._path = _folder() / f"{name}-{os.getpid()}{_SUFFIX}"
        escaped = str(self._path).replace(",", ",,")
        fits = len(os.fsencode(self._path)) <= _LONGEST
        self.arguments = ["-chardev", f"socket,id=svp-watch,path={escaped},server=on,wait=off", "-mon", "chardev=svp-watch,mode=control"] if fits else []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._path.unlink(missing_ok=True)


def connect(path=None):
    """(socket, its path) of a board: that of `path`, or the one that was started last. Raises UsageError."""
    if path:
        try:
            return _connected(path), Path(path)
        except OSError as error:
            raise UsageError(f"{path}: no board answers there: {explain(error, named=False)}") from None
    for found in sorted(_folder().glob(f"*{_SUFFIX}"), key=_age):
        try:
            return _connected(found), found
        except OSError:
            with contextlib.suppress(OSError):
                found.unlink()  # of a board that was killed
    raise UsageError("no board runs that can be watched: 'svp run' starts one; other QEMUs need -qmp unix:FILE,server=on,wait=off, and FILE is named here")


def _age(path):
    try:
        return -path.stat().st_mtime_ns
    except OSError:
        return 0


def _connected(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def monitor(connection):
    """The board's monitor. A second watcher waits here until the first one has gone: QEMU talks to one at a time."""
    return Qmp(connection)
